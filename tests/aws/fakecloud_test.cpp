// Whole stories against the fake EC2: what the provider asks is signed, checked and answered there,
// in-process and on a clock that the test turns.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "aws/provider.hpp"
#include "berth/money.hpp"
#include "fakecloud/cloud.hpp"
#include "fakes.hpp"

namespace berth::aws {
namespace {

/// Http over Cloud::answer: no socket; losses as the wire would show them.
class CloudHttp : public Http {
 public:
  explicit CloudHttp(fakecloud::Cloud& cloud) : cloud_(cloud) {}

  Result<HttpResponse> exchange(const HttpRequest& request) override {
    ++exchanges;
    const auto host_from = request.url.find("://") + 3;
    const auto path_from = request.url.find('/', host_from);
    fakecloud::Request out;
    out.method = request.method;
    out.target = request.url.substr(path_from);
    out.headers = request.headers;
    out.headers.emplace_back("host", request.url.substr(host_from, path_from - host_from));
    out.body = request.body;
    const fakecloud::Response answer = cloud_.answer(out, clock->now_unix_ms());
    if (answer.dropped || answer.cut) {
      Failure failure;
      failure.code = ErrorCode::unavailable;
      failure.effect = Effect::unknown;
      failure.message = "the connection broke";
      return failure;
    }
    HttpResponse response;
    response.status = answer.status;
    response.headers = answer.headers;
    response.body = answer.body;
    return response;
  }

  int exchanges = 0;
  const Call* clock = nullptr;  // REQUIRED before the first exchange

 private:
  fakecloud::Cloud& cloud_;
};

class FakeEc2 : public testing::Test {
 protected:
  static const fakecloud::Catalogue& catalogue() {
    static const auto loaded = fakecloud::load_catalogue(fakecloud::default_price_folder());
    return loaded;
  }
  static fakecloud::Options options() {
    fakecloud::Options out;
    out.rate_limits = false;  // the host's rate budget is not part of this test
    return out;
  }
  static Account account() {
    Account out;
    out.credentials = {"AKIAFAKEFAKEFAKEFAKE", "fake-aws-secret", ""};
    out.endpoint = "http://127.0.0.1:8700/aws";
    out.pricing_endpoint = "http://127.0.0.1:8700/aws-pricing";
    out.sts_endpoint = "http://127.0.0.1:8700/aws-sts";
    out.instance_families = {"t3", "t4g", "m7i"};
    return out;
  }
  static CreateRequest wanted(const std::string& attempt, std::int64_t candidate = 0) {
    CreateRequest request;
    request.installation_id = "inst1";
    request.organization_id = "acme";
    request.attempt_id = attempt;
    request.candidate = candidate;
    request.name = "auto-acme-" + attempt;
    request.region = "us-east-1";
    request.zone = "us-east-1a";
    request.market = "on_demand";
    request.instance_type = "t3.micro";
    request.disk_mib = 20 * 1024;
    request.ssh_public_keys = {
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8B1cQk5cXo1oTt3i0Yx7bYF0V0m1m0u2n6Qp3c4d5e a@b"};
    request.user_data = "#!/bin/sh\ntouch /run/berth-ready\n";
    return request;
  }
  static Sought sought(const std::string& attempt, const std::string& id = "") {
    return {attempt, id, "us-east-1", id.empty() ? "" : R"({"region":"us-east-1"})"};
  }
  Found look(const std::string& attempt, const std::string& id = "") {
    FindRequest request;
    request.installation_id = "inst1";
    request.sought = {sought(attempt, id)};
    const auto found = provider.find(request, call);
    EXPECT_TRUE(found) << found.failure().message;
    return found ? *found : Found{};
  }
  void pass(std::int64_t ms) { call.now += ms; }
  /// Once: the next request of that operation.
  void fault(const std::string& operation, const std::string& what) {
    cloud.set_faults(fakecloud::parse_faults(R"([{"match": {"vendor": "aws", "operation": ")" +
                                                 operation + R"(", "times": 1}, "do": )" + what +
                                                 "}]",
                                             "test"));
  }
  std::size_t alive() const {
    const auto machines = cloud.machines();
    return static_cast<std::size_t>(
        std::count_if(machines.begin(), machines.end(), [this](const auto& machine) {
          return machine.exists(call.now) && machine.delete_asked_ms == fakecloud::never;
        }));
  }

