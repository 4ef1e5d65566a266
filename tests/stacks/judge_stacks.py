"""Renders every stack that no rule refuses, and has judges that nobody here wrote look at it all.

    /usr/bin/python3 -B tests/stacks/judge_stacks.py RENDER [TEMPLATES]
                                                     [--keep FOLDER] [--only TEXT]

RENDER is berth-stack-render. Most files are the same in many stacks: each content is judged once, in
the first stack that has it. Exits 1 with the stack and the judge's words; 77 where a judge is
missing.
"""
import argparse
import collections
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = "/usr/bin/python3"

# What dclint holds for an error and we do not.
TOLERATED = {
    "no-build-and-image",  # `image` names what is built: Compose 1 and 2 would call it differently
    "service-image-require-explicit-tag",  # nor has it a version; judge_compose.py sees to others
}


class Missing(Exception):
    pass


def program(name, package):
    path = shutil.which(name)
    if path is None:
        raise Missing(f"{name} is not installed: apt-get install {package}")
    return path


def run(argv, **more):
    return subprocess.run(argv, text=True, capture_output=True, **more)


class Stacks:
    """All that was rendered, each content once."""

    def __init__(self, folder, names):
        self.folder = folder
        self.names = names
        self.found = 0
        self.firsts = {}  # (name, content) -> path
        for name in names:
            for path in sorted((folder / name).rglob("*")):
                if path.is_file():
                    self.found += 1
                    key = (path.name, hashlib.sha256(path.read_bytes()).digest())
                    self.firsts.setdefault(key, path)

    def called(self, *patterns):
        return [path for path in self.firsts.values()
                if any(re.search(pattern, path.name) for pattern in patterns)]

    def where(self, path):
        return str(pathlib.Path(path).relative_to(self.folder))


