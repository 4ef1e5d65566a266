"""The config is changed under a `berth run` that works. BERTH_CONFIG_EDITS: so many random edits (25)."""
import os
import random
import re
import signal

import harness

NOTICED = re.compile(r"in force now \(([0-9a-f]+)\)|cannot be used: |is as it was before")


class Edited(harness.Story):
    """A story with a `berth run`, and a config of its own for who only hands in deployments."""
    swaps = ()

    def __enter__(self):
        self.edits = 0
        self.token(harness.SECRETS["HT"])
        self.configure(("hetzner",), berth="# the first")
        os.rename(self.path("berth.toml"), self.path("submit.toml"))
        self.configure(("hetzner",), berth="# the first")
        self.start_run()
        return super().__enter__()

    def start_run(self):
        self.running = self.start_berth("run")
        self.log = self.path(f"berth-{len(self.processes) - 1}.log")
        self.wait_for(lambda: self.rows("SELECT config FROM process_config"), "berth run")

    def said(self):
        with open(self.log) as file:
            return file.read()

    def account(self, *given):
        return super().account(*given).replace('{ env = "HT" }', '{ file = "token" }')

    def token(self, text):
        with open(self.path("new-token"), "w") as file:
            os.chmod(file.name, 0o600)
            file.write(text)
        os.rename(self.path("new-token"), self.path("token"))

    def edit(self, swaps=(), **config):
        """Returns the hash of what is in force then, or None."""
        self.edits += 1
        self.swaps = swaps
        self.configure(("hetzner",), berth=f"# edit {self.edits}", **config)
        return self.noticed()

    def write_config(self, text):
        """As an editor does it."""
        for old, new in self.swaps:
            self.check(old in text, (old, text))
            text = text.replace(old, new)
        with open(self.path("new.toml"), "w") as file:
            file.write(text)
        os.rename(self.path("new.toml"), self.path("berth.toml"))

    def noticed(self):
        before = getattr(self, "seen_lines", 0)
        self.wait_for(lambda: len(NOTICED.findall(self.said())) > before, "a look at the config")
        found = NOTICED.findall(self.said())
        self.seen_lines = len(found)
        return found[-1] or None

    def argv(self, *args):
        """As it is, but for who names a config."""
        return [harness.program("berth"), *args] if args[0] == "--config" else super().argv(*args)

    def submit(self, application, cpu=2, memory=4, disk=50):
        argv = self.deploy_args(application, cpu, memory, disk)
        # It may be denied by the one that runs before this one looks at it.
        return self.berth("--config", self.path("submit.toml"), *map(str, argv),
                          "--no-wait").document()["deployment_id"]

    def status(self, deployment):
        return self.rows("SELECT status, reason_code FROM deployment WHERE id = ?", deployment)[0]

    def settles(self, deployment, *statuses):
        self.wait_for(lambda: self.status(deployment)[0] in statuses or
                      self.status(deployment)[1] in statuses,
                      f"{statuses} of {deployment}; the log: {self.log}")


def takes_the_yes_away_and_gives_it_back():
    with Edited() as story:
        story.settles(story.submit("first", 8, 16, 100), "succeeded")
        story.edit(auto_approve=False)
        asked = story.submit("second", 8, 16, 100)
        story.settles(asked, "awaiting_approval")
        story.check(len(story.machines()) == 1, story.machines())
        config = story.edit()
        third = story.submit("third", 8, 16, 100)
        story.settles(third, "succeeded")
        document = story.berth("--json", "status", third, code=0).document()
        story.check(document["config"] == config, (document, config))
        story.check(any(one["config"] == config for one in story.audit()), story.audit())


def buys_nothing_while_the_config_is_invalid():
    with Edited() as story:
        story.edit(more="[[organization]]\nid = 7\n")
        web = story.submit("web")
        story.settles(web, "config_invalid")
        waits = story.berth("--config", story.path("submit.toml"), "--json", "status", web).document()
        story.check("berth.toml:" in waits["waits_for"]["sentence"], waits)
        story.check(not story.machines(), story.machines())
        story.edit()
        story.settles(web, "succeeded")


def is_asked_to_look_by_a_sighup_and_ended_by_a_sigterm():
    with Edited() as story:
        story.running.send_signal(signal.SIGHUP)
        story.noticed()
        story.check("was read again: it is as it was before" in story.said(), story.said())
        story.check(story.running.poll() is None, "SIGHUP ended it")
        story.settles(story.submit("web"), "succeeded")
        story.running.send_signal(signal.SIGTERM)
        story.check(story.running.wait(60) == 0, story.running.returncode)


