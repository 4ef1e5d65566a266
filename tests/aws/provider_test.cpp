// The provider against answers from a script: what it asks, and what it makes of refusals, losses
// and broken lists.
#include "aws/provider.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "aws/images.hpp"
#include "fakes.hpp"

namespace berth::aws {
namespace {

using test::described;
using test::error_xml;
using test::field;
using test::one_image;
using test::reservation;

const std::string started =
    "<RunInstancesResponse><instancesSet><item><instanceId>i-1</instanceId><instanceState><name>"
    "pending</name></instanceState></item></instancesSet></RunInstancesResponse>";
const std::string ended =
    "<TerminateInstancesResponse><instancesSet/></TerminateInstancesResponse>";

class ProviderTest : public testing::Test {
 protected:
  static Account plain() {
    Account account;
    account.credentials = {"AKIDEXAMPLE", "the-secret-key", "the-session-token"};
    return account;
  }
  static CreateRequest wanted() {
    CreateRequest request;
    request.installation_id = "inst1";
    request.organization_id = "acme";
    request.attempt_id = "attempt1";
    request.name = "auto-acme-attempt1";
    request.region = "us-east-1";
    request.zone = "us-east-1a";
    request.market = "on_demand";
    request.instance_type = "t3.micro";
    request.disk_mib = 50 * 1024 + 1;
    request.labels = {{"team", "web & mail"}, {"attempt", "forged"}};
    request.expires_at_unix_ms = 1'795'784'400'000;
    return request;
  }
  static FindRequest looking_for(std::vector<Sought> sought) {
    FindRequest request;
    request.installation_id = "inst1";
    request.sought = std::move(sought);
    return request;
  }
  static std::vector<std::string> ids(const Found& found) {
    std::vector<std::string> out;
    for (const auto& server : found.servers) out.push_back(server.server_id);
    return out;
  }
  std::vector<std::string> actions() const {
    std::vector<std::string> out;
    for (const auto& request : http.requests) out.push_back(field(request, "Action"));
    return out;
  }

