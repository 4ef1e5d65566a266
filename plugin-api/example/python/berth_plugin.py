"""berth's Python SDK: a plugin as a script. Standard library only, Python 3.9 or newer.

    import berth_plugin as berth

    class Provider:
        def __init__(self, config): ...            # a dict: the settings, defaults filled in
        def offers(self, request, call): return {"offers": [...]}    # and check, create, find, destroy

    berth.run(MANIFEST, {"berth.cloud-provider/1": Provider})

Requests and responses are the JSON objects of schema/. A method fails by raising berth.Failure; any
other exception becomes "internal". Methods run in threads when the manifest says "concurrent".
This module speaks wire.md on file descriptor 3; berth starts the script: command = ["python3", "x.py"].
"""
import json
import os
import queue
import re
import socket
import sys
import threading
import time
import traceback

LONGEST_LINE = 65536
LONGEST_TEXT = 16000      # of a log line: JSON may write six bytes for one character
LARGEST_BODY = 32 * 1024 * 1024
READ_ONLY = {"check", "offers", "find"}


class Failure(Exception):
    """Why a call failed. `code` and `effect` are words of the closed lists (schema/failure…)."""

    def __init__(self, code, message, effect="unknown", vendor_code="", vendor_text="",
                 retry_after_ms=None, scope=None, scope_name=""):
        super().__init__(message)
        self.code, self.effect = code, effect
        self.fields = {"code": code, "effect": effect, "message": message}
        optional = {"vendor_code": vendor_code, "vendor_text": vendor_text[:500],
                    "retry_after_ms": retry_after_ms, "scope": scope, "scope_name": scope_name}
        self.fields.update({key: value for key, value in optional.items()
                            if value is not None and value != ""})

    @classmethod
    def of_json(cls, body):
        known = ("effect", "vendor_code", "vendor_text", "retry_after_ms", "scope",
                 "scope_name")
        given = json.loads(body)
        return cls(given["code"], given.get("message", ""),
                   **{key: given[key] for key in known if given.get(key) is not None})


class Response:
    """What an HTTP exchange answered: status, headers (names in lower case), body (bytes)."""

    def __init__(self, frame, body):
        self.status, self.body = frame["status"], body
        self.headers = {}
        for name, value in frame.get("headers", []):
            self.headers.setdefault(name.lower(), value)

    def json(self):
        return json.loads(self.body)


class Call:
    """One call in flight. Use it in the method that got it only."""

    def __init__(self, wire, frame):
        self._wire, self._n, self._exchanges = wire, frame["n"], 0
        self._begun = time.monotonic()
        self._now_unix_ms, self._remaining_ms = frame["now_unix_ms"], frame["remaining_ms"]
        self._answers = queue.Queue()
        self.cancelled = False

    def _passed_ms(self):
        return int((time.monotonic() - self._begun) * 1000)

    def now_unix_ms(self):
        return self._now_unix_ms + self._passed_ms()

    def remaining_ms(self):
        """Until the deadline; 0 or less: give up."""
        return self._remaining_ms - self._passed_ms()

    def log(self, text, level="info"):
        self._wire.send({"type": "log", "n": self._n, "level": level, "text": text[:LONGEST_TEXT]})

    def progress(self, text):
        """One line for the person who waits."""
        self._wire.send({"type": "progress", "n": self._n, "text": text[:LONGEST_TEXT]})

    def http(self, method, url, headers=None, body=b"", deleting=False):
        """One exchange, done by the host. Raises Failure when there is no response."""
        self._exchanges += 1
        frame = {"type": "http", "n": self._n, "h": self._exchanges, "method": method, "url": url,
                 "headers": [[key, value] for key, value in (headers or {}).items()],
                 "deleting": deleting}
        self._wire.send(frame, body.encode() if isinstance(body, str) else body)
        while True:
            answer, content = self._answers.get()
            if answer.get("h") != self._exchanges:
                continue
            if answer.get("failed"):
                raise Failure.of_json(content)
            return Response(answer, content)


class Wire:
    """Frames on the socket. Any thread may send; one reads."""

    def __init__(self, connection):
        self._connection = connection
        self._reader = connection.makefile("rb")
        self._sending = threading.Lock()

    def send(self, frame, body=b""):
        if body:
            frame["bytes"] = len(body)
        line = json.dumps(frame, separators=(",", ":")).encode() + b"\n"
        if len(line) > LONGEST_LINE or len(body) > LARGEST_BODY:
            raise Failure("internal", "a frame is too long for the wire", effect="none")
        with self._sending:
            self._connection.sendall(line + body)

    def receive(self):
        """The next frame and its body; None at the end of file. Raises on a broken frame."""
        line = self._reader.readline(LONGEST_LINE + 1)
        if not line:
            return None
        if not line.endswith(b"\n") or len(line) > LONGEST_LINE:
            raise ValueError("a line is cut short or too long")
        frame = json.loads(line)
        size = frame.get("bytes", 0)
        if not isinstance(frame.get("type"), str) or not 0 <= size <= LARGEST_BODY:
            raise ValueError("a frame without type or with an impossible size")
        body = self._reader.read(size)
        if len(body) != size:
            raise ValueError("a body is cut short")
        return frame, body


