"""What the stories of foreign clients share: a fake on loopback, a key, and programs run to their end."""
import os
import shutil
import subprocess

import walks

KEY = ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g "
       "ann@example.org")


class ClientStory(walks.Story):
    """A fake without berth. A client sees nothing of the user's own settings."""

    def configure(self, **_):
        self.environment = {"PATH": os.environ["PATH"], "HOME": self.folder, "LC_ALL": "C.UTF-8"}

    def key_file(self):
        with open(self.path("key.pub"), "w") as file:
            file.write(KEY + "\n")
        return self.path("key.pub")

    def run(self, argv, code=0):
        done = subprocess.run(argv, env=self.environment, cwd=self.folder, text=True, timeout=120,
                              capture_output=True, stdin=subprocess.DEVNULL)
        ran = walks.Ran(argv, done.returncode, done.stdout, done.stderr)
        self.seen.append(ran)
        self.check(code in (None, done.returncode), f"expected exit {code}\n{ran}")
        return ran

    def wait_gone(self):
        self.wait_for(lambda: not self.machines(), "the machine's end")


def needed(path, package):
    """The program at `path`, of that Debian package; never another one of the PATH."""
    if shutil.which(path) is None:
        raise walks.Skipped(f"{path} is not installed: apt-get install {package}")
    return path


def not_possible(what, why):
    """Said aloud, in every run: what an old client cannot do with today's API, and why."""
    print(f"        NOT JUDGED: {what}: {why}")