def compose(stacks):
    program("docker-compose", "docker-compose")
    alike = {}  # the words depend on these files alone
    for name in stacks.names:
        folder = stacks.folder / name
        files = [folder / "docker-compose.yml", folder / ".env",
                 *sorted(folder.rglob("Dockerfile*"))]
        alike.setdefault(tuple(file.read_bytes() for file in files), str(folder))
    folders = list(alike.values())
    half = (len(folders) + 1) // 2
    running = [subprocess.Popen([PYTHON, "-B", HERE / "judges/judge_compose.py"], text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
               for _ in (0, 1)]
    for process, part in zip(running, (folders[:half], folders[half:])):
        process.stdin.write(json.dumps(part))
        process.stdin.close()
    for process in running:
        said = process.stdout.read()
        if process.wait() != 0:
            raise RuntimeError("judge_compose.py ended with an error")
        for folder, text in json.loads(said):
            yield folder, text
    return len(folders)


def schema(stacks, npm):
    version = run(["node", "--version"]).stdout.strip()
    if int(version.lstrip("v").split(".")[0]) < 20:
        raise Missing(f"dclint needs Node 20.19, and this is {version}")
    files = stacks.called(r"^docker-compose\.yml$")
    report = stacks.folder / "dclint.json"  # in a pipe it would be cut off
    run(["node", npm / "node_modules/dclint/bin/dclint.cjs", "--formatter", "json", "--output-file",
         report, *files])
    for one in json.loads(report.read_text()):
        for problem in one["messages"]:
            # This machine's own address, unless somebody says otherwise.
            if "${APPLICATION_ADDRESS:-127.0.0.1}:" in problem["message"]:
                continue
            if problem["type"] == "error" and problem["rule"] not in TOLERATED:
                yield one["filePath"], f"dclint: {problem['line']}: {problem['message']}"
    return len(files)


def dockerfiles(stacks, npm):
    files = stacks.called(r"^Dockerfile")
    done = run(["node", HERE / "judges/judge_files.mjs", npm], check=True,
               input=json.dumps([str(path) for path in files]))
    for problem in json.loads(done.stdout):
        yield problem["path"], f"{problem['judge']}: {problem['line']}: {problem['text']}"
    return len(files)


def each(argv, files, at_once=1):
    """Runs the judge over the files, two at a time, and yields the words of those that refuse."""
    waiting = [files[i:i + at_once] for i in range(0, len(files), at_once)]
    running = []
    while waiting or running:
        while waiting and len(running) < 2:
            part = waiting.pop()
            running.append((part, subprocess.Popen(
                [*argv, *part], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)))
        part, process = running.pop(0)
        said = process.communicate()[0]
        if process.returncode != 0:
            yield part[0], said.strip()


def shells(stacks):
    files = stacks.called(r"\.sh$")
    yield from each([program("shellcheck", "shellcheck"), "--format", "gcc"], files, 10)
    return len(files)


def php(stacks):
    files = stacks.called(r"\.php$", r"^artisan$")
    yield from each([program("php", "php-cli"), "-l"], files)
    return len(files)


def node(stacks):
    files = stacks.called(r"\.m?js$")
    yield from each([program("node", "nodejs"), "--check"], files)
    return len(files)


def python(stacks):
    files = stacks.called(r"\.py$")
    for path in files:
        try:
            compile(path.read_text(), path, "exec")
        except SyntaxError as error:
            yield path, str(error)
    return len(files)


def data(stacks):
    files = stacks.called(r"\.json$")
    for path in files:
        try:
            json.loads(path.read_text())
        except ValueError as error:
            yield path, str(error)
    return len(files)


def leftovers(stacks):
    """Nothing of ours is left in what the user gets."""
    files = list(stacks.firsts.values())
    for path in files:
        text = path.read_text()
        for trace in ("<%", "%>", "TO" + "DO"):
            if trace in text:
                yield path, f"has {trace!r} in it"
        if text.strip() and not text.endswith("\n"):
            yield path, "does not end with a line's end"
        if path.name not in (".gitignore",) and re.search(r"\n\n\n\n", text):
            yield path, "has three empty lines in a row"
    return len(files)


def read_arguments():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("render")
    arguments.add_argument("templates", nargs="?",
                           default=HERE.parent.parent / "plugins/stacks/templates")
    arguments.add_argument("--keep", help="where the rendered stacks stay; else nowhere")
    arguments.add_argument("--only", default="", help="only stacks with this in their names")
    return arguments.parse_args()


def main():
    given = read_arguments()
    folder = pathlib.Path(given.keep or tempfile.mkdtemp(prefix="berth_stacks_"))
    try:
        return judge(given, folder)
    finally:
        if not given.keep:
            shutil.rmtree(folder)


def judge(given, folder):
    done = run([given.render, str(given.templates), str(folder)])
    if done.returncode != 0:
        print(done.stderr)
        return 1
    stacks = Stacks(folder, [name for name in done.stdout.split() if given.only in name])
    installed = run([HERE / "judges/install"])
    npm = pathlib.Path(installed.stdout.strip()) if installed.returncode == 0 else None
    counts, problems, missing = {}, collections.OrderedDict(), []

    def ask(what, judge_of, *more):
        try:
            if None in more:
                raise Missing(installed.stderr.strip() or "npm's judges are not installed")
            words = judge_of(stacks, *more)
            while True:
                path, text = next(words)
                problems.setdefault((what, text), []).append(stacks.where(path))
        except StopIteration as end:
            counts[what] = end.value
        except Missing as why:
            missing.append(f"{what}: {why}")

    ask("different projects by docker-compose", compose)
    ask("docker-compose.yml by the schema", schema, npm)
    ask("Dockerfiles", dockerfiles, npm)
    ask("shell", shells)
    ask("PHP", php)
    ask("JavaScript", node)
    ask("Python", python)
    ask("JSON", data)
    ask("texts", leftovers)
    for (_, text), paths in problems.items():
        more = f" (and {len(paths) - 1} more)" if len(paths) > 1 else ""
        print(f"{paths[0]}{more}: {text}")
    for one in missing:
        print(f"NOT JUDGED: {one}")
    print(f"JUDGED: {len(stacks.names)} combinations, {len(stacks.firsts)} different files of "
          f"{stacks.found}: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
    print(f"{len(counts) - len({what for what, _ in problems})} passed, "
          f"{len({what for what, _ in problems})} failed, {len(missing)} skipped")
    return 1 if problems else 77 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
