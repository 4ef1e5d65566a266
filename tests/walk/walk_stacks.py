"""Projects from four choices, with the bundled templates: what is there at once, and what is left when
something is in the way."""
import concurrent.futures
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import time

import harness

ORIGINAL = {"Final Test Laravel": ("laravel", "postgresql", "none", "tailwind"),
            "Final Test Next": ("none", "postgresql", "nextjs", "tailwind")}


class Projects(harness.Story):
    """A config for projects; no cloud."""

    def __init__(self, more=""):
        super().__init__(cloud=False)
        os.mkdir(self.path("projects"))
        self.configure(more=f'[stacks]\nprojects_dir = "{self.path("projects")}"\n' + more)

    def stack(self, *args, code=0, user="ann"):
        return self.berth("--as", user, "--json", "stack", *args, code=code)

    def new(self, name, *args, code=0):
        return self.stack("new", name, *args, code=code).document()

    def save(self, project, backend="none", database="none", frontend="none", css="none", code=0, args=()):
        return self.stack("save", project, "--backend", backend, "--database", database, "--frontend", frontend,
                          "--css", css, *args, code=code).document()

    def at(self, *names):
        return self.path("projects", *names)

    def files(self, project):
        found = {}
        for folder, _, names in os.walk(self.at(project)):
            for name in names:
                path = os.path.join(folder, name)
                if not path.startswith(self.at(project, ".berth")):
                    found[os.path.relpath(path, self.at(project))] = open(path, "rb").read()
        return found

    def env(self, project):
        lines = open(self.at(project, ".env")).read().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def both_of_the_first_wishes_are_folders_after_one_command():
    with Projects() as story:
        for title, (backend, database, frontend, css) in ORIGINAL.items():
            project = story.new(title)["project"]
            answer = story.save(project, backend, database, frontend, css)
            story.check(answer["success"] is True, answer)
            made = answer["provisioning"]
            story.check(made["attempted"] and made["success"], made)
            story.check(made["project_path"] == story.at(project) and made["project_name"] == project, made)
            credentials = made["credentials"]
            story.check(credentials["database"] == credentials["username"] == project.replace("-", "_"), made)
            story.check(len(credentials["password"]) >= 24 and credentials["password"].isalnum(), made)
            for name in ("application_port", "database_port", "adminer_port"):
                story.check(isinstance(credentials[name], int), made)
            story.check(made["next_steps"] and made["script_used"], made)
            files = story.files(project)
            for name in ("docker-compose.yml", ".env", ".env.example", ".gitignore", ".dockerignore",
                         "README.md", "setup.sh"):
                story.check(name in files, f"{name} is not among {sorted(files)}")
            story.check(stat.S_IMODE(os.stat(story.at(project, ".env")).st_mode) == 0o600, "mode of .env")
            story.check(os.access(story.at(project, "setup.sh"), os.X_OK), "setup.sh cannot be run")
            story.check(story.env(project)["DATABASE_PASSWORD"] == credentials["password"], ".env")
            holders = [name for name, text in files.items() if credentials["password"].encode() in text]
            story.check(holders == [".env"], f"the password stands in {holders}")
        ports = [port for one in story.stack("list").document()["projects"] for port in one["ports"].values()]
        story.check(len(ports) == len(set(ports)) == 6, f"a port twice: {ports}")


def a_password_is_told_once_and_stands_nowhere_else():
    with Projects() as story:
        story.new("Shop")
        password = story.save("shop", database="postgresql")["provisioning"]["credentials"]["password"]
        again = story.save("shop", database="postgresql")["provisioning"]["credentials"]["password"]
        story.check(again is None, "it is told twice")
        read = story.stack("credentials", "Shop").document()
        story.check(read["password"] == password, read)
        story.check(story.stack("credentials", "shop", user="eve", code=4).out.count("eve") > 0, "eve")
        told = story.berth("--json", "events", code=0).out + story.ledger() + \
            story.stack("show", "shop").out + story.stack("preview", "shop", "--backend", "none").out
        story.check(password not in told, "the password was told")
        story.check(stat.S_IMODE(os.stat(story.path("state", "credentials.key")).st_mode) == 0o600, "the key")


def what_is_no_stack_is_refused_in_words():
    with Projects() as story:
        story.new("Shop")
        for words, said in (
                ((("--backend", "laravle"),), "did you mean 'laravel'?"),
                ((("--css", "tailwind"), ("--database", "postgresql")), "The nearest that can"),
                ((("--frontend", "postgresql"),), "there is no frontend 'postgresql'"),
                ((("--backend", "none"),), "at least one technology")):
            ran = story.stack("save", "shop", *[word for pair in words for word in pair], code=2)
            story.check(said in ran.out, ran)
        story.check(story.stack("show", "shop").document()["stack"] is None, "it was saved")
        story.check(not story.files("shop"), "it was written")
        for name in ("", "...", "../..", "/", "日本", "x" * 300, "two\nlines"):
            story.stack("new", name, code=2)
        story.check("'Shop' already" in story.stack("new", "shop", code=2).out, "a name twice")
        story.stack("save", "nobodys", "--backend", "laravel", code=2)
        story.check(os.listdir(story.at()) == ["shop"], os.listdir(story.at()))


