#!/usr/bin/env python3
"""Plays the host of wire.md against a worker: wire_walk.py CLOUD.py WORKER-COMMAND…

Creates an instance, walks one server through its life against the stand-in cloud, sends what must be
ignored or refused, and ends by closing the socket, upon which the worker must end itself.
"""
import json
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request

PROVIDER = "berth.cloud-provider/1"
NOW = 1_795_282_496_000


class Host:
    def __init__(self, command):
        ours, theirs = socket.socketpair()
        self.connection, self.reader = ours, ours.makefile("rb")
        # `sh` puts the socket where the wire wants it.
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$@" 3<&{theirs.fileno()} {theirs.fileno()}<&-', "sh", *command],
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()
        ours.settimeout(20)
        self.n = 0
        self.frames = []

    def send(self, frame, body=b""):
        line = json.dumps(dict(frame, bytes=len(body))) if body else json.dumps(frame)
        self.connection.sendall(line.encode() + b"\n" + body)

    def receive(self):
        frame = json.loads(self.reader.readline())
        self.frames.append(frame)
        return frame, self.reader.read(frame.get("bytes", 0))

    def ask(self, body, **frame):
        """Sends one frame and serves its HTTP until it is answered."""
        self.n += 1
        self.send(dict(frame, n=self.n, now_unix_ms=NOW, remaining_ms=10000),
                  body if isinstance(body, bytes) else json.dumps(body).encode())
        while True:
            answer, content = self.receive()
            assert answer["n"] == self.n, answer
            if answer["type"] == "http":
                self.exchange(answer, content)
            elif answer["type"] in ("reply", "fail"):
                return answer["type"], json.loads(content)

    def exchange(self, frame, body):
        request = urllib.request.Request(frame["url"], body or None, dict(frame["headers"]),
                                         method=frame["method"])
        try:
            response = urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            response = error
        headers = [[key.lower(), value] for key, value in response.headers.items()]
        self.send({"type": "http", "n": frame["n"], "h": frame["h"], "status": response.status,
                   "headers": headers}, response.read())

    def call(self, method, request, interface=PROVIDER):
        return self.ask(request, type="call", interface=interface, method=method)

    def succeed(self, method, request):
        kind, content = self.call(method, request)
        assert kind == "reply", (method, content)
        return content

    def fail(self, code, method, request, interface=PROVIDER):
        kind, content = self.call(method, request, interface)
        assert kind == "fail" and content["code"] == code, (method, request, kind, content)
        return content


def walk(command, address):
    host = Host(command)
    hello, manifest = host.receive()
    assert hello["type"] == "hello" and hello["wire"] == 1, hello
    assert re.fullmatch("[a-z][a-z0-9-]*", json.loads(manifest)["id"])

    kind, refusal = host.ask({}, type="create")
    assert kind == "fail" and refusal["code"] == "invalid" and "token" in refusal["message"], refusal
    assert host.ask({"token": "paperclip", "endpoint": address, "later_key": 1},
                    type="create") == ("reply", {})

    host.send({"type": "from-the-future", "n": 99}, b"skip\nme")
    host.send({"type": "cancel", "n": 99})
    host.succeed("check", {})
    host.fail("unsupported", "levitate", {})
    host.fail("unsupported", "check", {}, "berth.no-such/1")
    for garbage in (b"nonsense", b"[]", b"{}"):
        host.fail("invalid", "create", garbage)

    offer = min((offer for offer in host.succeed("offers", {})["offers"]
                 if offer["availability"] == "available"), key=lambda o: float(o["hourly"]))
    assert offer["as_of_unix_ms"] - NOW in range(0, 20000)
    ids = {"installation_id": "home", "organization_id": "acme", "attempt_id": "abcdefgh"}
    wanted = dict(ids, candidate=0, name="auto-acme-abcdefgh", region=offer["region"],
                  market="on_demand", instance_type=offer["instance_type"], arch="x86_64",
                  disk_mib=20480)
    created = host.succeed("create", wanted)["server"]
    assert host.succeed("create", wanted)["server"]["server_id"] == created["server_id"]
    host.fail("conflict", "create", dict(wanted, candidate=1))

    look = {"installation_id": "home", "sought": [{"attempt_id": "abcdefgh"}, {"attempt_id": "zz"}]}
    found = host.succeed("find", look)
    assert found["complete"] and found["absent"] == ["zz"], found
    assert [server["server_id"] for server in found["servers"]] == [created["server_id"]]

    gone = {"installation_id": "home", "server": {"attempt_id": "abcdefgh"}}
    host.fail("invalid", "destroy", gone)  # it is told which server, or ends none
    gone["server"]["server_id"] = created["server_id"]
    host.succeed("destroy", gone)
    host.succeed("destroy", gone)
    assert host.succeed("find", look)["absent"] == ["abcdefgh", "zz"]

    host.reader.close()
    host.connection.close()
    assert host.process.wait(timeout=5) == 0
    print("ok:", len(host.frames), "frames from", " ".join(command))


def main():
    cloud = subprocess.Popen([sys.executable, sys.argv[1], "--port", "0"], stdout=subprocess.PIPE,
                             text=True)
    try:
        walk(sys.argv[2:], cloud.stdout.readline().strip())
    finally:
        cloud.terminate()


main()
