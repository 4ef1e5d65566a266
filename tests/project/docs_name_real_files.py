"""Every path that the documents name is there: backticked ones, and the targets of links.

A backticked word counts as a path when it begins with a folder of the root (`core/…`), is a file of
the root (`README.md`), or is a program of the root (`./test`). `core/engine/*.cpp` must match
something. Fenced blocks are not read. And docs/design.md names every folder of core/ and plugins/.
With --self-test it proves that it can fail.
"""
import re

import tree

DOCUMENTS = ["README.md", "CONTRIBUTING.md", "SECURITY.md"]
FOLDERS = {"core", "plugins", "plugin-api", "tests", "config", "docs", "examples", "scripts", "bench",
           ".ci"}
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
ROOT_FILE = re.compile(r"[A-Z][A-Za-z]*\.(md|txt)|LICENSE|NOTICE|\.clang-(format|tidy)")
PROGRAM = re.compile(r"\./[a-z][a-z-]*")


def named_path(word):
    """The path that a backticked word names, or None."""
    first = word.split()[0] if word.split() else ""
    path = re.sub(r":\d+$", "", first).rstrip(",;:")
    if path.split("/")[0] in FOLDERS and ("/" in path) or ROOT_FILE.fullmatch(path):
        return path
    return path if PROGRAM.fullmatch(path) else None


def is_there(root, path, folder):
    path = path.removeprefix("./")
    if any(letter in path for letter in "*?["):
        return any(root.glob(path))
    found = root / path
    if path.endswith("/"):
        return found.is_dir()
    return found.exists() or (folder / path).exists()


def check(root):
    problems = []
    documents = [root / name for name in DOCUMENTS if (root / name).exists()]
    documents += sorted((root / "docs").glob("*.md"))
    for document in documents:
        place = document.relative_to(root).as_posix()
        fenced = False
        for number, line in tree.lines(document):
            if line.lstrip().startswith("```"):
                fenced = not fenced
                continue
            if fenced:
                continue
            for word in CODE.findall(line):
                path = named_path(word)
                if path and not is_there(root, path, document.parent):
                    problems.append(f"{place}:{number}: there is no {path}")
            for target in LINK.findall(line):
                if "://" not in target and not (document.parent / target).exists():
                    problems.append(f"{place}:{number}: the link leads nowhere: {target}")
    design = root / "docs" / "design.md"
    if design.exists():
        text = design.read_text(encoding="utf-8")
        folders = {"/".join(path.parts[:2]) for path in tree.files(root, ["core", "plugins"])
                   if len(path.parts) > 2}
        problems += [f"docs/design.md: it does not name {folder}/" for folder in sorted(folders)
                     if f"{folder}/" not in text]
    return problems


GOOD = {
    "README.md": "`core/berth.hpp`, `core/engine/`, `core/engine/*.cpp`, `core/engine/place.cpp:12`,\n"
                 "`./test --only x`, `LICENSE`, `cx33/on_demand`, [design](docs/design.md#words)\n"
                 "```\n`core/not_read.cpp`\n```\n",
    "LICENSE": "…\n",
    "test": "#!/bin/sh\n",
    "core/berth.hpp": "",
    "core/engine/place.cpp": "",
    "docs/design.md": "`core/engine/` and [back](../README.md)\n",
}
BAD = [
    ({"README.md": "\n`core/gone.hpp`\n"}, "README.md:2: there is no core/gone.hpp"),
    ({"README.md": "`core/gone/*.cpp`\n"}, "core/gone/*.cpp"),
    ({"README.md": "`core/berth.hpp/`\n"}, "core/berth.hpp/"),
    ({"README.md": "`./demo --keep`\n"}, "./demo"),
    ({"README.md": "`NOTICE`\n"}, "NOTICE"),
    ({"docs/life.md": "`core/engine/gone.cpp`\n"}, "docs/life.md:1"),
    ({"docs/life.md": "[x](gone.md)\n"}, "leads nowhere"),
    ({"core/novel/a.cpp": ""}, "does not name core/novel/"),
]

if __name__ == "__main__":
    tree.main(check, GOOD, BAD)
