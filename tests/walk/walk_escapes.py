"""Vendors' refusals and a deploy command's output, full of escapes: nobody's terminal, log or receiver obeys them."""
import json
import os
import re

import harness
from walk_webhook import Receiver, notifier

# Control characters (but a line's end), C1, direction, line separators, what cannot be seen.
ESCAPES = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
                     "\U000e0000-\U000e007f]")


with open(os.path.join(harness.SOURCE, "tests", "request", "corpus", "escapes.txt")) as corpus:
    CORPUS = [re.sub(rb"\\x([0-9a-f]{2})", lambda at: bytes([int(at[1], 16)]), line.rstrip("\n").encode())
              for line in corpus if line.strip() and not line.startswith("#")]


def strings_in(value):
    if isinstance(value, str):
        yield value
    for each in value if isinstance(value, list) else value.values() if isinstance(value, dict) else ():
        yield from strings_in(each)
    if isinstance(value, dict):
        yield from value


def check_plain(story, text, where):
    found = ESCAPES.search(text)
    story.check(not found, f"{where}: {found and text[max(0, found.start() - 60):found.end() + 20]!r}")


def check_documents(story, *commands):
    for command in commands:
        ran = story.berth("--json", *command)
        check_plain(story, ran.err, f"stderr of {command}")
        for text in strings_in(ran.document()):
            check_plain(story, text, f"--json of {command}")
        ran = story.berth(*command)
        check_plain(story, ran.out + ran.err, command)


def of_a_vendor_reach_no_terminal_log_or_receiver():
    evil = b" ".join(CORPUS).decode("utf-8", "ignore") + " denied"
    with harness.Story() as story:
        receiver = Receiver(failures=0)
        story.environment["HOOK_SECRET"] = "shared"
        story.configure(more=notifier(receiver), berth=f'log_file = "{story.path("berth.log")}"')
        story.berth("offers", "--org", "acme", code=0)
        for vendor in ("hetzner", "digitalocean", "aws"):
            story.faults({"match": {"vendor": vendor, "operation": "create"},
                          "do": {"code": "evil", "status": 403, "message": evil}})
            ran = story.berth("deploy", "--org", "acme", "--app", "to-" + vendor, "--cpu", "2",
                              "--memory", "4", "--disk", "50")
            check_plain(story, ran.out + ran.err, vendor)
        story.faults({"match": {}, "do": {"code": "evil", "status": 403, "message": evil}})
        ran = story.berth("accounts", "list")
        ran = story.berth("plugins", "check", "hetzner")
        check_plain(story, ran.out + ran.err, "plugins check")
        story.faults()
        story.berth("run", "--once")
        with open(story.path("berth.log"), encoding="utf-8", newline="") as file:
            log = file.read()
        check_plain(story, log, "log_file")
        story.check("denied" in log or "owned" in log or receiver.got, log)
        for line in log.splitlines():
            story.check(re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z (debug|info|warning|error) ", line) and
                        not line.startswith("2026-11-30T00:00:00.000Z"), f"a forged line: {line!r}")
        check_documents(story, ("status",), ("audit",), ("events",), ("servers", "list"), ("accounts", "list"))
        for _, body in receiver.got:
            for text in strings_in(json.loads(body)):
                check_plain(story, text, "the webhook's body")
        story.check(receiver.got, "nothing was delivered")


def of_a_deploy_command_reach_nobody():
    with harness.Story() as story:
        with open(story.path("evil.bin"), "wb") as file:
            file.write(b"\n".join(CORPUS))
        story.configure(vendors=("hetzner",), command='["sh", "-c", "cat evil.bin; exit 3"]',
                        berth=f'log_file = "{story.path("berth.log")}"')
        ran = story.berth("deploy", "--org", "acme", "--app", "web", "--cpu", "2", "--memory", "4",
                          "--disk", "50", code=9)
        story.check("owned" in ran.out, ran)
        check_plain(story, ran.out + ran.err, "deploy")
        deployment = story.deployments()[0]["deployment_id"]
        check_documents(story, ("status", deployment), ("status",), ("events", deployment), ("audit",))
        with open(story.path("berth.log"), encoding="utf-8", newline="") as file:
            check_plain(story, file.read(), "log_file")


harness.walk(of_a_vendor_reach_no_terminal_log_or_receiver, of_a_deploy_command_reach_nobody)