  Account account = plain();
  test::ScriptedHttp http;
  test::StillCall call{http};
  using Ids = std::vector<std::string>;
};

// create

TEST_F(ProviderTest, CreateAsksForOneOwnedServer) {
  account.security_group_ids = {"sg-1", "sg-2"};
  account.key_name = "ops";
  http.say(200, one_image());
  http.say(200, started);
  auto request = wanted();
  request.user_data = "#!/bin/sh\n";
  const auto created = Provider(account).create(request, call);
  ASSERT_TRUE(created) << created.failure().message;
  EXPECT_EQ(created->server.server_id, "i-1");
  EXPECT_EQ(created->server.state, ServerState::pending);
  EXPECT_EQ(created->note, R"({"region":"us-east-1","made_ms":1795780800000})");

  ASSERT_EQ(actions(), (Ids{"DescribeImages", "RunInstances"}));
  const auto& images = http.requests[0];
  EXPECT_EQ(field(images, "Owner.1"), "136693071363");
  EXPECT_EQ(field(images, "Filter.1.Value.1"), "debian-12-amd64-*");
  const auto& run = http.requests[1];
  EXPECT_EQ(run.url, "https://ec2.us-east-1.amazonaws.com/");
  EXPECT_EQ(run.method, "POST");
  EXPECT_EQ(field(run, "MinCount"), "1");
  EXPECT_EQ(field(run, "MaxCount"), "1");
  EXPECT_EQ(field(run, "ClientToken"), "berth-attempt1-0");
  EXPECT_EQ(field(run, "ImageId"), "ami-1");
  EXPECT_EQ(field(run, "Placement.AvailabilityZone"), "us-east-1a");
  EXPECT_EQ(field(run, "BlockDeviceMapping.1.DeviceName"), "/dev/xvda");
  EXPECT_EQ(field(run, "BlockDeviceMapping.1.Ebs.VolumeSize"), "51");
  EXPECT_EQ(field(run, "BlockDeviceMapping.1.Ebs.DeleteOnTermination"), "true");
  EXPECT_EQ(field(run, "MetadataOptions.HttpTokens"), "required");
  EXPECT_EQ(field(run, "UserData"), "IyEvYmluL3NoCg==");
  EXPECT_EQ(field(run, "KeyName"), "ops");
  EXPECT_EQ(field(run, "SecurityGroupId.2"), "sg-2");
  EXPECT_EQ(field(run, "TagSpecification.1.ResourceType"), "instance");
  EXPECT_EQ(field(run, "TagSpecification.2.ResourceType"), "volume");
  EXPECT_EQ(field(run, "TagSpecification.3.ResourceType"), "network-interface");
  std::map<std::string, std::string> tags;
  for (int n = 1; n <= 9; ++n)
    tags[field(run, "TagSpecification.3.Tag." + std::to_string(n) + ".Key")] =
        field(run, "TagSpecification.3.Tag." + std::to_string(n) + ".Value");
  EXPECT_EQ(tags, (std::map<std::string, std::string>{{"Name", "auto-acme-attempt1"},
                                                      {"managed_by", "berth"},
                                                      {"auto_provisioned", "true"},
                                                      {"organization_id", "acme"},
                                                      {"installation", "inst1"},
                                                      {"attempt", "attempt1"},
                                                      {"expires-at", "1795784400000"},
                                                      {"ssh-user", "admin"},
                                                      {"team", "web _ mail"}}));
}

TEST_F(ProviderTest, TheSameIntentIsTheSameRequestByteForByte) {
  auto request = wanted();
  request.ssh_public_keys = {"ssh-ed25519 AAAA a"};
  for (int n = 0; n < 2; ++n) {
    http.say(200, one_image());
    http.say(200, started);
    ASSERT_TRUE(Provider(account).create(request, call));
  }
  EXPECT_EQ(http.requests[1].body, http.requests[3].body);
}

TEST_F(ProviderTest, TokensAreShortAsciiAndOnePerIntent) {
  EXPECT_EQ(client_token("abc", 0), "berth-abc-0");
  EXPECT_NE(client_token("abc", 0), client_token("abc", 1));
  EXPECT_LE(client_token(std::string(500, 'x'), 3).size(), 64u);
  EXPECT_NE(client_token(std::string(500, 'x'), 3), client_token(std::string(500, 'x'), 4));
  EXPECT_EQ(client_token("\xc3\xa9", 0).find('\xc3'), std::string::npos);
}

TEST_F(ProviderTest, TheNewestImageOfTheArchitectureIsTaken) {
  http.say(
      200,
      "<DescribeImagesResponse><imagesSet>"
      "<item><imageId>ami-old</imageId><architecture>arm64</architecture>"
      "<name>debian-13-arm64-1</name><creationDate>"
      "2025-01-01T00:00:00.000Z</creationDate><rootDeviceName>/dev/xvda</rootDeviceName></item>"
      "<item><imageId>ami-new</imageId><architecture>arm64</architecture>"
      "<name>debian-13-arm64-2</name><creationDate>"
      "2026-01-01T00:00:00.000Z</creationDate><rootDeviceName>/dev/xvda</rootDeviceName></item>"
      "</imagesSet></DescribeImagesResponse>");
  http.say(200, started);
  auto request = wanted();
  request.arch = Arch::arm64;
  request.image = "debian-13";
  ASSERT_TRUE(Provider(account).create(request, call));
  EXPECT_EQ(field(http.requests[0], "Filter.1.Value.1"), "debian-13-arm64-*");
  EXPECT_EQ(field(http.requests[1], "ImageId"), "ami-new");
}

// `ssh root@...` was printed for a server that only somebody else could log in to.
TEST_F(ProviderTest, AnImageWhoseLoginNobodyKnowsIsBoughtOnlyWhereTheConfigNamesIt) {
  const std::string golden = [] {
    std::string image = one_image();
    return image.replace(image.find("debian-12-x"), 11, "golden-7");
  }();
  auto request = wanted();
  request.image = "ami-1";
  http.say(200, golden);
  const auto created = Provider(account).create(request, call);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.failure().code, ErrorCode::invalid);
  EXPECT_EQ(created.failure().effect, Effect::none);
  EXPECT_NE(created.failure().message.find("(golden-7). Set \"ssh_user\""), std::string::npos)
      << created.failure().message;
  EXPECT_EQ(http.requests.size(), 1U) << "nothing was bought";

  request.ssh_user = "ops";
  http.say(200, golden);
  http.say(200, started);
  EXPECT_TRUE(Provider(account).create(request, call));
}

TEST_F(ProviderTest, CreateRefusesBeforeAskingAws) {
  std::vector<CreateRequest> requests(7, wanted());
  requests[0].region = "evil.example/";
  requests[1].zone = "us-west-2a";
  requests[2].market = "spot";
  requests[3].user_data = std::string(16385, 'x');
  requests[4].disk_mib = 16LL * 1024 * 1024 + 1;
  requests[5].attempt_id = "";
  requests[6].image = "ubuntu-24";
  for (const auto& request : requests) {
    const auto created = Provider(account).create(request, call);
    ASSERT_FALSE(created);
    EXPECT_EQ(created.failure().code, ErrorCode::invalid);
    EXPECT_EQ(created.failure().effect, Effect::none);
  }
  EXPECT_TRUE(http.requests.empty());
}

TEST_F(ProviderTest, AnImageOfAnotherArchitectureIsInvalid) {
  http.say(200, one_image("ami-9", "arm64"));
  auto request = wanted();
  request.image = "ami-9";
  const auto created = Provider(account).create(request, call);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.failure().code, ErrorCode::invalid);
  EXPECT_EQ(field(http.requests[0], "ImageId.1"), "ami-9");
}

