"""What is wrong with the request, the config, the cloud or the disk: said clearly, and nothing lost."""
import os
import shutil
import sqlite3
import subprocess

import harness


def a_config_that_is_no_toml():
    with harness.Story(cloud=False) as story:
        for text, parts in (("[berth\n", (":1:",)), ("[berth]\nstate_dri = 'x'\n", ("state_dri", "state_dir", ":2:")),
                            ("[provisioning]\ntries = 'two'\n", ("tries", ":2:"))):
            story.write_config(text)
            for command in (("config", "check"), ("status",), ("deploy", "--org", "acme", "--app", "web")):
                ran = story.berth(*command, code=2)
                story.check(all(part in ran.out + ran.err for part in parts), ran)
        ran = subprocess.run([harness.program("berth"), "--config", story.path("none.toml"), "status"],
                             capture_output=True, text=True)
        story.check(ran.returncode == 2 and "none.toml" in ran.stderr, ran)


def settings_that_a_vendor_would_refuse():
    with harness.Story() as story:
        config = open(story.path("berth.toml")).read()
        story.check(story.berth("config", "check", code=0), "as it is")
        for vendor, line, parts in (
                ("hetzner", 'tags = ["team=b\u00fcro"]', ("tags", "label", "63")),
                ("digitalocean", 'vpc_uuid = "my-vpc"', ("vpc_uuid", "UUID")),
                ("aws", 'security_group_ids = ["default"]', ("security_group_ids", "sg-"))):
            mark = f'plugin = "{vendor}"'
            at = config.index("[account.settings]\n", config.index(mark)) + len("[account.settings]\n")
            story.write_config(config[:at] + line + "\n" + config[at:])
            number = config[:at].count("\n") + 1
            ran = story.berth("config", "check", code=2)
            story.check(all(part in ran.out + ran.err for part in parts + (f":{number}:",)), ran)
        story.check(not story.oracle(), story.oracle())


def a_request_that_makes_no_sense():
    with harness.Story() as story:
        for cpu, memory, disk in ((0, 4, 50), (-1, 4, 50), ("two", 4, 50), ("nan", 4, 50), (2, 0, 50),
                                  (2, "4GB", 50), (2, 4, 0), (2, 4, 99999999999), (1e300, 4, 50), ("", 4, 50)):
            ran = story.berth(*story.deploy_args("web", cpu, memory, disk), code=2)
            story.check(len(ran.out + ran.err) > 20, ran)
        story.berth("deploy", "--org", "nobody", "--app", "web", "--cpu", 2, "--memory", 4, "--disk", 50, code=2)
        story.berth("deploy", "--org", "acme", "--app", "../web", "--cpu", 2, "--memory", 4, "--disk", 50, code=2)
        story.berth("deploy", "--org", "acme", "--app", "web", code=2)  # no sizes, and no defaults
        story.berth("deploy", "--org", "acem", "--app", "web", "--cpu", 2, "--memory", 4, "--disk", 50, code=2)
        story.check("acme" in story.seen[-1].err, story.seen[-1])  # did you mean
        for command in (("status", "nosuch"), ("retry", "nosuch"), ("cancel", "nosuch"),
                        ("release", "--org", "acme", "--app", "nosuch"), ("servers", "drain", "nosuch")):
            story.berth(*command, code=2)
        story.check(not story.deployments(), story.deployments())
        story.check(not story.oracle(), story.oracle())


