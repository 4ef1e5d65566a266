"""A state folder that was restored, copied or moved destroys nothing, and gets its servers back by adopt."""
import os
import pwd
import shutil
import subprocess
import time

import harness

HASTY = '[reap]\ngrace = "1s"\n'


class Story(harness.Story):
    def on(self, folder, *args, code=None):
        return self.berth("--state-dir", self.path(folder), *args, code=code)

    def begin(self, vendors=("hetzner",)):
        self.configure_hasty(vendors=vendors, more=HASTY)
        self.deploy("web", 3, 6, 60)
        self.berth("backup", self.path("backup.db"), code=0)
        self.check(os.stat(self.path("backup.db")).st_mode & 0o777 == 0o600, "the backup is private")
        self.deploy("shop", 3, 6, 60)
        time.sleep(1.2)
        self.check(len(self.machines()) == 2, self.machines())

    def destroys_nothing(self, folder):
        for args in (("run", "--once"), ("reap",), ("reap",), ("run", "--once")):
            self.on(folder, *args)
        self.check(len(self.machines()) == 2, self.machines())
        report = self.on(folder, "--json", "reap", code=1).document()
        self.check(report["status"] == "paused" and "berth adopt" in report["paused"][0], report)
        self.check(self.on(folder, "--json", "reap", "--dry-run").document()["paused"], "so a look says")
        self.check(len(self.machines()) == 2, self.machines())

    def gets_them_back(self, folder):
        report = self.on(folder, "--json", "adopt", code=0).document()
        self.check([row["application_id"] for row in report["servers"]] == ["shop"], report)
        fleet = self.listed(self.on(folder, "--json", "servers", "list").document(), "servers")
        apps = sorted(app for server in fleet for app in server["applications"])
        self.check(apps == ["shop", "web"], fleet)
        self.on(folder, "--json", "reap", code=0)
        self.check(len(self.machines()) == 2, self.machines())


def a_backup_on_another_path():
    for vendor in ("hetzner", "digitalocean", "aws"):
        with Story() as story:
            story.begin((vendor,))
            story.on("elsewhere", "restore", story.path("backup.db"), code=0)
            story.destroys_nothing("elsewhere")
            story.gets_them_back("elsewhere")


def a_backup_in_its_old_place():
    with Story() as story:
        story.begin()
        refused = story.berth("restore", story.path("backup.db"), code=1)
        story.check("is not overwritten" in refused.err, refused)
        shutil.move(story.path("state"), story.path("state.old"))
        story.berth("restore", story.path("backup.db"), code=0)
        story.destroys_nothing("state")
        story.gets_them_back("state")


def an_old_file_copied_over_the_ledger():
    with Story() as story:
        story.configure_hasty(vendors=("hetzner",), more=HASTY)
        story.deploy("web", 3, 6, 60)
        shutil.copy(story.path("state", "ledger.db"), story.path("old.db"))
        story.deploy("shop", 3, 6, 60)
        time.sleep(1.2)
        shutil.copyfile(story.path("old.db"), story.path("state", "ledger.db"))
        story.destroys_nothing("state")
        story.gets_them_back("state")


def a_copy_beside_its_twin():
    with Story() as story:
        story.configure_hasty(vendors=("hetzner",), more=HASTY)
        story.deploy("web", 3, 6, 60)
        shutil.copytree(story.path("state"), story.path("copy"))
        story.deploy("shop", 3, 6, 60)
        time.sleep(1.2)
        story.destroys_nothing("copy")
        bought = story.on("copy", "deploy", "--org", "acme", "--app", "blog", "--cpu", 3, "--memory", 6,
                          "--disk", 60, code=0)
        story.check(len(story.machines()) == 3, bought)
        time.sleep(1.2)
        for folder in ("state", "copy", "state", "copy"):
            story.on(folder, "reap")
        story.check(len(story.machines()) == 3, "neither destroyed the other's")


def a_move_on_purpose():
    with Story() as story:
        story.begin()
        shutil.copytree(story.path("state"), story.path("moved"))
        report = story.on("moved", "--json", "reap", code=1).document()
        story.check("copied or moved" in report["paused"][0], report)
        story.on("moved", "adopt", code=0)
        story.on("moved", "reap", code=0)
        story.check(len(story.machines()) == 2, story.machines())


def a_confirmation_destroys_them():
    with Story() as story:
        story.begin()
        story.on("elsewhere", "restore", story.path("backup.db"), code=0)
        story.on("elsewhere", "reap", code=1)
        story.on("elsewhere", "reap", "--confirm", code=0)
        story.check(len(story.machines()) == 1, story.machines())


def as_a_plain_user():
    if os.geteuid() != 0:
        raise harness.Skipped("it is a plain user already")
    nobody = pwd.getpwnam("nobody")

    def become():
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)

    done = subprocess.run(["/usr/bin/python3", os.path.abspath(__file__), harness.BUILD, "a_backup_in_its_old_place",
                           "a_copy_beside_its_twin"], preexec_fn=become, capture_output=True, text=True,
                          cwd="/tmp", env={**os.environ, "HOME": "/tmp"})
    if "PermissionError" in done.stdout + done.stderr or "can't open file" in done.stderr:
        raise harness.Skipped("nobody may not read the build")
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)


harness.walk(a_backup_on_another_path, a_backup_in_its_old_place, an_old_file_copied_over_the_ledger,
             a_copy_beside_its_twin, a_move_on_purpose, a_confirmation_destroys_them, as_a_plain_user)