TEST_F(ProviderTest, ALostLookBeforeTheCreateHasNoEffect) {
  http.lose();
  const auto created = Provider(account).create(wanted(), call);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.failure().effect, Effect::none);
  EXPECT_EQ(actions(), Ids{"DescribeImages"});
}

TEST_F(ProviderTest, ALostCreateHasAnUnknownEffect) {
  const std::vector<std::pair<int, std::string>> losses{
      {500, error_xml("InternalError", "")},
      {502, "<html><body>Bad Gateway</body></html>"},
      {200, "<html>a captive portal</html>"},
      {200, started.substr(0, 60)},
      {200, "<RunInstancesResponse><instancesSet/></RunInstancesResponse>"}};
  for (const auto& [status, body] : losses) {
    http.say(200, one_image());
    http.say(status, body);
    const auto created = Provider(account).create(wanted(), call);
    ASSERT_FALSE(created) << body;
    EXPECT_EQ(created.failure().effect, Effect::unknown) << body;
    EXPECT_EQ(created.failure().code, ErrorCode::unavailable) << body;
  }
  http.say(200, one_image());
  http.lose();
  EXPECT_EQ(Provider(account).create(wanted(), call).failure().effect, Effect::unknown);
  http.say(200, one_image());
  http.lose(Effect::none);  // it never left
  EXPECT_EQ(Provider(account).create(wanted(), call).failure().effect, Effect::none);
}

TEST_F(ProviderTest, OutOfStockIsA500AndMadeNothing) {
  http.say(200, one_image());
  http.say(500, error_xml("InsufficientInstanceCapacity", "We have no t3.micro"));
  const auto created = Provider(account).create(wanted(), call);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.failure().code, ErrorCode::out_of_stock);
  EXPECT_EQ(created.failure().effect, Effect::none);
  EXPECT_EQ(created.failure().scope, StockScope::zone);
}

TEST_F(ProviderTest, OutOfStockSpeaksForAsMuchAsWasAsked) {
  auto anywhere = wanted();
  anywhere.zone = "";
  http.say(200, one_image());
  http.say(500, error_xml("InsufficientInstanceCapacity", ""));
  EXPECT_EQ(Provider(account).create(anywhere, call).failure().scope, StockScope::region);

  account.subnet_id = "subnet-1";
  http.say(200, one_image());
  http.say(400, error_xml("InsufficientFreeAddressesInSubnet", ""));
  EXPECT_EQ(Provider(account).create(wanted(), call).failure().scope, StockScope::account);
}

TEST_F(ProviderTest, AUsedTokenWithOtherParametersFindsTheServerItMade) {
  http.say(200, one_image("ami-newer"));
  http.say(400, error_xml("IdempotentParameterMismatch", ""));
  http.say(200, described(reservation("i-7", "attempt1")));
  const auto created = Provider(account).create(wanted(), call);
  ASSERT_TRUE(created) << created.failure().message;
  EXPECT_EQ(created->server.server_id, "i-7");
  EXPECT_EQ(field(http.requests[2], "Filter.1.Value.1"), "inst1");
  EXPECT_EQ(field(http.requests[2], "Filter.3.Name"), "client-token");
}

TEST_F(ProviderTest, AUsedTokenWhoseServerDoesNotShowStaysUnknown) {
  http.say(200, one_image());
  http.say(400, error_xml("IdempotentParameterMismatch", ""));
  http.say(200, described(""));
  const auto created = Provider(account).create(wanted(), call);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.failure().code, ErrorCode::conflict);
  EXPECT_EQ(created.failure().effect, Effect::unknown);
}

TEST_F(ProviderTest, SecretsThatAwsEchoesAreRedacted) {
  http.say(403, error_xml("SignatureDoesNotMatch",
                          "canonical string: x-amz-security-token:the-session-token "
                          "Credential=AKIDEXAMPLE/2026 key the-secret-key"));
  const auto created = Provider(account).create(wanted(), call);
  ASSERT_FALSE(created);
  for (const auto& text : {created.failure().message, created.failure().vendor_text}) {
    EXPECT_NE(text.find("***"), std::string::npos);
    for (const char* secret : {"the-session-token", "AKIDEXAMPLE", "the-secret-key"})
      EXPECT_EQ(text.find(secret), std::string::npos) << text;
  }
}

