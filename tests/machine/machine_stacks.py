"""A project from four choices to a page on a machine that was bought for it and really booted."""
import json
import os
import shutil
import subprocess
import urllib.request

import machine  # first: it says where the other is
import harness


def fetched(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def a_project_is_deployed_to_a_machine_that_was_bought_for_it():
    with machine.Story() as story:
        image = os.path.join(story.cache, "debian-12")
        if not os.path.exists(os.path.join(image, "usr", "bin", "alembic")):
            raise harness.Skipped("the image has no Python modules for a project: scripts/make-machine-image")
        projects = story.path("projects")
        story.configure(more=f'[stacks]\nprojects_dir = "{projects}"\n')
        story.berth("stack", "new", "Notes Here", "--org", "acme", code=0)
        saved = story.berth("--json", "stack", "save", "notes-here", "--backend", "fastapi", "--database", "sqlite",
                            code=0).document()
        port = saved["provisioning"]["credentials"]["application_port"]
        routes = os.path.join(projects, "notes-here", "old routes\n")  # a name that no list of lines can hold
        os.mkdir(routes)
        with open(os.path.join(routes, "éa.py"), "w") as old:
            old.write("# out of use\n")
        deployed = story.berth("--json", "deploy", "--stack", "notes-here", code=0, timeout=500).document()
        story.check(deployed["status"] == "succeeded" and deployed["application"] == "notes-here", deployed)
        story.check("healthy: http://" in deployed["command_output"], deployed["command_output"])
        bought, = story.machines()
        story.check(deployed["server"]["ip"] == bought["address"], (deployed["server"], bought))
        page = f"http://{bought['address']}:{port}"
        health = json.loads(fetched(page + "/health"))
        story.check(health["status"] == "ok" and health["database"]["first"] == "The database works.", health)
        story.check(json.loads(fetched(page + "/api/notes"))[0]["text"] == "The database works.", "notes")
        # What was copied is the project, and nobody else reads its secrets.
        ssh = ["ssh", "-i", story.key, "-p", str(story.ssh_port), "-o", "StrictHostKeyChecking=no", "-o",
               "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", f"root@{bought['address']}"]
        there = subprocess.run(ssh + ["cd berth/notes-here && stat -c '%a %n' .env && ls -d data .berth"], text=True,
                               capture_output=True, check=False).stdout
        story.check("600 .env" in there, there)
        listed = ssh + ["cd berth/notes-here && find . -path './old*' -type f"]
        story.check("a.py" in subprocess.run(listed, text=True, capture_output=True, check=True).stdout, "not copied")
        # A second deployment replaces the files, those that are gone go there, too, and what the database has stays.
        shutil.rmtree(routes)
        add = ("cd berth/notes-here && .venv/bin/python -c \"import sqlite3, glob; "
               "c = sqlite3.connect(glob.glob('data/*.sqlite')[0]); "
               "c.execute(\\\"INSERT INTO notes (text) VALUES ('kept')\\\"); c.commit()\"")
        subprocess.run(ssh + [add], check=True)
        with open(os.path.join(projects, "notes-here", "README.md"), "a") as readme:
            readme.write("changed\n")
        again = story.berth("--json", "deploy", "--stack", "notes-here", code=0, timeout=500).document()
        story.check(again["server"]["id"] == deployed["server"]["id"], again)
        story.check(json.loads(fetched(page + "/health"))["database"]["notes"] == 2, "the database was lost")
        copied = subprocess.run(ssh + ["tail -n 1 berth/notes-here/README.md"], text=True, capture_output=True,
                                check=False).stdout
        story.check(copied == "changed\n", copied)
        left = subprocess.run(ssh + ["cd berth/notes-here && ls -d old* ; ls -d .venv"], text=True, capture_output=True,
                              check=False).stdout
        story.check(left == ".venv\n", left)
        story.check(len(story.machines()) == 1, story.machines())


if __name__ == "__main__":
    harness.walk(a_project_is_deployed_to_a_machine_that_was_bought_for_it)
