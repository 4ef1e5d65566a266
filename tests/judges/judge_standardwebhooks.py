"""The npm package standardwebhooks, as a receiver would use it, on what a real berth delivers."""
import base64
import json
import os
import shutil
import subprocess

import walks
from walk_webhook import Receiver

VERSION = "1.1.1"  # as in tests/judges/install-standardwebhooks
CACHE = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
PACKAGE = os.path.join(CACHE, "berth-judges", "standardwebhooks-" + VERSION, "node_modules", "standardwebhooks")

# A line in: {"secret", "raw", "headers", "body"}; a line out: "" or what the package says against it. Time is
# checked as well: it refuses what is older than five minutes.
JUDGE = """
const { Webhook } = require(process.argv[1]);
for (const line of require("fs").readFileSync(0, "utf8").split("\\n").filter(Boolean)) {
  const { secret, raw, headers, body } = JSON.parse(line);
  try {
    new Webhook(secret, raw ? { format: "raw" } : undefined).verify(body, headers);
    console.log("ok");
  } catch (error) {
    console.log("refused: " + error.message);
  }
}
"""

BYTES = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(BYTES).decode()
OLD = "plain text that signed so far"


def verdicts(story, deliveries, secret, raw=False, spoil=lambda headers, body: (headers, body)):
    lines = []
    for headers, body in deliveries:
        names = {name.lower(): value for name, value in headers.items()}
        names, text = spoil(names, body.decode())
        lines.append(json.dumps({"secret": secret, "raw": raw, "headers": names, "body": text}))
    done = subprocess.run([shutil.which("node"), "-e", JUDGE, PACKAGE], input="\n".join(lines), text=True,
                          capture_output=True)
    story.check(done.returncode == 0, done.stderr)
    said = done.stdout.splitlines()
    story.check(len(said) == len(deliveries), done.stdout)
    return said


def delivered(story, settings):
    if shutil.which("node") is None:
        raise walks.Skipped("node is not installed: scripts/install-dependencies judges")
    if not os.path.exists(PACKAGE):
        raise walks.Skipped(f"the npm package is not in {PACKAGE}: scripts/install-dependencies judges")
    receiver = Receiver(failures=1)
    story.environment.update({"HOOK_SECRET": SECRET, "HOOK_OLD": OLD})
    story.configure(vendors=("hetzner",), more=f'[[notifier]]\nid = "hook"\nplugin = "webhook"\n'
                    f'[notifier.settings]\nurl = "{receiver.url}"\n{settings}')
    story.deploy("web")
    story.wait_for(lambda: story.berth("run", "--once", code=0) and not
                   story.rows("SELECT 1 FROM delivery WHERE state = 'waiting'"), "the deliveries", 20)
    story.check(len(receiver.got) > 3 and receiver.refused, receiver.got)
    return receiver


def what_berth_delivers_is_taken_and_what_was_changed_is_not():
    with walks.Story() as story:
        receiver = delivered(story, 'secret = { env = "HOOK_SECRET" }\n')
        got = receiver.got
        story.check(set(verdicts(story, got, SECRET)) == {"ok"}, verdicts(story, got, SECRET))
        for spoil in (lambda headers, body: (headers, body + " "),
                      lambda headers, body: ({**headers, "webhook-id": "another"}, body),
                      lambda headers, body: ({**headers, "webhook-timestamp":
                                              str(int(headers["webhook-timestamp"]) - 1)}, body),
                      lambda headers, body: ({**headers, "webhook-signature": "v1,AAAA"}, body)):
            said = verdicts(story, got, SECRET, spoil=spoil)
            story.check(all(one.startswith("refused") for one in said), said)
        other = "whsec_" + base64.b64encode(BYTES[::-1]).decode()
        story.check("ok" not in verdicts(story, got, other), "another secret is taken")
        # What was refused at first came again under the same id.
        again = {headers["webhook-id"] for headers, _ in got}
        story.check({headers["webhook-id"] for headers, _ in receiver.refused} <= again, again)


def two_secrets_are_both_taken_while_one_replaces_the_other():
    with walks.Story() as story:
        got = delivered(story, 'secret = { env = "HOOK_SECRET" }\nold_secret = { env = "HOOK_OLD" }\n').got
        story.check(set(verdicts(story, got, SECRET)) == {"ok"}, "the new one is refused")
        story.check(set(verdicts(story, got, OLD, raw=True)) == {"ok"}, "the old one is refused")


walks.walk(what_berth_delivers_is_taken_and_what_was_changed_is_not,
           two_secrets_are_both_taken_while_one_replaces_the_other)
