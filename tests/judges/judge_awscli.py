"""AWS's own command line lists, creates and deletes against the fake EC2, STS and Price List."""
import json

import walks
from clients import ClientStory, needed


class AwsCli(ClientStory):
    def configure(self, **config):
        super().configure(**config)
        self.environment.update(
            AWS_ACCESS_KEY_ID=walks.SECRETS["AK"], AWS_SECRET_ACCESS_KEY=walks.SECRETS["AS"],
            AWS_DEFAULT_REGION="eu-central-1", AWS_PAGER="", AWS_MAX_ATTEMPTS="1",
            AWS_EC2_METADATA_DISABLED="true")

    def aws(self, service, *args, path="/aws/", code=0):
        ran = self.run([needed("/usr/bin/aws", "awscli"), "--endpoint-url", self.url + path,
                        "--output", "json", service, *args], code)
        return json.loads(ran.out) if ran.out.strip() and code == 0 else ran


def an_instance_is_listed_made_waited_for_and_ended():
    with AwsCli() as story:
        story.check(story.aws("ec2", "describe-instances") == {"Reservations": []}, "not empty")
        image = story.aws("ec2", "describe-images", "--owners", "136693071363", "--filters",
                          "Name=architecture,Values=x86_64")["Images"][0]["ImageId"]
        story.aws("ec2", "import-key-pair", "--key-name", "ops", "--public-key-material",
                  "fileb://" + story.key_file())
        made = story.aws(
            "ec2", "run-instances", "--image-id", image, "--instance-type", "t3.micro", "--key-name",
            "ops", "--user-data", "#!/bin/sh", "--client-token", "one", "--tag-specifications",
            "ResourceType=instance,Tags=[{Key=odd,Value=a+b c}]")["Instances"][0]["InstanceId"]
        story.aws("ec2", "wait", "instance-running", "--filters", "Name=tag:odd,Values=a+b c")
        seen = story.aws("ec2", "describe-instances", "--instance-ids", made)
        seen = seen["Reservations"][0]["Instances"][0]
        story.check(seen["State"]["Name"] == "running" and seen["PublicIpAddress"], seen)
        story.check(seen["Tags"] == [{"Key": "odd", "Value": "a+b c"}], seen)
        ended = story.aws("ec2", "terminate-instances", "--instance-ids", made)
        story.check(ended["TerminatingInstances"][0]["InstanceId"] == made, ended)
        story.wait_gone()
        story.aws("ec2", "delete-key-pair", "--key-name", "ops")


def a_refusal_is_told_by_its_code():
    with AwsCli() as story:
        ran = story.aws("ec2", "describe-instances", "--instance-ids", "i-0123456789abcdef0", code=254)
        story.check("(InvalidInstanceID.NotFound)" in ran.err, ran)
        story.environment["AWS_SECRET_ACCESS_KEY"] = "wrong"
        ran = story.aws("ec2", "describe-instances", code=254)
        story.check("(AuthFailure)" in ran.err, ran)


def who_and_how_much():
    with AwsCli() as story:
        who = story.aws("sts", "get-caller-identity", path="/aws-sts/")
        story.check(len(who["Account"]) == 12, who)
        prices = story.aws("pricing", "get-products", "--region", "us-east-1", "--service-code",
                           "AmazonEC2", "--filters", "Type=TERM_MATCH,Field=regionCode,Value=us-east-1",
                           "Type=TERM_MATCH,Field=instanceType,Value=t3.micro", path="/aws-pricing/")
        story.check("OnDemand" in json.loads(prices["PriceList"][0])["terms"], prices)


def temporary_keys_are_found_and_taken():
    """By the CLI's own chain: a profile's role, and the instance's."""
    with AwsCli() as story:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"):
            del story.environment[name]
        story.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = story.url + "/aws-metadata/"
        who = story.aws("sts", "get-caller-identity", path="/aws-sts/")
        story.check(who["Arn"].endswith(":assumed-role/berth-instance/fake"), who)
        story.check(story.aws("ec2", "describe-instances") == {"Reservations": []}, "not taken")
        story.environment.update(AWS_ACCESS_KEY_ID=walks.SECRETS["AK"],
                                 AWS_SECRET_ACCESS_KEY=walks.SECRETS["AS"])
        role = story.aws("sts", "assume-role", "--role-arn", "arn:aws:iam::111122223333:role/buyer",
                         "--role-session-name", "me", path="/aws-sts/")
        keys = role["Credentials"]
        story.environment.update(AWS_ACCESS_KEY_ID=keys["AccessKeyId"],
                                 AWS_SECRET_ACCESS_KEY=keys["SecretAccessKey"],
                                 AWS_SESSION_TOKEN=keys["SessionToken"])
        who = story.aws("sts", "get-caller-identity", path="/aws-sts/")
        story.check(who["Arn"] == "arn:aws:sts::111122223333:assumed-role/buyer/me", who)


walks.walk(an_instance_is_listed_made_waited_for_and_ended, a_refusal_is_told_by_its_code,
           who_and_how_much, temporary_keys_are_found_and_taken)
