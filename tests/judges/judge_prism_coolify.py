"""Coolify's own document can judge a registration there: a good one passes, and a wrong field on
either side is named. What stands in for Coolify here only says yes."""
import http.server
import json
import sys
import threading
import urllib.error
import urllib.request

import prism
import walks

GOOD = {"name": "auto-acme-1", "ip": "192.0.2.7", "port": 22, "user": "root",
        "private_key_uuid": "og888os", "instant_validate": True}


class SaysYes(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(201)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({"uuid": "og888os"}).encode())

    def log_message(self, *_):
        pass


def register(judge, server, token="a-token"):
    """Registers a server, and returns what the judge says of it."""
    judge.forget()
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = "Bearer " + token
    request = urllib.request.Request(judge.url + "/servers", json.dumps(server).encode(), headers)
    try:
        urllib.request.urlopen(request).read()
    except urllib.error.HTTPError as error:
        error.read()
    return judge.violations()


def stories(judge):
    def a_good_registration_passes():
        assert register(judge, GOOD) == []

    def a_wrong_field_is_named():
        for wrong, word in (({"port": "22"}, "property port must be integer"),
                            ({"proxy_type": "nginx"}, "must be equal to one of"),
                            ({"private_key": "og888os"}, "request.private_key: unknown")):
            said = register(judge, {**GOOD, **wrong})
            assert any(word in one for one in said), (word, said)
        assert register(judge, GOOD, token=None), "without a token"

    def a_wrong_answer_is_named():
        def change(exchange):
            exchange.answer_body = b'{"uuid": 7}'
        judge.back.change_answer = change
        said = register(judge, GOOD)
        judge.back.change_answer = None
        assert any("uuid must be string" in one for one in said), said

    return [a_good_registration_passes, a_wrong_field_is_named, a_wrong_answer_is_named]


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), SaysYes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with prism.judge("coolify.json", "http://127.0.0.1:%d" % server.server_address[1]) as judge:
            walks.walk(*stories(judge))
    except walks.Skipped as why:
        print(f"SKIPPED: {why}")
        sys.exit(77)


main()
