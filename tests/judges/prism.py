"""Prism, which holds a conversation against the vendor's own OpenAPI document.

    with prism.judge("hetzner.json", "http://127.0.0.1:8090/hetzner/v1") as judge:
        ...  # a client talks to judge.url, by the paths of the document
        judge.violations()  # [] or texts that name the field

client -> front -> Prism -> back -> upstream. `front` sees what the client sees, so that an answer of
Prism's own is known by its type, and one that it only marked by its header `sl-violations`; tests
tamper with requests in `front` and with answers in `back`.
"""
import contextlib
import json
import os
import shutil
import socket
import subprocess
import time

import walks
from between import Between
from spec_names import SpecNames

VERSION = "5.14.2"  # as in tests/judges/install-prism
SHARED = os.environ.get("BERTH_SHARED") or os.path.join(os.path.dirname(walks.SOURCE), "shared")
CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
PRISM = os.environ.get("BERTH_PRISM") or os.path.join(
    CACHE, "berth-judges", "prism-" + VERSION, "node_modules", "@stoplight", "prism-cli", "dist",
    "index.js")


def document_path(name):
    path = os.path.join(SHARED, "specs", name)
    if not os.path.exists(path):
        raise walks.Skipped(f"the vendor's OpenAPI document {path} is not there: name the folder "
                            "that holds specs/ in BERTH_SHARED")
    return path


def command():
    if not os.path.exists(PRISM):
        raise walks.Skipped(f"Prism is not installed in {PRISM}: scripts/install-dependencies judges")
    if shutil.which("node") is None:
        raise walks.Skipped("node, which Prism needs, is not installed")
    return [shutil.which("node"), PRISM]


class Judge:
    def __init__(self, document, front, back):
        self.document, self.front, self.back = document, front, back
        self.names = SpecNames(document)
        self.url = front.url
        self.judged, self.walks, self.seen = 0, 0, set()  # in all stories

    def point_at(self, upstream):
        self.back.point_at(upstream)

    def violations(self):
        return [f"{exchange}: {what}" for exchange in list(self.front.exchanges)
                for what in prisms_word(exchange) or self.names.complaints(exchange)]

    def operations(self):
        """The (method, path of the document) of all that was judged."""
        self.forget()
        return self.seen

    def forget(self):
        """A new story begins."""
        done, self.front.exchanges[:] = list(self.front.exchanges), []
        self.back.exchanges.clear()
        self.judged += len(done)
        self.walks += bool(done)
        self.seen |= {(exchange.method, self.names.template(exchange.path)) for exchange in done}


def prisms_word(exchange):
    if exchange.broken:
        return [f"Prism gave no answer: {exchange.broken}"]
    found = json.loads(exchange.answer_headers.get("sl-violations", "[]"))
    if exchange.answer_headers.get("content-type", "").startswith("application/problem+json"):
        problem = json.loads(exchange.answer_body)
        if "stoplight.io/prism" in problem.get("type", ""):
            found += problem.get("validation") or [
                {"location": [problem["title"]], "message": problem.get("detail", "")}]
    # The header and the body may say the same.
    return sorted({".".join(map(str, one.get("location", []))) + ": " + one["message"]
                   for one in found})


@contextlib.contextmanager
def judge(document_name, upstream=""):
    path = document_path(document_name)
    argv = command()
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    with Between() as front, Between(upstream) as back:
        process, url = start(argv, path, back.url)
        front.point_at(url)
        try:
            yield Judge(document, front, back)
        finally:
            process.kill()
            process.wait()


def start(argv, document, upstream):
    for _ in range(3):  # somebody else may take the port first
        port = walks.free_port()
        process = subprocess.Popen(
            [*argv, "proxy", "--errors", "--port", str(port), "--verboseLevel", "silent", document,
             upstream], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                return process, f"http://127.0.0.1:{port}"
            time.sleep(0.05)
        process.kill()
        said = process.communicate()[1].decode(errors="replace")
    raise AssertionError(f"Prism did not start: {said}")
