"""The files of the repository, and how every check here ends. Standard library only."""
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files(root, folders=("",), suffixes=None):
    """Paths relative to `root`, sorted; what is built or hidden is left out, but for .ci."""
    found = []
    for folder in folders:
        for where, inside, names in os.walk(root / folder):
            inside[:] = [name for name in inside
                         if not name.startswith("build") and name != "__pycache__"
                         and (not name.startswith(".") or name == ".ci")]
            for name in names:
                if name == ".git":  # a file in a linked worktree: git's, not the tree's
                    continue
                path = pathlib.Path(where, name)
                if suffixes is None or path.suffix in suffixes:
                    found.append(path.relative_to(root))
    return sorted(set(found))


def lines(path):
    """(number, text) of a text file; nothing for one that is not UTF-8."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    yield from enumerate(text.split("\n"), start=1)


def control(check, good, bad):
    """Runs `check(root)` on trees made of {path: text}: it must accept `good` and, one by one, name
    the word that stands beside each tree of `bad`. So it is known that the check can fail."""
    wrong = []
    cases = [(good, None)] + [(dict(good, **tree), word) for tree, word in bad]
    for tree, word in cases:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in tree.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            problems = check(pathlib.Path(folder))
        if word is None and problems:
            wrong.append(f"a good tree is refused: {problems}")
        if word is not None and not any(word in problem for problem in problems):
            wrong.append(f"a bad tree passes: {word!r} is not in {problems}")
    return wrong


def main(check, good, bad):
    """Prints what is wrong, one line each; exit status 1 where something is."""
    self_test = sys.argv[1:] == ["--self-test"]
    if sys.argv[1:] and not self_test:
        sys.exit(f"usage: {sys.argv[0]} [--self-test]")
    problems = control(check, good, bad) if self_test else check(ROOT)
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problem{'' if len(problems) == 1 else 's'}")
    sys.exit(1 if problems else 0)