def what_is_no_address_user_key_or_name_is_not_taken():
    with harness.Story(cloud=False) as story:
        add = {"--org": "acme", "--name": "one", "--ip": "127.0.0.1", "--cpu": 8, "--memory": 16, "--disk": 100}
        for option, value in (("--ip", "1.2.3.4;touch x"), ("--ip", "-oProxyCommand=x"), ("--ssh-user", "-oProxyCommand=x"),
                              ("--ssh-user", "root; touch x"), ("--host-key", "ssh-rsa AAAA\n* ssh-rsa AAAA"),
                              ("--host-key", "ssh-rsa"), ("--name", "../one"), ("--name", "o" * 5000)):
            words = [word for pair in {**add, option: value}.items() for word in pair]
            words = [f"{words[at]}={words[at + 1]}" for at in range(0, len(words), 2)]
            ran = story.berth("servers", "add", *words, code=2)
            story.check("touch" in value or option in ran.err or "name" in ran.err, ran)
            story.check("\n*" not in ran.err and len(ran.err) < 6000, ran)
        for name in ("ann\nroot", "ann\x1b[2J", "a" * 100_000, " ann"):
            ran = story.berth("--as", name, "status", code=2)
            story.check("--as" in ran.err and len(ran.err) < 400 and "\x1b" not in ran.err, ran)
        ran = story.berth("--as", "ann", "accounts", "add", "h", "--org", "acme", "--plugin", "hetzner",
                          "--ssh-user=-oProxyCommand=x", code=2)
        story.check("--ssh-user" in ran.err or "key_file" in ran.err, ran)
        story.check(not story.berth("--json", "servers", "list", code=0).document()["servers"], "one was taken")


def a_cloud_that_answers_html():
    with harness.Story() as story:
        story.faults({"match": {"vendor": "hetzner"}, "do": {"html": True}})
        web = story.deploy_after_a_yes("web")
        story.check(web["server"]["provider"] != "hetzner", web)
        story.configure(provisioning='limit = "3s"\nready_timeout = "2s"')
        story.faults({"match": {}, "do": {"html": True}})
        shutil.copy(story.path("berth.toml"), story.path("kept.toml"))
        os.remove(story.path("state", "cache.db"))
        other = story.deploy("other", 4, 8, 80, code=6)
        story.check("could not be read" in other["reason"], other)
        story.check("<html" not in other["reason"].lower(), other)
        story.faults()
        story.check_no_leaks()


def a_ledger_of_a_newer_berth():
    with harness.Story() as story:
        story.deploy("web")
        database = sqlite3.connect(story.path("state", "ledger.db"))
        database.execute("PRAGMA user_version = 999")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        with open(story.path("state", "ledger.db"), "rb") as file:
            before = file.read()
        for command in (("status",), story.deploy_args("api", 1, 1, 10), ("run", "--once")):
            ran = story.berth(*command, code=1)
            story.check("newer" in ran.err + ran.out, ran)
        with open(story.path("state", "ledger.db"), "rb") as file:
            story.check(file.read() == before, "the newer ledger was changed")
        story.check(len(story.machines()) == 1, story.machines())


def a_state_folder_that_cannot_be_written():
    with harness.Story() as story:
        web = story.deploy("web")
        options = {}
        if os.geteuid() == 0:  # root may write anywhere: act as nobody
            nobody = 65534
            for folder, _, files in os.walk(story.folder):
                for path in (folder, *(os.path.join(folder, name) for name in files)):
                    os.chown(path, nobody, nobody)
            options = {"user": nobody, "group": nobody, "extra_groups": []}
            probe = subprocess.run([harness.program("berth"), "--version"], capture_output=True,
                                   preexec_fn=lambda: os.setuid(nobody))
            if probe.returncode != 0:
                raise harness.Skipped("nobody may not run " + harness.program("berth"))
        for name in os.listdir(story.path("state")):
            path = story.path("state", name)
            os.chmod(path, 0o500 if os.path.isdir(path) else 0o400)
        os.chmod(story.path("state"), 0o500)
        try:
            ran = story.berth(*story.deploy_args("api", 1, 1, 10), code=1, **options)
            story.check("state" in ran.out + ran.err and "bug" not in ran.err, ran)
        finally:
            os.chmod(story.path("state"), 0o700)
            for name in os.listdir(story.path("state")):
                path = story.path("state", name)
                os.chmod(path, 0o700 if os.path.isdir(path) else 0o600)
        ran = story.berth("--json", "status", web["deployment_id"], code=0, **options).document()
        story.check(ran["status"] == "succeeded", ran)
        story.check(len(story.machines()) == 1, story.machines())


