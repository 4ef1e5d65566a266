"""Accounts that organizations add while berth runs: whose they are, and how their credentials rest."""
import json
import os
import shutil
import sqlite3
import subprocess
import time

import harness

TOKEN = "fake-hetzner-token"  # what the cloud takes


def two_organizations(story, vendors=(), key=True, **config):
    """acme and initech, and no account of the config; a key for credentials."""
    more = config.pop("more", "")
    more += ('[[organization]]\nid = "initech"\nauto_provisioning = true\n'
             'auto_approve_provisioning = true\nmax_servers = 5\nadmins = ["bill"]\n')
    if key:
        if not os.path.exists(story.path("key")):
            story.berth("accounts", "new-key", story.path("key"), code=0)
        more += f'[credentials]\nkey_file = "{story.path("key")}"\n'
    story.configure(vendors=vendors, more=more, **config)


def add(story, name="hetzner", *more, org="acme", token="env:HT", user="ann", code=0):
    return story.berth("--as", user, "--json", "accounts", "add", name, "--org", org, "--plugin", "hetzner",
                       "--set", f"endpoint={story.url}/hetzner/v1", "--ssh-port", story.ssh_port,
                       "--secret", f"token={token}", *more, code=code)


def accounts(story, *args):
    listed = story.berth("--json", "accounts", "list", *args, code=0).document()["accounts"]
    return {one["account"]: one for one in listed}


def plan(story, org="acme"):
    ran = story.berth("--json", "plan", "--org", org, "--app", "web", "--cpu", 2, "--memory", 4, "--disk", 50)
    return ran.document()


def servers(story):
    return story.berth("--json", "servers", "list", code=0).document()["servers"]


def a_deployment_lands_on_one_that_was_added():
    with harness.Story() as story:
        two_organizations(story)
        story.check(plan(story)["action"] == "deny", "there is an account already")
        added = add(story).document()
        story.check(added["account"] == "acme.hetzner" and added["status"] == "active" and
                    added["validation"] == "ok" and added["secrets"] == ["token"], added)
        document = story.deploy("web")
        story.check(document["server"]["provider"] == "hetzner", document)
        story.check(servers(story)[0]["account"] == "acme.hetzner", servers(story))
        story.check_no_leaks()
        # Another organization sees nothing of it.
        other = plan(story, "initech")
        story.check(other["action"] == "deny" and not other["rows"], other)
        story.check(not accounts(story, "--org", "initech"), "initech sees it")
        story.check(not story.berth("--json", "offers", "--org", "initech").document()["offers"], "offers")
        # It is destroyed and reaped like any other.
        story.berth("release", "--org", "acme", "--app", "web", code=0)
        story.berth("--as", "ann", "servers", "remove", servers(story)[0]["name"], code=0)
        story.berth("reap", code=0)
        story.check(not story.machines(), story.machines())
        # Who did what is on record, append-only, and tells no secret.
        events = [one for one in story.berth("--json", "events", code=0).document()["events"]
                  if one["type"].startswith("account.")]
        story.check([one["type"] for one in events] == ["account.added"] and
                    events[0]["fields"]["by"] == "ann", events)


def only_admins_change_them():
    with harness.Story() as story:
        two_organizations(story)
        story.check("only admins of acme" in add(story, user="bill", code=4).out, "bill added it")
        add(story)
        for args in (("validate", "acme.hetzner"), ("remove", "acme.hetzner"),
                     ("update", "acme.hetzner", "--active", "no")):
            ran = story.berth("--as", "bill", "accounts", *args, code=4)
            story.check("only admins of acme" in ran.err, ran)
        ran = story.berth("--as", "eve", "accounts", "rotate-key", code=4)
        story.check("only an admin" in ran.err, ran)


def stored_secrets_are_sent_nowhere_else():
    with harness.Story() as story:
        two_organizations(story)
        add(story)
        calls = story.ask_cloud("counts")
        elsewhere = f"endpoint={story.url}/elsewhere"
        for more in ((), ("--unchecked",), ("--active", "no")):
            ran = story.berth("--as", "ann", "accounts", "update", "acme.hetzner", "--set", elsewhere, *more,
                              code=2)
            story.check("another place" in ran.err and "--secret token=@FILE" in ran.err, ran)
        story.check(story.ask_cloud("counts") == calls, "the secret was sent")
        # Whoever knows the secret may send it where they like; what answers there has to be Hetzner.
        ran = story.berth("--as", "ann", "accounts", "update", "acme.hetzner", "--set", elsewhere,
                          "--secret", "token=env:HT")
        story.check(ran.code != 0 and "was not changed" in ran.err, ran)
        story.berth("--as", "ann", "accounts", "update", "acme.hetzner", "--set",
                    f"endpoint={story.url}/hetzner/v1", "--image", "debian-12", code=0)


