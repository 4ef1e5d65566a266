// Six hundred generated requests are judged by botocore: odd characters, long tags, long lists,
// session tokens, other clocks, regions and endpoints. The seed is fixed: a failure comes again.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdint>
#include <iostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "aws/api.hpp"
#include "fakes.hpp"
#include "judge.hpp"
#include "judged_request.hpp"

namespace berth::aws {
namespace {

namespace json = boost::json;

/// Chance, always the same: no distribution of the library, since those differ between libraries.
class Dice {
 public:
  std::size_t below(std::size_t n) { return roll_() % n; }
  bool maybe() { return below(2) == 0; }

  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

  std::string text(std::size_t most) {
    static const std::vector<std::string> pieces = {"a",
                                                    "Z",
                                                    "7",
                                                    "-",
                                                    "_",
                                                    ".",
                                                    "~",
                                                    " ",
                                                    "  ",
                                                    "+",
                                                    "/",
                                                    "=",
                                                    "&",
                                                    "%",
                                                    "%41",
                                                    "*",
                                                    "'",
                                                    "\"",
                                                    "<",
                                                    ">",
                                                    "!",
                                                    "(",
                                                    ")",
                                                    "?",
                                                    "#",
                                                    ";",
                                                    ":",
                                                    "@",
                                                    "$",
                                                    ",",
                                                    "|",
                                                    "\\",
                                                    "\n",
                                                    "\r\n",
                                                    "\t",
                                                    "\x01",
                                                    "\x7f",
                                                    "[",
                                                    "]",
                                                    "{}",
                                                    "^",
                                                    "`",
                                                    "\xc3\xa9",
                                                    "\xc3\x9f",
                                                    "\xe2\x82\xac",
                                                    "\xe4\xb8\xad",
                                                    "\xf0\x9f\x9a\xa2",
                                                    "e\xcc\x81",
                                                    "\xc2\xa0"};
    std::string out;
    for (std::size_t n = 1 + below(most); n > 0; --n) out += one_of(pieces);
    return out;
  }
  std::string maybe_text(std::size_t most) { return maybe() ? text(most) : ""; }
  std::string bytes(std::size_t most) {
    std::string out;
    for (std::size_t n = below(most + 1); n > 0; --n) out += static_cast<char>(below(256));
    return out;
  }
  std::vector<std::string> texts(std::size_t least, std::size_t most) {
    std::vector<std::string> out;
    for (std::size_t n = least + below(most - least + 1); n > 0; --n) out.push_back(text(12));
    return out;
  }

