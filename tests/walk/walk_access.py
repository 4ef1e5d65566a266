"""Who may do what, through the program: what is another's stays so, and each refused try is on record."""
import os
import pwd
import subprocess

import harness


def deploy(story, user, application="web", code=0):
    return story.berth("--as", user, *story.deploy_args(application, 1, 1, 20), code=code).document()


def denials(story):
    events = story.berth("--json", "events", code=0).document()["events"]
    return [one for one in events if one["type"] == "access.denied"]


def mallory(story, *args, says, act, target=""):
    """Her try ends with 4 and a plain error; who it was, whose process and what she wanted are on record."""
    ran = story.berth("--as", "mallory", *args, code=4)
    story.check(says in ran.err and "mallory" in ran.err and "--as" in ran.err, ran)
    story.check(story.path("berth.toml") in ran.err, ran)
    fields = denials(story)[-1]["fields"]
    story.check((fields["by"], fields["by_uid"], fields["act"], fields["target"]) ==
                ("mallory", os.getuid(), act, target), fields)


def fleet(story):
    return story.rows("SELECT name, status, enabled, reachable FROM server ORDER BY name")


def another_ones_application_is_not_mallorys():
    with harness.Story() as story:
        story.configure(vendors=("hetzner",))
        web = deploy(story, "bill")
        owners = "only bill and admins of acme (ann) may "
        before = story.rows("SELECT * FROM hold")
        mallory(story, "release", "--org", "acme", "--app", "web", says=owners + "release it", act="release",
                target="web")
        mallory(story, *story.deploy_args("web", 1, 1, 20)[1:], says=owners + "deploy it again",
                act="redeploy", target="web")
        refused = deploy(story, "mallory", code=4)
        story.check(refused["reason_code"] == "refused" and "deployed first by bill" in refused["reason"], refused)
        story.configure(vendors=("hetzner",), command='["false"]')
        failed = deploy(story, "bill", code=9)["deployment_id"]
        mallory(story, "retry", failed, says=owners + "try its deployments again", act="retry", target="web")
        story.configure(vendors=("hetzner",))
        waits = story.berth("--as", "bill", *story.deploy_args("web", 1, 1, 20), "--no-wait",
                            code=0).document()["deployment_id"]
        mallory(story, "cancel", waits, says=owners + "cancel its deployments", act="cancel", target="web")
        story.berth("--as", "bill", "cancel", waits, code=0)
        story.check(story.rows("SELECT * FROM hold") == before, "a hold changed")
        told = story.berth("--json", "events", web["deployment_id"], code=0).document()["events"]
        story.check(told[-1]["type"] == "access.denied" and told[-1]["message"].startswith("mallory was denied"),
                    told[-1])

        story.check(len(story.machines()) == 1, story.machines())
        deploy(story, "mallory", "hers")  # what nobody has deployed is everybody's
        deploy(story, "ann")              # an admin's
        story.berth("--as", "bill", "release", "--org", "acme", "--app", "web", code=0)  # and still bill's
        events = story.berth("--json", "events", code=0).document()["events"]
        last = [event for event in events if event["type"] == "application.released"][-1]
        story.check(last["fields"]["by"] == "bill" and last["fields"]["by_uid"] == os.getuid(), last)


