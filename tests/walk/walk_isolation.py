"""The same walk with every plugin in a worker, and with a stranger's provider in each way of running."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

import harness


def bundled_plugins_in_workers():
    with harness.Story() as story:
        story.configure(account='isolation = "worker"')
        web = story.deploy("web")
        story.check(web["status"] == "succeeded", web)
        api = story.deploy("api", 1, 2, 15)
        story.check(api["server"]["id"] == web["server"]["id"], api)
        story.faults({"match": {"operation": "create", "times": 1}, "do": {"drop_after": True}})
        story.deploy("other", 3, 6, 60)
        story.check_no_leaks()
        story.check(len(story.machines()) == 2, story.machines())


def paperclip(story, plugin, entry, isolation):
    """The main job with the example provider against its own little cloud."""
    example = os.path.join(harness.SOURCE, "plugin-api", "example")
    cloud = story.start([sys.executable, os.path.join(example, "cloud.py"), "--port", "0"],
                        stdout=subprocess.PIPE, text=True)
    endpoint = cloud.stdout.readline().strip()
    story.configure(vendors=(), provisioning='ready = "running"', more=f'''
{entry}
[[account]]
id = "desk"
plugin = "{plugin}"
organizations = ["acme"]
isolation = "{isolation}"
[account.settings]
token = {{ env = "PAPERCLIP" }}
endpoint = "{endpoint}"
''')
    story.environment["PAPERCLIP"] = "paperclip"
    web = story.deploy("web", 2, 4, 50)
    story.check(web["server"]["instance_type"] == "clip-large", web)
    api = story.deploy("api", 1, 2, 15)
    story.check(api["server"]["id"] == web["server"]["id"], api)
    story.berth("--as", "ann", "servers", "remove", "--force", web["server"]["name"], code=0)
    story.berth("run", "--once", code=0)
    story.check(not story.rows("SELECT 1 FROM attempt WHERE status <> 'gone'"), "a server is left")


def as_a_script():
    with harness.Story(cloud=False) as story:
        script = os.path.join(harness.SOURCE, "plugin-api", "example", "python", "paperclip.py")
        paperclip(story, "paperclip-py",
                  f'[[plugin]]\nid = "paperclip-py"\ncommand = ["{sys.executable}", "{script}"]\n', "auto")


def as_a_library(name):
    found = os.path.join(harness.BUILD, "lib", "berth", "example-plugins", name + ".so")
    if not os.path.exists(found):
        raise harness.Skipped(f"{found} was not built (the C one needs libjansson-dev)")
    both_ways(name, found)


def both_ways(name, found):
    for isolation in ("in_process", "worker"):
        with harness.Story(cloud=False) as story:
            paperclip(story, name, f'[[plugin]]\nid = "{name}"\npath = "{found}"\n', isolation)


def built_by(compiler, *options):
    """The same source through another compiler, as an author far away would build it."""
    if shutil.which(compiler) is None:
        raise harness.Skipped(f"{compiler} is not installed")
    api = os.path.join(harness.SOURCE, "plugin-api")
    with tempfile.TemporaryDirectory() as folder:
        library = os.path.join(folder, "paperclip.so")
        built = subprocess.run(
            [compiler, *options, "-std=c++17", "-O0", "-fPIC", "-shared", "-fvisibility=hidden",
             "-I", os.path.join(api, "include"),
             os.path.join(api, "example", "cpp", "paperclip.cpp"),
             *sorted(glob.glob(os.path.join(api, "src", "*.cpp"))),
             "-Wl,--version-script=" + os.path.join(api, "cmake", "berth_plugin.map"),
             "-o", library], capture_output=True, text=True)
        if built.returncode != 0:
            raise AssertionError(built.stderr[-2000:])
        both_ways("paperclip", library)


def as_a_cpp_library():
    as_a_library("paperclip")


def as_a_c_library():
    as_a_library("paperclip-c")


def as_a_clang_library():
    built_by("clang++")


def as_a_libcxx_library():
    built_by("clang++", "-stdlib=libc++")


harness.walk(bundled_plugins_in_workers, as_a_script, as_a_cpp_library, as_a_c_library,
             as_a_clang_library, as_a_libcxx_library)