def a_folder_with_files_is_not_taken_unless_that_is_wanted():
    with Projects() as story:
        os.mkdir(story.at("shop"))
        open(story.at("shop", "README.md"), "w").write("mine\n")
        story.check("has files already" in story.stack("new", "Shop", code=2).out, "it was taken")
        story.new("Shop", "--adopt")
        answer = story.save("shop", database="postgresql")
        story.check(answer["files"]["yours"] == ["README.md"], answer["files"])
        story.check(open(story.at("shop", "README.md")).read() == "mine\n", "README.md")
        story.check(os.path.exists(story.at("shop", "README.md.berth")), "README.md.berth")


def what_is_in_the_way_is_named_and_the_stack_stays_saved():
    def a_link(story):
        os.symlink("/etc", story.at("shop", "docker-compose.yml"))
        return "symbolic link"

    def a_link_for_a_folder(story):
        os.symlink("/tmp", story.at("shop", "app"))
        return "symbolic link"

    def a_folder_for_a_file(story):
        os.mkdir(story.at("shop", "setup.sh"))
        return "a folder is where a file is needed"

    def a_file_for_a_folder(story):
        open(story.at("shop", "app"), "w").close()
        return "a file is where a folder is needed"

    for put in (a_link, a_link_for_a_folder, a_folder_for_a_file, a_file_for_a_folder):
        with Projects() as story:
            story.new("Shop")
            said = put(story)
            before = set(story.files("shop"))
            answer = story.save("shop", database="postgresql", frontend="nextjs")
            made = answer["provisioning"]
            story.check(answer["success"] and not made["success"], made)
            story.check(made["code"] == "folder" and made["retryable"] and said in made["error"], made)
            story.check(set(story.files("shop")) == before, f"half made: {sorted(story.files('shop'))}")
            shown = story.stack("show", "shop").document()
            story.check(shown["stack"]["frontend"] == "nextjs" and shown["outcome"] == "failed", shown)
            for name in os.listdir(story.at("shop")):
                if name != ".berth":
                    path = story.at("shop", name)
                    os.rmdir(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
            done = story.stack("provision", "shop").document()["provisioning"]
            story.check(done["success"] and done["credentials"]["password"], done)


def a_full_disk_leaves_no_half_made_folder():
    with Projects() as story:
        disk = story.path("disk")
        os.mkdir(disk)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], text=True,
                                 capture_output=True, check=False)
        if mounted.returncode != 0:
            raise harness.Skipped(f"no file system of one's own: {mounted.stderr.strip()}")
        try:
            story.configure(more=f'[stacks]\nprojects_dir = "{disk}"\n')
            story.new("Shop")
            made = story.save("shop", "laravel", "postgresql", css="tailwind")["provisioning"]
            story.check(not made["success"] and made["code"] == "folder" and "full" in made["error"], made)
            left = [name for name in os.listdir(os.path.join(disk, "shop")) if name != ".berth"]
            story.check(not left, f"half made: {left}")
            half = [n for n in os.listdir(os.path.join(disk, "shop", ".berth")) if n.startswith("half")]
            story.check(not half, half)
            subprocess.run(["mount", "-o", "remount,size=8m", disk], check=True)
            story.check(story.stack("provision", "shop").document()["provisioning"]["success"], "again")
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
            made = story.stack("save", "shop", "--css", "bootstrap").document()["provisioning"]
            story.check(made["code"] == "folder" and "read-only" in made["error"], made)
            story.check(story.stack("show", "shop").document()["stack"]["css"] == "bootstrap", "not saved")
        finally:
            subprocess.run(["umount", "-l", disk], check=False)


def many_at_once_get_ports_of_their_own():
    with Projects() as story:
        names = [f"p{i}" for i in range(8)]
        for name in names:
            story.new(name)
        running = [story.start_berth("--as", "ann", "stack", "save", name, "--database", "postgresql")
                   for name in names]
        story.check([one.wait(60) for one in running] == [0] * 8, "one failed")
        projects = story.stack("list").document()["projects"]
        ports = [port for one in projects for port in one["ports"].values()]
        story.check(len(ports) == len(set(ports)) == 16, ports)
        # One project, from many sides: one makes it, the others are told to wait, and nobody is lost.
        running = [story.start_berth("--as", "ann", "stack", "provision", "p0") for _ in range(8)]
        codes = [one.wait(60) for one in running]
        story.check(0 in codes and set(codes) <= {0, 4}, codes)
        story.check(story.stack("show", "p0").document()["outcome"] == "provisioned", "p0")