def what_does_not_fit_is_refused_in_words():
    with harness.Story() as story:
        two_organizations(story, vendors=("hetzner",))
        refused = {
            ("hetzner-main",): "there is an account 'hetzner-main' in ",
            ("Hetzner",): "cannot name an account",
            ("h", "--set", "netwrok=1"): 'did you mean \\"network\\"?',
            ("h", "--set", "token=abc"): "'token' is a secret",
            ("h", "--set", "region=abc"): 'unknown setting \\"region\\"',
        }
        for args, words in refused.items():
            ran = add(story, *args, code=2)
            story.check(words in ran.out, f"no '{words}' in {ran}")
        for token in ("abcdef", "@", "env:"):
            ran = add(story, "h", token=token, code=2)
            story.check("is given as such" in ran.out and "abcdef" not in ran.out, ran)
        ran = add(story, "h", token="env:NOT_THERE", code=2)
        story.check("NOT_THERE is not set" in ran.out, ran)
        with open(story.path("token"), "w") as file:
            file.write(TOKEN)
        os.chmod(story.path("token"), 0o644)
        ran = add(story, "h", token="@" + story.path("token"), code=2)
        story.check("chmod 600" in ran.out, ran)
        os.chmod(story.path("token"), 0o600)
        add(story, "h", token="@" + story.path("token"))
        ran = add(story, "h", code=2)
        story.check("already" in ran.out, ran)
        done = subprocess.run(story.argv("--as", "ann", "accounts", "add", "i", "--org", "acme", "--plugin",
                                         "hetzner", "--set", f"endpoint={story.url}/hetzner/v1",
                                         "--secret", "token=-"),
                              input=TOKEN + "\n", text=True, env=story.environment, capture_output=True)
        story.check(done.returncode == 0, done)


def a_check_that_fails_saves_nothing():
    with harness.Story() as story:
        two_organizations(story)
        story.environment["WRONG"] = "planted-wrong-token"
        ran = add(story, token="env:WRONG", code=4)
        story.check("its check failed (denied)" in ran.out, ran)
        story.check(not accounts(story) and not story.rows("SELECT 1 FROM account"), "it was saved")
        added = add(story, "hetzner", "--unchecked", token="env:WRONG").document()
        story.check(added["status"] == "unchecked", added)
        story.check(plan(story)["action"] == "deny", plan(story))
        story.berth("--as", "ann", "accounts", "validate", "hetzner", code=4)
        story.check(accounts(story)["acme.hetzner"]["status"] == "unchecked", accounts(story))
        changed = story.berth("--as", "ann", "--json", "accounts", "update", "hetzner", "--secret",
                              "token=env:HT", code=0).document()
        story.check(changed["status"] == "active", changed)
        story.deploy("web")
        story.check("planted-wrong-token" not in story.ledger(), "the ledger has it")


def a_denial_stops_buying_and_an_outage_does_not():
    with harness.Story() as story:
        two_organizations(story, provisioning='config_patience = "1s"')
        add(story)
        story.faults({"match": {"operation": "list"}, "do": {"error": "unavailable"}},
                     {"match": {"operation": "check"}, "do": {"error": "unavailable"}})
        story.berth("--as", "ann", "accounts", "validate", "acme.hetzner")
        story.check(accounts(story)["acme.hetzner"]["status"] == "active", accounts(story))
        story.faults({"match": {}, "do": {"error": "unauthorized"}})
        ran = story.berth("--as", "ann", "--json", "accounts", "validate", "acme.hetzner", code=4)
        story.check(ran.document()["status"] == "denied" and ran.document()["validation"] == "denied", ran)
        story.faults()
        told = plan(story)
        story.check(told["action"] == "wait" and "Account acme.hetzner is not used: its check was refused"
                    in told["sentence"] and "berth accounts validate acme.hetzner" in told["sentence"], told)
        document = story.deploy("web", code=1)  # nobody mended it within config_patience
        story.check("is not used" in document["reason"], document)
        # An outage now does not lift the denial.
        story.faults({"match": {}, "do": {"error": "unavailable"}})
        story.berth("--as", "ann", "accounts", "validate", "acme.hetzner")
        story.check(accounts(story)["acme.hetzner"]["status"] == "denied", accounts(story))
        story.faults()
        story.berth("--as", "ann", "accounts", "validate", "acme.hetzner", code=0)
        story.deploy("web")
        story.check_no_leaks()