  fakecloud::Cloud cloud{catalogue(), options()};
  CloudHttp http{cloud};
  test::StillCall call{http};
  FakeEc2() { http.clock = &call; }
  Provider provider{account()};
};

TEST_F(FakeEc2, KeysAreChecked) {
  const auto check = provider.check(call);
  ASSERT_TRUE(check) << check.failure().message;
  EXPECT_EQ(check->account.size(), 12u);

  Account wrong = account();
  wrong.credentials.secret_access_key = "another";
  const auto refused = Provider(wrong).check(call);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().code, ErrorCode::denied);
}

TEST_F(FakeEc2, OffersCarryTheVendorsPrices) {
  const auto list = provider.offers({}, call);
  ASSERT_TRUE(list) << list.failure().message;
  const auto micro = std::find_if(list->offers.begin(), list->offers.end(), [](const Offer& offer) {
    return offer.instance_type == "t3.micro" && offer.zone == "us-east-1a";
  });
  ASSERT_NE(micro, list->offers.end());
  EXPECT_EQ(decimal_of_nanos(*micro->hourly_nanos), "0.0104");
  EXPECT_EQ(micro->vcpu, 2);
  EXPECT_EQ(micro->memory_mib, 1024);
  EXPECT_EQ(decimal_of_nanos(*micro->disk_gib_month_nanos), "0.08");
  EXPECT_EQ(decimal_of_nanos(*micro->ipv4_hourly_nanos), "0.005");
  EXPECT_EQ(micro->currency, "USD");
  for (const Offer& offer : list->offers) {
    EXPECT_EQ(offer.region, "us-east-1");
    EXPECT_EQ(offer.instance_type.find("metal"), std::string::npos);
    EXPECT_NE(offer.hourly_nanos, 0) << offer.instance_type;
  }
  EXPECT_GT(list->offers.size(), 50u);
}

