"""AWS's own library reads everything that the fake's EC2, STS and Price List answer to berth and to
boto3, and makes the same signatures of what berth sent over the wire."""
import glob
import os
import sys

import walks
from between import Between

try:
    import boto3
    import botocore.config
    import botocore.exceptions
    from ec2_answers import NEEDED, complaints, operation_of
except ImportError as error:
    print(f"SKIPPED: {error}: apt-get install python3-botocore python3-boto3")
    sys.exit(77)

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g ann"
REFUSALS = ("out_of_stock", "quota_reached", "rate_limited", "unavailable", "denied", "unauthorized",
            "invalid", "conflict", "locked", "not_found", "unknown_code")
totals = {"exchanges": 0, "operations": set()}


class AwsStory(walks.Story):
    """berth and boto3 reach the fake through somebody who writes everything down."""

    def start_cloud(self, options):
        super().start_cloud({"rate_limits": "off", **options})
        self.between = Between(self.url)

    def endpoint(self, path):
        return self.between.url + path

    def configure(self, **config):
        super().configure(**{"vendors": ("aws",), **config})

    def __exit__(self, kind, *error):
        try:
            if not kind:
                self.check_answers()
        finally:
            self.between.__exit__()
            super().__exit__(kind, *error)

    def check_answers(self):
        exchanges = list(self.between.exchanges)
        found = [f"{operation_of(one)[1]} -> {one.status}: {what}" for one in exchanges
                 for what in complaints(one)]
        self.check(exchanges, "nothing was asked")
        self.check(not found, f"{len(found)} complaints:\n" + "\n".join(found))
        totals["exchanges"] += len(exchanges)
        totals["operations"] |= {operation_of(one)[1] for one in exchanges}
        print(f"        botocore read {len(exchanges)} answers, 0 complaints")

    def boto(self, service="ec2", path="/aws/"):
        return boto3.client(service, region_name="us-east-1", endpoint_url=self.endpoint(path),
                            aws_access_key_id=walks.SECRETS["AK"],
                            aws_secret_access_key=walks.SECRETS["AS"],
                            config=botocore.config.Config(retries={"max_attempts": 0}))


def berth_buys_fails_over_and_releases():
    with AwsStory() as story:
        story.faults({"match": {"operation": "create", "times": 1}, "do": {"error": "out_of_stock"}})
        story.configure(account=f'ssh_public_keys = ["{KEY}"]')
        web = story.deploy("web", 2, 4, 50)
        story.berth("release", "--org", "acme", "--app", "web", code=0)
        story.berth("--as", "ann", "servers", "remove", web["server"]["name"], code=0)
        story.berth("run", "--once", code=0)
        story.check(not story.machines(), story.machines())


def berth_destroys_what_fails_to_boot():
    with AwsStory() as story:
        story.configure(provisioning='ready_timeout = "4s"')
        story.faults({"match": {"operation": "create", "times": 1}, "do": {"boot_fails": True}})
        story.deploy("web", 2, 4, 50)
        story.berth("run", "--once", code=0)
        story.check_no_leaks()


def the_conformance_kit():
    with AwsStory() as story:
        story.berth("plugins", "check", "aws", "--walk", code=0)


def berth_reads_every_refusal():
    with AwsStory() as story:
        for refusal in REFUSALS:
            for operation, method, request in (
                    ("list", "find", '{"installation_id": "home", "all": true}'),
                    ("offers", "offers", "{}"), ("check", "check", "{}")):
                story.faults({"match": {"vendor": "aws", "operation": operation, "times": 1},
                              "do": {"error": refusal}})
                story.berth("plugins", "call", "aws", method, request)
                # After a refusal for too many calls the next processes would not ask.
                for cache in glob.glob(story.path("state", "cache.db*")):
                    os.unlink(cache)
        refused = [line for line in story.oracle() if line.get("fault")]
        story.check(len(refused) == 3 * len(REFUSALS), refused)


def a_machine_from_creation_to_its_end():
    with AwsStory(boot_ms=800) as story:
        ec2 = story.boto()
        image = max(ec2.describe_images(Owners=["136693071363"], Filters=[
            {"Name": "architecture", "Values": ["x86_64"]}])["Images"],
            key=lambda one: one["CreationDate"])
        ec2.import_key_pair(KeyName="ops", PublicKeyMaterial=KEY.encode())
        story.check(ec2.describe_key_pairs()["KeyPairs"][0]["KeyName"] == "ops", "no key")
        group = ec2.create_security_group(GroupName="web", Description="d", VpcId=ec2.describe_vpcs()
                                          ["Vpcs"][0]["VpcId"])["GroupId"]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
        ec2.describe_security_groups(GroupIds=[group])
        subnet = ec2.describe_subnets()["Subnets"][0]
        made = ec2.run_instances(
            ImageId=image["ImageId"], InstanceType="t3.micro", MinCount=1, MaxCount=1, KeyName="ops",
            SecurityGroupIds=[group], SubnetId=subnet["SubnetId"], UserData="#!/bin/sh\n",
            ClientToken="a-token", TagSpecifications=[
                {"ResourceType": "instance", "Tags": [{"Key": "odd", "Value": "a+b=c & <d> é"}]}])
        instance = made["Instances"][0]["InstanceId"]
        ec2.create_tags(Resources=[instance], Tags=[{"Key": "more", "Value": ""}])
        waiter = ec2.get_waiter("instance_running")
        waiter.config.delay, waiter.config.max_attempts = 0.2, 100
        waiter.wait(InstanceIds=[instance])
        seen = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
        tags = {tag["Key"]: tag["Value"] for tag in seen["Tags"]}
        story.check(tags == {"odd": "a+b=c & <d> é", "more": ""}, tags)
        ec2.describe_instance_status(InstanceIds=[instance])
        ec2.describe_volumes()
        ec2.describe_addresses()
        ec2.terminate_instances(InstanceIds=[instance])
        waiter = ec2.get_waiter("instance_terminated")
        waiter.config.delay, waiter.config.max_attempts = 0.2, 100
        waiter.wait(InstanceIds=[instance])
        ec2.delete_security_group(GroupId=group)
        ec2.delete_key_pair(KeyName="ops")


