"""berth-deploy-stack by itself, with an ssh that only says what it was asked."""
import json
import os
import stat
import subprocess

import harness


def hands_ssh_no_option_in_a_users_or_servers_name():
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
            [os.path.join(harness.SOURCE, "core", "stacks", "berth-deploy-stack")], cwd=story.folder, text=True,
            capture_output=True, stdin=subprocess.DEVNULL, env={
                **story.environment, "PATH": story.path("bin") + ":" + os.environ["PATH"],
                "BERTH_PROJECT": "web", "BERTH_PROJECT_PATH": story.path("project"), "BERTH_APPLICATION": "web",
                "BERTH_PROJECT_PORTS": "{}", "BERTH_PROJECT_HEALTH_PATH": "", "BERTH_SERVER_NAME": "one",
                "BERTH_SERVER_IP": address, "BERTH_SSH_USER": user, "BERTH_SSH_PORT": "22"})
        story.check(done.returncode == 0, done)
        with open(story.path("asked")) as file:
            asked = [json.loads(line) for line in file]
        story.check(len(asked) == 4, asked)
        for words in asked:
            end = words.index("--")
            story.check(words[end - 2:end] == ["-l", user] and words[end + 1] == address, words)
            story.check(len(words) == end + 3, words)


harness.walk(hands_ssh_no_option_in_a_users_or_servers_name)
