"""Room is given back when what ran in it is stopped: by hand, by time, by a move, as root and as a plain user."""
import os
import signal

import harness

NOBODY = 65534


def as_nobody(story):
    """What berth is started with, where a plain user starts it; the story's folder is that user's."""
    if os.geteuid() != 0:
        return {}
    for folder, _, files in os.walk(story.folder):
        for path in [folder, *(os.path.join(folder, name) for name in files)]:
            os.chown(path, NOBODY, NOBODY)
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def configured(story, release, **more):
    text = 'release_command = ["sh", "-c", """' + release + '"""]\n' if release else ""
    story.configure(command='["sh", "-c", "echo deployed"]\n' + text, **more)


def stopped(story):
    return open(story.path("stopped")).read().split("\n")[:-1] if os.path.exists(story.path("stopped")) else []


def held(story):
    return story.rows("SELECT application, releasing, release_tries, command_exit FROM hold ORDER BY seq")


def is_stopped_before_its_room_is_free(user=lambda story: {}):
    with harness.Story() as story:
        configured(story, "echo $BERTH_APPLICATION $BERTH_RELEASE $BERTH_SERVER_IP >>" + story.path("stopped"))
        options = user(story)
        deploy = story.deploy_args("web", 2, 4, 50)
        web = story.berth(*deploy, code=0, **options).document()
        released = story.berth("--json", "release", "--org", "acme", "--app", "web", code=0, **options).document()
        story.check(released["status"] == "released" and not released["rooms"][0]["still_runs"], released)
        story.check(stopped(story) == ["web released " + web["server"]["ip"]], stopped(story))
        story.check(held(story) == [], held(story))


def an_application_is_stopped_before_its_room_is_free():
    is_stopped_before_its_room_is_free()


def an_application_of_a_plain_user_is_stopped_as_well():
    is_stopped_before_its_room_is_free(as_nobody)


def fails_and_keeps_the_room(user=lambda story: {}):
    with harness.Story() as story:
        configured(story, "echo no such unit; exit 7")
        options = user(story)
        web = story.berth(*story.deploy_args("web", 2, 4, 50), code=0, **options).document()
        ran = story.berth("release", "--org", "acme", "--app", "web", code=9, **options)
        story.check("its room stays taken" in ran.out and "exited with 7" in ran.out and
                    "--force" in ran.out and "no such unit" in ran.out, ran)
        (hold,) = held(story)
        story.check(hold[:2] == ("web", "released") and hold[2] > 0 and hold[3] == 7, hold)
        listed = story.berth("servers", "list", code=0, **options)
        story.check("web (releasing)" in listed.out, listed)
        status = story.berth("--json", "status", web["deployment_id"], code=0, **options).document()
        story.check("exited with 7" in status["releasing"]["sentence"], status)
        types = [event["type"] for event in status["events"]]
        story.check(types.count("application.release_failed") == 1, types)
        forced = story.berth("release", "--org", "acme", "--app", "web", "--force", code=0, **options)
        story.check("may still run on " + web["server"]["name"] in forced.out, forced)
        story.check(held(story) == [], held(story))
        story.check_no_leaks()


def a_release_command_that_fails_keeps_the_room_until_it_is_forced():
    fails_and_keeps_the_room()


def and_so_does_that_of_a_plain_user():
    fails_and_keeps_the_room(as_nobody)


def a_release_that_is_killed_is_run_again():
    with harness.Story() as story:
        once, pids = story.path("once"), story.path("pids")
        configured(story, f"echo $$ >>{pids}; [ -e {once} ] || {{ touch {once}; exec sleep 600; }}; "
                          f"echo done >>{story.path('stopped')}")
        story.deploy("web")
        release = story.start_berth("release", "--org", "acme", "--app", "web")
        story.wait_for(lambda: os.path.exists(once), "the release command")
        release.send_signal(signal.SIGKILL)
        release.wait()
        story.check(held(story)[0][1] == "released", held(story))
        story.berth("run", "--once", code=0)
        story.check(held(story) == [] and stopped(story) == ["done"], (held(story), stopped(story)))
        first = int(open(pids).read().split()[0])
        story.check(not os.path.exists(f"/proc/{first}/stat") or
                    open(f"/proc/{first}/stat").read().rsplit(")", 1)[1].split()[0] == "Z", "the first one runs on")


def an_expired_and_a_moved_application_are_stopped():
    with harness.Story() as story:
        configured(story, "echo $BERTH_APPLICATION $BERTH_RELEASE $BERTH_SERVER_NAME >>" + story.path("stopped"))
        review = story.deploy("review", args=("--ttl", "1s"))
        story.wait_for(lambda: story.berth("run", "--once", code=0) and stopped(story), "the end of the lease")
        story.check(stopped(story) == ["review expired " + review["server"]["name"]], stopped(story))
        first = story.deploy("web")
        second = story.deploy("web", 14, 28, 200)
        story.check(first["server"]["id"] != second["server"]["id"], (first, second))
        story.check(stopped(story)[1:] == ["web moved " + first["server"]["name"]], stopped(story))
        story.check([hold[:2] for hold in held(story)] == [("web", "")], held(story))
        story.check_no_leaks()


def without_a_release_command_it_is_said_what_still_runs():
    with harness.Story() as story:
        configured(story, "")
        web = story.deploy("web")
        ran = story.berth("release", "--org", "acme", "--app", "web", code=0)
        story.check(f"still runs on {web['server']['name']} ({web['server']['ip']})" in ran.out and
                    "release_command" in ran.out, ran)


harness.walk(an_application_is_stopped_before_its_room_is_free,
             an_application_of_a_plain_user_is_stopped_as_well,
             a_release_command_that_fails_keeps_the_room_until_it_is_forced,
             and_so_does_that_of_a_plain_user,
             a_release_that_is_killed_is_run_again,
             an_expired_and_a_moved_application_are_stopped,
             without_a_release_command_it_is_said_what_still_runs)