def a_denied_one_does_not_hinder_the_others():
    with harness.Story() as story:
        two_organizations(story, vendors=("digitalocean",))
        add(story)
        story.faults({"match": {"vendor": "hetzner"}, "do": {"error": "unauthorized"}})
        story.berth("--as", "ann", "accounts", "validate", "acme.hetzner", code=4)
        document = story.deploy_after_a_yes("web")
        story.check(document["server"]["provider"] == "digitalocean", document)
        story.check("Account acme.hetzner is not used" in document["plan"]["sentence"], document["plan"])


def a_running_berth_notices_what_others_change():
    with harness.Story() as story:
        two_organizations(story)
        story.start_berth("run")
        story.wait_for(lambda: os.path.exists(story.path("state", "ledger.db")), "the ledger")
        add(story)
        first = story.deploy("web", args=("--no-wait",))["deployment_id"]
        status = "SELECT status FROM deployment WHERE id = ?"
        story.wait_for(lambda: story.rows(status, first) == [("succeeded",)], "the deployment")
        story.berth("--as", "ann", "accounts", "update", "acme.hetzner", "--active", "no", code=0)
        second = story.deploy("api", 8, 16, 50, args=("--no-wait",))["deployment_id"]
        story.wait_for(lambda: story.rows(status, second) == [("denied",)], "the denial")
        story.berth("--as", "ann", "accounts", "update", "acme.hetzner", "--active", "yes", code=0)
        third = story.deploy("db", 8, 16, 50, args=("--no-wait",))["deployment_id"]
        story.wait_for(lambda: story.rows(status, third) == [("succeeded",)], "the third")
        story.berth("--as", "ann", "accounts", "rotate-key", code=0)
        fourth = story.deploy("cron", 16, 32, 50, args=("--no-wait",))["deployment_id"]
        story.wait_for(lambda: story.rows(status, fourth) == [("succeeded",)], "the one after the rotation")
        story.check_no_leaks()


def it_cannot_be_removed_while_servers_live_there():
    with harness.Story() as story:
        two_organizations(story)
        add(story)
        story.deploy("web")
        name = servers(story)[0]["name"]
        ran = story.berth("--as", "ann", "accounts", "remove", "acme.hetzner", code=4)
        story.check(name in ran.err and "cannot be removed" in ran.err, ran)
        story.berth("release", "--org", "acme", "--app", "web", code=0)
        story.berth("--as", "ann", "servers", "remove", name, code=0)
        story.berth("reap", code=0)
        sealed = story.rows("SELECT sealed FROM account")[0][0]
        story.check(sealed, "nothing is sealed")
        story.berth("--as", "ann", "accounts", "remove", "acme.hetzner", code=0)
        story.check(story.rows("SELECT status, sealed, key_id, settings_json, secret_keys FROM account") ==
                    [("removed", "", "", "{}", "[]")], story.rows("SELECT * FROM account"))
        story.check(not story.rows("SELECT * FROM task WHERE subject = 'acme.hetzner'"), "a task is left")
        story.check(not accounts(story) and plan(story)["action"] == "deny", accounts(story))
        story.berth("run", "--once", code=0)
        add(story)  # the name is free again
        story.deploy("web")


def sealed_rows_open_nowhere_else():
    with harness.Story() as story:
        two_organizations(story)
        add(story)
        add(story, "other", org="initech", user="bill")
        database = sqlite3.connect(story.path("state", "ledger.db"))
        with database:  # initech's credentials into acme's row, and the revision that tells of it
            database.execute("UPDATE account SET revision = 10, sealed = (SELECT sealed FROM account "
                             "WHERE id = 'initech.other') WHERE id = 'acme.hetzner'")
        database.close()
        story.check("come from another row" in accounts(story)["acme.hetzner"]["problem"], accounts(story))
        told = plan(story)
        story.check(told["action"] == "wait" and "cannot be opened" in told["sentence"], told)
        story.check(plan(story, "initech")["action"] == "provision", plan(story, "initech"))


