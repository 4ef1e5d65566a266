"""Prints why tests were skipped, what judges said, then `N passed, N failed, N skipped`; fails unless all is well."""
import sys
import xml.etree.ElementTree as xml

path, status = sys.argv[1], int(sys.argv[2])
passed = failed = skipped = 0
for case in xml.parse(path).getroot().iter("testcase"):
    word = case.get("status")
    if word == "run":
        passed += 1
        for line in (case.findtext("system-out") or "").splitlines():
            # What a test that passed has left out, and how much a judge has seen.
            if line.strip().startswith(("COUNTED: ", "JUDGED: ", "NOT JUDGED: ", "SKIPPED ")):
                print(f"{case.get('name')}: {line.strip()}")
    elif word in ("notrun", "disabled", "skipped"):
        skipped += 1
        why = case.find("skipped")
        print(f"skipped: {case.get('name')}: {why.get('message') if why is not None else word}")
        said = [line.strip() for line in (case.findtext("system-out") or "").splitlines()]
        for line in [line for line in said if "skip" in line.lower()][:2]:
            print(f"         {line}")
    else:
        failed += 1
        print(f"FAILED: {case.get('name')}")
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed or status or not passed else 0)