TEST_F(FakeEc2, CreateFindDestroy) {
  const auto created = provider.create(wanted("attempt1"), call);
  ASSERT_TRUE(created) << created.failure().message;
  EXPECT_EQ(created->server.attempt_id, "attempt1");
  const std::string id = created->server.server_id;

  pass(60'000);
  auto found = look("attempt1", id);
  ASSERT_EQ(found.servers.size(), 1u);
  EXPECT_TRUE(found.complete);
  EXPECT_EQ(found.servers[0].state, ServerState::running);
  EXPECT_FALSE(found.servers[0].public_ipv4.empty());
  EXPECT_EQ(found.servers[0].name, "auto-acme-attempt1");
  const auto machine = cloud.machines()[0];
  EXPECT_EQ(machine.root_gb, 20);
  EXPECT_EQ(machine.http_tokens, "required");
  EXPECT_EQ(machine.volume_labels, machine.labels);
  EXPECT_EQ(machine.interface_labels, machine.labels);

  ASSERT_TRUE(provider.destroy({"inst1", sought("attempt1", id)}, call));
  EXPECT_EQ(alive(), 0u);
  pass(60'000);
  found = look("attempt1", id);
  for (const auto& server : found.servers) EXPECT_EQ(server.state, ServerState::gone);
  EXPECT_TRUE(provider.destroy({"inst1", sought("attempt1", id)}, call)) << "again is done, too";
}

TEST_F(FakeEc2, ALostReplyThenTheSameCreateMakesOneServer) {
  fault("RunInstances", R"({"drop_after": true})");
  const auto lost = provider.create(wanted("attempt1"), call);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.failure().effect, Effect::unknown);
  ASSERT_EQ(cloud.machines().size(), 1u);

  pass(5'000);
  const auto again = provider.create(wanted("attempt1"), call);
  ASSERT_TRUE(again) << again.failure().message;
  EXPECT_EQ(again->server.server_id, cloud.machines()[0].id);
  EXPECT_EQ(cloud.machines().size(), 1u);
}

TEST_F(FakeEc2, ALostReplyIsFoundByItsAttemptAndDestroyed) {
  fault("RunInstances", R"({"drop_after": true})");
  ASSERT_FALSE(provider.create(wanted("attempt1"), call));
  pass(5'000);
  const auto found = look("attempt1");
  ASSERT_EQ(found.servers.size(), 1u);
  ASSERT_TRUE(provider.destroy({"inst1", sought("attempt1", found.servers[0].server_id)}, call));
  EXPECT_EQ(alive(), 0u);
}

TEST_F(FakeEc2, AnotherCandidateIsAnotherServer) {
  ASSERT_TRUE(provider.create(wanted("attempt1", 0), call));
  ASSERT_TRUE(provider.create(wanted("attempt1", 1), call));
  EXPECT_EQ(cloud.machines().size(), 2u);
  pass(5'000);
  EXPECT_EQ(look("attempt1").servers.size(), 2u);
}

TEST_F(FakeEc2, AChangedParameterUnderOneTokenFindsTheServer) {
  const auto first = provider.create(wanted("attempt1"), call);
  ASSERT_TRUE(first);
  pass(5'000);
  auto changed = wanted("attempt1");
  changed.disk_mib = 30 * 1024;
  const auto second = provider.create(changed, call);
  ASSERT_TRUE(second) << second.failure().message;
  EXPECT_EQ(second->server.server_id, first->server.server_id);
  EXPECT_EQ(cloud.machines().size(), 1u);
}

TEST_F(FakeEc2, OutOfStockMakesNothing) {
  fault("RunInstances", R"({"error": "out_of_stock"})");
  const auto refused = provider.create(wanted("attempt1"), call);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().code, ErrorCode::out_of_stock) << refused.failure().message;
  EXPECT_EQ(refused.failure().effect, Effect::none);
  EXPECT_TRUE(cloud.machines().empty());
}

TEST_F(FakeEc2, AnotherInstallationIsInvisibleAndUntouchable) {
  auto theirs = wanted("theirs");
  theirs.installation_id = "inst2";
  const auto created = provider.create(theirs, call);
  ASSERT_TRUE(created);
  pass(5'000);
  FindRequest all;
  all.installation_id = "inst1";
  all.all = true;
  EXPECT_TRUE(provider.find(all, call)->servers.empty());
  const auto refused =
      provider.destroy({"inst1", sought("theirs", created->server.server_id)}, call);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().code, ErrorCode::conflict);
  EXPECT_EQ(alive(), 1u);
}

// EC2's list does not know a server in its first moments.
TEST_F(FakeEc2, DestroyAtOnceAfterCreateIsNotDoneBeforeItIs) {
  const auto created = provider.create(wanted("attempt1"), call);
  ASSERT_TRUE(created);
  const Sought ours{"attempt1", created->server.server_id, "us-east-1", created->note};
  FindRequest request;
  request.installation_id = "inst1";
  request.sought = {ours};
  EXPECT_TRUE(provider.find(request, call)->absent.empty());
  auto destroyed = provider.destroy({"inst1", ours}, call);
  EXPECT_TRUE(destroyed || alive() == 1u);
  for (int n = 0; n < 3 && !destroyed; ++n) {
    pass(5'000);
    destroyed = provider.destroy({"inst1", ours}, call);
  }
  EXPECT_TRUE(destroyed);
  EXPECT_EQ(alive(), 0u);
}

TEST_F(FakeEc2, FortyServersAreOneRequestAndEndlessPagesEnd) {
  for (int n = 0; n < 40; ++n) {
    ASSERT_TRUE(provider.create(wanted("attempt" + std::to_string(n)), call));
    pass(500);  // EC2's pace
  }
  pass(60'000);
  FindRequest request;
  request.installation_id = "inst1";
  request.all = true;
  http.exchanges = 0;
  EXPECT_EQ(provider.find(request, call)->servers.size(), 40u);
  EXPECT_EQ(http.exchanges, 1);

  cloud.set_faults(fakecloud::parse_faults(
      R"([{"match": {"vendor": "aws"}, "do": {"endless_pages": true}}])", "test"));
  const auto endless = provider.find(request, call);
  ASSERT_TRUE(endless);
  EXPECT_FALSE(endless->complete);
}

TEST_F(FakeEc2, AHalfAnswerIsNoAnswer) {
  ASSERT_TRUE(provider.create(wanted("attempt1"), call));
  pass(60'000);
  FindRequest request;
  request.installation_id = "inst1";
  request.sought = {sought("attempt1")};
  fault("DescribeInstances", R"({"truncate": true})");
  const auto found = provider.find(request, call);
  if (found) {
    EXPECT_FALSE(found->complete);
    EXPECT_TRUE(found->absent.empty());
  }
}

}  // namespace
}  // namespace berth::aws
