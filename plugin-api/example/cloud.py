#!/usr/bin/env python3
"""A stand-in for the paperclip cloud that the example providers talk to. Not a real cloud.

    GET    /offers                 {"offers": [{type, region, cpus, memory_mib, disk_gib,
                                                price_per_hour, currency, in_stock}]}
    GET    /servers?LABEL=VALUE    {"servers": [{id, name, type, region, state, ipv4, created_unix_ms,
                                                labels}]}; all that carry these labels
    POST   /servers                {name, type, region, user_data, labels} -> 201 and the server;
                                   409: the name is taken
    DELETE /servers/ID             204; 404: there is none
    Every request needs "Authorization: Bearer TOKEN"; errors are {"error": {"code", "message"}}.
"""
import argparse, json, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

OFFERS = [
    dict(type="clip-small", region="desk", cpus=2, memory_mib=4096, disk_gib=40,
         price_per_hour="0.0110", currency="EUR", in_stock=True),
    dict(type="clip-large", region="desk", cpus=8, memory_mib=32768, disk_gib=320,
         price_per_hour="0.0890", currency="EUR", in_stock=True),
    dict(type="clip-gold", region="desk", cpus=2, memory_mib=4096, disk_gib=40,
         price_per_hour="0.0100", currency="EUR", in_stock=False)]
SERVERS, LOCK = {}, threading.Lock()


class Cloud(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, value=None):
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status, code, message):
        self.answer(status, {"error": {"code": code, "message": message}})

    def handle_request(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        if self.headers.get("Authorization") != "Bearer " + options.token:
            return self.refuse(401, "unauthorized", "the token is wrong")
        with LOCK:
            if (self.command, url.path) == ("GET", "/offers"):
                return self.answer(200, {"offers": OFFERS})
            if (self.command, url.path) == ("GET", "/servers"):
                wanted = dict(parse_qsl(url.query)).items()
                return self.answer(200, {"servers": [shown(server) for server in SERVERS.values()
                                                     if wanted <= server["labels"].items()]})
            if (self.command, url.path) == ("POST", "/servers"):
                return self.create(json.loads(body))
            if self.command == "DELETE" and url.path.startswith("/servers/"):
                if SERVERS.pop(url.path[len("/servers/"):], None) is None:
                    return self.refuse(404, "not_found", "there is no such server")
                return self.answer(204)
        self.refuse(404, "not_found", "there is no such page")

    do_GET = do_POST = do_DELETE = handle_request

    def create(self, wanted):
        offer = next((o for o in OFFERS
                      if (o["type"], o["region"]) == (wanted["type"], wanted["region"])), None)
        if offer is None:
            return self.refuse(422, "invalid", "there is no such type in this region")
        if not offer["in_stock"]:
            return self.refuse(503, "out_of_stock", "none of these is left")
        if any(server["name"] == wanted["name"] for server in SERVERS.values()):
            return self.refuse(409, "name_taken", "a server with this name exists")
        identity = f"clip-{time.monotonic_ns():x}"
        SERVERS[identity] = dict(
            id=identity, name=wanted["name"], type=wanted["type"], region=wanted["region"],
            labels=wanted.get("labels", {}), created_unix_ms=int(time.time() * 1000))
        self.answer(201, shown(SERVERS[identity]))

    def log_message(self, *_):
        pass


def shown(server):
    running = time.time() * 1000 >= server["created_unix_ms"] + options.boot_ms
    return dict(server, state="running" if running else "starting",
                ipv4=options.ipv4 if running else None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8085, help="0 takes a free one")
    parser.add_argument("--token", default="paperclip")
    parser.add_argument("--boot-ms", type=int, default=300)
    parser.add_argument("--ipv4", default="127.0.0.1", help="the address of every server")
    options = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Cloud)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
