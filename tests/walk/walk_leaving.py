"""Organizations and accounts leave the config while they have servers; servers are emptied."""
import os
import pwd
import re
import subprocess

import harness

NOBODY = 65534
QUICK_REAPING = '[reap]\nevery = "1s"\ngrace = "1s"\n'


class Left(harness.Story):
    """One bought server with `web` on it. `plain`: all of it belongs to a plain user, who acts."""

    def __init__(self, plain=False, **config):
        self.options = {}
        super().__init__()
        self.configure(("hetzner",), more=QUICK_REAPING, **config)
        self.whole = self.text()
        if plain and os.geteuid() == 0:
            self.become_plain()
        self.user = pwd.getpwuid(self.options.get("user", os.geteuid())).pw_name

    def become_plain(self):
        for folder, _, files in os.walk(self.folder):
            for path in (folder, *(os.path.join(folder, name) for name in files)):
                os.chown(path, NOBODY, NOBODY)
        probe = subprocess.run([harness.program("berth"), "--version"], capture_output=True,
                               preexec_fn=lambda: os.setuid(NOBODY))
        if probe.returncode != 0:
            raise harness.Skipped("a plain user may not run " + harness.program("berth"))
        self.options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}

    def berth(self, *args, **options):
        return super().berth(*args, **{**self.options, **options})

    def text(self):
        with open(self.path("berth.toml")) as file:
            return file.read()

    def write_config(self, text):
        with open(self.path("new.toml"), "w") as file:
            file.write(text)
        if getattr(self, "options", {}):
            os.chown(file.name, NOBODY, NOBODY)
        os.rename(self.path("new.toml"), self.path("berth.toml"))

    def organization_leaves(self):
        self.write_config(self.whole.replace('"acme"', '"other"'))

    def account_leaves(self):
        self.write_config(re.sub(r"\[\[account\]\].*?(?=\[reap\])", "", self.whole, flags=re.S))

    def put_back(self, active=True):
        self.write_config(self.whole if active else
                          self.whole.replace("[[account]]", "[[account]]\nactive = false"))

    def server(self):
        return self.rows("SELECT name FROM server")[0][0]

    def events(self, kind):
        return [message for message, in self.rows("SELECT message FROM event WHERE type = ?", kind)]

    def destroyed(self):
        self.berth("reap", code=0)
        self.check(not self.machines(), self.machines())


def owner_gives_back(story):
    story.deploy("web")
    server = story.server()
    story.organization_leaves()
    checked = story.berth("config", "check", code=0)
    for part in ("warning: Organization 'acme' is not in ", "1 server for 8.99 EUR a month", server,
                 f"by {story.user}, who owns "):
        story.check(part in checked.out, checked)
    document = story.berth("--json", "config", "check", code=0).document()
    story.check(document["status"] == "ok" and len(document["warnings"]) == 1, document)
    listed = story.berth("servers", "list", code=0)
    story.check("8.99 EUR a month" in listed.err, "not told at load")
    story.check("Organization 'acme' is not in" in listed.out, listed)
    reaped = story.berth("--json", "reap", code=0).document()
    story.check(len(reaped["left"]) == 1 and "8.99 EUR a month" in reaped["left"][0], reaped)
    story.check("left behind" in story.berth("reap", code=0).out, "not told by the second pass")
    story.check(len(story.events("organization.left")) == 1, story.events("organization.left"))

    for command in (("release", "--org", "acme", "--app", "web"), ("servers", "drain", server),
                    ("servers", "remove", server, "--force")):
        other = story.berth("--as", "ann", *command, "--confirm", code=4)
        story.check(f"only {story.user}" in other.err, other)
        story.check("--confirm" in story.berth(*command, code=4).err, command)
    story.check(len(story.machines()) == 1, story.machines())
    story.berth("release", "--org", "acme", "--app", "web", "--confirm", code=0)
    story.berth("servers", "drain", server, "--confirm", code=0)
    story.destroyed()
    story.check(story.audit("--org", "acme")[0]["organization"] == "acme", story.audit())
    story.check(story.rows("SELECT DISTINCT organization FROM event") == [("acme",)],
                story.rows("SELECT DISTINCT organization FROM event"))
    story.check("warning" not in story.berth("config", "check", code=0).out, "it has nothing left")
    gone = story.berth("release", "--org", "acme", "--app", "web", "--confirm", code=2)
    story.check("there is no organization 'acme'" in gone.err, gone)


def gives_its_servers_back_by_the_owner_of_the_state_folder():
    with Left() as story:
        owner_gives_back(story)


def gives_its_servers_back_by_a_plain_user():
    with Left(plain=True) as story:
        owner_gives_back(story)


def is_not_told_to_who_may_not_read_the_ledger():
    if os.geteuid() != 0:
        raise harness.Skipped("only root can be two users")
    with Left() as story:
        story.deploy("web")
        story.organization_leaves()
        os.chmod(story.folder, 0o755)
        checked = story.berth("config", "check", code=0, user=NOBODY, group=NOBODY, extra_groups=[])
        story.check("warning: ledger not looked at" in checked.out, checked)