def the_fleet_is_its_admins():
    with harness.Story() as story:
        story.configure(vendors=("hetzner",))
        web = deploy(story, "bill")
        server = web["server"]["name"]
        own = ("servers", "add", "--org", "acme", "--name", "own", "--ip", "203.0.113.7", "--cpu", 4, "--memory", 8,
               "--disk", 80)
        before = fleet(story)
        only = "only admins of acme may "
        mallory(story, *own, says=only + "add servers", act="add_server", target="own")
        mallory(story, "servers", "report", server, "--enabled", "no", says=only + "report on servers",
                act="report_server", target=server)
        mallory(story, "servers", "drain", server, says=only + "drain", act="drain_server", target=server)
        mallory(story, "servers", "undrain", server, says=only + "undrain", act="undrain_server", target=server)
        mallory(story, "servers", "remove", server, "--force", says=only + "remove", act="remove_server",
                target=server)
        offer = story.berth("--json", "offers", "--org", "acme", code=0).document()["offers"][0]["name"]
        mallory(story, "servers", "buy", offer, "--org", "acme", says=only + "buy", act="buy_server")
        mallory(story, "accounts", "add", "h", "--org", "acme", "--plugin", "hetzner", "--secret", "token=env:HT",
                says=only + "add accounts", act="add_account", target="h")
        every = "only an admin of an organization (ann), or "
        mallory(story, "reap", "--confirm", says=every, act="confirm_reaping")
        mallory(story, "adopt", says=every, act="adopt")
        mallory(story, "accounts", "rotate-key", says=every, act="rotate_key")
        story.check(fleet(story) == before and len(story.machines()) == 1, fleet(story))

        # A backup is only read; what is made of it is an admin's, or its owner's. There is no ledger yet to note it.
        story.berth("--as", "mallory", "backup", story.path("backup.db"), code=0)
        ran = story.berth("--as", "mallory", "--state-dir", story.path("new"), "restore", story.path("backup.db"),
                          code=4)
        story.check(every in ran.err and not os.path.exists(story.path("new")), ran)
        story.berth("--state-dir", story.path("new"), "restore", story.path("backup.db"), code=0)

        # Looking is everybody's.
        for words in (("status",), ("events",), ("audit",), ("servers", "list"), ("offers",), ("accounts", "list"),
                      ("reap", "--dry-run"), ("adopt", "--dry-run"), ("plugins", "list"),
                      ("plan", "--org", "acme", "--app", "web", "--cpu", 1, "--memory", 1, "--disk", 20)):
            story.berth("--as", "mallory", *words, code=0)

        # Whoever owns the state folder is no admin where others are named, but minds the installation.
        ran = story.berth(*own, code=4)
        story.check(only + "add servers" in ran.err and "(ann)" in ran.err, ran)
        story.berth("reap", "--confirm", code=0)
        story.berth("--as", "ann", *own, code=0)
        story.berth("--as", "ann", "servers", "report", "own", "--enabled", "no", code=0)
        told = story.berth("--json", "events", code=0).document()["events"]
        who = {one["type"]: one["fields"]["by"] for one in told if "by" in one["fields"]}
        story.check(who["server.added"] == who["server.reported"] == "ann", who)
        story.check(who["reap.confirmed"] == pwd.getpwuid(os.getuid()).pw_name, who)


def without_admins_the_owner_of_the_state_folder_is_the_admin():
    with harness.Story() as story:
        story.configure(vendors=("hetzner",), auto_approve=False)
        with open(story.path("berth.toml")) as file:
            text = file.read()
        story.write_config(text.replace('admins = ["ann"]\n', ""))
        owner = pwd.getpwuid(os.getuid()).pw_name
        web = deploy(story, "bill", code=3)
        story.check(owner + " may approve" in web["reason"], web)
        for user in ("bill", "ann"):
            ran = story.berth("--as", user, "approve", web["deployment_id"], code=4)
            story.check(f"({owner})" in ran.err, ran)
        story.berth("approve", web["deployment_id"], code=0)
        story.berth("run", "--once", code=0)
        done = story.berth("--json", "status", web["deployment_id"], code=0).document()
        story.check(done["status"] == "succeeded" and done["approved_by"] == owner, done)
        story.berth("servers", "drain", done["server"]["name"], code=0)
        story.berth("release", "--org", "acme", "--app", "web", code=0)


def as_a_plain_user():
    if os.geteuid() != 0:
        raise harness.Skipped("it is a plain user already")
    nobody = pwd.getpwnam("nobody")

    def become():
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)

    done = subprocess.run(["/usr/bin/python3", os.path.abspath(__file__), harness.BUILD], preexec_fn=become,
                          capture_output=True, text=True, cwd="/tmp", env={**os.environ, "HOME": "/tmp"})
    if "PermissionError" in done.stdout + done.stderr or "can't open file" in done.stderr:
        raise harness.Skipped("nobody may not read the build")
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)


harness.walk(another_ones_application_is_not_mallorys, the_fleet_is_its_admins,
             without_admins_the_owner_of_the_state_folder_is_the_admin, as_a_plain_user)
