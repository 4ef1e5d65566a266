"""Who may include whom: reads every #include line against the tables below.

With --self-test it proves that it can fail. A rule that no longer fits is changed here, together with
the one in CONTRIBUTING.md, so that the change is seen.
"""
import re

import tree

# What `policy` may see of the plugin contract: words and values, nothing that does something.
PURE_CONTRACT = ["berth/cloud_provider.hpp", "berth/did_you_mean.hpp", "berth/failure.hpp",
                 "berth/money.hpp", "berth/policy_stage.hpp"]

# Folder -> what its quoted includes may begin with. The longest folder that fits a file counts.
MAY_INCLUDE = {
    "core/trust": ["trust/"],
    "core/access": ["access/"],
    "core/request": ["request/"],
    "core/fleet": ["fleet/", "request/"],
    "core/policy": ["policy/", "request/"] + PURE_CONTRACT,
    "core/config": ["trust/", "config/", "fleet/", "policy/", "request/", "berth/"],
    "core/credentials": ["credentials/", "config/load.hpp", "config/secrets.hpp"],
    "core/journal": ["journal/", "request/plain_text.hpp", "berth/"],
    "core/ledger": ["trust/", "ledger/", "fleet/", "request/", "berth/money.hpp"],
    "core/world": ["trust/", "world/", "ledger/records.hpp", "berth/"],
    "core/http": ["http/", "journal/", "berth/"],
    "core/reach": ["trust/", "reach/", "http/", "journal/", "request/plain_text.hpp",
                   "berth/"],
    "core/worker": ["worker/", "reach/", "berth/"],
    "core/offers": ["offers/", "policy/", "config/", "journal/", "world/", "berth/"],
    "core/offers/sqlite_cache.cpp": ["offers/bucket.hpp", "offers/cache.hpp",
                                     "offers/offer_rows.hpp",
                                     "ledger/sqlite.hpp", "ledger/state_folder.hpp"],
    "core/offers/offer_rows.cpp": ["offers/offer_rows.hpp", "ledger/text_list.hpp", "berth/"],
    "core/offers/offer_rows.hpp": ["ledger/sqlite.hpp", "berth/"],
    "core/engine": ["engine/", "access/", "request/", "fleet/", "policy/", "offers/", "config/live.hpp", "config/settings.hpp",
                    "ledger/ledger.hpp", "ledger/records.hpp", "world/", "journal/", "berth/"],
    "core/stacks": ["stacks/", "request/request.hpp", "berth/"],
    "core/cli": ["cli/", "berth.hpp", "request/", "berth/did_you_mean.hpp"],
    # The door, which is installed: nothing behind it shows.
    "core/berth.hpp": ["projects.hpp", "request/", "berth/call.hpp", "berth/money.hpp"],
    "core/projects.hpp": ["request/"],
    # berth.cpp and the few files beside it build the objects, so they see every folder.
    "core": ["account_changes.hpp", "account_reports.hpp", "accounts.hpp", "berth.hpp",
             "berth_parts.hpp", "config_findings.hpp", "configured.hpp", "outside_credentials.hpp",
             "plan_reader.hpp", "plugin_checks.hpp",
             "project_changes.hpp", "project_provisioning.hpp", "project_reports.hpp",
             "projects.hpp", "reaping.hpp", "reports.hpp", "shared_budgets.hpp",
             "watched_config.hpp", "watched_edges.hpp", "stacks/", "trust/", "access/",
             "request/", "fleet/", "policy/", "config/", "credentials/", "journal/", "ledger/",
             "world/", "http/",
             "reach/", "offers/", "engine/", "berth/"],
    "plugin-api": ["berth/", "./"],
    "plugins/json_api": ["berth/", "./"],
    "plugins/aws": ["berth/", "json_api/", "aws/", "./"],
    # What a profile runs is examined by the same examiner as what berth.toml runs.
    "plugins/aws/credentials": ["berth/", "aws/", "trust/", "./"],
    "plugins/digitalocean": ["berth/", "json_api/", "./"],
    "plugins/hetzner": ["berth/", "json_api/", "./"],
    "plugins/stacks": ["berth/", "./"],
    "plugins/notifiers/coolify": ["berth/", "json_api/", "coolify/"],
    "plugins/notifiers/log": ["berth/", "json_api/", "log/"],
    "plugins/notifiers/webhook": ["berth/", "json_api/", "webhook/"],
}

# A library -> the only places that may include it.
ONLY_IN = {
    "boost/dll": ["core/reach/library.cpp"],
    "toml++/": ["core/config/", "plugins/stacks/part.cpp"],
    "kainjow/": ["plugins/stacks/render.cpp"],
    "git2": ["core/stacks/merge.cpp"],
    "uninorm.h": ["core/stacks/slug.cpp"],
    "sqlite3.h": ["core/ledger/sqlite.cpp", "tests/sim/disk.cpp"],
    "spdlog/": ["core/journal/"],
    "curl/": ["core/http/curl_library.hpp", "plugin-api/check/"],
    "openssl/": ["plugins/", "tests/"],
    "sodium.h": ["core/credentials/", "core/http/"],
    "pugixml.hpp": ["plugins/aws/", "tests/"],
    "fmt/": ["core/cli/", "tests/"],
    "CLI/": ["core/cli/", "tests/fakecloud/", "tests/sim/"],
    "boost/beast": ["tests/"],
    "boost/asio": ["tests/"],
    "boost/process": [],
    "gtest/": ["tests/"],
    "gmock/": ["tests/"],
    "boost/json": ["core/config/", "core/engine/", "core/reach/", "core/cli/", "core/berth.cpp",
                   "core/accounts.cpp", "core/account_changes.cpp",
                   "core/configured.cpp", "core/outside_credentials.cpp", "core/plan_reader.cpp", "core/plugin_checks.cpp",
                   "core/project_reports.cpp", "core/reports.cpp", "core/reaping.cpp", "plugin-api/src/", "plugin-api/check/",
                   "plugin-api/example/", "plugins/", "tests/"],
    "jansson.h": ["plugin-api/example/c/"],
}

