#!/usr/bin/env python3
"""A provider that sells the cheapest server of all and does its worst instead of delivering it.

Its setting `how` is METHOD:KIND; all other methods work. It makes no server ever.
"""
import json
import os
import resource
import signal
import socket
import sys
import time

MANIFEST = {
    "id": "hostile", "version": "1", "name": "Hostile", "concurrent": 4,
    "interfaces": ["berth.cloud-provider/1"], "default_region": "here",
    "config": {"how": {"type": "string", "required": True, "help": "METHOD:KIND"}}}
OFFER = {"region": "here", "instance_type": "trap", "arch": "x86_64", "vcpu": 64,
         "memory_mib": 262144, "disk_mib": 4194304, "currency": "EUR", "hourly": "0.012",
         "as_of_unix_ms": int(time.time() * 1000), "availability": "available"}
connection = socket.socket(fileno=3)
wire = connection.makefile("rwb")


def send(header, body=b""):
    if body:
        header["bytes"] = len(body)
    wire.write(json.dumps(header).encode() + b"\n" + body)
    wire.flush()


def reply(n, value):
    send({"type": "reply", "n": n}, json.dumps(value).encode())


def sleep_for_ever():
    while True:
        time.sleep(3600)


def leave_a_child():
    if os.fork() == 0:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sleep_for_ever()


def use_up_memory():
    resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))
    held = []
    while True:
        held.append(bytearray(1 << 20))


def print_for_ever():
    while True:
        os.write(2, b"z" * 60000 + b"\n")


def server(**different):
    return {"server_id": "s-1", "state": "running", "region": "here", "instance_type": "trap",
            "public_ipv4": "127.0.0.1", **different}


def misbehave(kind, n, request):
    if kind == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif kind == "abort":
        os.abort()
    elif kind == "exit":
        sys.exit(0)
    elif kind == "raise":
        raise RuntimeError("a bug in the plugin")
    elif kind == "hang":
        sleep_for_ever()
    elif kind == "hang_deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sleep_for_ever()
    elif kind == "spin":
        while True:
            pass
    elif kind == "child":
        leave_a_child()
        os._exit(9)
    elif kind == "print_for_ever":
        print_for_ever()
    elif kind == "log_for_ever":
        while True:
            send({"type": "log", "n": n, "level": "error", "text": "blah " * 1000})
    elif kind == "memory":
        use_up_memory()
    elif kind == "close":
        wire.close()
        connection.close()
        os.closerange(0, 10)
        sleep_for_ever()
    elif kind == "html":
        connection.sendall(b"<html>502 Bad Gateway</html>\n")
    elif kind == "too_long":
        connection.sendall(b'{"type":"reply","n":%d,"bytes":9223372036854775807}\n' % n)
    elif kind == "no_json":
        send({"type": "reply", "n": n}, b"\x00\xff\xfe")
    elif kind == "nested":
        send({"type": "reply", "n": n}, b"[" * 1000000)
    elif kind == "another_shape":
        reply(n, {"server": {"server_id": 7, "state": ["running"]}, "offers": {"first": OFFER}})
    elif kind == "absurd":
        reply(n, {"offers": [{**OFFER, "vcpu": 9223372036854775807, "disk_mib": -9223372036854775808}]})
    elif kind == "float_price":
        reply(n, {"offers": [{**OFFER, "hourly": 1e-300}]})
    elif kind == "free":
        reply(n, {"offers": [{**OFFER, "hourly": "0"}]})
    elif kind == "escapes":
        failure = {"code": "denied", "effect": "none", "message": "\x1b[2J\x1b]0;owned\x07no\nno " +
                   "x" * 1000000, "retry_after_ms": 9223372036854775807}
        send({"type": "fail", "n": n}, json.dumps(failure).encode())
    elif kind == "option_for_an_address":
        reply(n, {"server": server(attempt_id=request["attempt_id"],
                                   public_ipv4="-oProxyCommand=touch owned")})
    else:
        sys.exit(f"no such kind: {kind}")


def answer(method, n, request):
    if method == "offers":
        reply(n, {"offers": [OFFER]})
    elif method == "find":
        reply(n, {"servers": [], "absent": [one["attempt_id"] for one in request.get("sought", [])],
                  "complete": True})
    else:
        reply(n, {})


def main():
    send({"type": "hello", "wire": 1}, json.dumps(MANIFEST).encode())
    how = ":"
    while True:
        line = wire.readline()
        if not line:
            return
        header = json.loads(line)
        body = wire.read(header.get("bytes", 0))
        n = header.get("n")
        if header["type"] == "create":
            how = json.loads(body)["how"]
            if how.startswith("start:"):
                misbehave(how.split(":")[1], n, {})
            reply(n, {})
        elif header["type"] == "call":
            method, kind = how.split(":")
            if header["method"] == method:
                misbehave(kind, n, json.loads(body))
            else:
                answer(header["method"], n, json.loads(body))


main()
