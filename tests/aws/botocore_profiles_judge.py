#!/usr/bin/python3
"""Judges how berth reads ~/.aws, by AWS's own Python library.

Reads JSON lines: {name, environment, profile, config, credentials, key, problem}. For each, botocore
looks for credentials with the same files and environment. `key` is the access key id that berth
found, `problem` says that berth found the files or the profile unusable; botocore must say the same.
Exit: 0 agreed, 1 not (stdout says where), 77 botocore is not installed.
"""
import json
import os
import sys
import tempfile

try:
    import botocore.exceptions
    import botocore.session
except ImportError as error:
    print(f"botocore is not installed ({error}): apt-get install python3-botocore")
    sys.exit(77)


def found_by_botocore(case, home):
    os.environ.clear()
    os.environ.update({**case["environment"], "HOME": home, "AWS_EC2_METADATA_DISABLED": "true"})
    os.makedirs(home + "/.aws", exist_ok=True)
    for name in ("config", "credentials"):
        path = f"{home}/.aws/{name}"
        if case[name] is not None:
            with open(path, "w", newline="") as file:
                file.write(case[name])
        elif os.path.exists(path):
            os.remove(path)
    session = botocore.session.Session(profile=case["profile"] or None)
    try:
        credentials = session.get_credentials()
        if credentials is None:
            session.get_scoped_config()  # a profile that is named has to be there
            return "", True
        frozen = credentials.get_frozen_credentials()
        return [frozen.access_key, frozen.secret_key, frozen.token or ""], False
    except (botocore.exceptions.BotoCoreError, ValueError):
        return "", True


complaints, judged = [], 0
for line in open(sys.argv[1]):
    case = json.loads(line)
    with tempfile.TemporaryDirectory() as home:
        key, problem = found_by_botocore(case, home)
    judged += 1
    if (case["key"], case["problem"]) != (key, problem):
        complaints.append(f"{case['name']}: berth found {case['key']} {case['problem']}, "
                          f"botocore {key} {problem}")
print("\n".join(complaints) or f"JUDGED: {judged} homes, by botocore")
sys.exit(1 if complaints else 0)