TEST_F(ProviderTest, ACancelledCallSendsNothing) {
  call.is_cancelled = true;
  const auto created = Provider(account).create(wanted(), call);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.failure().code, ErrorCode::cancelled);
  EXPECT_EQ(created.failure().effect, Effect::none);
  call.is_cancelled = false;
  call.remaining = 0;
  EXPECT_EQ(Provider(account).create(wanted(), call).failure().code, ErrorCode::unavailable);
  EXPECT_TRUE(http.requests.empty());
}

// find

TEST_F(ProviderTest, FindIsOneListForManyServers) {
  http.say(200, described(reservation("i-1", "a1") + reservation("i-2", "a2", "terminated")));
  const auto found = Provider(account).find(looking_for({{"a1", "i-1", "us-east-1", ""},
                                                         {"a2", "i-2", "us-east-1", ""},
                                                         {"a3", "", "us-east-1", ""}}),
                                            call);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->complete);
  EXPECT_EQ(ids(*found), (Ids{"i-1", "i-2"}));
  EXPECT_EQ(found->absent, Ids{"a3"});
  const auto& server = found->servers[0];
  EXPECT_EQ(server.attempt_id, "a1");
  EXPECT_EQ(server.installation_id, "inst1");
  EXPECT_EQ(server.organization_id, "acme");
  EXPECT_EQ(server.state, ServerState::running);
  EXPECT_EQ(server.public_ipv4, "198.51.100.7");
  EXPECT_EQ(server.private_ipv4, "10.0.0.5");
  EXPECT_EQ(server.created_unix_ms, test::friday_noon - 59'750);
  EXPECT_EQ(server.expires_at_unix_ms, 1'795'784'400'000);
  EXPECT_EQ(found->servers[1].state, ServerState::gone);
  ASSERT_EQ(http.requests.size(), 1u);
  EXPECT_EQ(field(http.requests[0], "Filter.1.Name"), "tag:installation");
  EXPECT_EQ(field(http.requests[0], "Filter.2.Name"), "tag:attempt");
}

TEST_F(ProviderTest, TwoServersOfOneAttemptAreBothListed) {
  http.say(200, described(reservation("i-1", "a1") + reservation("i-2", "a1")));
  const auto found = Provider(account).find(looking_for({{"a1", "i-1", "us-east-1", ""}}), call);
  EXPECT_EQ(ids(*found), (Ids{"i-1", "i-2"}));
}

TEST_F(ProviderTest, AKnownIdThatTheListDoesNotShowIsLookedAtById) {
  http.say(200, described(reservation("i-1", "a1")));
  http.say(200, described(reservation("i-2", "", "running", "")));  // someone took the tags off
  const auto found = Provider(account).find(looking_for({{"a1", "i-1", "us-east-1", ""},
                                                         {"a2", "i-2", "us-east-1", ""},
                                                         {"a3", "i-3", "us-east-1", ""}}),
                                            call);
  EXPECT_EQ(ids(*found), (Ids{"i-1", "i-2"}));
  EXPECT_EQ(found->absent, Ids{"a3"});
  EXPECT_EQ(field(http.requests[1], "Filter.1.Name"), "instance-id");
  EXPECT_EQ(field(http.requests[1], "Filter.1.Value.2"), "i-3");
}

TEST_F(ProviderTest, InTheFirstMinuteNotShownIsUnknownAndNotAbsent) {
  const std::string note = R"({"region":"us-east-1","made_ms":1795780790000})";
  http.say(200, described(""));
  http.say(200, described(""));
  const auto young = Provider(account).find(looking_for({{"a1", "i-1", "", note}}), call);
  EXPECT_TRUE(young->absent.empty());
  EXPECT_TRUE(young->complete);
  call.now += 60'000;
  http.say(200, described(""));
  http.say(200, described(""));
  EXPECT_EQ(Provider(account).find(looking_for({{"a1", "i-1", "", note}}), call)->absent,
            Ids{"a1"});
}

TEST_F(ProviderTest, AFailedPageIsNeverAnEmptyOne) {
  http.say(200, described(reservation("i-1", "a1"), "page2"));
  http.say(503, error_xml("RequestLimitExceeded", ""));
  const auto found = Provider(account).find(
      looking_for({{"a1", "", "us-east-1", ""}, {"a2", "", "us-east-1", ""}}), call);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->complete);
  EXPECT_EQ(ids(*found), Ids{"i-1"});
  EXPECT_TRUE(found->absent.empty());
  EXPECT_EQ(field(http.requests[1], "NextToken"), "page2");
}