 private:
  std::mt19937 roll_{20261127};
};

std::string hex(const std::string& bytes) {
  std::string out;
  for (const char c : bytes)
    for (const int nibble : {static_cast<unsigned char>(c) >> 4, c & 15})
      out += "0123456789abcdef"[nibble];
  return out;
}

json::array list(const std::vector<std::string>& texts) {
  json::array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

class Generated {
 public:
  Generated() {
    call_.now = test::friday_noon + static_cast<std::int64_t>(dice_.below(1'000'000'000)) * 1000;
  }

  /// One conversation: a request or, with a second page, two.
  void converse() {
    account_ = Account();
    account_.credentials = {"AKIA" + std::to_string(dice_.below(1'000'000)), dice_.text(40),
                            dice_.maybe() ? token() : ""};
    if (dice_.maybe()) {
      account_.endpoint = "http://127.0.0.1:" + std::to_string(1 + dice_.below(65535)) + "/aws/";
      account_.sts_endpoint = "http://localhost/aws-sts";
      account_.pricing_endpoint = "https://pricing.example:443/";
    }
    call_.now += static_cast<std::int64_t>(dice_.below(40'000'000)) * 1000;
    region_ = dice_.one_of<std::string>({"us-east-1", "eu-central-1", "ap-southeast-2",
                                         "us-gov-west-1", "cn-north-1", "il-central-1"});
    switch (dice_.below(8)) {
      case 0: return caller_identity();
      case 1: return instances();
      case 2: return types();
      case 3: return offerings();
      case 4: return images();
      case 5: return terminate();
      case 6: return products();
      default: return run();
    }
  }

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] const test::Judge& judge() const { return judge_; }

 private:
  std::string token() { return "FQoGZXIvYXdzE" + dice_.one_of<std::string>({"+/=", "//", "=="}); }
  Api api() { return Api(account_, call_); }

  Filters filters(json::object& params) {
    Filters out;
    json::array told;
    for (std::size_t n = dice_.below(4); n > 0; --n) {
      out.emplace_back("tag:" + dice_.text(20), dice_.texts(1, 12));
      told.push_back({{"Name", out.back().first}, {"Values", list(out.back().second)}});
    }
    if (!told.empty()) params["Filters"] = told;
    return out;
  }

  void add(const std::string& service, const std::string& operation, const json::object& params,
           const std::string& user_data = "") {
    const std::string region = service == "pricing" ? "us-east-1" : region_;
    json::object one = test::judged_request(http_.requests.back(), {region, service},
                                            account_.credentials, call_.now);
    one["operation"] = operation;
    one["params"] = params;
    one["user_data_hex"] = hex(user_data);
    judge_.add(one);
    ++count_;
  }

  void caller_identity() {
    (void)api().get_caller_identity(region_);
    add("sts", "GetCallerIdentity", {});
  }
  void instances() {
    json::object params{{"MaxResults", 1000}};
    const Filters asked = filters(params);
    if (dice_.maybe()) {
      const std::string next = token();
      http_.say(200, test::described("", next));
      params["NextToken"] = next;
    }
    (void)api().describe_instances(region_, asked);
    add("ec2", "DescribeInstances", params);
  }
  void types() {
    json::object params{{"MaxResults", 100}};
    (void)api().describe_instance_types(region_, filters(params));
    add("ec2", "DescribeInstanceTypes", params);
  }
  void offerings() {
    json::object params{{"MaxResults", 1000}, {"LocationType", "availability-zone"}};
    (void)api().describe_instance_type_offerings(region_, filters(params));
    add("ec2", "DescribeInstanceTypeOfferings", params);
  }
  void images() {
    json::object params;
    const std::string id = dice_.maybe_text(20), owner = dice_.maybe_text(20);
    if (!id.empty()) params["ImageIds"] = json::array{id};
    if (!owner.empty()) params["Owners"] = json::array{owner};
    const Filters asked = filters(params);
    (void)api().describe_images(region_, id, owner, asked);
    add("ec2", "DescribeImages", params);
  }
  void terminate() {
    const std::string id = dice_.text(20);
    (void)Api(account_, call_, true).terminate_instance(region_, id);
    add("ec2", "TerminateInstances", {{"InstanceIds", json::array{id}}});
  }
  void products() {
    std::vector<std::pair<std::string, std::string>> attributes;
    json::array told;
    for (std::size_t n = 1 + dice_.below(6); n > 0; --n) {
      attributes.emplace_back(dice_.text(12), dice_.text(12));
      told.push_back({{"Type", "TERM_MATCH"},
                      {"Field", attributes.back().first},
                      {"Value", attributes.back().second}});
    }
    const std::string service = dice_.text(12);
    (void)api().get_products(service, attributes);
    add("pricing", "GetProducts",
        {{"ServiceCode", service},
         {"FormatVersion", "aws_v1"},
         {"MaxResults", 100},
         {"Filters", told}});
  }
  void run() {
    Launch launch;
    launch.client_token = dice_.text(32);
    launch.image_id = dice_.text(12);
    launch.instance_type = dice_.text(12);
    launch.zone = dice_.maybe_text(8);
    launch.subnet_id = dice_.maybe_text(8);
    launch.key_name = dice_.maybe_text(64);
    launch.security_group_ids = dice_.texts(0, 5);
    launch.root_device = dice_.text(8);
    launch.root_gib = 1 + static_cast<std::int64_t>(dice_.below(16384));
    launch.user_data = dice_.bytes(dice_.maybe() ? 16 * 1024 : 5);
    for (std::size_t n = 1 + dice_.below(50); n > 0; --n)
      launch.tags[dice_.text(60)] = dice_.maybe() ? dice_.text(120) : "";
    (void)api().run_instances(region_, launch);

    json::array tags, specifications;
    for (const auto& [key, value] : launch.tags) tags.push_back({{"Key", key}, {"Value", value}});
    for (const char* resource : {"instance", "volume", "network-interface"})
      specifications.push_back({{"ResourceType", resource}, {"Tags", tags}});
    json::object disk{
        {"VolumeSize", launch.root_gib}, {"VolumeType", "gp3"}, {"DeleteOnTermination", true}};
    json::object params{
        {"MinCount", 1},
        {"MaxCount", 1},
        {"ClientToken", launch.client_token},
        {"ImageId", launch.image_id},
        {"InstanceType", launch.instance_type},
        {"BlockDeviceMappings", json::array{{{"DeviceName", launch.root_device}, {"Ebs", disk}}}},
        {"MetadataOptions", {{"HttpTokens", "required"}}},
        {"TagSpecifications", specifications}};
    if (!launch.zone.empty()) params["Placement"] = {{"AvailabilityZone", launch.zone}};
    if (!launch.subnet_id.empty()) params["SubnetId"] = launch.subnet_id;
    if (!launch.key_name.empty()) params["KeyName"] = launch.key_name;
    if (!launch.security_group_ids.empty())
      params["SecurityGroupIds"] = list(launch.security_group_ids);
    add("ec2", "RunInstances", params, launch.user_data);
  }

  Dice dice_;
  test::ScriptedHttp http_;
  test::StillCall call_{http_};
  Account account_;
  std::string region_;
  test::Judge judge_{BOTOCORE_JUDGE};
  std::size_t count_ = 0;
};

TEST(Botocore, AgreesOnSixHundredGeneratedRequests) {
  Generated generated;
  for (int n = 0; n < 600; ++n) generated.converse();
  EXPECT_GE(generated.count(), 500u);
  EXPECT_AGREED(generated.judge());
  std::cout << "JUDGED: " << generated.count()
            << " generated requests of the plugin, by botocore\n";
}

TEST(Botocore, CanFail) {
  test::Judge judge(BOTOCORE_JUDGE);
  HttpRequest request;
  request.method = "POST";
  request.url = "https://ec2.us-east-1.amazonaws.com/";
  request.body = "Action=DescribeRegions&Version=2016-11-15";
  const Credentials keys{"AKIDEXAMPLE", "secret", ""};
  sign(request, keys, {"us-east-1", "ec2"}, test::friday_noon);
  request.body += "&AllRegions=true";
  judge.add(test::judged_request(request, {"us-east-1", "ec2"}, keys, test::friday_noon));
  const auto [said, code] = judge.verdict();
  if (code == 77) GTEST_SKIP() << "NOT JUDGED: " << said;
  EXPECT_EQ(code, 1) << said;
  EXPECT_NE(said.find("1 wrong"), std::string::npos) << said;
}

}  // namespace
}  // namespace berth::aws