# Folders that use the C++ standard library and nothing else: no system calls, no other library.
STANDARD_ONLY = ["core/access", "core/request", "core/fleet", "core/policy", "core/berth.hpp", "core/projects.hpp",
                 "plugin-api/include/berth"]
C_HEADER = "plugin-api/include/berth/plugin.h"  # C, so it includes C's headers

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def belongs(path, place):
    return path == place or path.startswith(place.rstrip("/") + "/")


def rule_of(path, table):
    fitting = [place for place in table if belongs(path, place)]
    return max(fitting, key=len, default=None)


def quoted_problem(path, name, root):
    place = rule_of(path, MAY_INCLUDE)
    # A new folder in core would otherwise get the rights of berth.cpp.
    if place is None or (place == "core" and path.count("/") > 1):
        folder = path.rsplit("/", 1)[0]
        return f"{folder} has no rule: say in tests/project/includes.py what it may include"
    if ".." in name.split("/"):
        return "an include must not climb with '..'"
    allowed = MAY_INCLUDE[place]
    if "./" in allowed and "/" not in name and (root / path).with_name(name).exists():
        return None
    if any(name == prefix or (prefix.endswith("/") and name.startswith(prefix))
           for prefix in allowed):
        return None
    return f'{place} may not include "{name}" (only: {", ".join(allowed)})'


def angle_problem(path, name):
    for library, places in ONLY_IN.items():
        if name == library or name.startswith(library):
            if not any(belongs(path, place) for place in places):
                return f"<{name}> belongs into {', '.join(places) or 'no file'} only"
    if path != C_HEADER and rule_of(path, {place: 0 for place in STANDARD_ONLY}) is not None:
        if "/" in name or name.endswith((".h", ".hpp")):
            return f"<{name}>: this folder uses the C++ standard library only"
    return None


def check(root):
    problems = []
    for path in tree.files(root, ["core", "plugins", "plugin-api", "tests"],
                           {".cpp", ".hpp", ".h", ".c"}):
        name = path.as_posix()
        for number, line in tree.lines(root / path):
            found = INCLUDE.match(line)
            if not found:
                continue
            if found[1] == "<":
                problem = angle_problem(name, found[2])
            else:
                problem = None if belongs(name, "tests") else quoted_problem(name, found[2], root)
            if problem:
                problems.append(f"{name}:{number}: {problem}")
    return problems


GOOD = {
    "core/request/request.cpp": '#include "request/request.hpp"\n#include <string>\n',
    "core/engine/place.cpp": '#include "ledger/ledger.hpp"\n#include <boost/json.hpp>\n',
    "core/berth.cpp": '#include "reach/open.hpp"\n#include <unistd.h>\n',
    "core/ledger/sqlite.cpp": "#include <sqlite3.h>\n",
    "plugins/aws/api.hpp": "",
    "plugins/aws/api.cpp": '#include "api.hpp"\n#include "berth/call.hpp"\n',
    "tests/engine/story.cpp": '#include "engine/place.hpp"\n#include <boost/beast/core.hpp>\n',
}
BAD = [
    ({"core/engine/place.cpp": '\n#include "reach/open.hpp"\n'}, "core/engine/place.cpp:2"),
    ({"core/engine/place.cpp": '#include "ledger/sqlite.hpp"\n'}, "ledger/sqlite.hpp"),
    ({"core/policy/rank.cpp": '#include "ledger/records.hpp"\n'}, "core/policy may not"),
    ({"core/policy/rank.cpp": '#include "berth/codec.hpp"\n'}, "berth/codec.hpp"),
    ({"core/policy/rank.cpp": "#include <unistd.h>\n"}, "standard library only"),
    ({"core/request/request.cpp": "#include <boost/json.hpp>\n"}, "boost/json"),
    ({"core/cli/cli.cpp": '#include "engine/engine.hpp"\n'}, "core/cli may not"),
    ({"core/berth.hpp": '#include "engine/engine.hpp"\n'}, "core/berth.hpp may not"),
    ({"core/offers/cache.cpp": '#include "ledger/sqlite.hpp"\n'}, "core/offers may not"),
    ({"core/novel/novel.cpp": '#include "request/request.hpp"\n'}, "core/novel has no rule"),
    ({"plugins/novel/api.cpp": '#include "berth/call.hpp"\n'}, "plugins/novel has no rule"),
    ({"plugins/aws/api.cpp": '#include "http/transport.hpp"\n'}, "plugins/aws may not"),
    ({"plugins/aws/api.cpp": '#include "missing.hpp"\n'}, "plugins/aws may not"),
    ({"plugins/aws/api.cpp": '#include "../hetzner/api.hpp"\n'}, "climb"),
    ({"plugins/aws/api.cpp": "#include <curl/curl.h>\n"}, "curl/curl.h"),
    ({"plugin-api/src/x.cpp": '#include "request/request.hpp"\n'}, "plugin-api may not"),
    ({"core/ledger/tasks.cpp": "#include <sqlite3.h>\n"}, "core/ledger/sqlite.cpp, tests/sim/disk.cpp only"),
    ({"core/reach/open.cpp": "#include <boost/dll.hpp>\n"}, "core/reach/library.cpp only"),
    ({"core/http/a.cpp": "#include <boost/beast/http.hpp>\n"}, "tests/ only"),
]

if __name__ == "__main__":
    tree.main(check, GOOD, BAD)
