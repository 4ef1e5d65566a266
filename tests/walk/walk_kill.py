"""kill -9 at every stage, then `berth run --once`: nothing twice, nothing left behind."""
import os
import time

import harness


def killed_when(story, moment, *, application="web"):
    """Deploys, and kills berth with SIGKILL as soon as `moment()` holds."""
    process = story.start_berth(*story.deploy_args(application, 2, 4, 50))
    story.wait_for(lambda: moment() or process.poll() is not None, "the moment to kill")
    story.check(process.poll() is None, "it had ended before")
    process.kill()
    process.wait()


def alive(pid):
    """Runs; one that is dead and only not reaped yet does not."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def goes_on(story, expected="succeeded"):
    story.berth("run", "--once", code=0)
    story.check_no_leaks()
    story.check(all(one["status"] == expected for one in story.deployments()), story.deployments())


def created(story):
    return any(line["event"] == "created" for line in story.oracle())


def during_the_create():
    for vendor in ("hetzner", "digitalocean", "aws"):
        with harness.Story() as story:
            story.configure_hasty(vendors=(vendor,))
            story.faults({"match": {"operation": "create"}, "do": {"delay_ms": 3000}})
            killed_when(story, lambda: created(story))
            story.faults()
            goes_on(story)
            story.check(len(story.machines(live=False)) == 1, story.machines(live=False))


def before_the_create_left():
    with harness.Story() as story:
        story.configure_hasty(vendors=("hetzner",))
        story.faults({"match": {"operation": "create"}, "do": {"drop_before": True, "delay_ms": 3000}})
        killed_when(story, lambda: story.rows("SELECT 1 FROM attempt WHERE status = 'requested'"))
        story.faults()
        goes_on(story)
        story.check(len(story.machines(live=False)) == 1, story.machines(live=False))


def during_the_wait():
    for vendor in ("hetzner", "digitalocean", "aws"):
        with harness.Story(boot_ms=1500) as story:
            story.configure_hasty(vendors=(vendor,))
            killed_when(story, lambda: story.rows("SELECT 1 FROM attempt WHERE status = 'booting'"))
            goes_on(story)
            story.check(len(story.machines(live=False)) == 1, story.machines(live=False))


def during_the_deploy_command():
    with harness.Story() as story:
        script = story.path("deploy.sh")
        with open(script, "w") as file:
            file.write(f"echo $$ >> {story.path('pids')}\n"
                       f"[ $(wc -l < {story.path('pids')}) -gt 1 ] || sleep 600\n")
        story.configure_hasty(vendors=("hetzner",), command=f'["sh", "{script}"]')
        killed_when(story, lambda: os.path.exists(story.path("pids")))
        first = int(open(story.path("pids")).read().split()[0])
        story.check(alive(first), "the command died with berth")
        goes_on(story)
        pids = open(story.path("pids")).read().split()
        story.check(len(pids) == 2, pids)
        story.check(not alive(first), "two deploy commands of one deployment")
        story.check(len(story.machines(live=False)) == 1, story.machines(live=False))


def at_any_time():
    for after in range(40, 900, 120):
        with harness.Story() as story:
            story.configure_hasty()
            process = story.start_berth(*story.deploy_args("web", 2, 4, 50))
            time.sleep(after / 1000)
            process.kill()
            process.wait()
            if not os.path.exists(story.path("state", "ledger.db")):
                continue  # it had not begun
            goes_on(story)


def again_and_again():
    with harness.Story() as story:
        story.configure_hasty(vendors=("hetzner", "digitalocean"))
        process = story.start_berth(*story.deploy_args("web", 2, 4, 50))
        for _ in range(8):
            time.sleep(0.25)
            process.kill()
            process.wait()
            process = story.start_berth("run", "--once")
        story.check(process.wait(timeout=100) == 0, "run --once failed")
        goes_on(story)


def while_it_destroys():
    with harness.Story(boot_ms=6000, delete_ms=1500) as story:
        story.configure_hasty(vendors=("hetzner",))
        process = story.start_berth(*story.deploy_args("web", 2, 4, 50))
        story.wait_for(lambda: story.rows("SELECT 1 FROM attempt WHERE status = 'booting'"), "booting")
        # `cancel` cleans up behind itself: both are killed while they do.
        cancel = story.start_berth("--as", "ann", "cancel", story.deployments()[0]["deployment_id"])
        story.wait_for(lambda: story.rows("SELECT 1 FROM attempt WHERE status IN ('destroying', 'gone')"),
                       "destroying")
        for one in (process, cancel):
            one.kill()
            one.wait()
        goes_on(story, "cancelled")
        story.check(not story.machines(), story.machines())


harness.walk(during_the_create, before_the_create_left, during_the_wait, during_the_deploy_command,
             at_any_time, again_and_again, while_it_destroys)