def killed_at_any_moment_it_goes_on_with_the_same_password():
    with Projects() as story:
        rng = random.Random(7)
        story.new("Good")
        story.save("good", "laravel", "postgresql", css="tailwind")
        passwords = set()
        for number in range(25):
            name = f"k{number}"
            story.new(name)
            save = story.start_berth("--as", "ann", "stack", "save", name, "--backend", "laravel", "--database",
                                     "postgresql", "--css", "tailwind")
            time.sleep(rng.random() * 0.25)
            save.send_signal(signal.SIGKILL)
            save.wait()
            sealed = story.rows("SELECT sealed FROM project WHERE id = ?", name)[0][0]
            if not story.rows("SELECT provisioner FROM project WHERE id = ?", name)[0][0]:
                story.save(name, "laravel", "postgresql", css="tailwind")
            else:
                story.stack("provision", name)
            password = story.stack("credentials", name).document()["password"]
            story.check(story.env(name)["DATABASE_PASSWORD"] == password, f"{name}: another password")
            if sealed:
                story.check(story.rows("SELECT sealed FROM project WHERE id = ?", name)[0][0] == sealed, name)
            passwords.add(password)
            story.check(set(story.files(name)) == set(story.files("good")), f"{name} lacks files")
            half = [one for one in os.listdir(story.at(name, ".berth")) if one.startswith("half")]
            story.check(not half, half)
        story.check(len(passwords) == 25, "a password twice")


def an_update_keeps_what_its_user_changed():
    with Projects() as story:
        own = story.path("templates")
        bundled = os.path.join(harness.BUILD, "lib", "berth", "stacks", "frontend", "nextjs")
        shutil.copytree(bundled, os.path.join(own, "frontend", "nextjs"))
        story.configure(more=f'[stacks]\nprojects_dir = "{story.at()}"\n[[stack_provisioner]]\nid = "stacks"\n'
                             f'plugin = "stacks"\n[stack_provisioner.settings]\ntemplates = ["{own}"]\n')
        story.new("Shop")
        story.save("shop", frontend="nextjs", css="tailwind")

        def change(path, old, new):
            text = open(path).read()
            story.check(old in text, f"{old} is not in {path}")
            open(path, "w").write(text.replace(old, new, 1))

        layout, page = story.at("shop", "app", "layout.jsx"), story.at("shop", "app", "page.jsx")
        change(layout, "export const metadata", "// Mine.\nexport const metadata")
        change(page, "export default function Page() {", "export default function MyPage() {")
        os.unlink(story.at("shop", "next.config.mjs"))
        with open(story.at("shop", ".env"), "a") as env:
            env.write("MINE=1\n")
        template = os.path.join(own, "frontend", "nextjs")
        change(os.path.join(template, "part.toml"), 'version = "', 'version = "9.')
        change(os.path.join(template, "files", "app", "layout.jsx"), '<html lang="en"',
               '<html dir="ltr" lang="en"')
        change(os.path.join(template, "files", "app", "page.jsx"), "export default function Page() {",
               "export default function ThePage() {")
        change(os.path.join(template, "files", "next.config.mjs"), "poweredByHeader: false",
               "poweredByHeader: true")
        fates = {one["path"]: one["fate"] for one in
                 story.stack("preview", "shop").document()["files"]}
        wanted = {"app/layout.jsx": "merged", "app/page.jsx": "conflict", "next.config.mjs": "deleted",
                  ".env": "kept"}
        story.check({path: fates.get(path) for path in wanted} == wanted, fates)
        story.check("dir=" not in open(layout).read(), "preview wrote")
        story.stack("update", "shop")
        text = open(layout).read()
        story.check("// Mine." in text and 'dir="ltr"' in text, text)
        text = open(page).read()
        story.check("<<<<<<< yours" in text and "MyPage" in text and "ThePage" in text, text)
        story.check(not os.path.exists(story.at("shop", "next.config.mjs")), "it came back")
        story.check(story.env("shop")["MINE"] == "1", ".env")
        story.check("9." in story.stack("show", "shop").document()["template_version"], "the version")


