"""Kills berth, and looks at what is left: crash.py BUILD_DIR [SUITE…] [--sample] [--jobs N] [--stories A,B].

Suites: points doubles syscalls disk clocks terraform; without a name all of them. --sample: a few of each, a
fixed choice. Each suite counts as one test; how many kills there were is printed with it.
"""
import argparse
import os
import signal
import sys
import time
import traceback

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("build")
parser.add_argument("suites", nargs="*")
parser.add_argument("--sample", type=int, nargs="?", const=-1, default=0)
parser.add_argument("--jobs", type=int, default=3 * (os.cpu_count() or 1))
parser.add_argument("--stories", default="")
given = parser.parse_args()
sys.argv = [sys.argv[0], given.build]  # harness.py reads the folder there

import broken_machine  # noqa: E402
import clocks  # noqa: E402
import points  # noqa: E402
import syscalls  # noqa: E402
import terraform  # noqa: E402
import harness  # noqa: E402

# name -> what runs it, and how much a sample is
SUITES = {
    "points": (points.points, 40),
    "doubles": (points.doubles, 16),
    "syscalls": (syscalls.syscalls, 16),
    "disk": (broken_machine.disk, 16),
    "clocks": (clocks.clocks, 6),
    "terraform": (terraform.terraform, 1),
}


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    only = [one for one in given.stories.split(",") if one]
    passed = failed = skipped = 0
    for name in given.suites or SUITES:
        run, some = SUITES[name]
        sample = some if given.sample == -1 else given.sample
        begin = time.monotonic()
        try:
            well = run(given.jobs, sample, only)
            passed, failed = passed + bool(well), failed + (not well)
            print(f"{'ok     ' if well else 'FAILED '} {name} ({time.monotonic() - begin:.0f} s)", flush=True)
        except harness.Skipped as why:
            skipped += 1
            print(f"SKIPPED {name}: {why}", flush=True)
        except Exception:
            failed += 1
            traceback.print_exc(file=sys.stdout)
            print(f"FAILED  {name}", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 77 if skipped and not passed else 0)


main()
