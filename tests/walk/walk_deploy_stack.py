"""berth-deploy-stack by itself, with an ssh that only says what it was asked."""
import json
import os
import stat
import subprocess

import harness


def asked_of_ssh(words, calls):
    with harness.Story(cloud=False) as story:
        os.makedirs(story.path("project"))
        with open(story.path("project", "compose.yaml"), "w") as file:
            file.write("services: {}\n")
        os.makedirs(story.path("bin"))
        with open(story.path("bin", "ssh"), "w") as file:
            file.write("#!/usr/bin/python3\nimport json, sys\nsys.stdin.read()\n"
                       f"open({story.path('asked')!r}, 'a').write(json.dumps(sys.argv[1:]) + '\\n')\n")
        os.chmod(story.path("bin", "ssh"), stat.S_IRWXU)
        user, address = "-oProxyCommand=touch pwned", "-oPermitLocalCommand=yes"
        done = subprocess.run(
            [os.path.join(harness.SOURCE, "core", "stacks", "berth-deploy-stack"), *words], cwd=story.folder, text=True,
            capture_output=True, stdin=subprocess.DEVNULL, env={
                **story.environment, "PATH": story.path("bin") + ":" + os.environ["PATH"],
                "BERTH_PROJECT": "web", "BERTH_PROJECT_PATH": story.path("project"), "BERTH_APPLICATION": "web",
                "BERTH_PROJECT_PORTS": "{}", "BERTH_PROJECT_HEALTH_PATH": "", "BERTH_SERVER_NAME": "one",
                "BERTH_SERVER_IP": address, "BERTH_SSH_USER": user, "BERTH_SSH_PORT": "22",
                "BERTH_SSH_HOST_KEY": "ssh-ed25519 AAAA"})
        story.check(done.returncode == 0, done)
        with open(story.path("asked")) as file:
            asked = [json.loads(line) for line in file]
        story.check(len(asked) == calls, asked)
        for call in asked:
            end = call.index("--")
            story.check(call[end - 2:end] == ["-l", user] and call[end + 1] == address, call)
            story.check(len(call) == end + 3, call)
            story.check("StrictHostKeyChecking=yes" in call, call)


def hands_ssh_no_option_in_a_users_or_servers_name():
    asked_of_ssh([], 4)
    asked_of_ssh(["--release"], 1)


def brings_nothing_to_a_server_whose_host_key_nobody_knows():
    with harness.Story(cloud=False) as story:
        done = subprocess.run(
            [os.path.join(harness.SOURCE, "core", "stacks", "berth-deploy-stack")], cwd=story.folder, text=True,
            capture_output=True, stdin=subprocess.DEVNULL, env={
                **story.environment, "BERTH_PROJECT_PATH": story.folder, "BERTH_SERVER_NAME": "one"})
        story.check(done.returncode != 0 and "one did not show its host key to berth" in done.stderr, done)


harness.walk(hands_ssh_no_option_in_a_users_or_servers_name,
             brings_nothing_to_a_server_whose_host_key_nobody_knows)
