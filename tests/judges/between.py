"""Stands between a client and a server: writes down every exchange, and may change one on its way.

    with Between("http://127.0.0.1:8090/hetzner/v1") as between:
        ...  # a client talks to between.url
        between.exchanges

The client's Host header is passed on as it is, because EC2's signatures cover it.
"""
import dataclasses
import http.client
import http.server
import threading
import urllib.parse

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date"}


@dataclasses.dataclass
class Exchange:
    """What was asked and answered, as the client saw it; names of headers in lower case. `status` 0:
    the connection broke."""
    method: str
    target: str
    headers: dict
    body: bytes
    status: int = 0
    answer_headers: dict = dataclasses.field(default_factory=dict)
    answer_body: bytes = b""
    broken: str = ""

    @property
    def path(self):
        return urllib.parse.urlsplit(self.target).path

    @property
    def query(self):
        return urllib.parse.parse_qsl(urllib.parse.urlsplit(self.target).query, keep_blank_values=True)

    def __str__(self):
        return f"{self.method} {self.target} -> {self.status or self.broken}"


class Between:
    def __init__(self, target="", change_request=None, change_answer=None):
        """The changers get the Exchange and may write to its fields, before it is sent on, or before
        the answer goes back."""
        self.exchanges = []
        self.change_request, self.change_answer = change_request, change_answer
        self.guard = threading.Lock()
        self.point_at(target)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def point_at(self, target):
        self.target = urllib.parse.urlsplit(target)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def forward(self, exchange):
        upstream = http.client.HTTPConnection(self.target.hostname, self.target.port, timeout=60)
        try:
            upstream.putrequest(exchange.method, self.target.path + exchange.target, skip_host=True,
                                skip_accept_encoding=True)
            for name, value in exchange.headers.items():
                if name not in HOP_BY_HOP:
                    upstream.putheader(name, value)
            if exchange.body or exchange.method == "POST":
                upstream.putheader("Content-Length", str(len(exchange.body)))
            upstream.putheader("Connection", "close")
            upstream.endheaders(exchange.body or None)
            answer = upstream.getresponse()
            exchange.answer_body = answer.read()
            exchange.answer_headers = {name.lower(): value for name, value in answer.getheaders()}
            exchange.status = answer.status
        except (OSError, http.client.HTTPException) as error:
            exchange.broken = repr(error)
        finally:
            upstream.close()

    def handler(self):
        between = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def exchange(self):
                headers = {name.lower(): value for name, value in self.headers.items()}
                exchange = Exchange(self.command, self.path, headers, self.sent())
                if between.change_request:
                    between.change_request(exchange)
                between.forward(exchange)
                if between.change_answer and exchange.status:
                    between.change_answer(exchange)
                with between.guard:
                    between.exchanges.append(exchange)
                self.close_connection = not exchange.status
                if exchange.status:
                    self.answer(exchange)

            def sent(self):
                if self.headers.get("transfer-encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("content-length") or 0))
                body = b""
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def answer(self, exchange):
                self.send_response_only(exchange.status)
                for name, value in exchange.answer_headers.items():
                    if name not in HOP_BY_HOP:
                        self.send_header(name, value)
                if exchange.status not in (204, 304):
                    self.send_header("content-length", str(len(exchange.answer_body)))
                self.end_headers()
                if self.command != "HEAD" and exchange.status not in (204, 304):
                    self.wfile.write(exchange.answer_body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = exchange

        return Handler