def a_template_that_is_broken_is_named_and_mended():
    with Projects() as story:
        own = story.path("templates")
        os.makedirs(os.path.join(own, "backend", "own", "files"))
        with open(os.path.join(own, "backend", "own", "part.toml"), "w") as part:
            part.write('title = "Own"\nversion = "1"\n')
        file = os.path.join(own, "backend", "own", "files", "app.txt")
        open(file, "w").write("<% no.such.name %>\n")
        story.configure(more=f'[stacks]\nprojects_dir = "{story.at()}"\n[[stack_provisioner]]\nid = "stacks"\n'
                             f'plugin = "stacks"\n[stack_provisioner.settings]\ntemplates = ["{own}"]\n')
        story.new("Shop")
        made = story.save("shop", "own")["provisioning"]
        story.check(made["code"] == "template" and "app.txt" in made["error"] and
                    "no.such.name" in made["error"], made)
        story.check(not story.files("shop"), "half made")
        open(file, "w").write("<% name %>\n")
        story.check(story.stack("provision", "shop").document()["provisioning"]["success"], "mended")
        story.check(story.files("shop")["app.txt"] == b"shop\n", "app.txt")
        with open(os.path.join(own, "backend", "own", "part.toml"), "a") as part:
            part.write('titel = "x"\n')
        ran = story.stack("choices", code=1)
        story.check("part.toml:3:1" in ran.out, ran)


def a_rotated_key_opens_the_secrets_of_projects_too():
    with Projects() as story:
        story.new("Shop")
        password = story.save("shop", database="postgresql")["provisioning"]["credentials"]["password"]
        rotated = story.berth("--as", "ann", "--json", "accounts", "rotate-key", code=0).document()
        story.check(rotated["projects"] == ["shop"] and not rotated["problems"], rotated)
        story.check(story.stack("credentials", "shop").document()["password"] == password, "another")
        for _ in range(3):  # several at once: one after the other, or refused
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                rotations = list(pool.map(lambda _: story.berth("--as", "ann", "accounts", "rotate-key"), range(4)))
            story.check(any(one.code == 0 for one in rotations), rotations)
            story.check(all(one.code == 0 or "is just being replaced by another berth" in one.err for one in rotations),
                        rotations)
        story.check(story.stack("credentials", "shop").document()["password"] == password, "another")
        shutil.move(story.path("state", "credentials.key"), story.path("away"))
        for name in ("credentials.key.old", "credentials.key.next"):
            if os.path.exists(story.path("state", name)):
                os.unlink(story.path("state", name))
        os.unlink(story.at("shop", ".env"))
        made = story.stack("provision", "shop", code=6).document()["provisioning"]
        story.check(made["code"] == "secrets_locked", made)
        story.check(not os.path.exists(story.at("shop", ".env")), "another password was made")


def a_start_says_what_is_missing_and_what_it_waited_for():
    with Projects() as story:
        own = story.path("templates")
        os.makedirs(os.path.join(own, "backend", "own", "files"))
        with open(os.path.join(own, "backend", "own", "part.toml"), "w") as part:
            part.write('title = "Own"\nversion = "1"\n[[service]]\nname = "application"\nimage = "x:1"\n'
                       '[service.health]\ncommand = "echo it sleeps; exit 1"\n'
                       '[service.native]\nneeds = ["no-such-program:no-such-package"]\nrun = "sleep 60"\n')
        config = (f'[stacks]\nprojects_dir = "{story.at()}"\nsetup_timeout = "25s"\n[[stack_provisioner]]\n'
                  f'id = "stacks"\nplugin = "stacks"\n[stack_provisioner.settings]\ntemplates = ["{own}"]\n')
        story.configure(more=config)
        story.new("Shop")
        answer = story.save("shop", "own", args=("--native",))
        story.check(answer["provisioning"]["success"], answer)
        story.check(answer["project"]["setup_outcome"] == "failed" and
                    "no-such-package" in answer["project"]["setup_output"], answer["project"])
        path = os.path.join(own, "backend", "own", "part.toml")
        text = open(path).read().replace("no-such-program:no-such-package", "sleep:coreutils")
        open(path, "w").write(text)
        ran = story.stack("update", "shop", "--native", code=6)
        project = ran.document()["project"]
        story.check("it sleeps" in project["setup_output"], project)
        subprocess.run([story.at("shop", "setup.sh"), "--down"], check=False, capture_output=True)


if __name__ == "__main__":
    harness.walk(both_of_the_first_wishes_are_folders_after_one_command,
                 a_password_is_told_once_and_stands_nowhere_else, what_is_no_stack_is_refused_in_words,
                 a_folder_with_files_is_not_taken_unless_that_is_wanted,
                 what_is_in_the_way_is_named_and_the_stack_stays_saved, a_full_disk_leaves_no_half_made_folder,
                 many_at_once_get_ports_of_their_own, killed_at_any_moment_it_goes_on_with_the_same_password,
                 an_update_keeps_what_its_user_changed, a_template_that_is_broken_is_named_and_mended,
                 a_rotated_key_opens_the_secrets_of_projects_too,
                 a_start_says_what_is_missing_and_what_it_waited_for)
