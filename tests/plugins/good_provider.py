#!/usr/bin/env python3
"""A well-behaved provider as a script: the same answers as good_provider.cpp."""
import json
import time
import socket

MANIFEST = {
    "id": "good-script", "version": "1.2.3", "name": "Good", "concurrent": 1,
    "interfaces": ["berth.cloud-provider/1"], "default_region": "here",
    "rate": {"requests": 100, "per_s": 60},
    "config": {
        "token": {"type": "string", "secret": True, "required": True, "help": "API token"},
        "base_url": {"type": "string", "default": "http://127.0.0.1:1", "help": "endpoint"},
    },
}
wire = socket.socket(fileno=3).makefile("rwb")
config = {}


def send(header, body=b""):
    if body:
        header["bytes"] = len(body)
    wire.write(json.dumps(header).encode() + b"\n" + body)
    wire.flush()


def receive():
    line = wire.readline()
    if not line:
        raise SystemExit(0)
    header = json.loads(line)
    return header, wire.read(header.get("bytes", 0))


def get(n, url):
    send({"type": "http", "n": n, "h": 1, "method": "GET", "url": url,
          "headers": [["Authorization", "Bearer " + config["token"]]], "deleting": False})
    while True:
        header, body = receive()
        if header["type"] == "http":
            return header, body


def answer(n, method, request):
    if method == "check":
        header, body = get(n, config["base_url"] + "/account")
        if header.get("failed"):
            return send({"type": "fail", "n": n}, body)
        reply = {"account": body.decode(), "server_limit": 10,
                 "notes": ["header " + dict(map(tuple, header["headers"]))["x-kind"]]}
    elif method == "offers":
        send({"type": "log", "n": n, "level": "info", "text": "looking at offers"})
        regions = request.get("regions") or ["here"]
        reply = {"offers": [{"region": regions[0], "instance_type": "small", "arch": "x86_64",
                             "vcpu": 2, "memory_mib": 4096, "disk_mib": 40960, "currency": "EUR",
                             "hourly": "0.005", "as_of_unix_ms": int(time.time() * 1000),
                             "availability": "available"}]}
    elif method == "create":
        send({"type": "progress", "n": n, "text": "asking for " + request["name"]})
        reply = {"server": {"server_id": "server-1", "name": request["name"], "state": "pending"},
                 "note": "a note"}
    elif method == "find":
        reply = {"servers": [], "absent": ["a"], "complete": True}
    else:
        failure = {"code": "denied", "effect": "none",
                   "message": "the token " + config["token"] + " may not do this"}
        return send({"type": "fail", "n": n}, json.dumps(failure).encode())
    send({"type": "reply", "n": n}, json.dumps(reply).encode())


send({"type": "hello", "wire": 1}, json.dumps(MANIFEST).encode())
while True:
    header, body = receive()
    if header["type"] == "create":
        config = json.loads(body)
        send({"type": "reply", "n": header["n"]}, b"{}")
    elif header["type"] == "call":
        answer(header["n"], header["method"], json.loads(body))