def a_wrong_or_missing_key_breaks_nothing_else():
    with harness.Story() as story:
        two_organizations(story, vendors=("digitalocean",))
        add(story)
        right = story.path("right")
        os.rename(story.path("key"), right)
        for wrong in ("missing", "another", "readable", "short"):
            if wrong != "missing":
                story.berth("accounts", "new-key", story.path("key"), code=0)
            if wrong == "readable":
                os.chmod(story.path("key"), 0o640)
            if wrong == "short":
                with open(story.path("key"), "w") as file:
                    file.write("c2hvcnQ=\n")
            problem = accounts(story)["acme.hetzner"]["problem"]
            words = {"missing": "cannot be read", "another": "sealed with key", "readable": "chmod 600",
                     "short": "32 bytes"}[wrong]
            story.check(words in problem and "c2hvcnQ" not in problem, problem)
            document = story.deploy_after_a_yes("web-" + wrong)
            story.check(document["server"]["provider"] == "digitalocean", document)
            if wrong not in ("missing", "another"):
                story.check(words in story.berth("config", "check").out, "config check is silent")
            if os.path.exists(story.path("key")):
                os.unlink(story.path("key"))
        ran = story.berth("--as", "ann", "accounts", "validate", "acme.hetzner", code=2)
        story.check("cannot be read" in ran.err, ran)
        os.rename(right, story.path("key"))
        story.berth("--as", "ann", "accounts", "validate", "acme.hetzner", code=0)


def without_a_key_none_can_be_added():
    with harness.Story() as story:
        two_organizations(story, key=False)
        ran = add(story, code=2)
        story.check("berth accounts new-key" in ran.out and "key_file" in ran.out, ran)
        story.environment["BERTH_CREDENTIALS_KEY"] = "00" * 32
        add(story)
        story.deploy("web")


def keys_of(story):
    return {key for key, in story.rows("SELECT key_id FROM account")}


def the_key_is_replaced_by_one_command():
    with harness.Story() as story:
        two_organizations(story)
        add(story)
        add(story, "other", org="initech", user="bill")
        before = keys_of(story)
        old = open(story.path("key")).read()
        done = story.berth("--as", "ann", "--json", "accounts", "rotate-key", code=0).document()
        story.check(done["accounts"] == ["acme.hetzner", "initech.other"] and not done["problems"], done)
        story.check(keys_of(story) == {done["key_id"]} and done["key_id"] not in before, keys_of(story))
        story.check(open(done["old_key_file"]).read() == old and open(story.path("key")).read() != old,
                    "the files")
        for name in ("key", "key.old"):
            story.check(os.stat(story.path(name)).st_mode & 0o777 == 0o600, name)
        story.check(not os.path.exists(story.path("key.next")), "key.next is left")
        os.unlink(story.path("key.old"))
        story.deploy("web")