class SmallDisk:
    """A file system of a few megabytes under the story's state folder."""

    def __init__(self, story):
        self.folder = story.path("state")
        os.mkdir(self.folder, 0o700)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", self.folder],
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise harness.Skipped("no file system can be mounted here: " + done.stderr.strip())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.folder], check=False)

    def fill(self):
        with open(os.path.join(self.folder, "filler"), "wb", buffering=0) as file:
            for size in (65536, 4096, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    pass

    def free(self):
        os.remove(os.path.join(self.folder, "filler"))


def a_full_disk():
    with harness.Story() as story, SmallDisk(story) as disk:
        story.configure(vendors=("hetzner",))
        story.berth("status", code=0)
        disk.fill()
        ran = story.berth(*story.deploy_args("web", 2, 4, 50), code=1)
        story.check("full" in ran.err + ran.out or "space" in ran.err + ran.out, ran)
        story.check(not story.machines(), story.machines())
        disk.free()
        story.deploy("web")
        story.check_no_leaks()


def a_full_disk_does_not_hinder_reading():
    with harness.Story() as story, SmallDisk(story) as disk:
        story.configure(vendors=("hetzner",))
        deployed = story.deploy("web")["deployment_id"]
        disk.fill()
        plan = ("plan", "--org", "acme", "--app", "api", "--cpu", 1, "--memory", 1, "--disk", 15)
        for words in (("status",), ("status", deployed), ("audit",), ("events",), ("servers", "list"), plan,
                      ("__complete", "server", "--", "auto"), ("__complete", "deployment")):
            ran = story.berth(*words, code=0)
            story.check(ran.out.strip(), f"{words} shows nothing: {ran}")
        disk.free()


def a_disk_that_fills_while_the_server_is_made():
    with harness.Story() as story, SmallDisk(story) as disk:
        story.configure(vendors=("hetzner",))
        story.faults({"match": {"operation": "create"}, "do": {"delay_ms": 1500}})
        process = story.start_berth(*story.deploy_args("web", 2, 4, 50))
        story.wait_for(lambda: any(line["event"] == "created" for line in story.oracle()), "the create")
        disk.fill()
        story.check(process.wait(timeout=60) == 1, open(story.path("berth-1.log")).read())
        disk.free()
        story.faults()
        story.berth("run", "--once", code=0)
        story.check(story.deployments()[0]["status"] == "succeeded", story.deployments())
        story.check(len(story.machines(live=False)) == 1, story.machines(live=False))
        story.check_no_leaks()


def an_owner_file_that_cannot_be_made_is_no_defect_of_berth():
    with harness.Story() as story:
        story.berth("run", "--once", code=0)
        os.rmdir(story.path("state", "owners"))
        with open(story.path("state", "owners"), "w"):
            pass
        ran = story.berth(*story.deploy_args("web", 2, 4, 50), code=1)
        story.check("defect" not in ran.out + ran.err and "owners" in ran.out, ran)
        os.remove(story.path("state", "owners"))
        story.berth("run", "--once", code=0)
        story.check(story.deployments()[0]["status"] == "succeeded", story.deployments())
        story.check_no_leaks()


def a_plugin_that_is_not_there():
    with harness.Story() as story:
        lost = '[[account]]\nid = "lost"\nplugin = "nosuchcloud"\norganizations = ["acme"]\n'
        story.configure(more=lost)
        ran = story.berth("config", "check", code=2)
        story.check("nosuchcloud" in ran.out + ran.err, ran)
        web = story.deploy("web", code=3)  # nobody knows what the one that is miswritten would sell
        story.check("nosuchcloud" in web["reason"] and "plugins list" in web["reason"], web)
        story.configure(more=lost + "active = false\n")
        story.berth("--as", "ann", "approve", web["deployment_id"], code=0)
        story.berth("run", "--once", code=0)
        story.check(story.deployments()[0]["status"] == "succeeded", story.deployments())
        story.check_no_leaks()


harness.walk(a_config_that_is_no_toml, settings_that_a_vendor_would_refuse,
             a_request_that_makes_no_sense, what_is_no_address_user_key_or_name_is_not_taken,
             a_cloud_that_answers_html,
             a_ledger_of_a_newer_berth, a_state_folder_that_cannot_be_written, a_full_disk,
             a_full_disk_does_not_hinder_reading,
             a_disk_that_fills_while_the_server_is_made,
             an_owner_file_that_cannot_be_made_is_no_defect_of_berth, a_plugin_that_is_not_there)