def checked(manifest, config):
    """The settings with defaults, or Failure `invalid`."""
    if not isinstance(config, dict):
        raise Failure("invalid", "config: expected an object", effect="none")
    fits = {"string": lambda v: isinstance(v, str),
            "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
            "boolean": lambda v: isinstance(v, bool),
            "decimal": lambda v: isinstance(v, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", v),
            "string_list": lambda v: isinstance(v, list) and all(isinstance(e, str) for e in v)}
    settings = {key: value for key, value in config.items() if value is not None}
    for key, setting in manifest.get("config", {}).items():
        if key not in settings and "default" in setting:
            settings[key] = setting["default"]
        if key not in settings and setting.get("required"):
            raise Failure("invalid", f'"{key}" is required', effect="none")
        if key in settings and not fits[setting["type"]](settings[key]):
            raise Failure("invalid", f'"{key}" must be of type {setting["type"]}', effect="none")
    settings.setdefault("default_region", manifest.get("default_region", ""))
    return settings


class Worker:
    """Answers every call exactly once."""

    def __init__(self, wire, manifest, interfaces):
        self._wire, self._manifest, self._interfaces = wire, manifest, interfaces
        self._instances = {}
        self._calls = {}
        self._knowing = threading.Lock()

    def serve(self):
        self._wire.send({"type": "hello", "wire": 1}, json.dumps(self._manifest).encode())
        while True:
            received = self._wire.receive()
            if received is None:
                os._exit(0)  # the host is gone: so are we, whatever the threads still do
            self._take(*received)

    def _take(self, frame, body):
        if frame["type"] in ("create", "call"):
            call = Call(self._wire, frame)
            with self._knowing:
                self._calls[frame["n"]] = call
            threading.Thread(target=self._answer, args=(frame, body, call), daemon=True).start()
            return
        with self._knowing:
            call = self._calls.get(frame.get("n"))
        if call and frame["type"] == "http":
            call._answers.put((frame, body))
        elif call and frame["type"] == "cancel":
            call.cancelled = True

    def _answer(self, frame, body, call):
        method = frame.get("method", "create")
        kind, content = "reply", b""
        try:
            try:
                work = self._create if frame["type"] == "create" else self._call
                content = json.dumps(work(frame, body, call), allow_nan=False).encode()
            except Failure:
                raise
            except Exception as error:
                traceback.print_exc()  # the host keeps stderr as log lines
                harmless = frame["type"] == "create" or method in READ_ONLY
                raise Failure("internal", f"{type(error).__name__}: {error}",
                              effect="none" if harmless else "unknown") from error
        except Failure as failure:
            kind, content = "fail", json.dumps(failure.fields).encode()
        with self._knowing:
            del self._calls[frame["n"]]
        if len(content) > LARGEST_BODY:
            kind, content = "fail", b'{"code":"internal","message":"the reply is too long"}'
        self._wire.send({"type": kind, "n": frame["n"]}, content)

    def _create(self, _, body, __):
        try:
            config = json.loads(body)
        except ValueError as error:
            raise Failure("invalid", f"config: {error}", effect="none") from error
        settings = checked(self._manifest, config)
        self._instances = {name: make(settings) for name, make in self._interfaces.items()}
        return {}

    def _call(self, frame, body, call):
        instance = self._instances.get(frame["interface"])
        method = frame["method"]
        if instance is None or method.startswith("_") or not hasattr(instance, method):
            raise Failure("unsupported", f"no {frame['interface']} {method} here", effect="none")
        try:
            request = json.loads(body or b"{}")
        except (ValueError, RecursionError) as error:
            raise Failure("invalid", f"the request: {error}", effect="none") from error
        if not isinstance(request, dict):
            raise Failure("invalid", "the request is no object", effect="none")
        response = getattr(instance, method)(request, call)
        return {} if response is None else response


def run(manifest, interfaces):
    """Serves until the host closes the socket. `interfaces`: interface id -> class."""
    try:
        connection = socket.socket(fileno=3)
    except OSError:
        sys.exit(f"{sys.argv[0]}: a berth plugin; berth starts it: command = "
                 f'["python3", "{os.path.abspath(sys.argv[0])}"]')
    sys.stdout.reconfigure(line_buffering=True)
    Worker(Wire(connection), manifest, interfaces).serve()
