"""What somebody else wrote is no order: a config, or a command of one, that others could have replaced."""
import os
import subprocess

import harness


def marked_script(story):
    """A plugin's command that leaves a mark where it was started."""
    script, mark = story.path("plugin.sh"), story.path("started")
    with open(script, "w") as file:
        file.write(f"#!/bin/sh\ntouch '{mark}'\n")
    os.chmod(script, 0o755)
    return script, mark


def named(story, script):
    story.configure()
    with open(story.path("berth.toml"), "a") as file:
        file.write(f'\n[[plugin]]\nid = "mine"\ncommand = ["{script}"]\n')


def nothing_runs_when_tab_is_pressed():
    with harness.Story() as story:
        script, mark = marked_script(story)
        named(story, script)
        story.check("mine" in story.berth("__complete", "plugin", code=0).out, "it is not offered")
        story.check(not os.path.exists(mark), "TAB started the plugin of the config")
        story.check(story.berth("config", "check", code=0).out == "ok\n", "config check complains")
        story.check(not os.path.exists(mark), "config check started the plugin of the config")
        story.berth("config", "check", "--plugins", code=2)  # it speaks no word
        story.check(os.path.exists(mark), "config check --plugins did not start it")


def a_command_that_others_may_write_is_not_started():
    with harness.Story() as story:
        script, mark = marked_script(story)
        os.chmod(script, 0o777)
        named(story, script)
        story.check("every user" in story.berth("plugins", "list", code=0).out, "no reason is told")
        ran = story.berth("config", "check", code=2)
        story.check("chmod go-w " + script in ran.out and ":" in ran.out, ran)
        story.check(not os.path.exists(mark), "it was started")


def a_config_that_others_may_write_is_not_read():
    with harness.Story() as story:
        script, mark = marked_script(story)
        named(story, script)
        os.chmod(story.path("berth.toml"), 0o666)
        for command in (("plugins", "list"), ("offers",), ("status",), ("config", "check"),
                        ("__complete", "plugin")):
            ran = story.berth(*command, code=2)
            story.check("every user" in ran.out + ran.err and "chmod go-w" in ran.out + ran.err, ran)
        story.check(not os.path.exists(mark), "it was started")


def a_user_data_file_that_others_may_write_is_not_sent():
    with harness.Story() as story:
        story.configure()
        with open(story.path("user-data"), "w") as file:
            file.write("#cloud-config\n")
        os.chmod(story.path("user-data"), 0o666)
        with open(story.path("berth.toml")) as file:
            text = file.read()
        story.write_config(text.replace("[[account]]", '[[account]]\nuser_data_file = "user-data"', 1))
        ran = story.berth("config", "check", code=2)
        story.check("user_data_file" in ran.out and "every user" in ran.out, ran)


def a_foreign_folder_gives_no_orders():
    """As root in a folder of nobody's, and as nobody in a folder of another user's."""
    with harness.Story() as story:
        if os.geteuid() != 0:
            raise harness.Skipped("needs root to give a folder away")
        script, mark = marked_script(story)
        named(story, script)
        folder = story.path("theirs")
        os.mkdir(folder)
        os.rename(story.path("berth.toml"), os.path.join(folder, "berth.toml"))
        for other, as_user in ((65534, 0), (12345, 65534)):
            os.chmod(story.folder, 0o755)
            for path in (folder, os.path.join(folder, "berth.toml")):
                os.chown(path, other, other)
            for command in (("plugins", "list"), ("__complete", "plugin"), ("config", "check")):
                done = subprocess.run([harness.program("berth"), *command], cwd=folder, text=True,
                                      capture_output=True, env=story.environment, user=as_user)
                story.check(done.returncode == 2 and f"user {other}" in done.stdout + done.stderr, done)
        story.check(not os.path.exists(mark), "it was started")


harness.walk(nothing_runs_when_tab_is_pressed, a_command_that_others_may_write_is_not_started,
             a_config_that_others_may_write_is_not_read,
             a_user_data_file_that_others_may_write_is_not_sent, a_foreign_folder_gives_no_orders)
