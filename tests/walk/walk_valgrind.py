"""A whole deployment under valgrind: bought over three clouds, shared, given back. Nothing is read that was
not written, nothing is freed twice, and nothing is lost."""
import os
import shutil
import xml.etree.ElementTree as xml

import harness

ERRORS = 99
VALGRIND = ("valgrind", "--quiet", "--xml=yes", f"--error-exitcode={ERRORS}", "--trace-children=yes",
            "--trace-children-skip=*/sh,*/ssh,/usr/bin/*,/bin/*", "--leak-check=full",
            "--errors-for-leak-kinds=definite", "--show-leak-kinds=definite", "--child-silent-after-fork=yes")


def is_sanitized(program):
    with open(program, "rb") as file:
        return b"__asan_init" in file.read()


def a_deployment_is_clean():
    if not shutil.which("valgrind"):
        raise harness.Skipped("valgrind is not installed")
    if is_sanitized(harness.program("berth")):
        raise harness.Skipped("valgrind does not run what a sanitizer watches already")
    with harness.Story() as story:
        plain = story.argv
        log = story.path("valgrind.%p")
        story.argv = lambda *args: [*VALGRIND, "--xml-file=" + log, *plain(*args)]
        web = story.deploy("web", 2, 4, 50)
        story.check(web["status"] == "succeeded", web)
        api = story.deploy("api", 1, 2, 15)
        story.check(api["server"]["id"] == web["server"]["id"], api)
        story.berth("--json", "status", code=0)
        story.berth("release", "--org", "acme", "--app", "api", code=0)
        story.berth("release", "--org", "acme", "--app", "web", code=0)
        story.berth("--as", "ann", "servers", "remove", web["server"]["name"], code=0)
        story.berth("run", "--once", code=0)
        logs = [name for name in os.listdir(story.folder) if name.startswith("valgrind.")]
        story.check(len(logs) >= 7, f"valgrind saw {len(logs)} processes")
        for name in logs:
            errors = xml.parse(story.path(name)).getroot().findall("error")
            story.check(not errors, "\n".join(xml.tostring(one, "unicode") for one in errors))
        print(f"COUNTED: {len(logs)} processes under valgrind, 0 errors, nothing definitely lost")
        story.argv = plain
        story.check(not story.machines(), story.machines())
        story.check_no_leaks()


harness.walk(a_deployment_is_clean)
