"""Signed delivery to a receiver that fails first."""
import base64
import hashlib
import hmac
import http.server
import json
import threading

import harness

SECRET = "shared-with-the-receiver"


class Receiver:
    """Answers 503 to the first `failures` deliveries."""

    def __init__(self, failures, status=503):
        self.got, self.refused, lock = [], [], threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(handler):
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                with lock:
                    refuse = len(self.refused) < failures
                    (self.refused if refuse else self.got).append((dict(handler.headers), body))
                handler.send_response(status if refuse else 204)
                handler.send_header("Content-Length", "0")
                handler.end_headers()

            def log_message(handler, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def notifier(receiver):
    return (f'[[notifier]]\nid = "hook"\nplugin = "webhook"\n[notifier.settings]\n'
            f'url = "{receiver.url}"\nsecret = {{ env = "HOOK_SECRET" }}\n')


def is_signed_and_repeated_until_it_is_taken():
    receiver = Receiver(failures=2)
    with harness.Story() as story:
        story.environment["HOOK_SECRET"] = SECRET
        story.configure(vendors=("hetzner",), more=notifier(receiver))
        web = story.deploy("web")
        story.wait_for(lambda: story.berth("run", "--once", code=0) and not
                       story.rows("SELECT 1 FROM delivery WHERE state = 'waiting'"), "the deliveries", 20)
        events = [json.loads(body) for _, body in receiver.got]
        types = [event["type"] for event in events]
        story.check(types[0] == "deployment.accepted" and types[-1] == "deployment.succeeded", types)
        story.check("server.auto-provisioned" in types, types)
        story.check(len(set(event["event_id"] for event in events)) == len(events), events)
        story.check(len(receiver.refused) == 2, receiver.refused)
        for headers, body in receiver.got:
            text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
            expected = "v1," + base64.b64encode(hmac.new(SECRET.encode(), text, hashlib.sha256).digest()).decode()
            story.check(headers["webhook-signature"] == expected, headers)
            story.check(headers["webhook-id"] == json.loads(body)["event_id"], headers)
            story.check(SECRET.encode() not in body and SECRET not in str(headers), body)
        story.check(web["status"] == "succeeded", web)


def that_is_down_delays_nothing():
    with harness.Story() as story:
        story.environment["HOOK_SECRET"] = SECRET
        down = Receiver(failures=10 ** 9)
        story.configure(vendors=("hetzner",), more=notifier(down))
        web = story.deploy("web")
        story.check(web["status"] == "succeeded", web)
        story.check(story.rows("SELECT count(*) FROM delivery WHERE state = 'waiting'")[0][0] > 0, web)
        story.berth("run", "--once", code=0)  # ends all the same


def refused_for_good_is_given_up():
    with harness.Story() as story:
        story.environment["HOOK_SECRET"] = SECRET
        receiver = Receiver(failures=10 ** 9, status=410)
        story.configure(vendors=("hetzner",), more=notifier(receiver))
        story.deploy("web")
        story.check(not story.rows("SELECT 1 FROM delivery WHERE state = 'waiting'"), "it still waits")


if __name__ == "__main__":
    harness.walk(is_signed_and_repeated_until_it_is_taken, that_is_down_delays_nothing,
                 refused_for_good_is_given_up)
