"""Credentials are nowhere but in the environment they came from."""
import os
import threading

import harness


def appear_nowhere():
    with harness.Story(boot_ms=800) as story:
        hidden = {**harness.SECRETS, "HOOK": "planted-hook-secret"}
        story.environment["HOOK"] = hidden["HOOK"]
        story.configure(
            command=f'["sh", "-c", "env > {story.path("command.env")}; cat $0 2>/dev/null; sleep 0.5"]',
            berth=f'log_file = "{story.path("berth.log")}"\n',
            more=f'[[notifier]]\nid = "file"\nplugin = "log"\n[notifier.settings]\n'
                 f'path = "{story.path("events.jsonl")}"\n'
                 f'[[notifier]]\nid = "hook"\nplugin = "webhook"\n[notifier.settings]\n'
                 f'url = "http://127.0.0.1:{harness.free_port()}/"\nsecret = {{ env = "HOOK" }}\n')
        with open(story.path("berth.toml")) as file:
            text = file.read().replace('log_level = "info"', 'log_level = "debug"')
        story.write_config(text)
        story.faults({"match": {"operation": "create", "times": 1}, "do": {"error": "unauthorized"}},
                     {"match": {"operation": "list", "times": 1}, "do": {"error": "unknown_code"}})
        commands, done = set(), threading.Event()

        def watch():
            while not done.is_set():
                for pid in filter(str.isdigit, os.listdir("/proc")):
                    try:
                        with open(f"/proc/{pid}/cmdline", "rb") as file:
                            commands.add(file.read())
                    except OSError:
                        pass
                done.wait(0.005)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            ran = story.berth(*story.deploy_args("web", 2, 4, 50))
            if ran.code != 0:
                story.berth("retry", ran.document()["deployment_id"])
                story.berth("run", "--once")
        finally:
            done.set()
            watcher.join()
        said = [ran.out + ran.err for ran in story.seen]
        for command in (("audit",), ("status",), ("plugins", "list"), ("config", "check"), ("servers", "list")):
            done_now = story.berth("--json", *command)
            said.append(done_now.out + done_now.err)
        story.check(os.path.exists(story.path("command.env")), story.deployments())
        places = {"output": "\n".join(said).encode(), "command lines": b"\n".join(
            command for command in commands if b"walk_secrets" not in command and b"berth-fakecloud" not in command)}
        for folder, _, files in os.walk(story.folder):
            for name in files:
                path = os.path.join(folder, name)
                if name not in ("oracle.jsonl", "cloud.log"):
                    with open(path, "rb") as file:
                        places[path] = file.read()
        for place, content in places.items():
            for name, secret in hidden.items():
                if name == "AK":
                    continue  # a key's id is no secret: it is in every signature
                story.check(secret.encode() not in content, f"{name} is in {place}")
        story.check(any("state/ledger.db" in place for place in places), list(places))
        story.check(b"BERTH_SERVER_IP" in places[story.path("command.env")], places[story.path("command.env")])
        for name in hidden:
            story.check(f"\n{name}=".encode() not in b"\n" + places[story.path("command.env")],
                        f"the deploy command got {name}")


def readable_by_others_are_refused():
    with harness.Story() as story:
        token = story.path("token")
        with open(token, "w") as file:
            file.write(harness.SECRETS["HT"])
        story.configure(vendors=("hetzner",))
        text = open(story.path("berth.toml")).read().replace('{ env = "HT" }', f'{{ file = "{token}" }}')
        story.write_config(text)
        os.chmod(token, 0o644)
        ran = story.berth(*story.deploy_args("web", 2, 4, 50))
        story.check(ran.code != 0 and "chmod 600" in ran.out + ran.err, ran)
        os.chmod(token, 0o600)
        story.deploy("api")


harness.walk(appear_nowhere, readable_by_others_are_refused)
