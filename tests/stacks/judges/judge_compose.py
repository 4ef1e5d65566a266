"""What Debian's docker-compose says of projects, all in one process of it, and what each is to be.

stdin: a JSON list of folders. stdout: a JSON list of [folder, text], one for each problem.
"""
import contextlib
import io
import json
import logging
import os
import re
import subprocess
import sys

import yaml
from compose.cli import main as compose
from compose.config.environment import env_vars_from_file


def refusal(folder):
    """The words of `docker-compose config --quiet` in the folder; "" where it has none."""
    os.chdir(folder)
    sys.argv = ["docker-compose", "config", "--quiet"]
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            compose.main()
    except SystemExit as end:
        return said.getvalue() if end.code not in (0, None) else ""
    return said.getvalue()


def services_of(folder):
    with open(os.path.join(folder, "docker-compose.yml")) as file:
        return yaml.safe_load(file).get("services") or {}


def improper(name, service, folder):
    """What a service is not, of all that ours are."""
    if "healthcheck" not in service:
        yield "has no healthcheck"
    if service.get("read_only") is not True:
        yield "may write to its root"
    if service.get("cap_drop") != ["ALL"]:
        yield "keeps capabilities"
    for port in service.get("ports", []):
        # The page's address can be said from outside, for a server that is there to be reached.
        if not port.startswith(("127.0.0.1:", "${APPLICATION_ADDRESS:-127.0.0.1}:")):
            yield f"publishes {port} to every network"
    if "build" not in service:
        if not re.search(r":\d+\.\d+", service["image"]):
            yield f"is of the image {service['image']}, which is not pinned"
        if service.get("user") in (None, "root", "0"):
            yield "may run as root"
        return
    path = os.path.join(folder, service["build"]["context"], service["build"]["dockerfile"])
    if not os.path.isfile(path):
        yield f"has no {os.path.relpath(path, folder)}"
        return
    with open(path) as file:
        text = file.read()
    users = re.findall(r"^USER\s+(\S+)", text.split("\nFROM ")[-1], re.M)
    if not users and service.get("user") in (None, "root", "0"):
        # Images that are not root's by themselves.
        if not re.search(r"\nFROM \S*unprivileged\S*[^\n]*\n(?!.*\nFROM )", "\n" + text, re.S):
            yield "may run as root"
    stages = set(re.findall(r"^FROM\s.*\sAS\s+(\S+)", text, re.M | re.I))
    for image in re.findall(r"^FROM\s+(?:--\S+\s+)*(\S+)", text, re.M | re.I):
        if image not in stages and not re.search(r":v?\d+\.\d+", image):
            yield f"is built from {image}, which is not pinned"


def read_by_bash(folder):
    """Each variable of .env, as setup.sh gets it."""
    shown = subprocess.run(["bash", "-c", "set -a; . ./.env && exec env -0"], cwd=folder, env={},
                           capture_output=True, check=True).stdout.decode()
    return dict(one.split("=", 1) for one in shown.split("\0") if "=" in one)


def problems_of(folder):
    if words := refusal(folder):
        yield "docker-compose config: " + words.strip()
        return
    services = services_of(folder)
    if not services:
        yield "docker-compose.yml has no service"
    for name, service in services.items():
        for problem in improper(name, service, folder):
            yield f"service {name} {problem}"
    bash = read_by_bash(folder)
    for name, value in env_vars_from_file(os.path.join(folder, ".env")).items():
        if bash.get(name) != value:
            yield f".env: {name} is {value!r} to docker-compose and {bash.get(name)!r} to bash"


if __name__ == "__main__":
    folders = json.load(sys.stdin)
    out = os.dup(1)
    problems = [[folder, problem] for folder in folders for problem in problems_of(folder)]
    os.write(out, json.dumps(problems).encode())
