"""64 applications at once by 64 processes on an empty fleet, one fitting a server, five servers."""
import collections
import os

import harness


def five_of_sixty_four():
    with harness.Story() as story:
        story.configure(vendors=("hetzner",), max_servers=5)
        story.berth("status", code=0)  # the ledger is made by one, not by 64 at once
        crowd = [story.start_berth(*story.deploy_args(f"app{i}", 3, 6, 60)) for i in range(64)]
        codes = collections.Counter(one.wait(timeout=200) for one in crowd)
        logs = [open(story.path(name)).read()[-300:] for name in os.listdir(story.folder)
                if name.startswith("berth-") and name.endswith(".log")]
        story.check(codes == {0: 5, 4: 59}, (codes, logs[:6]))
        made = [line for line in story.oracle() if line["event"] == "created"]
        story.check(len(made) == 5, made)
        story.check(len(story.machines()) == 5, story.machines())
        story.check_no_leaks()


def sixty_four_make_the_ledger_together():
    with harness.Story() as story:
        story.configure(vendors=("hetzner",), max_servers=0)
        crowd = [story.start_berth(*story.deploy_args(f"app{i}", 3, 6, 60)) for i in range(64)]
        codes = collections.Counter(one.wait(timeout=200) for one in crowd)
        story.check(codes == {4: 64}, codes)


harness.walk(five_of_sixty_four, sixty_four_make_the_ledger_together)
