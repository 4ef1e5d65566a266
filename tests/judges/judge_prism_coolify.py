"""Coolify's own document judges the registration of real servers there: every request of the coolify
notifier, on a whole walk of berth. What stands in for Coolify here keeps a list and says yes; that a
wrong field on either side is named is shown as well."""
import http.server
import json
import sys
import threading
import urllib.error
import urllib.request
import uuid

import prism
import walks
from between import Between

TOKEN = "7|a-token-of-coolify"
GOOD = {"name": "auto-acme-1", "ip": "192.0.2.7", "port": 22, "user": "root",
        "private_key_uuid": "og888os", "instant_validate": True}


class Coolify:
    """A list of servers behind the three calls that the notifier makes."""

    def __init__(self):
        self.servers, self.deleted = [], []
        coolify = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(handler, status, body):
                handler.send_response(status)
                handler.send_header("content-type", "application/json")
                handler.end_headers()
                handler.wfile.write(json.dumps(body).encode())

            def do_GET(handler):
                handler.answer(200, coolify.servers)

            def do_POST(handler):
                asked = json.loads(handler.rfile.read(int(handler.headers["content-length"])))
                # Its list shows less than it was told.
                kept = {key: asked[key] for key in ("name", "description", "ip", "port", "user")
                        if key in asked}
                coolify.servers.append({"uuid": uuid.uuid4().hex[:8], **kept})
                handler.answer(201, {"uuid": coolify.servers[-1]["uuid"]})

            def do_DELETE(handler):
                name = handler.path.rsplit("/", 1)[1]
                found = [one for one in coolify.servers if one["uuid"] == name]
                for one in found:
                    coolify.servers.remove(one)
                    coolify.deleted.append(one)
                handler.answer(*((200, {"message": "Server deleted."}) if found else
                                 (404, {"message": "Server not found."})))

            def log_message(handler, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


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


def notifier(url):
    return (f'[[notifier]]\nid = "coolify"\nplugin = "coolify"\n'
            f'events = ["server.auto-provisioned", "server.destroyed"]\n[notifier.settings]\n'
            f'url = "{url}"\ntoken = {{ env = "COOLIFY_TOKEN" }}\nprivate_key_uuid = "og888os"\n'
            f'proxy_type = "caddy"\n')


def stories(judge, coolify):
    def a_server_is_registered_when_it_is_ready_and_taken_off_when_it_is_gone():
        judge.forget()

        def without_prefix(exchange):  # the document names its paths without it
            assert exchange.target.startswith("/api/v1/"), exchange
            exchange.target = exchange.target.removeprefix("/api/v1")

        with Between(judge.url, change_request=without_prefix) as door, walks.Story() as story:
            story.environment["COOLIFY_TOKEN"] = TOKEN
            story.configure(vendors=("hetzner",), more=notifier(door.url))

            def told():
                story.berth("run", "--once", code=0)
                return not story.rows("SELECT 1 FROM delivery WHERE state = 'waiting'")

            web = story.deploy("web")
            story.wait_for(told, "the registration", 20)
            assert len(coolify.servers) == 1, coolify.servers
            server = coolify.servers[0]
            assert server["ip"] == web["server"]["ip"], (server, web)
            assert server["port"] == story.ssh_port and server["user"] == "root", server
            assert server["description"] == "berth server " + web["server"]["id"], server

            story.deploy("api", 1, 2, 15)  # fits beside it: nothing is registered
            story.wait_for(told, "all events", 20)
            assert len(coolify.servers) == 1, coolify.servers

            story.berth("--as", "ann", "servers", "remove", web["server"]["name"], "--force", code=0)
            story.wait_for(lambda: told() and coolify.deleted, "the server's end", 20)
            assert coolify.servers == [], coolify.servers
            said = [ran.out + ran.err for ran in story.seen]
            assert not any(TOKEN in text for text in said), "the token was shown"
        assert judge.violations() == [], judge.violations()
        print(f"JUDGED {len(judge.front.exchanges)} requests and answers of a registration")

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

    return [a_server_is_registered_when_it_is_ready_and_taken_off_when_it_is_gone,
            a_good_registration_passes, a_wrong_field_is_named, a_wrong_answer_is_named]


def main():
    coolify = Coolify()
    try:
        with prism.judge("coolify.json", coolify.url) as judge:
            walks.walk(*stories(judge, coolify))
    except walks.Skipped as why:
        print(f"SKIPPED: {why}")
        sys.exit(77)


main()
