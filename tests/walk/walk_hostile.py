"""An organization with two accounts, and the plugin of the cheaper one is hostile. However it misbehaves,
the deployment lands at the other, nothing is left behind, and berth says whose fault it was."""
import glob
import os
import re
import shutil
import sys

import harness

PLUGIN = os.path.join(harness.SOURCE, "tests", "plugins", "hostile_provider.py")
# A person's words: no bytes that steer a terminal, no text without end.
UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def configure(story, how):
    script = story.path("hostile_provider.py")
    shutil.copy(PLUGIN, script)
    config = dict(vendors=("hetzner",), max_servers=40, more=f'''
[[plugin]]
id = "hostile"
command = ["{sys.executable}", "{script}"]
[[account]]
id = "bad-cloud"
plugin = "hostile"
organizations = ["acme"]
[account.settings]
how = "{how}"
''')
    story.configure(call_timeout="3s", **config)


def processes_of(story):
    """Whatever still runs the plugin, in any session."""
    found = []
    for name in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(name, "rb") as file:
                line = file.read()
        except OSError:
            continue
        if story.path("hostile_provider.py").encode() in line:
            found.append((name, line))
    return found


def size_of(folder):
    return sum(os.path.getsize(os.path.join(at, name))
               for at, _, names in os.walk(folder) for name in names)


def attempts_of(story):
    if not os.path.exists(story.path("state", "ledger.db")):
        return {}
    return {name: failure or "" for name, failure in story.rows("SELECT id, failure FROM attempt")}


def lands_elsewhere(kinds, method):
    """One deployment for each kind, each too large to share a server."""
    with harness.Story() as story:
        for kind, words in kinds.items():
            where = f"{method}:{kind}"
            configure(story, where)
            for cache in glob.glob(story.path("state", "cache.db*")):
                os.remove(cache)
            if method == "create":  # its catalogue is fine
                story.berth("offers", code=0)
            before = attempts_of(story)
            ran = story.berth(*story.deploy_args(kind.replace("_", "-"), 3, 6, 60), timeout=200)
            document = ran.document()
            if document["status"] == "awaiting_approval":  # nobody knows what it would have sold
                asked = document
                story.berth("--as", "ann", "approve", asked["deployment_id"], code=0)
                story.berth("run", "--once", timeout=200)
                document = story.berth("--json", "status", asked["deployment_id"]).document()
            story.check(document["status"] == "succeeded", (where, document, ran.err[-3000:]))
            story.check(document["server"]["provider"] == "hetzner", (where, document["server"]))
            failures = [text for name, text in attempts_of(story).items() if name not in before]
            told = "\n".join(failures) + ran.err + ran.out
            story.check(re.search(words, told), (where, words, told[-3000:]))
            story.check("hostile" in told or "bad-cloud" in told, (where, told[-3000:]))
            for text in (ran.err, document["reason"], *failures):
                story.check(not UNFIT.search(text), f"{where}: not for a terminal: {text[:300]!r}")
            story.check(len(ran.err) < 1_000_000, f"{where}: {len(ran.err)} bytes of log")
            story.wait_for(lambda: not processes_of(story), f"{where}: {processes_of(story)}", 10)
            story.check(not os.path.exists(story.path("owned")), "the plugin ran a program of its own")
        story.check_no_leaks()
        story.check(len(story.machines()) == len(kinds), story.machines())
        story.check(size_of(story.path("state")) < 8_000_000, size_of(story.path("state")))
        core = [name for name in os.listdir(story.folder) if name.startswith("core")]
        story.check(not core, core)


def its_process_ends_in_the_middle_of_create():
    lands_elsewhere({"crash": "signal 11", "abort": "signal 6", "exit": "status 0",
                     "raise": "status 1", "child": "status 9", "memory": "status 1"}, "create")


def create_never_comes_back():
    lands_elsewhere({"hang": "in time", "hang_deaf": "in time", "spin": "in time",
                     "close": "closed its connection|in time|status"}, "create")


def create_never_stops_talking():
    lands_elsewhere({"print_for_ever": "in time", "log_for_ever": "in time"}, "create")


def create_answers_garbage():
    lands_elsewhere({"html": "not a frame", "too_long": "bytes", "no_json": "not JSON",
                     "nested": "not JSON"}, "create")


def create_answers_what_makes_no_sense():
    lands_elsewhere({"another_shape": "server_id", "escapes": "no no",
                     "option_for_an_address": "no IPv4 address"}, "create")


def its_offers_are_not_to_be_had():
    lands_elsewhere({"crash": "signal 11", "hang": "in time", "html": "not a frame",
                     "no_json": "not JSON", "absurd": "vcpu", "float_price": "hourly",
                     "free": "", "log_for_ever": "in time"}, "offers")


def it_does_not_even_start():
    lands_elsewhere({"crash": "signal 11", "hang": "in time", "html": "not a frame"}, "start")


harness.walk(its_process_ends_in_the_middle_of_create, create_never_comes_back,
             create_never_stops_talking, create_answers_garbage, create_answers_what_makes_no_sense,
             its_offers_are_not_to_be_had, it_does_not_even_start)