TEST_F(ProviderTest, PagesThatDoNotAdvanceAreIncomplete) {
  for (int n = 0; n < 3; ++n) http.say(200, described(reservation("i-1", "a1"), "again"));
  const auto found = Provider(account).find(looking_for({{"a2", "", "us-east-1", ""}}), call);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->complete);
  EXPECT_TRUE(found->absent.empty());
  EXPECT_EQ(http.requests.size(), 2u);
}

TEST_F(ProviderTest, AnAnswerWithoutItsListIsAFailure) {
  http.say(200, "<DescribeInstancesResponse/>");
  EXPECT_FALSE(Provider(account).find(looking_for({{"a1", "", "us-east-1", ""}}), call));
}

TEST_F(ProviderTest, NothingReadAtAllIsAFailure) {
  http.say(403, error_xml("UnauthorizedOperation", ""));
  const auto found = Provider(account).find(looking_for({{"a1", "", "us-east-1", ""}}), call);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.failure().code, ErrorCode::denied);
  EXPECT_EQ(found.failure().effect, Effect::none);
}

TEST_F(ProviderTest, OneRegionOfTwoFailing) {
  http.lose();  // eu-central-1
  http.say(200, described(reservation("i-1", "a1")));
  const auto found =
      Provider(account).find(looking_for({{"a1", "", "us-east-1", ""},
                                          {"a2", "", "us-east-1", ""},
                                          {"a3", "", "", R"({"region":"eu-central-1"})"}}),
                             call);
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->complete);
  EXPECT_EQ(found->absent, Ids{"a2"});
}

TEST_F(ProviderTest, WithoutARegionEveryRegionOfTheAccountIsAsked) {
  account.regions = {"eu-central-1"};
  http.say(200, described(""));
  http.say(200, described(""));
  const auto found = Provider(account).find(looking_for({{"a1", "", "", ""}}), call);
  EXPECT_TRUE(found->complete);
  EXPECT_EQ(found->absent, Ids{"a1"});
  EXPECT_EQ(http.requests.size(), 2u);
}

TEST_F(ProviderTest, AllListsTheInstallation) {
  FindRequest request = looking_for({});
  request.all = true;
  http.say(200, described(reservation("i-1", "a1")));
  const auto found = Provider(account).find(request, call);
  EXPECT_EQ(ids(*found), Ids{"i-1"});
  EXPECT_EQ(field(http.requests[0], "Filter.2.Name"), "");
}

// destroy

class DestroyTest : public ProviderTest {
 protected:
  Result<Done> destroy(const Sought& sought) {
    return Provider(account).destroy({"inst1", sought}, call);
  }
};

TEST_F(DestroyTest, LooksThenEnds) {
  http.say(200, described(reservation("i-1", "a1")));
  http.say(200, ended);
  ASSERT_TRUE(destroy({"a1", "i-1", "us-east-1", ""}));
  ASSERT_EQ(actions(), (Ids{"DescribeInstances", "TerminateInstances"}));
  EXPECT_EQ(field(http.requests[1], "InstanceId.1"), "i-1");
  EXPECT_TRUE(http.requests[0].deleting);
  EXPECT_TRUE(http.requests[1].deleting);
}

// As an endpoint that does not know the filter answers.
TEST_F(DestroyTest, EndsNothingButTheOneThatWasNamed) {
  http.say(200, described(reservation("i-2", "a1")));
  EXPECT_TRUE(destroy({"a1", "i-1", "us-east-1", ""}));
  EXPECT_EQ(field(http.requests[0], "Filter.1.Value.1"), "i-1");
  http.say(200, described(reservation("i-2", "a1") + reservation("i-1", "a1")));
  http.say(200, ended);
  EXPECT_TRUE(destroy({"a1", "i-1", "us-east-1", ""}));
  ASSERT_EQ(http.requests.size(), 3u);
  EXPECT_EQ(field(http.requests[2], "InstanceId.1"), "i-1");
}

TEST_F(DestroyTest, NeverAnotherInstallationsServer) {
  http.say(200, described(reservation("i-1", "a1", "running", "inst2")));
  const auto done = destroy({"a1", "i-1", "us-east-1", R"({"region":"us-east-1"})"});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.failure().code, ErrorCode::conflict);
  EXPECT_EQ(done.failure().effect, Effect::none);
  EXPECT_EQ(actions(), Ids{"DescribeInstances"});
}

