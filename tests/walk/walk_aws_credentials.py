"""AWS credentials as everybody has them: nothing of them stands in berth.toml."""
import hashlib
import json
import os
import stat
import time
import urllib.request

import harness

KEY, SECRET = harness.SECRETS["AK"], harness.SECRETS["AS"]
BASE = f"aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
ROLE = ("[profile shop]\nrole_arn = arn:aws:iam::111122223333:role/buyer\nsource_profile = base\n"
        "role_session_name = berth-shop\n")


class AwsStory(harness.Story):
    """One account on AWS, without keys."""

    def __init__(self, settings="", **options):
        self.settings = settings
        super().__init__(**options)
        for name in [*self.environment]:
            if name.startswith("AWS_") or name in ("AK", "AS"):
                del self.environment[name]
        self.environment["AWS_EC2_METADATA_DISABLED"] = "true"

    def configure(self, **config):
        super().configure(**{"vendors": (), "provisioning": 'config_patience = "1s"', **config})
        with open(self.path("berth.toml"), "a") as file:
            file.write(f'''[[account]]
id = "aws-main"
plugin = "aws"
organizations = ["acme"]
ssh_port = {self.ssh_port}
[account.settings]
endpoint = "{self.endpoint("/aws/")}"
pricing_endpoint = "{self.endpoint("/aws-pricing/")}"
{self.settings}
''')

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, 0o600)
        return path

    def requests(self, operation):
        return [line for line in self.oracle()
                if line["event"] == "request" and line["operation"] == operation]

    def bought_with(self):
        bought = self.requests("RunInstances")
        self.check(len(bought) == 1 and bought[0]["status"] == 200, bought)
        return bought[0]["credential"]

    def check_nothing_is_told(self, *ran):
        """No key of any kind in what was printed, or in any file of the state."""
        texts = {str(one.argv[3:]): (one.out + one.err).encode() for one in ran}
        for folder, _, names in os.walk(self.path("state")):
            for name in names:
                file = os.path.join(folder, name)
                if stat.S_ISREG(os.stat(file).st_mode):
                    texts[file] = open(file, "rb").read()
        for where, text in texts.items():
            for secret in (SECRET, KEY, "fake-session-token-", "fake-secret-", "ASIA"):
                self.check(secret.encode() not in text, f"{secret} in {where}")


def a_profile_alone_is_enough():
    with AwsStory() as story:
        story.write(".aws/credentials", f"[default]\n{BASE}")
        ran = story.berth(*story.deploy_args("web", 2, 4, 50), code=0)
        story.check(ran.document()["server"]["provider"] == "aws", ran)
        story.check(story.bought_with() == hashlib.sha256(KEY.encode()).hexdigest()[:12], "other keys")
        story.check_nothing_is_told(ran, story.berth("audit"), story.berth("offers", "--org", "acme"))
        story.check_no_leaks()


def a_plain_user_needs_no_more():
    with AwsStory() as story:
        story.write(".aws/credentials", f"[default]\n{BASE}")
        options = {}
        if os.geteuid() == 0:
            nobody = 65534
            for folder, folders, names in os.walk(story.folder):
                for name in (".", *folders, *names):
                    os.chown(os.path.join(folder, name), nobody, nobody)
            options = {"user": nobody, "group": nobody, "extra_groups": []}
            try:
                story.berth("--version", **options)
            except PermissionError:
                raise harness.Skipped(f"a plain user may not run what lies in {harness.BUILD}")
        ran = story.berth(*story.deploy_args("web", 2, 4, 50), code=0, **options)
        story.check(ran.document()["server"]["provider"] == "aws", ran)


def a_role_is_assumed_and_renewed_when_its_session_has_ended():
    with AwsStory('profile = "shop"', boot_ms=3_600_000) as story:
        story.environment["AWS_ENDPOINT_URL_STS"] = story.endpoint("/aws-sts/")
        story.write(".aws/config", ROLE)
        story.write(".aws/credentials", f"[base]\n{BASE}")
        deploy = story.start_berth(*story.deploy_args("web", 2, 4, 50))
        story.wait_for(lambda: story.requests("RunInstances"), "the purchase")
        first = story.bought_with()
        story.check(first != hashlib.sha256(KEY.encode()).hexdigest()[:12], "bought without the role")
        before = len(story.requests("AssumeRole"))
        story.check(before == 1, f"{before} sessions for one process")
        # The cloud's clock moves on, and with it goes the session: berth's own clock knows nothing.
        urllib.request.urlopen(urllib.request.Request(
            story.url + "/_berth/clock", json.dumps({"advance_ms": 3_700_000}).encode())).read()
        deploy.wait(timeout=120)
        story.check(deploy.returncode == 0, open(story.path("berth-1.log")).read())
        ended = [line for line in story.requests("DescribeInstances")
                 if line["code"] == "RequestExpired"]
        story.check(ended and all(line["credential"] == first for line in ended), ended)
        story.check(len(story.requests("AssumeRole")) == 2, story.requests("AssumeRole"))
        story.check_nothing_is_told()
        story.check_no_leaks()


