"""A real sshd that has another host key one day: nothing is brought there until a person trusts it."""
import os
import shutil
import stat
import subprocess

import harness

NOBODY = 65534
SSHD = "/usr/sbin/sshd"


class Server:
    """An sshd on loopback, whose users land in a folder of the story."""

    def __init__(self, story):
        self.story, self.port, self.process = story, harness.free_port(), None
        for name in ("first", "second", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "walk", "-f", story.path(name)],
                           check=True)
        os.makedirs(story.path("home"))
        os.makedirs("/run/sshd", exist_ok=True)

    def start(self, host_key):
        if self.process is not None:
            self.story.end(self.process)
        path = self.story.path
        with open(path("sshd_config"), "w") as file:
            file.write(f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {path(host_key)}\nPidFile none\n"
                       f"AuthorizedKeysFile {path('user.pub')}\nStrictModes no\nUsePAM no\n"
                       f"ForceCommand cd {path('home')} && eval \"$SSH_ORIGINAL_COMMAND\"\n")
        self.process = self.story.start([SSHD, "-D", "-e", "-f", path("sshd_config")],
                                        stderr=open(path("sshd.log"), "a"))
        self.story.wait_for(self.answers, "sshd")

    def answers(self):
        return subprocess.run(["ssh-keyscan", "-p", str(self.port), "127.0.0.1"], capture_output=True).stdout

    def fingerprint(self, host_key):
        shown = subprocess.run(["ssh-keygen", "-lf", self.story.path(host_key + ".pub")], capture_output=True,
                               text=True, check=True)
        return shown.stdout.split()[1]

    def public(self, host_key):
        return " ".join(open(self.story.path(host_key + ".pub")).read().split()[:2])


def project(story):
    """A project that says what it is asked, and what brings it to a server as berth does it."""
    os.makedirs(story.path("project"))
    for name, text in (("project/setup.sh", '#!/bin/sh\necho "$*" >>said\n'),
                       ("bring.sh", "#!/bin/sh\n"
                        f"export BERTH_PROJECT=web BERTH_PROJECT_PATH={story.path('project')}\n"
                        "export BERTH_PROJECT_PORTS={} BERTH_PROJECT_HEALTH_PATH=\n"
                        f"export BERTH_SSH_IDENTITY_FILE={story.path('user')}\n"
                        f"exec {harness.program('berth-deploy-stack')} \"$@\"\n")):
        with open(story.path(name), "w") as file:
            file.write(text)
        os.chmod(story.path(name), stat.S_IRWXU)


def holds_to_the_first_key(plain_user):
    if not os.access(SSHD, os.X_OK):
        raise harness.Skipped(f"there is no {SSHD}")
    with harness.Story(cloud=False) as story:
        if os.geteuid() != 0:
            raise harness.Skipped("only root starts an sshd that root logs in to")
        server = Server(story)
        server.start("first")
        project(story)
        story.configure(command=f'["{story.path("bring.sh")}"]\n'
                                f'release_command = ["{story.path("bring.sh")}", "--release"]')
        options = {}
        if plain_user:
            options = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            for name in ("", "bring.sh", "project", "project/setup.sh", "user", "berth.toml"):
                os.chown(story.path(name), NOBODY, NOBODY)
        said = story.path("home", "berth", "web", "said")
        deploy = story.deploy_args("web", 1, 1, 10)
        story.berth("--as", "ann", "servers", "add", "--org", "acme", "--name", "own", "--ip", "127.0.0.1", "--cpu", 8,
                    "--memory", 16, "--disk", 160, "--ssh-port", server.port, code=0, **options)

        web = story.berth(*deploy, code=0, **options).document()
        story.check(web["server"]["host_key"] == server.public("first"), web)
        told = [row[0] for row in story.rows("SELECT message FROM event WHERE type = 'server.host_key_seen'")]
        story.check(len(told) == 1 and server.fingerprint("first") in told[0], told)
        story.check(open(said).read().split("\n")[-2] in ("", "--native"), open(said).read())

        server.start("second")
        before = open(said).read()
        refused = story.berth(*deploy, code=9, **options).document()
        story.check(refused["reason_code"] == "host_key_changed", refused)
        story.check(f"{server.fingerprint('second')} instead of {server.fingerprint('first')}" in refused["reason"] and
                    f"`berth servers trust own --host-key '{server.public('second')}'`" in refused["reason"], refused)
        ran = story.berth("release", "--org", "acme", "--app", "web", code=9, **options)
        story.check("shows another host key" in ran.out, ran)
        story.check(open(said).read() == before, open(said).read())

        story.berth("--as", "ann", "servers", "trust", "own", "--host-key", server.public("second"), code=0, **options)
        story.berth("retry", refused["deployment_id"], code=0, **options)
        story.berth("release", "--org", "acme", "--app", "web", code=0, **options)
        story.check(open(said).read().endswith("--down\n") and open(said).read() != before, open(said).read())
        story.check(story.rows("SELECT * FROM hold") == [], "the room is held yet")
        # What was never there, or is stopped already, is no failure.
        shutil.rmtree(story.path("home", "berth"))
        story.configure(command='["true"]\n' f'release_command = ["{story.path("bring.sh")}", "--release"]')
        if plain_user:
            os.chown(story.path("berth.toml"), NOBODY, NOBODY)
        story.berth(*deploy, code=0, **options)
        ran = story.berth("--json", "release", "--org", "acme", "--app", "web", code=0, **options)
        story.check(ran.document()["status"] == "released", ran)


def a_changed_host_key_stops_root():
    holds_to_the_first_key(False)


def a_changed_host_key_stops_a_plain_user():
    holds_to_the_first_key(True)


harness.walk(a_changed_host_key_stops_root, a_changed_host_key_stops_a_plain_user)