TEST_F(DestroyTest, WhatIsGoneOrGoingIsDone) {
  http.say(200, described(reservation("i-1", "a1", "terminated")));
  EXPECT_TRUE(destroy({"a1", "i-1", "us-east-1", ""}));
  http.say(200, described(reservation("i-1", "a1", "shutting-down")));
  EXPECT_TRUE(destroy({"a1", "i-1", "us-east-1", ""}));
  http.say(200, described(""));
  EXPECT_TRUE(destroy({"a1", "i-1", "us-east-1", ""}));
  EXPECT_EQ(http.requests.size(), 3u);
}

TEST_F(DestroyTest, NotFoundWhileEndingIsDone) {
  http.say(200, described(reservation("i-1", "a1")));
  http.say(400, error_xml("InvalidInstanceID.NotFound", "The instance ID 'i-1' does not exist"));
  EXPECT_TRUE(destroy({"a1", "i-1", "us-east-1", ""}));
}

// EC2's list lags behind its creates: without this a server that is abandoned at once would stay.
TEST_F(DestroyTest, AServerOfOurOwnNoteEndsThoughTheListDoesNotShowItYet) {
  http.say(200, described(""));
  http.say(200, ended);
  EXPECT_TRUE(destroy({"a1", "i-1", "us-east-1", R"({"region":"us-east-1"})"}));
  EXPECT_EQ(actions(), (Ids{"DescribeInstances", "TerminateInstances"}));
}

TEST_F(DestroyTest, NotFoundInTheFirstMinuteMeansAgain) {
  const Sought young{"a1", "i-1", "us-east-1", R"({"region":"us-east-1","made_ms":1795780790000})"};
  http.say(200, described(""));
  http.say(400, error_xml("InvalidInstanceID.NotFound", ""));
  const auto again = destroy(young);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.failure().code, ErrorCode::unavailable);
  EXPECT_EQ(again.failure().effect, Effect::none);
  EXPECT_TRUE(again.failure().retry_after_ms);
  call.now += 60'000;
  http.say(200, described(""));
  http.say(400, error_xml("InvalidInstanceID.NotFound", ""));
  EXPECT_TRUE(destroy(young));
}

TEST_F(DestroyTest, AFailedLookEndsNothingAndALostEndIsUnknown) {
  http.lose();
  EXPECT_EQ(destroy({"a1", "i-1", "us-east-1", ""}).failure().effect, Effect::none);
  http.say(200, described(reservation("i-1", "a1")));
  http.lose();
  EXPECT_EQ(destroy({"a1", "i-1", "us-east-1", ""}).failure().effect, Effect::unknown);
}

TEST_F(DestroyTest, NeedsAnOwnerAndAnId) {
  EXPECT_EQ(Provider(account).destroy({"", {"a1", "i-1", "us-east-1", ""}}, call).failure().code,
            ErrorCode::invalid);
  EXPECT_EQ(destroy({"a1", "", "us-east-1", ""}).failure().code, ErrorCode::invalid);
  EXPECT_TRUE(http.requests.empty());
}

// The clock

TEST_F(ProviderTest, AClockThatIsWrongIsToldAndSignedRoundOnce) {
  call.now = test::friday_noon + 17 * 60'000;  // 17 minutes ahead
  http.say(401, error_xml("AuthFailure", "AWS was not able to validate the provided credentials"),
           {{"date", "Fri, 27 Nov 2026 12:00:00 GMT"}});
  http.say(200, one_image());
  http.say(200, started);
  Provider provider(account);
  ASSERT_TRUE(provider.create(wanted(), call));
  ASSERT_EQ(actions(), (Ids{"DescribeImages", "DescribeImages", "RunInstances"}));
  const auto signed_at = [&](std::size_t n) {
    std::vector<std::string> times;
    for (const auto& [name, value] : http.requests[n].headers)
      if (name == "x-amz-date") times.push_back(value);
    return times;
  };
  EXPECT_EQ(signed_at(0), Ids{"20261127T121700Z"});
  EXPECT_EQ(signed_at(1), Ids{"20261127T120000Z"});
  EXPECT_EQ(signed_at(2), Ids{"20261127T120000Z"}) << "one refusal corrects what follows";
  ASSERT_FALSE(call.logged.empty());
  EXPECT_NE(call.logged[0].find("17 minutes ahead of AWS's"), std::string::npos);
}

TEST_F(ProviderTest, ARefusedSignatureThatIsNotTheClocksIsAskedOnceOnly) {
  http.say(401, error_xml("AuthFailure", "no"), {{"date", "Fri, 27 Nov 2026 12:00:01 GMT"}});
  const auto refused = Provider(account).check(call);
  ASSERT_FALSE(refused);
  EXPECT_EQ(http.requests.size(), 1u);
  EXPECT_EQ(refused.failure().message.find("clock"), std::string::npos);
}