def uses_a_token_that_was_rotated_in_its_file():
    with Edited() as story:
        story.token("revoked-token")
        story.noticed()
        web = story.submit("web")
        story.settles(web, "account_unusable")
        story.token(harness.SECRETS["HT"])
        story.noticed()
        other = story.submit("other")
        story.settles(other, "succeeded")
        story.settles(web, "succeeded")
        story.check("revoked-token" not in story.said() + story.ledger(), "a token was told")


def tells_of_another_process_with_another_config():
    with Edited() as story:
        story.configure(("hetzner",), berth="# another")
        os.rename(story.path("berth.toml"), story.path("other.toml"))
        story.edit()
        other = story.start_berth("--config", story.path("other.toml"), "run")
        log = story.path(f"berth-{len(story.processes) - 1}.log")
        story.wait_for(lambda: "works on this ledger with another config" in story.said(), "a word")
        story.wait_for(lambda: "works on this ledger with another config" in open(log).read(), "a word")
        story.end(other)


def buys_only_what_the_config_of_the_moment_allows():
    edits = int(os.environ.get("BERTH_CONFIG_EDITS", "25"))
    seed = int(os.environ.get("BERTH_SEED", random.randrange(1 << 30)))
    print(f"BERTH_SEED={seed} BERTH_CONFIG_EDITS={edits}")
    dice = random.Random(seed)
    cap = '[[pipeline]]\nstage = "sizing"\n[[pipeline]]\nstage = "selection"\nprice_cap = ' \
          '{ amount = "%s", currency = "USD" }\n[[pipeline]]\nstage = "approval"\n'
    forbid = ("auto_provisioning = true", "auto_provisioning = false")
    no_yes = {"auto_approve": False, "max_servers": 10_000}
    # What is edited, how, and what becomes of a deployment then.
    kinds = {
        "allowed": ({}, ("succeeded",)),
        "another quota": ({"max_servers": 9_999}, ("succeeded",)),
        "a high cap": ({"more": cap % "500"}, ("succeeded",)),
        "a low cap": ({"more": cap % "1"}, ("no_fitting_offer",)),
        "no flag": ({"swaps": [forbid]}, ("auto_provisioning_disabled",)),
        "no yes": (no_yes, ("awaiting_approval",)),
        "another admin": ({**no_yes, "swaps": [('["ann"]', '["bob"]')]}, ("awaiting_approval",)),
        "no quota": ({"max_servers": 0}, ("quota_exceeded",)),
        "invalid": ({"more": "[[organization]]\nid = 7\n"}, ("config_invalid",)),
        "cut off": ({"more": "[[organ"}, ("config_invalid",)),
        "a revoked token": ({}, ("account_unusable",)),
    }
    buys = ("allowed", "another quota", "a high cap", "a revoked token")
    with Edited(server_limit=2 * edits + 50, rate_limits="off") as story:
        allowing = {story.rows("SELECT config FROM process_config")[0][0]}
        waiting = []
        for number in range(edits):
            kind = dice.choice(list(kinds))
            config, outcome = kinds[kind]
            early = story.submit(f"early-{number}", 8, 16, 100) if dice.random() < 0.5 else None
            more = "\n" * number + config.get("more", "")  # each mistake on a line of its own
            in_force = story.edit(**{"max_servers": 10_000, **config, "more": more})
            if kind == "a revoked token":
                story.token(f"revoked-{number}")
                story.noticed()
            if kind in buys:
                allowing.add(in_force)
            late = story.submit(f"late-{number}", 8, 16, 100)
            story.settles(late, *outcome)
            if kind == "another admin":
                no = story.berth("--as", "ann", "approve", late)
                story.check(no.code != 0 and "bob" in no.err, no)
            if kind == "a revoked token":
                story.token(harness.SECRETS["HT"])
                story.noticed()
            waiting += [late] if outcome[0] in ("config_invalid", "account_unusable") else []
            waiting += [early] if early else []
        allowing.add(story.edit(max_servers=10_000))
        for one in waiting:  # by the config before the edit, or by one after it
            story.settles(one, "succeeded", "awaiting_approval", "denied", "no_fitting_offer")
        bought = story.rows("SELECT id, config FROM attempt WHERE status <> 'gone' OR vendor_id <> ''")
        story.check(bought and all(config in allowing for _, config in bought), (bought, allowing))
        lost = story.rows("SELECT id, status, reason FROM deployment WHERE status NOT IN "
                          "('succeeded', 'awaiting_approval', 'denied') "
                          "AND reason_code <> 'no_fitting_offer'")
        story.check(not lost, lost)
        story.check(len(story.machines()) == len(bought), (story.machines(), bought))


harness.walk(takes_the_yes_away_and_gives_it_back, buys_nothing_while_the_config_is_invalid,
             is_asked_to_look_by_a_sighup_and_ended_by_a_sigterm,
             uses_a_token_that_was_rotated_in_its_file,
             tells_of_another_process_with_another_config,
             buys_only_what_the_config_of_the_moment_allows)
