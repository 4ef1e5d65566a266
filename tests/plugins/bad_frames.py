#!/usr/bin/env python3
"""A script that misuses the wire; its argument says how, its methods are the same words."""
import json
import os
import socket
import sys
import time

MANIFEST = (b'{"id":"bad-frames","version":"1","name":"Bad","interfaces":["berth.test/1"],'
            b'"concurrent":2,"config":{}}')
wire = socket.socket(fileno=3)
reader = wire.makefile("rb")
how = sys.argv[1] if len(sys.argv) > 1 else ""


def send(header, body=b""):
    if body:
        header["bytes"] = len(body)
    wire.sendall(json.dumps(header).encode() + b"\n" + body)


if how == "no_module":
    import a_module_that_nobody_wrote  # noqa: F401
if how == "no_hello":
    wire.sendall(b"good morning\n")
    time.sleep(60)
if how == "newer_wire":
    send({"type": "hello", "wire": 2}, MANIFEST)
    time.sleep(60)
if how == "silent":
    time.sleep(60)
send({"type": "hello", "wire": 1}, MANIFEST)
while True:
    line = reader.readline()
    if not line:
        sys.exit(0)
    header = json.loads(line)
    body = reader.read(header.get("bytes", 0))
    n, method = header.get("n"), header.get("method")
    if header["type"] == "create":
        send({"type": "reply", "n": n}, b"{}")
    elif method == "echo":
        send({"type": "reply", "n": n}, body)
    elif method == "environment":
        text = json.dumps({"environment": sorted(os.environ), "argv": sys.argv,
                           "descriptors": sorted(map(int, os.listdir("/proc/self/fd")))})
        send({"type": "reply", "n": n}, text.encode())
    elif method == "garbage":
        wire.sendall(b"<html>this is no frame</html>\n")
    elif method == "endless_line":
        wire.sendall(b"x" * 70000)
    elif method == "too_many_bytes":
        wire.sendall(b'{"type":"reply","n":%d,"bytes":99999999}\n' % n)
    elif method == "unknown_n":
        send({"type": "reply", "n": n + 1000}, b"{}")
        send({"type": "from the future", "n": n}, b"{}")
        send({"type": "reply", "n": n}, b"{}")
    elif method == "twice":
        send({"type": "reply", "n": n}, b"1")
        send({"type": "reply", "n": n}, b"2")
    elif method == "closes":
        wire.shutdown(socket.SHUT_RDWR)
        time.sleep(60)
    elif method == "half_a_frame":
        wire.sendall(b'{"type":"reply","n":%d,"bytes":10}\n{}' % n)
        os._exit(0)
    elif method == "leaves_a_child":
        if os.fork() == 0:
            time.sleep(60)
        os._exit(4)
