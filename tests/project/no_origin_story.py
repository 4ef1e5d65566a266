"""The tree speaks of berth, not of how it came to be: no ticket numbers, no paths of somebody's
machine, no talk of who typed it.

A test that looks for such a place outside of the tree says so aloud: the words "looks for" stand on
that line or on the one before. With --self-test it proves that it can fail.
"""
import re

import tree

TEXTS = {".cpp", ".hpp", ".h", ".c", ".py", ".toml", ".md", ".sql", ".cmake", ".txt", ".sh", ".in",
         ".json", ".1", ""}
TOLD = [
    (re.compile(r"\bissues?\s+#?[0-9]", re.I), "a ticket's number"),
    (re.compile(r"\b(?:this|next|last|previous|earlier|later|first) (?:work(?:ing)? )?session\b", re.I),
     "a working session"),
    (re.compile(r"\bsessions?\s+#?[0-9]", re.I), "a working session"),
    (re.compile(r"\.\./shared\b"), "a folder outside of the tree"),
    (re.compile(r"(?<![\w.])/work/[a-z.]"), "a path of one machine"),
    (re.compile(r"\b(?:language model|chatgpt|copilot|claude|anthropic|openai)\b", re.I),
     "who typed it"),
    (re.compile(r"\bas (?:the|my|your) brief\b|\bthe brief (?:says|asks)\b", re.I), "who asked"),
]
# Facts about vendors, as data.
DATA = "tests/fakecloud/prices/"


def check(root):
    problems = []
    for path in tree.files(root, suffixes=TEXTS):
        name = path.as_posix()
        if name.startswith(DATA):
            continue
        before = ""
        for number, line in tree.lines(root / path):
            excused = name.startswith("tests/") and "looks for" in before + line
            for pattern, what in TOLD:
                found = pattern.search(line)
                # This file holds the patterns themselves.
                if found and not excused and name != "tests/project/no_origin_story.py":
                    problems.append(f"{name}:{number}: '{found[0]}': {what}")
            before = line
    return problems


GOOD = {
    "core/a.cpp": "// A command in a session of its own; see doctl's issues.\n",
    "tests/specs.sh": "# looks for the vendors' documents in\nspecs=../shared/specs\n",
}
BAD = [
    ({"README.md": "\nSee issue 12.\n"}, "README.md:2"),
    ({"core/a.cpp": "// Issue #7 wants this.\n"}, "a ticket's number"),
    ({"core/a.cpp": "// left for the next session\n"}, "a working session"),
    ({"core/a.cpp": "// prices: ../shared/prices\n"}, "outside of the tree"),
    ({"tests/specs.sh": "specs=../shared/specs\n"}, "outside of the tree"),
    ({"core/a.cpp": "// looks for ../shared/specs\n"}, "outside of the tree"),
    ({"core/a.cpp": '#define PLACE "/work/main"\n'}, "one machine"),
    ({"docs/a.md": "Written by a language model.\n"}, "who typed it"),
]

if __name__ == "__main__":
    tree.main(check, GOOD, BAD)