def a_role_that_is_refused_is_told_and_mended():
    with AwsStory() as story:
        story.environment["AWS_ENDPOINT_URL_STS"] = story.endpoint("/aws-sts/")
        story.environment["AWS_PROFILE"] = "shop"
        story.write(".aws/config", ROLE.replace("role/buyer", "role/forbidden-buyer"))
        story.write(".aws/credentials", f"[base]\n{BASE}")
        refused = story.berth("plugins", "check", "aws")
        story.check(refused.code != 0 and "AssumeRole of arn:aws:iam::111122223333:role/forbidden-buyer"
                    in refused.out + refused.err, refused)
        story.write(".aws/config", ROLE)
        story.check(story.deploy("web")["status"] == "succeeded", "not mended")
        story.check_nothing_is_told(refused)


def an_instance_and_a_container_bring_their_role():
    with AwsStory() as story:
        del story.environment["AWS_EC2_METADATA_DISABLED"]
        story.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = story.endpoint("/aws-metadata/")
        ran = story.berth(*story.deploy_args("web", 2, 4, 50), code=0)
        story.check(ran.document()["server"]["provider"] == "aws", ran)
        story.check(story.requests("GetInstanceCredentials"), "the instance was not asked")
        story.environment.update({
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": story.endpoint("/aws-container/keys"),
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "fake-container-token"})
        more = story.berth(*story.deploy_args("big", 8, 16, 200), code=0)
        story.check(story.requests("GetContainerCredentials"), "the container was not asked")
        story.check_nothing_is_told(ran, more)
        story.check_no_leaks()


def a_refusal_belongs_to_whose_the_keys_are():
    with AwsStory() as story:
        story.write(".aws/credentials", f"[default]\n{BASE.replace(KEY, 'AKIAFAKEREADONLY0000')}")
        args = story.deploy_args("web", 2, 4, 50)
        first = story.berth(*args)
        story.check(first.code != 0 and not story.machines(), first)
        asked = len(story.requests("RunInstances"))
        story.check(asked > 0, "nothing was tried")
        again = story.berth(*story.deploy_args("again", 2, 4, 50))
        story.check(again.code != 0 and len(story.requests("RunInstances")) == asked,
                    f"refused keys were tried again by another process: {again}")
        story.write(".aws/credentials", f"[default]\n{BASE}")
        story.check(story.deploy("web")["status"] == "succeeded", "other keys were not tried at once")


def a_login_that_has_ended_says_how_to_log_in():
    with AwsStory() as story:
        story.environment["AWS_ENDPOINT_URL_SSO"] = story.endpoint("/aws-sso/")
        start = "https://acme.awsapps.com/start"

        def role_in(account):
            story.write(".aws/config",
                        f"[default]\nsso_start_url = {start}\nsso_region = us-east-1\n"
                        f"sso_account_id = {account}\nsso_role_name = buyer\n")

        def log_in(until):
            story.write(".aws/sso/cache/" + hashlib.sha1(start.encode()).hexdigest() + ".json",
                        json.dumps({"accessToken": "fake-sso-token", "expiresAt": time.strftime(
                            "%Y-%m-%dT%H:%M:%SZ", time.gmtime(until))}))

        role_in("000000000000")
        log_in(time.time() - 60)
        ended = story.berth("plugins", "check", "aws")
        story.check(ended.code != 0 and "aws sso login --profile default" in ended.out + ended.err, ended)
        log_in(time.time() + 3600)
        refused = story.berth("plugins", "check", "aws")
        story.check("ForbiddenException (No access)" in refused.out, refused)
        role_in("111122223333")
        story.check(story.deploy("web")["status"] == "succeeded", "the login was not used")
        story.check_nothing_is_told(ended, refused)


def an_account_added_at_run_time_brings_keys_of_its_own():
    with AwsStory() as story:
        story.write(".aws/credentials", f"[default]\n{BASE}")
        story.berth("accounts", "new-key", story.path("key"), code=0)
        story.configure(more=f'[credentials]\nkey_file = "{story.path("key")}"\n')
        for more in ((), ("--set", "profile=default")):
            added = story.berth("--as", "ann", "accounts", "add", "own", "--org", "acme", "--plugin", "aws",
                                "--set", f"endpoint={story.endpoint('/aws/')}", *more)
            story.check(added.code != 0, added)
            story.check("added at run time" in added.err or "berth.toml" in added.err, added)
        story.check(not story.requests("GetCallerIdentity"), "berth's own keys were used")


def without_any_it_waits_and_says_where_it_looked():
    with AwsStory() as story:
        asked = story.berth(*story.deploy_args("web", 2, 4, 50), code=1)
        for part in ("There are no AWS credentials", ".aws/credentials", "aws configure"):
            story.check(part in asked.out + asked.err, asked)
        story.check(not story.machines(), "bought")


if __name__ == "__main__":
    harness.walk(a_profile_alone_is_enough, a_plain_user_needs_no_more,
                 a_role_is_assumed_and_renewed_when_its_session_has_ended,
                 a_role_that_is_refused_is_told_and_mended,
                 an_instance_and_a_container_bring_their_role,
                 a_refusal_belongs_to_whose_the_keys_are,
                 a_login_that_has_ended_says_how_to_log_in,
                 an_account_added_at_run_time_brings_keys_of_its_own,
                 without_any_it_waits_and_says_where_it_looked)
