"""The main job on a machine that really boots: bought, logged in to, deployed to, gone again."""
import email
import json

import machine
import harness


def users_part(user_data):
    """What the user gave, of the archive that berth makes to add its marker; "" if it is none."""
    head, _, archive = user_data.partition("\n")
    return json.loads(archive)[0]["content"] if head == "#cloud-config-archive" else ""


def deployed_to(vendor):
    with machine.Story() as story:
        story.configure(vendors=(vendor,))
        web = story.berth(*story.deploy_args("web", 1, 2, 10), code=0, timeout=400).document()
        story.check(web["status"] == "succeeded" and web["server"]["provider"] == vendor, web)
        server, shown = web["server"], story.shown()
        bought, = story.machines()
        story.check("deployed" in web["command_output"], web)
        story.check(server["ip"] == bought["address"], (server, bought))
        story.check(server["host_key"].startswith("ssh-"), server)

        story.check(shown["marker"] == "written by cloud-init\n", shown)
        story.check(shown["instance"].strip() == bought["id"], (shown, bought))
        story.check(shown["user"].strip() == ("admin" if vendor == "aws" else "root"), shown)
        with open(story.key + ".pub") as file:
            story.check(" ".join(file.read().split()[:2]) in shown["keys"], shown)
        if vendor == "aws":  # the keys travel beside the user-data, and names are only tags
            parts = email.message_from_string(shown["user_data"]).get_payload()
            sent = [users_part(part.get_payload(decode=True).decode()) for part in parts]
            story.check(machine.USER_DATA in sent, shown)
            story.check(shown["hostname"].startswith("ip-10-"), shown)
        else:
            story.check(users_part(shown["user_data"]) == machine.USER_DATA, shown)
            story.check(shown["hostname"].strip() == server["name"], (shown, server))

        # Another deployment shares it, without a second boot.
        api = story.berth(*story.deploy_args("api", 0.5, 1, 5), code=0, timeout=200).document()
        story.check(api["server"]["id"] == server["id"], api)
        story.check(len(story.events("started")) == 1, story.oracle())

        for application in ("web", "api"):
            story.berth("release", "--org", "acme", "--app", application, code=0)
        inside = story.inside()
        story.berth("--as", "ann", "servers", "remove", server["id"], code=0)
        story.berth("run", "--once", code=0)
        story.check(not story.machines(), story.machines())
        story.check(len(story.events("ended")) == 1, story.oracle())
        story.check_no_processes(inside)
        story.check_no_files()
        created = story.events("created")[0]["at"]
        times = dict(story.rows("SELECT type, min(at_unix_ms) FROM event GROUP BY type"))
        print(f"{vendor}: after the create call its first process ran in",
              f"{story.events('started')[0]['at'] - created} ms, it was reachable in",
              f"{times['server.auto-provisioned'] - created} ms, deployed to in",
              f"{times['deployment.succeeded'] - created} ms")


def at_hetzner():
    deployed_to("hetzner")


def at_digitalocean():
    deployed_to("digitalocean")


def at_aws():
    deployed_to("aws")


harness.walk(at_hetzner, at_digitalocean, at_aws)