def keeps_what_only_its_account_can_destroy():
    with Left() as story:
        story.deploy("web")
        server = story.server()
        story.account_leaves()
        checked = story.berth("config", "check", code=0)
        for part in ("Account 'hetzner-main' is not in ", "1 server there costs 8.99 EUR a month",
                     server, "active = false"):
            story.check(part in checked.out, checked)
        story.berth("reap", code=1)
        story.berth("reap", code=1)
        story.check(len(story.events("account.left")) == 1, story.events("account.left"))
        refused = story.berth("--as", "ann", "servers", "remove", server, "--force", code=4)
        story.check("active = false" in refused.err and "--forget" in refused.err, refused)
        story.put_back(active=False)
        story.check("warning" not in story.berth("config", "check", code=0).out, "it is back")
        story.berth("deploy", "--org", "acme", "--app", "big", "--cpu", 8, "--memory", 16, "--disk", 100,
                    code=4)
        story.berth("--as", "ann", "servers", "remove", server, "--force", code=0)
        story.destroyed()


def forgets_as_a_last_resort_and_finds_it_again():
    with Left() as story:
        story.deploy("web")
        server = story.server()
        story.berth("--as", "ann", "servers", "remove", server, "--force", "--forget", code=2)
        story.account_leaves()
        forgotten = story.berth("--as", "ann", "servers", "remove", server, "--force", "--forget", code=0)
        machine = story.machines()[0]["id"]
        story.check("berth destroyed nothing" in forgotten.out and machine in forgotten.out, forgotten)
        story.check(not story.events("server.destroyed"), "it was called destroyed")
        story.check(story.audit()[0]["failure_code"] == "forgotten", story.audit())
        story.berth("reap", code=0)
        story.put_back()
        story.wait_for(lambda: story.berth("reap") and not story.machines(), "its end")


def is_noticed_by_a_run_that_works():
    with Left(auto_approve=False) as story:
        story.write_config(story.whole.replace("auto_approve_provisioning = false",
                                               "auto_approve_provisioning = true"))
        story.deploy("web")
        story.put_back()
        run = story.start_berth("run")
        log = story.path(f"berth-{len(story.processes) - 1}.log")
        asked = story.deploy("big", 8, 16, 100, code=3)["deployment_id"]
        story.organization_leaves()
        story.wait_for(lambda: story.rows("SELECT reason_code FROM deployment WHERE id = ?", asked) ==
                       [("organization_left",)], "the end of what awaits approval")
        story.wait_for(lambda: story.events("organization.left"), "a word")
        with open(log) as file:
            story.check("Organization 'acme' is not in" in file.read(), log)
        status = story.berth("--json", "status", asked, code=0).document()
        story.check(status["status"] == "denied" and "any more" in status["reason"], status)
        passes = story.rows("SELECT passes FROM reap_pass")[0][0]
        story.wait_for(lambda: story.rows("SELECT passes FROM reap_pass")[0][0] > passes + 2, "passes")
        story.check(len(story.events("organization.left")) == 1, story.events("organization.left"))
        story.check(len(story.machines()) == 1, story.machines())
        story.berth("release", "--org", "acme", "--app", "web", "--confirm", code=0)
        story.berth("servers", "drain", story.server(), "--confirm", code=0)
        story.wait_for(lambda: not story.machines(), "its end by the run")
        story.end(run)


def of_the_last_application_is_told_with_the_price():
    with Left() as story:
        story.deploy("web")
        story.berth("release", "--org", "acme", "--app", "web", code=0)
        told = story.events("server.emptied")
        story.check(len(told) == 1 and "costs 8.99 EUR a month. Nothing will destroy it" in told[0], told)
        story.berth("reap", code=0)
        story.berth("run", "--once", code=0)
        story.check(len(story.events("server.emptied")) == 1, story.events("server.emptied"))
        story.write_config(story.whole + '[scale_down]\nidle = "1h"\n')
        story.deploy("web")
        story.berth("release", "--org", "acme", "--app", "web", code=0)
        told = story.events("server.emptied")
        story.check(len(told) == 2 and "[scale_down] idle = 1h destroys it at 20" in told[1], told)
        recipients = story.rows("SELECT recipients FROM event WHERE type = 'server.emptied'")
        story.check(all("ann" in one for one, in recipients), recipients)


harness.walk(gives_its_servers_back_by_the_owner_of_the_state_folder, gives_its_servers_back_by_a_plain_user,
             is_not_told_to_who_may_not_read_the_ledger, keeps_what_only_its_account_can_destroy,
             forgets_as_a_last_resort_and_finds_it_again, is_noticed_by_a_run_that_works,
             of_the_last_application_is_told_with_the_price)
