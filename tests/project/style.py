"""What a formatter cannot say about the sources. CONTRIBUTING.md has the reasons.

With --self-test it proves that it can fail.
"""
import re

import tree

SOURCES = {".cpp", ".hpp", ".h", ".c"}
SHIPPED = ["core", "plugins", "plugin-api", "config", "scripts", "tests", "examples", "benchmarks"]
TEXTS = SOURCES | {".py", ".toml", ".md", ".sql", ".cmake", ".txt", ".sh", ".in", ".json", ".1"}
C_HEADER = "plugin-api/include/berth/plugin.h"
MOST_COLUMNS = 100

LATER = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
VAGUE = re.compile(r"\b(?:[A-Z]\w*)?(?:Manager|Helper|Util|Utils|Utilities|Impl)\b")
VAGUE_FILE = re.compile(r"(^|_)(manager|helper|helpers|util|utils|common|misc)$")
STRING = re.compile(r'"(?:\\.|[^"\\])*"')


def line_problems(name, suffix, text):
    if suffix in SOURCES:
        vendors_json = name.startswith("tests/") and '":' in text  # not folded: it is what they send
        if len(text) > MOST_COLUMNS and not vendors_json:
            yield f"{len(text)} columns, and {MOST_COLUMNS} are the most"
        vague = VAGUE.search(STRING.sub('""', text))
        if vague:
            yield f"'{vague[0]}' does not say what it does: name it after its role"
    if "\t" in text:
        yield "a tab: use spaces"
    if text != text.rstrip():
        yield "blanks at the end of the line"
    # This file names the words that it looks for.
    later = LATER.search(text)
    if later and name != "tests/project/style.py":
        yield f"{later[0]}: do it now, or write it down as a limit in README.md"


def check(root):
    problems = []
    roots = [path for path in tree.files(root, suffixes=TEXTS) if len(path.parts) == 1]
    for path in tree.files(root, SHIPPED, TEXTS) + roots:
        name = path.as_posix()
        text = (root / path).read_text(encoding="utf-8", errors="replace")
        if path.suffix == ".hpp" and "\n#pragma once\n" not in "\n" + text:
            problems.append(f"{name}:1: no #pragma once")
        if path.suffix == ".h" and name != C_HEADER:
            problems.append(f"{name}:1: .h is C that crosses the binary edge; C++ is .hpp")
        if VAGUE_FILE.search(path.stem):
            problems.append(f"{name}:1: the name does not say what is inside")
        if text and not text.endswith("\n"):
            problems.append(f"{name}: no line break at the end of the file")
        for number, line in tree.lines(root / path):
            problems += [f"{name}:{number}: {problem}"
                         for problem in line_problems(name, path.suffix, line)]
    return problems


GOOD = {
    "core/a.hpp": "// What it is.\n#pragma once\n\nclass Engine;\n",
    "core/a.cpp": '// ' + "x" * 97 + '\nauto s = "SecretsManager";\n',
    "core/umlaut.cpp": "// " + "…" * 97 + "\n",
    "tests/a.cpp": 'char name[] = "berth-XXXXXX";\n',
}
BAD = [
    ({"core/a.cpp": "// " + "x" * 98 + "\n"}, "core/a.cpp:1: 101 columns"),
    ({"core/a.cpp": "\n// TO" "DO: later\n"}, "core/a.cpp:2"),
    ({"config/a.toml": "# FIX" "ME\n"}, "config/a.toml:1"),
    ({"core/a.cpp": "\tint x;\n"}, "a tab"),
    ({"core/a.cpp": "int x; \n"}, "blanks"),
    ({"core/a.cpp": "int x;"}, "no line break"),
    ({"core/a.hpp": "class Engine;\n"}, "no #pragma once"),
    ({"core/a.cpp": "class ServerManager;\n"}, "'ServerManager'"),
    ({"core/a.cpp": "struct UrlUtils {};\n"}, "'UrlUtils'"),
    ({"core/a.h": "int x;\n"}, "C++ is .hpp"),
    ({"core/string_utils.cpp": "\n"}, "string_utils"),
]

if __name__ == "__main__":
    tree.main(check, GOOD, BAD)
