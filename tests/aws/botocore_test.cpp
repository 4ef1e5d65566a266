// The requests the plugin makes, judged by botocore: AWS's own serializer and signer. Skipped,
// aloud, where python3-botocore is not installed.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "aws/api.hpp"
#include "aws/credentials/assumed_role.hpp"
#include "aws/credentials/static_keys.hpp"
#include "aws/sigv4.hpp"
#include "fakes.hpp"
#include "judge.hpp"
#include "judged_request.hpp"

namespace berth::aws {
namespace {

namespace json = boost::json;

const Credentials keys{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                       "FQoGZXIvYXdzE+/=token"};

json::object judged_case(const HttpRequest& request, const SigningScope& scope) {
  return test::judged_request(request, scope, keys, test::friday_noon);
}

TEST(Botocore, AgreesOnEveryRequestThePluginMakes) {
  test::ScriptedHttp http;
  test::StillCall call(http);
  Account account;
  account.credentials = keys;
  Api api(account, call);
  test::Judge judge(BOTOCORE_JUDGE);
  // Every call is recorded; the answer does not matter here.
  const auto judged = [&](const SigningScope& scope, const std::string& operation,
                          const std::string& params) {
    json::object one = judged_case(http.requests.back(), scope);
    one["operation"] = operation;
    one["params"] = json::parse(params);
    judge.add(one);
  };
  const SigningScope ec2{"eu-central-1", "ec2"};

  (void)api.get_caller_identity("eu-central-1");
  judged({"eu-central-1", "sts"}, "GetCallerIdentity", "{}");

  (void)api.describe_instances(ec2.region,
                               {{"tag:installation", {"a b"}}, {"instance-id", {"i-1", "i-2"}}});
  judged(ec2, "DescribeInstances", R"({"MaxResults": 1000, "Filters": [
    {"Name": "tag:installation", "Values": ["a b"]},
    {"Name": "instance-id", "Values": ["i-1", "i-2"]}]})");

  (void)api.describe_instance_types(ec2.region, {{"instance-type", {"t3.*"}}});
  judged(ec2, "DescribeInstanceTypes", R"({"MaxResults": 100,
    "Filters": [{"Name": "instance-type", "Values": ["t3.*"]}]})");

  (void)api.describe_instance_type_offerings(ec2.region, {});
  judged(ec2, "DescribeInstanceTypeOfferings",
         R"({"MaxResults": 1000, "LocationType": "availability-zone"})");

  (void)api.describe_images(ec2.region, "", "136693071363", {{"name", {"debian-12-amd64-*"}}});
  judged(ec2, "DescribeImages", R"({"Owners": ["136693071363"],
    "Filters": [{"Name": "name", "Values": ["debian-12-amd64-*"]}]})");
  (void)api.describe_images(ec2.region, "ami-1", "", {});
  judged(ec2, "DescribeImages", R"({"ImageIds": ["ami-1"]})");

  (void)api.terminate_instance(ec2.region, "i-1");
  judged(ec2, "TerminateInstances", R"({"InstanceIds": ["i-1"]})");

  Launch launch;
  launch.client_token = "berth-abc-0";
  launch.image_id = "ami-1";
  launch.instance_type = "t3.micro";
  launch.zone = "eu-central-1a";
  launch.subnet_id = "subnet-1";
  launch.key_name = "ops key";
  launch.security_group_ids = {"sg-1", "sg-2"};
  launch.root_device = "/dev/xvda";
  launch.root_gib = 60;
  launch.user_data = "#!/bin/sh\necho ~+/ caf\xc3\xa9\n";
  launch.tags = {{"Name", "auto-acme-1"}, {"odd", "a+b=c&d*~ \xc3\xa9"}};
  (void)api.run_instances(ec2.region, launch);
  const std::string tags = R"("Tags": [{"Key": "Name", "Value": "auto-acme-1"},
                                       {"Key": "odd", "Value": "a+b=c&d*~ é"}])";
  judged(ec2, "RunInstances",
         R"({"MinCount": 1, "MaxCount": 1, "ClientToken": "berth-abc-0",
    "ImageId": "ami-1", "InstanceType": "t3.micro",
    "Placement": {"AvailabilityZone": "eu-central-1a"},
    "SubnetId": "subnet-1", "KeyName": "ops key", "SecurityGroupIds": ["sg-1", "sg-2"],
    "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 60,
      "VolumeType": "gp3", "DeleteOnTermination": true}}],
    "MetadataOptions": {"HttpTokens": "required"},
    "UserData": "IyEvYmluL3NoCmVjaG8gfisvIGNhZsOpCg==",
    "TagSpecifications": [{"ResourceType": "instance", )" +
             tags + R"(},
                          {"ResourceType": "volume", )" +
             tags + R"(},
                          {"ResourceType": "network-interface", )" +
             tags + "}]}");

  (void)api.get_products("AmazonEC2", {{"regionCode", "eu-central-1"}, {"tenancy", "Shared"}});
  judged({"us-east-1", "pricing"}, "GetProducts", R"({"ServiceCode": "AmazonEC2",
    "FormatVersion": "aws_v1", "MaxResults": 100, "Filters": [
    {"Type": "TERM_MATCH", "Field": "regionCode", "Value": "eu-central-1"},
    {"Type": "TERM_MATCH", "Field": "tenancy", "Value": "Shared"}]})");

  ChainSettings settings;
  settings.region = "eu-central-1";
  settings.sts_endpoint = "https://sts.{region}.{suffix}";
  settings.around = system_surroundings();
  settings.clock_error_ms = std::make_shared<std::atomic<std::int64_t>>(0);
  const AssumedRole role(settings, {"arn:aws:iam::111122223333:role/a+b", "", "x=&y", "900"},
                         std::make_shared<StaticKeys>(keys, "here"), "here");
  (void)role.fetch({call});
  judged({"eu-central-1", "sts"}, "AssumeRole",
         R"({"RoleArn": "arn:aws:iam::111122223333:role/a+b", "RoleSessionName": "berth",
             "ExternalId": "x=&y", "DurationSeconds": 900})");

  EXPECT_AGREED(judge);
}

TEST(Botocore, AgreesOnSignaturesOfOddRequests) {
  test::Judge judge(BOTOCORE_JUDGE);
  for (const char* url :
       {"https://ec2.us-east-1.amazonaws.com/?b=2&a=x%20y&a=&a-b=1", "http://127.0.0.1:8700/aws/",
        "https://example.com:443", "http://example.com/a%20b/c?x=%2F&X=~"}) {
    HttpRequest request;
    request.method = "POST";
    request.url = url;
    request.headers = {{"x-amz-target", "  A   B "}, {"x-amz-t", "1"}, {"content-type", "text/x"}};
    request.body = "caf\xc3\xa9";
    sign(request, keys, {"us-east-1", "ec2"}, test::friday_noon);
    judge.add(judged_case(request, {"us-east-1", "ec2"}));
  }
  EXPECT_AGREED(judge);
}

}  // namespace
}  // namespace berth::aws
