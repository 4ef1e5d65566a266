"""How a machine ends without being deleted: it cannot start, dies by itself, or its cloud dies."""
import os
import signal
import subprocess

import machine
import harness


def one_that_runs(story):
    story.ask("/servers", {"name": "web-1", "server_type": "cx23", "image": "debian-12",
                           "location": "nbg1", "user_data": machine.USER_DATA})
    # Its journal: systemd inside is on its way, and more than one process has to end.
    story.wait_for(lambda: story.events("started") and len(story.inside()) > 2, "the machine")
    return story.inside()


def its_cloud_is_told_to_end():
    with machine.Story() as story:
        inside = one_that_runs(story)
        story.cloud.terminate()
        story.check(story.cloud.wait(timeout=30) == 0, "the cloud failed")
        story.check_no_processes(inside)
        story.check_no_files()
        story.check("0 machines" in story.clean(), "something was left")


def its_cloud_is_killed():
    with machine.Story() as story:
        inside = one_that_runs(story)
        story.cloud.kill()
        story.cloud.wait()
        story.check_no_processes(inside)  # already now
        story.check(story.groups(), "its control groups went as well; then --clean is not tried")
        story.clean()
        story.check_no_files()


def its_cloud_is_killed_and_started_again():
    with machine.Story() as story:
        inside = one_that_runs(story)
        story.cloud.kill()
        story.cloud.wait()
        before = story.groups()
        story.check(before, "there was nothing to clean")
        os.remove(story.path("port"))
        story.start_cloud({"backing": "nspawn"})
        story.check(not [one for one in before if os.path.exists(one)], before)
        story.check_no_processes(inside)


def it_dies_by_itself():
    with machine.Story() as story:
        inside = one_that_runs(story)
        init = min(inside)  # systemd-nspawn; the others came from it
        os.kill(init, signal.SIGKILL)
        story.wait_for(lambda: story.events("failed"), "the cloud to notice")
        story.check("ended with signal 9" in story.events("failed")[0]["reason"], story.oracle())
        server, = story.ask("/servers")["servers"]
        story.check(server["status"] == "off", server)
        story.check_no_processes(inside)
        story.check_no_files()


def it_cannot_start():
    machine.required()
    with harness.Story(cloud=False) as place:
        os.makedirs(place.path("cache", "debian-12"))  # nothing in it
        with machine.Story(machine_cache=place.path("cache")) as story:
            story.configure(vendors=("hetzner",))
            ran = story.berth(*story.deploy_args("web", 2, 4, 50), timeout=400)
            story.check(ran.code != 0 and ran.document()["status"] != "succeeded", ran)
            failed = story.events("failed")
            story.check(failed and all("systemd-nspawn ended with status" in one["reason"]
                                       for one in failed), story.oracle())
            story.berth("run", "--once", code=0)
            story.check(not story.machines(), story.machines())
            story.check_no_files()


def it_says_what_is_missing():
    with harness.Story(cloud=False) as story:
        def why():
            ran = subprocess.run([machine.FAKECLOUD, "--backing", "nspawn", "--machine-cache",
                                  story.path("none")], capture_output=True, text=True)
            story.check(ran.returncode == 2 and ran.stderr.count("\n") == 1, ran)
            return ran.stderr
        if os.geteuid() != 0:
            story.check("root is needed" in why(), why())
            return
        if os.path.exists("/usr/bin/systemd-nspawn"):
            story.check("run scripts/make-machine-image" in why(), why())
        else:
            story.check("systemd-nspawn is missing" in why(), why())


harness.walk(its_cloud_is_told_to_end, its_cloud_is_killed, its_cloud_is_killed_and_started_again,
             it_dies_by_itself, it_cannot_start, it_says_what_is_missing)
