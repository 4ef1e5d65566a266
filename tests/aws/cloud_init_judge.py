#!/usr/bin/python3
"""Judges user-data that berth's aws plugin made, by cloud-init itself (Debian package cloud-init).

Reads JSON lines: {user_data, config, scripts}. cloud-init takes the user-data apart as on a
server's first boot; the merged #cloud-config must have all of `config`, and the scripts must be
`scripts`.
Exit: 0 agreed, 1 not (stdout says where), 77 cloud-init is not installed.
"""
import json
import os
import sys
import tempfile

try:
    from cloudinit import handlers, user_data, util
    from cloudinit.handlers.cloud_config import CloudConfigPartHandler
except ImportError as error:
    print(f"cloud-init is not installed ({error}): apt-get install cloud-init")
    sys.exit(77)


class Paths:
    """Where cloud-init may write: a folder that is thrown away."""

    def __init__(self, folder):
        self.folder = folder

    def get_ipath(self, name=None):
        return os.path.join(self.folder, name or "")

    get_ipath_cur = get_cpath = get_ipath


def taken_apart(text):
    """(merged config, scripts)"""
    message = user_data.UserDataProcessor({}).process(text.encode())
    scripts = []
    with tempfile.TemporaryDirectory() as folder:
        handler = CloudConfigPartHandler(Paths(folder))
        handler.handle_part(None, handlers.CONTENT_START, None, None, None, None)
        for part in message.walk():
            payload = util.fully_decoded_payload(part)
            if part.get_content_type() == "text/cloud-config":
                handler.handle_part(None, "text/cloud-config", part.get_filename(), payload, None,
                                    dict(part.items()))
            elif part.get_content_type() == "text/x-shellscript":
                scripts.append(payload)
        return handler.cloud_buf or {}, scripts


def main():
    wrong = 0
    cases = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    for case in cases:
        config, scripts = taken_apart(case["user_data"])
        missing = {key: value for key, value in case["config"].items() if config.get(key) != value}
        scripts = [script.rstrip("\n") for script in scripts]
        if missing or scripts != case["scripts"]:
            wrong += 1
            print(f"of {case['user_data']!r}\n  missing {missing}\n  in {config}")
            print(f"  scripts {scripts}")
    print(f"{len(cases)} texts judged, {wrong} wrong")
    return 1 if wrong else 0


sys.exit(main())