def a_rotation_that_dies_leaves_all_readable():
    with harness.Story() as story:
        two_organizations(story)
        add(story)
        add(story, "other", org="initech", user="bill")
        before = keys_of(story)

        def all_open():
            told = accounts(story)
            story.check(len(told) == 2 and not any(one["problem"] for one in told.values()), told)

        # It dies before its transaction, which another process holds up.
        blocker = sqlite3.connect(story.path("state", "ledger.db"), isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        process = story.start_berth("--as", "ann", "accounts", "rotate-key")
        story.wait_for(lambda: os.path.exists(story.path("key.next")), "the next key")
        time.sleep(0.1)
        process.kill()
        process.wait()
        blocker.execute("ROLLBACK")
        blocker.close()
        story.check(keys_of(story) == before, "something was sealed anew")
        all_open()
        # What is added now is sealed with the key that comes.
        add(story, "third")
        story.check(len(keys_of(story)) == 2, keys_of(story))
        story.berth("--as", "bill", "accounts", "remove", "initech.other", code=0)
        add(story, "other", org="initech", user="bill")
        story.berth("--as", "ann", "accounts", "remove", "acme.third", code=0)
        # It dies between its transaction and the files' change of place.
        shutil.copy2(story.path("key"), story.path("first"))
        shutil.copy2(story.path("key.next"), story.path("second"))
        story.berth("--as", "ann", "accounts", "rotate-key", code=0)
        os.rename(story.path("first"), story.path("key"))
        os.rename(story.path("second"), story.path("key.next"))
        os.unlink(story.path("key.old"))
        all_open()
        story.deploy("web")
        # The next one ends what was begun.
        story.berth("--as", "ann", "accounts", "rotate-key", code=0)
        story.check(not os.path.exists(story.path("key.next")), "key.next is left")
        os.unlink(story.path("key.old"))
        all_open()
        # And at any moment.
        for after in range(0, 60, 6):
            process = story.start_berth("--as", "ann", "accounts", "rotate-key")
            time.sleep(after / 1000)
            process.kill()
            process.wait()
            all_open()
        story.berth("--as", "ann", "accounts", "validate", "acme.hetzner", code=0)


def the_key_moves_from_the_file_to_the_environment():
    with harness.Story() as story:
        two_organizations(story)
        add(story)
        story.environment["BERTH_CREDENTIALS_KEY"] = "11" * 32
        story.check(not accounts(story)["acme.hetzner"]["problem"], "the file's key opens it no more")
        done = story.berth("--as", "ann", "--json", "accounts", "rotate-key", code=0).document()
        story.check(done["old_key_file"] is None and done["accounts"] == ["acme.hetzner"], done)
        two_organizations(story, key=False)
        story.environment["BERTH_CREDENTIALS_OLD_KEY"] = story.environment["BERTH_CREDENTIALS_KEY"]
        story.environment["BERTH_CREDENTIALS_KEY"] = "22" * 32
        done = story.berth("--as", "ann", "--json", "accounts", "rotate-key", code=0).document()
        story.check(done["accounts"] == ["acme.hetzner"], done)
        del story.environment["BERTH_CREDENTIALS_OLD_KEY"]
        story.deploy("web")


def a_name_that_the_config_takes_later_is_told_and_never_mixed():
    with harness.Story() as story:
        two_organizations(story)
        add(story, "digitalocean-main")
        two_organizations(story, vendors=("digitalocean",))
        ran = story.berth("--json", "accounts", "list", code=0)
        story.check("has the name of acme.digitalocean-main" in ran.err, ran)
        told = {one["account"]: one for one in ran.document()["accounts"]}
        story.check(told["digitalocean-main"]["source"] == "config" and
                    told["acme.digitalocean-main"]["source"] == "ledger", told)
        names = {row["account"]: row["provider"] for row in plan(story)["rows"]}
        story.check(names == {"digitalocean-main": "digitalocean", "acme.digitalocean-main": "hetzner"}, names)


def one_of_the_config_is_checked_as_well():
    with harness.Story() as story:
        two_organizations(story, vendors=("hetzner",))
        ran = story.berth("--as", "ann", "--json", "accounts", "validate", "hetzner-main", code=0)
        told = ran.document()
        story.check(told["account"] == "hetzner-main" and told["source"] == "config" and
                    told["validation"] == "ok" and told["validated_at"], told)
        ran = story.berth("--as", "bill", "accounts", "validate", "hetzner-main", code=4)
        story.check("only admins of acme" in ran.err, ran)
        story.faults({"match": {}, "do": {"error": "unauthorized"}})
        ran = story.berth("--as", "ann", "accounts", "validate", "hetzner-main", code=4)
        story.check("failed its check (denied)" in ran.out, ran)
        story.faults({"match": {}, "do": {"error": "unavailable"}})
        story.berth("--as", "ann", "accounts", "validate", "hetzner-main", code=1)
        story.faults()
        story.deploy("web")  # nothing of it stays


harness.walk(a_deployment_lands_on_one_that_was_added, only_admins_change_them,
             stored_secrets_are_sent_nowhere_else,
             what_does_not_fit_is_refused_in_words, a_check_that_fails_saves_nothing,
             a_denial_stops_buying_and_an_outage_does_not, a_denied_one_does_not_hinder_the_others,
             a_running_berth_notices_what_others_change, it_cannot_be_removed_while_servers_live_there,
             sealed_rows_open_nowhere_else, a_wrong_or_missing_key_breaks_nothing_else,
             without_a_key_none_can_be_added, the_key_is_replaced_by_one_command,
             a_rotation_that_dies_leaves_all_readable, the_key_moves_from_the_file_to_the_environment,
             a_name_that_the_config_takes_later_is_told_and_never_mixed, one_of_the_config_is_checked_as_well)