TEST_F(ProviderTest, ASignatureRefusedTwiceSaysByHowMuchTheClockIsWrong) {
  call.now = test::friday_noon - 3 * 3600'000;
  for (int n = 0; n < 2; ++n)
    http.say(400, error_xml("RequestExpired", "Request has expired."),
             {{"date", "Fri, 27 Nov 2026 12:00:00 GMT"}});
  const auto refused = Provider(account).check(call);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.failure().message.find("3 hours behind AWS's"), std::string::npos)
      << refused.failure().message;
}

// What a server's look tells

TEST_F(ProviderTest, ATerminatedServerSaysWhy) {
  std::string item = reservation("i-1", "attempt1", "terminated");
  const std::string mark = "<instanceType>";
  item.insert(item.find(mark),
              "<stateReason><code>Client.VolumeLimitExceeded</code><message>"
              "Client.VolumeLimitExceeded: Volume limit exceeded</message>"
              "</stateReason><architecture>arm64</architecture>");
  http.say(200, described(item));
  const auto found =
      Provider(account).find(looking_for({{"attempt1", "i-1", "us-east-1", ""}}), call);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->servers.size(), 1u);
  EXPECT_EQ(found->servers[0].state, ServerState::gone);
  EXPECT_NE(found->servers[0].detail.find("Volume limit exceeded"), std::string::npos);
  EXPECT_EQ(found->servers[0].arch, "arm64");
  EXPECT_EQ(found->servers[0].instance_type, "t3.micro");
  EXPECT_EQ(found->servers[0].region, "us-east-1");
}

TEST_F(ProviderTest, AServerWithoutIpv4SaysSo) {
  std::string item = reservation("i-1", "attempt1");
  const std::string address = "<ipAddress>198.51.100.7</ipAddress>";
  item.erase(item.find(address), address.size());
  http.say(200, described(item));
  const auto found =
      Provider(account).find(looking_for({{"attempt1", "i-1", "us-east-1", ""}}), call);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->servers[0].detail, "running, but has no public IPv4 address");
}

TEST(Images, KnownOnesHaveTheirLogin) {
  EXPECT_EQ(login_of("debian-12-amd64-20261001-1890"), "admin");
  EXPECT_EQ(login_of("ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-1"), "ubuntu");
  EXPECT_EQ(login_of("al2023-ami-2023.6.2-kernel-6.1-x86_64"), "ec2-user");
  EXPECT_EQ(login_of("our-own-image"), "");
}

TEST_F(ProviderTest, TypesThatAreListedAndSoldInNoZoneAreAProblemNotAnEmptyCatalogue) {
  http.say(200,
           "<DescribeInstanceTypesResponse><instanceTypeSet><item><instanceType>t3.micro"
           "</instanceType></item></instanceTypeSet></DescribeInstanceTypesResponse>");
  http.say(200,
           "<DescribeInstanceTypeOfferingsResponse><instanceTypeOfferingSet/>"
           "</DescribeInstanceTypeOfferingsResponse>");
  const auto offers = Provider(account).offers({}, call);
  ASSERT_FALSE(offers);
  EXPECT_EQ(offers.failure().code, ErrorCode::unavailable);
  EXPECT_NE(offers.failure().message.find("1 instance types"), std::string::npos);
}

// Partitions

TEST_F(ProviderTest, ChinaHasHostsAndAPriceListOfItsOwn) {
  account.default_region = "cn-north-1";
  account.image = "ami-1";
  Provider provider(account);
  (void)provider.check(call);
  Api api(account, call);
  (void)api.describe_instances("cn-north-1", {});
  (void)api.get_products("AmazonEC2", {{"regionCode", "cn-north-1"}});
  (void)api.get_products("AmazonEC2", {{"regionCode", "us-gov-west-1"}});
  ASSERT_EQ(http.requests.size(), 4u);
  EXPECT_EQ(http.requests[0].url, "https://sts.cn-north-1.amazonaws.com.cn/");
  EXPECT_EQ(http.requests[1].url, "https://ec2.cn-north-1.amazonaws.com.cn/");
  EXPECT_EQ(http.requests[2].url, "https://api.pricing.cn-northwest-1.amazonaws.com.cn/");
  EXPECT_NE(http.requests[2].headers.back().second.find("/cn-northwest-1/pricing/"),
            std::string::npos);
  EXPECT_EQ(http.requests[3].url, "https://api.pricing.us-east-1.amazonaws.com/");
  EXPECT_EQ(endpoint_in(account.endpoint, "us-gov-west-1"),
            "https://ec2.us-gov-west-1.amazonaws.com/");
}

