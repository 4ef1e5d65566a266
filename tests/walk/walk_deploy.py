"""The main job: bought for the first application, shared by the second."""
import os

import harness


def buys_the_cheapest_over_three_clouds_then_places_without_buying():
    with harness.Story() as story:
        plan = story.berth("--json", "plan", "--org", "acme", "--app", "web", "--cpu", 2, "--memory",
                           4, "--disk", 50, code=0).document()
        kept = [row for row in plan["rows"] if row["kind"] == "offer" and row["kept"]]
        story.check({row["provider"] for row in kept} == {"hetzner", "digitalocean", "aws"}, kept)
        cheapest = min(kept, key=lambda row: float(row["compared_cost"]))
        web = story.deploy("web", 2, 4, 50)
        for key in ("deployment_id", "status", "reason", "server", "estimated_cost", "currency", "plan"):
            story.check(key in web, f"no {key} in {web}")
        story.check(web["status"] == "succeeded", web)
        required = web["plan"]["required"]
        story.check((required["cpu_cores"], required["memory_gb"], required["disk_gb"]) == (3, 5, 60),
                    required)
        server = web["server"]
        for key in ("id", "name", "provider", "region", "instance_type", "ip", "ssh_user", "ssh_port",
                    "host_key"):
            story.check(key in server, f"no {key} in {server}")
        story.check((server["provider"], server["instance_type"]) ==
                    (cheapest["provider"], cheapest["instance_type"]), (server, cheapest))
        story.check(web["estimated_cost"] == cheapest["compared_cost"], (web, cheapest))
        story.check(web["currency"] == "USD", web)
        story.check("deploying web to " + server["ip"] in web["command_output"], web)
        machines = story.machines()
        story.check(len(machines) == 1 and machines[0]["name"] == server["name"], machines)

        api = story.deploy("api", 1, 2, 15)
        story.check(api["server"]["id"] == server["id"], api)
        story.check(len(story.machines()) == 1, story.machines())
        story.check(api["plan"]["action"] == "place", api["plan"])

        record, = story.audit("--org", "acme")
        story.check(record["status"] == "succeeded", record)
        story.check(record["trigger"] == "no_servers_available", record)
        story.check(record["estimated_cost"] == web["estimated_cost"], record)
        story.check(record["selected_offer"]["instance_type"] == server["instance_type"], record)
        story.check(record["duration_ms"] > 0, record)
        listed = story.listed(story.berth("--json", "servers", "list", code=0).document(), "servers")
        story.check(sorted(listed[0]["applications"]) == ["api", "web"], listed)
        story.berth("release", "--org", "acme", "--app", "api", code=0)
        story.check_no_leaks()


def a_deploy_command_that_is_not_there_buys_nothing():
    with harness.Story() as story:
        script = story.path("nonexistent.sh")
        story.configure(command=f'["{script}"]', provisioning='config_patience = "3s"')
        plan = story.berth("plan", "--org", "acme", "--app", "web", "--cpu", 2, "--memory", 4, "--disk", 50)
        story.check(f"there is no file {script}" in plan.out + plan.err, plan)
        ran = story.berth("deploy", "--org", "acme", "--app", "web", "--cpu", 2, "--memory", 4, "--disk", 50,
                          code=1)
        story.check(f"The deploy command of web cannot be run: there is no file {script}" in ran.out + ran.err,
                    ran)
        story.check(story.machines(live=False) == [], story.machines(live=False))
        with open(script, "w") as file:
            file.write("#!/bin/sh\necho deployed\n")
        os.chmod(script, 0o755)
        story.check(story.deploy("web")["status"] == "succeeded", story.machines())
        story.check_no_leaks()


harness.walk(buys_the_cheapest_over_three_clouds_then_places_without_buying,
             a_deploy_command_that_is_not_there_buys_nothing)