def catalogues_page_by_page():
    with AwsStory() as story:
        ec2 = story.boto()
        ec2.describe_regions()
        ec2.describe_availability_zones()
        pages = ec2.get_paginator("describe_instance_types").paginate(
            PaginationConfig={"PageSize": 100})
        names = [one["InstanceType"] for page in pages for one in page["InstanceTypes"]]
        story.check(len(names) == len(set(names)) > 100, names)
        pages = ec2.get_paginator("describe_instance_type_offerings").paginate(
            LocationType="availability-zone")
        story.check({one["Location"] for page in pages for one in page["InstanceTypeOfferings"]} ==
                    {"us-east-1" + letter for letter in "abcd"}, "zones")
        story.boto("sts", "/aws-sts/").get_caller_identity()
        pricing = story.boto("pricing", "/aws-pricing/")
        pricing.get_products(ServiceCode="AmazonEC2", FormatVersion="aws_v1", Filters=[
            {"Type": "TERM_MATCH", "Field": "regionCode", "Value": "us-east-1"},
            {"Type": "TERM_MATCH", "Field": "instanceType", "Value": "t3.micro"}])


def wrong_questions_get_aws_errors():
    with AwsStory() as story:
        ec2 = story.boto()
        wrong = [
            (lambda: ec2.describe_instances(InstanceIds=["i-0123456789abcdef0"]),
             "InvalidInstanceID.NotFound"),
            (lambda: ec2.describe_instances(InstanceIds=["nonsense"]), "InvalidInstanceID.Malformed"),
            (lambda: ec2.terminate_instances(InstanceIds=["i-0123456789abcdef0"]),
             "InvalidInstanceID.NotFound"),
            (lambda: ec2.run_instances(ImageId="ami-0123456789abcdef0", InstanceType="t3.micro",
                                       MinCount=1, MaxCount=1), "InvalidAMIID.NotFound"),
            (lambda: ec2.describe_volumes(DryRun=True), "DryRunOperation"),
            (lambda: ec2.describe_instance_types(InstanceTypes=["t3.nano", "no.such"]),
             "InvalidInstanceType"),
            (lambda: ec2.import_key_pair(KeyName="x", PublicKeyMaterial=b"nonsense"),
             "InvalidKey.Format"),
        ]
        for ask, code in wrong:
            try:
                ask()
                raise AssertionError(f"{code} was expected")
            except botocore.exceptions.ClientError as error:
                story.check(error.response["Error"]["Code"] == code, error.response)


def the_reader_can_fail():
    with AwsStory() as story:
        changes = {
            b"instanceTypeSet>": (b"instanceTypesSet>", "not in AWS's model"),
            b"</instanceType>": (b"</instanceType><colour>red</colour>", "not in AWS's model"),
            b"<bareMetal>false</bareMetal>": (b"", "BareMetal is missing"),
            b"<hypervisor>nitro<": (b"<hypervisor>magic<", "words"),
            b"</DescribeInstanceTypesResponse>": (b"", "cannot read"),
        }
        for good, (bad, word) in changes.items():
            def change(exchange):
                exchange.answer_body = exchange.answer_body.replace(good, bad)
            story.between.change_answer = change
            story.berth("plugins", "call", "aws", "offers", '{"regions": ["us-east-1"]}')
            found = [what for one in story.between.exchanges for what in complaints(one)]
            story.check(any(word in what for what in found), (word, found))
            story.between.exchanges.clear()
        story.between.change_answer = None
        story.berth("plugins", "call", "aws", "check", "{}", code=0)


def nothing_that_clients_build_upon_was_left_out():
    missing = set(NEEDED) - totals["operations"]
    assert not missing, f"not judged: {missing}"
    print(f"JUDGED: {totals['exchanges']} signed requests and their answers, of "
          f"{len(totals['operations'])} operations, by botocore")


walks.walk(berth_buys_fails_over_and_releases, berth_destroys_what_fails_to_boot, the_conformance_kit,
           berth_reads_every_refusal, a_machine_from_creation_to_its_end, catalogues_page_by_page,
           wrong_questions_get_aws_errors, the_reader_can_fail,
           nothing_that_clients_build_upon_was_left_out)
