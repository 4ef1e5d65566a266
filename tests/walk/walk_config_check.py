"""`config check` finds what would show only when berth works: as root and as a user of this machine."""
import os
import pwd
import subprocess
import sys

import harness

ORGANIZATION = "[[organization]]\nid = \"acme\"\nauto_provisioning = true\n"
APPROVED = ORGANIZATION + "auto_approve_provisioning = true\nmax_servers = 3\n"
ACCOUNT = ("[[account]]\nid = \"h\"\nplugin = \"hetzner\"\norganizations = [\"acme\"]\n"
           "[account.settings]\ntoken = { env = \"HT\" }\n")
NOTIFIER = "[[notifier]]\nid = \"n\"\nplugin = \"webhook\"\n"
HOOK = "[notifier.settings]\nsecret = { env = \"AS\" }\nurl = "

PROBLEMS = (
    ("[berth]\nstate_dir = \"/proc/nope\"\n", (":2:13:", "/proc/nope", "state_dir")),
    ("[berth]\nlog_file = \"/proc/nope/berth.log\"\n", (":2:12:", "log_file", "cannot be opened")),
    (APPROVED + NOTIFIER + "events = [\"server.lost\", \"deploymnt.*\"]\n" + HOOK + "\"https://x.example/\"\n",
     (":9:26:", "deploymnt.*", "did you mean 'deployment.*'")),
    (APPROVED + ACCOUNT + "endpoint = \"htps://x\"\n", (":12:1:", "endpoint", "https://")),
    (APPROVED + ACCOUNT.replace("[account.s", "[provisioning]\nready = \"marker\"\n[account.s"),
     ("marker", "no key", "ssh_public_key_files")),
)
RISKS = (
    (ORGANIZATION + "max_servers = 3\n", (":1:1:", "owns the state folder", "admins = ")),
    (APPROVED.replace("max_servers = 3\n", ""), (":1:1:", "max_servers = 10")),
    (APPROVED + NOTIFIER + HOOK + "\"http://hooks.example/\"\n", (":11:1:", "plain http", "https://")),
)
SOUND = (APPROVED, APPROVED + NOTIFIER + HOOK + "\"http://127.0.0.1:9/x\"\n", APPROVED + ACCOUNT)


def what_was_let_through_is_found():
    with harness.Story(cloud=False) as story:
        for text, parts in PROBLEMS:
            story.write_config(text)
            ran = story.berth("config", "check", code=2)
            story.check(all(part in ran.out for part in parts) and "defect" not in ran.out + ran.err, (text, ran))
        for text, parts in RISKS:
            story.write_config(text)
            ran = story.berth("config", "check", code=0)
            story.check(ran.out.startswith("warning: ") and ran.out.endswith("\nok\n") and ran.out.count("warning: ") == 1, ran)
            story.check(all(part in ran.out for part in parts), (text, ran))
            document = story.berth("--json", "config", "check", code=0).document()
            story.check(document["status"] == "ok" and len(document["warnings"]) == 1, document)
        for text in SOUND:
            story.write_config(text)
            story.check(story.berth("config", "check", code=0).out == "ok\n", story.seen[-1])
        story.check(not os.path.exists(story.path(".berth")), "config check made the state folder")
        story.write_config("[berth]\nlog_file = \"/proc/nope/berth.log\"\n")
        ran = story.berth("status", code=2)
        story.check("log_file" in ran.err and ":2:12:" in ran.err and "defect" not in ran.err, ran)


def a_state_folder_of_others_is_found():
    with harness.Story(cloud=False) as story:
        os.mkdir(story.path("state"), 0o700)
        os.chmod(story.path("state"), 0o777)
        ran = story.berth("config", "check", code=2)
        story.check("every user" in ran.out and "chmod go-w " + story.path("state") in ran.out, ran)
        ran = story.berth("run", "--once", code=1)
        story.check("chmod go-w " + story.path("state") in ran.err, ran)
        os.chmod(story.path("state"), 0o700)
        story.berth("run", "--once", code=0)
        os.rename(story.path("state", "ledger.db"), story.path("elsewhere.db"))
        os.symlink(story.path("elsewhere.db"), story.path("state", "ledger.db"))
        for command in (("run", "--once"), ("status",)):
            ran = story.berth(*command, code=1)
            story.check("symbolic link" in ran.err, ran)


def a_file_that_is_too_deep_is_refused_with_its_place():
    with harness.Story(cloud=False) as story:
        many = "a." * 40_000 + "a"
        for text in (many + " = 1\n", "[" + many + "]\n", "x = " + "[" * 40_000, "x = " + "{a=" * 20_000):
            story.write_config("# one\n" + text)
            ran = story.berth("config", "check", code=2)
            story.check(":2:" in ran.out and "nested too deeply" in ran.out, ran.out[:300])


def the_vendors_are_asked_with_online():
    with harness.Story() as story:
        story.check(story.berth("config", "check", "--online", code=0).out == "ok\n", story.seen[-1])
        config = open(story.path("berth.toml")).read()
        mark = "plugin = \"hetzner\"\n"
        story.check(mark in config, config)
        story.write_config(config.replace(mark, mark + "regions = [\"nbg1\", \"nbg9\"]\n"))
        story.check(story.berth("config", "check", code=0).out == "ok\n", story.seen[-1])
        ran = story.berth("config", "check", "--online", code=2)
        story.check("nbg9" in ran.out and "berth.toml:" in ran.out, ran)
        story.write_config(config.replace("rates = { EUR = \"1.17\" }\n", ""))
        ran = story.berth("config", "check", "--online", code=2)
        story.check("sells in EUR" in ran.out and "rates = { EUR" in ran.out, ran)
        story.environment["HT"] = "another-token"
        story.write_config(config)
        ran = story.berth("config", "check", "--online", code=2)
        story.check("denied" in ran.out and "another-token" not in ran.out, ran)
        story.check(not story.machines(), story.machines())


def a_plain_user_finds_the_same():
    if os.geteuid() != 0:
        raise harness.Skipped("the others ran as a plain user already")
    nobody = pwd.getpwnam("nobody")

    def become():
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)

    probe = subprocess.run([harness.program("berth"), "--version"], preexec_fn=become, capture_output=True)
    if probe.returncode != 0:
        raise harness.Skipped("nobody may not read the build")
    for one in (what_was_let_through_is_found, a_state_folder_of_others_is_found):
        done = subprocess.run([sys.executable, os.path.abspath(__file__), harness.BUILD, one.__name__],
                              preexec_fn=become, capture_output=True, text=True, cwd="/")
        if done.returncode != 0:
            print(done.stdout + done.stderr)
            raise AssertionError(f"{one.__name__} as nobody ended with {done.returncode}")


harness.walk(what_was_let_through_is_found, a_state_folder_of_others_is_found,
             a_file_that_is_too_deep_is_refused_with_its_place, the_vendors_are_asked_with_online,
             a_plain_user_finds_the_same)
