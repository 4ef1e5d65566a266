"""Prints why tests were skipped, what judges said, then `N passed, N failed, N skipped`; fails unless all is well.

    count_tests.py STATUS REPORT…    STATUS: how ctest ended; REPORT: FOLDER/junit.xml, one for each build
"""
import os
import sys
import xml.etree.ElementTree as xml

status, reports = int(sys.argv[1]), sys.argv[2:]
passed = failed = skipped = 0
for report in reports:
    where = f" ({os.path.basename(os.path.dirname(report))}/)" if len(reports) > 1 else ""
    for case in xml.parse(report).getroot().iter("testcase"):
        word, name = case.get("status"), case.get("name") + where
        if word == "run":
            passed += 1
            for line in (case.findtext("system-out") or "").splitlines():
                # What a test that passed has left out, and how much a judge has seen.
                if line.strip().startswith(("COUNTED: ", "JUDGED: ", "NOT JUDGED: ", "SKIPPED ")):
                    print(f"{name}: {line.strip()}")
        elif word in ("notrun", "disabled", "skipped"):
            skipped += 1
            why = case.find("skipped")
            print(f"skipped: {name}: {why.get('message') if why is not None else word}")
            said = [line.strip() for line in (case.findtext("system-out") or "").splitlines()]
            for line in [line for line in said if "skip" in line.lower()][:2]:
                print(f"         {line}")
        else:
            failed += 1
            print(f"FAILED: {name}")
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed or status or not passed else 0)