TEST_F(ProviderTest, DebiansCommercialAccountIsNotAskedForInAnotherPartition) {
  auto request = wanted();
  request.region = "us-gov-west-1";
  request.zone = "us-gov-west-1a";
  const auto made = Provider(account).create(request, call);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.failure().code, ErrorCode::invalid);
  EXPECT_NE(made.failure().message.find("\"image\""), std::string::npos);
  EXPECT_TRUE(http.requests.empty());
}

// check, offers, settings

TEST_F(ProviderTest, CheckNamesTheAccountAndTriesEachRegion) {
  account.regions = {"eu-central-1", "us-east-1"};
  http.say(200,
           "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:root"
           "</Arn><Account>123456789012</Account></GetCallerIdentityResult>"
           "</GetCallerIdentityResponse>");
  http.say(200, described(""));
  http.say(200, described(""));
  const auto check = Provider(account).check(call);
  ASSERT_TRUE(check) << check.failure().message;
  EXPECT_EQ(check->account, "123456789012");
  EXPECT_FALSE(check->server_limit);
  EXPECT_EQ(http.requests[0].url, "https://sts.us-east-1.amazonaws.com/");
  EXPECT_EQ(http.requests[1].url, "https://ec2.eu-central-1.amazonaws.com/");
  EXPECT_TRUE(std::any_of(check->notes.begin(), check->notes.end(), [](const auto& note) {
    return note.find("root user") != std::string::npos;
  }));
}

TEST_F(ProviderTest, CheckWithWrongKeysIsDenied) {
  http.say(403,
           "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The security token "
           "included in the request is invalid.</Message></Error></ErrorResponse>");
  const auto check = Provider(account).check(call);
  ASSERT_FALSE(check);
  EXPECT_EQ(check.failure().code, ErrorCode::denied);
}

TEST_F(ProviderTest, OffersOfARegionThatIsNoneAreInvalid) {
  OffersRequest request;
  request.regions = {"us-east-1.evil.example/"};
  EXPECT_EQ(Provider(account).offers(request, call).failure().code, ErrorCode::invalid);
  EXPECT_TRUE(http.requests.empty());
}

TEST(AccountSettings, AreReadAndChecked) {
  Settings settings{{"access_key_id", std::string("AKIAIOSFODNN7EXAMPLE")},
                    {"secret_access_key", std::string("S")},
                    {"subnet_id", std::string("subnet-0123456789abcdef0")},
                    {"zones", std::vector<std::string>{"eu-west-1a"}},
                    {"default_region", std::string("eu-west-1")}};
  const Account account = account_of(PluginConfig(settings));
  EXPECT_EQ(account.default_region, "eu-west-1");
  EXPECT_EQ(account.endpoint, "https://ec2.{region}.{suffix}");
  EXPECT_EQ(endpoint_in(account.endpoint, "eu-west-1"), "https://ec2.eu-west-1.amazonaws.com/");

  auto two_zones = settings;
  two_zones["zones"] = std::vector<std::string>{"eu-west-1a", "eu-west-1b"};
  EXPECT_THROW(account_of(PluginConfig(two_zones)), ConfigError);
  auto odd_region = settings;
  odd_region["regions"] = std::vector<std::string>{"a.b"};
  EXPECT_THROW(account_of(PluginConfig(odd_region)), ConfigError);
  const std::pair<const char*, SettingValue> wrong[] = {
      {"access_key_id", "AKIA"},
      {"secret_access_key", "two words"},
      {"session_token", "line\nbreak"},
      {"default_region", "Ireland"},
      {"regions", std::vector<std::string>{"eu-west"}},
      {"endpoint", "ec2.eu-west-1.amazonaws.com"},
      {"pricing_endpoint", "https://user@host"},
      {"sts_endpoint", "https://"},
      {"image", "ubuntu"},
      {"image", "ami-xyz"},
      {"subnet_id", "subnet-zzz"},
      {"security_group_ids", std::vector<std::string>{"default"}},
      {"key_name", " ops"},
      {"zones", std::vector<std::string>{"us-east-1a"}},
      {"instance_families", std::vector<std::string>{"m7g.large"}},
      {"regions", std::vector<std::string>{"cn-north-1"}}};
  for (const auto& [key, value] : wrong) {
    auto changed = settings;
    changed[key] = value;
    try {
      account_of(PluginConfig(changed));
      ADD_FAILURE() << key;
    } catch (const ConfigError& problem) {
      EXPECT_EQ(std::string(problem.what()).find("\"" + std::string(key) + "\""), 0u)
          << problem.what();
    }
  }
  settings.erase("secret_access_key");
  EXPECT_THROW(account_of(PluginConfig(settings)), ConfigError);
}

}  // namespace
}  // namespace berth::aws
