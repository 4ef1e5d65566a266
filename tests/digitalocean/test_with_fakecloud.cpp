// Whole stories of the DigitalOcean plugin against fakecloud.
#include <gtest/gtest.h>

#include <algorithm>

#include "digitalocean/provider.hpp"
#include "digitalocean/request.hpp"
#include "json_api/fakecloud_wire.hpp"

namespace berth::digitalocean {
namespace {

using namespace digitalocean_story;

struct DigitalOceanStory : testing::Test {
  story::FakecloudWire wire;
  story::Call call{wire};
  Account account = [] {
    Account out;
    out.token = "fake-digitalocean-token";
    out.endpoint = "http://fakecloud/digitalocean/v2";
    return out;
  }();
  Provider provider{account};

  void wait(std::int64_t ms) {
    wire.now_ms += ms;
    call.now_ms += ms;
  }
  void fault(const std::string& operation, const std::string& what, int times = -1) {
    wire.faults(R"({"match":{"vendor":"digitalocean","operation":")" + operation + "\"" +
                (times < 0 ? "" : ",\"times\":" + std::to_string(times)) + "},\"do\":" + what +
                "}");
  }
};

TEST_F(DigitalOceanStory, a_token_that_works_tells_the_droplet_limit) {
  const auto checked = provider.check(call);
  ASSERT_TRUE(checked.ok());
  EXPECT_EQ(checked->server_limit, 100);
  Account other = account;
  other.token = "wrong";
  const auto denied = Provider(other).check(call);
  ASSERT_FALSE(denied.ok());
  EXPECT_EQ(denied.failure().code, ErrorCode::denied);
}

TEST_F(DigitalOceanStory, offers_are_priced_exactly_as_the_vendor_says) {
  const auto list = provider.offers({}, call);
  ASSERT_TRUE(list.ok());
  const auto found =
      std::find_if(list->offers.begin(), list->offers.end(),
                   [](const Offer& offer) { return offer.instance_type == "s-2vcpu-4gb"; });
  ASSERT_NE(found, list->offers.end());
  EXPECT_EQ(found->region, "nyc1");
  EXPECT_EQ(found->vcpu, 2);
  EXPECT_EQ(found->memory_mib, 4096);
  EXPECT_EQ(found->disk_mib, 80 * 1024);
  EXPECT_EQ(found->currency, "USD");
  EXPECT_EQ(found->monthly_cap_nanos, 24'000'000'000);  // prices/digitalocean-2026-08.csv
  EXPECT_EQ(found->hourly_nanos, 35'710'000);
  EXPECT_FALSE(found->ipv4_hourly_nanos) << "included";
  EXPECT_EQ(found->availability, Availability::available);
}

TEST_F(DigitalOceanStory, create_boot_find_destroy) {
  const auto made = provider.create(request(), call);
  ASSERT_TRUE(made.ok()) << made.failure().message;
  EXPECT_EQ(made->server.state, ServerState::pending);
  EXPECT_EQ(made->server.attempt_id, attempt);
  const std::string id = made->server.server_id;

  wait(5000);
  auto found = provider.find(find_attempt(id, made->note), call);
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->complete);
  ASSERT_EQ(found->servers.size(), 1U);
  const CloudServer& server = found->servers[0];
  EXPECT_EQ(server.state, ServerState::running);
  EXPECT_EQ(server.attempt_id, attempt);
  EXPECT_EQ(server.organization_id, "acme");
  EXPECT_EQ(server.expires_at_unix_ms, request().expires_at_unix_ms);
  EXPECT_EQ(server.region, "nyc1");
  EXPECT_EQ(server.instance_type, "s-2vcpu-4gb");
  EXPECT_FALSE(server.public_ipv4.empty());
  EXPECT_NE(server.public_ipv4, server.private_ipv4);

  ASSERT_TRUE(provider.destroy(destroy_attempt(id), call).ok());
  wait(5000);
  ASSERT_TRUE(provider.destroy(destroy_attempt(id), call).ok()) << "when it is gone";
  found = provider.find(find_attempt(id, made->note), call);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->absent, std::vector<std::string>{attempt});
}

TEST_F(DigitalOceanStory, created_twice_is_one_droplet_also_before_the_tags_are_there) {
  const auto first = provider.create(request(), call);
  const auto at_once = provider.create(request(), call);
  wait(5000);
  const auto later = provider.create(request(), call);
  ASSERT_TRUE(first.ok() && at_once.ok() && later.ok());
  EXPECT_EQ(first->server.server_id, at_once->server.server_id);
  EXPECT_EQ(first->server.server_id, later->server.server_id);
  EXPECT_EQ(at_once->server.attempt_id, attempt);
  EXPECT_EQ(wire.living(attempt), 1);
}

TEST_F(DigitalOceanStory, a_lost_reply_and_another_try_are_one_droplet) {
  ASSERT_TRUE(provider.create(request(), call).ok());  // registers the key
  CreateRequest next = request();
  next.attempt_id = "c4k2m7p3q5r6s2t4v7w3x5y2za";
  next.name = "auto-acme-" + next.attempt_id;
  fault("create", R"("drop_after")", 1);
  const auto lost = provider.create(next, call);
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.failure().effect, Effect::unknown);
  EXPECT_TRUE(provider.create(next, call).ok());
  wait(5000);
  EXPECT_EQ(wire.living(next.attempt_id), 1);
}

TEST_F(DigitalOceanStory, a_known_droplet_is_present_though_its_tags_lag) {
  const auto made = provider.create(request(), call);
  ASSERT_TRUE(made.ok());
  const auto found = provider.find(find_attempt(made->server.server_id, made->note), call);
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found->servers.size(), 1U);
  EXPECT_EQ(found->servers[0].attempt_id, attempt) << "by its name";
  EXPECT_TRUE(found->absent.empty());
  wait(1000);
  EXPECT_TRUE(provider.destroy(destroy_attempt(made->server.server_id), call).ok());
}

TEST_F(DigitalOceanStory, an_untagged_droplet_of_ours_is_destroyed_and_a_strangers_is_not) {
  fakecloud::Options slow_tags;
  slow_tags.tag_lag_ms = 60'000;
  story::FakecloudWire slow(slow_tags);
  story::Call at(slow);
  const auto made = provider.create(request(), at);
  ASSERT_TRUE(made.ok());
  slow.now_ms += 5000;
  DestroyRequest other = destroy_attempt(made->server.server_id);
  other.server.attempt_id = "c4k2m7p3q5r6s2t4v7w3x5y2za";
  const auto refused = provider.destroy(other, at);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, ErrorCode::conflict);
  EXPECT_TRUE(provider.destroy(destroy_attempt(made->server.server_id), at).ok());
}

TEST_F(DigitalOceanStory, a_strangers_droplet_of_the_same_name_is_left_alone) {
  CreateRequest keyless = request();  // a key's registration would use the fault up
  keyless.ssh_public_keys.clear();
  fault("create", R"("name_taken")", 1);
  ASSERT_TRUE(provider.create(keyless, call).ok()) << "names are not unique here";
  wait(5000);
  const auto again = provider.create(keyless, call);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(wire.living(attempt), 1);
  for (const auto& machine : wire.cloud.machines()) {
    if (machine.attempt() == attempt) continue;
    const auto refused = provider.destroy(destroy_attempt(machine.id), call);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.failure().code, ErrorCode::conflict);
  }
  ASSERT_TRUE(provider.destroy(destroy_attempt(again->server.server_id), call).ok());
  wait(5000);
  int left = 0;
  for (const auto& machine : wire.cloud.machines()) left += machine.exists(wire.now_ms) ? 1 : 0;
  EXPECT_EQ(left, 1) << "the stranger's";
}

TEST_F(DigitalOceanStory, two_droplets_of_one_attempt_are_both_listed) {
  CreateRequest keyless = request();
  keyless.ssh_public_keys.clear();
  fault("create", R"("duplicate")", 1);
  ASSERT_TRUE(provider.create(keyless, call).ok());
  wait(5000);
  const auto found = provider.find(find_attempt(), call);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->servers.size(), 2U);
  EXPECT_EQ(wire.count("DELETE"), 0);
}

TEST_F(DigitalOceanStory, a_stale_list_does_not_make_a_known_droplet_absent) {
  const auto made = provider.create(request(), call);
  ASSERT_TRUE(made.ok());
  wait(5000);
  fault("droplets_list", R"({"stale_list":60000})");
  const auto known = provider.find(find_attempt(made->server.server_id), call);
  ASSERT_TRUE(known.ok());
  EXPECT_EQ(known->servers.size(), 1U);
  EXPECT_TRUE(known->absent.empty());
}

TEST_F(DigitalOceanStory, endless_pages_stop_and_nothing_is_absent_or_created) {
  ASSERT_TRUE(provider.create(request(), call).ok());
  wait(5000);
  fault("droplets_list", R"("endless_pages")");
  FindRequest other = find_attempt();
  other.sought[0].attempt_id = "another";
  const auto found = provider.find(other, call);
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->complete);
  EXPECT_TRUE(found->absent.empty());
  CreateRequest next = request();
  next.attempt_id = "c4k2m7p3q5r6s2t4v7w3x5y2za";
  next.name = "auto-acme-" + next.attempt_id;
  fault("droplets_list", R"({"status":502,"html":true})");
  const auto refused = provider.create(next, call);
  ASSERT_FALSE(refused.ok()) << "who cannot look must not create";
  EXPECT_EQ(refused.failure().effect, Effect::none);
}

TEST_F(DigitalOceanStory, a_creation_that_errors_is_a_failed_server_with_a_reason) {
  fault("create", R"("boot_fails")");
  const auto made = provider.create(request(), call);
  ASSERT_TRUE(made.ok());
  wait(5000);
  const auto found = provider.find(find_attempt(made->server.server_id, made->note), call);
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found->servers.size(), 1U);
  EXPECT_EQ(found->servers[0].state, ServerState::failed);
  EXPECT_NE(found->servers[0].detail.find("errored"), std::string::npos);
}

TEST_F(DigitalOceanStory, a_droplet_still_being_made_is_destroyed_later) {
  const auto made = provider.create(request(), call);
  ASSERT_TRUE(made.ok());
  const auto locked = provider.destroy(destroy_attempt(made->server.server_id), call);
  ASSERT_FALSE(locked.ok());
  EXPECT_EQ(locked.failure().code, ErrorCode::unavailable);
  EXPECT_EQ(locked.failure().effect, Effect::none);
}

TEST_F(DigitalOceanStory, forty_creations_register_the_key_once_and_stay_below_the_burst_limit) {
  for (int i = 0; i < 40; ++i) {
    CreateRequest one = request();
    one.attempt_id = "attempt" + std::to_string(i);
    one.name = "auto-acme-" + one.attempt_id;
    ASSERT_TRUE(provider.create(one, call).ok());
  }
  EXPECT_EQ(wire.count("POST http://fakecloud/digitalocean/v2/account/keys"), 1);
  EXPECT_EQ(wire.count("GET http://fakecloud/digitalocean/v2/account/keys"), 0);
  for (const auto& machine : wire.cloud.machines()) EXPECT_EQ(machine.ssh_keys.size(), 1U);
  wait(5000);
  wire.sent.clear();
  FindRequest all;
  all.installation_id = installation;
  all.all = true;
  const auto found = provider.find(all, call);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->servers.size(), 40U);
  EXPECT_LE(wire.sent.size(), 2U);
}

TEST_F(DigitalOceanStory, keys_of_the_settings_may_be_names_and_are_listed_once) {
  ASSERT_TRUE(provider.create(request(), call).ok());  // registers berth's key
  Account named = account;
  named.ssh_keys = {"berth-" + std::string("nosuch")};
  CreateRequest next = request();
  next.attempt_id = "c4k2m7p3q5r6s2t4v7w3x5y2za";
  next.name = "auto-acme-" + next.attempt_id;
  const auto unknown = Provider(named).create(next, call);
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.failure().code, ErrorCode::invalid);
  EXPECT_EQ(unknown.failure().effect, Effect::none);
}

TEST_F(DigitalOceanStory, a_second_installation_in_the_account_sees_and_touches_nothing) {
  const auto made = provider.create(request(), call);
  ASSERT_TRUE(made.ok());
  wait(5000);
  FindRequest other = find_attempt();
  other.installation_id = "inst-other";
  other.all = true;
  const auto found = provider.find(other, call);
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->servers.empty());
  DestroyRequest theirs = destroy_attempt(made->server.server_id);
  theirs.installation_id = "inst-other";
  EXPECT_FALSE(provider.destroy(theirs, call).ok());
  EXPECT_EQ(provider.destroy(destroy_attempt(""), call).failure().code, ErrorCode::invalid);
  EXPECT_EQ(wire.living(attempt), 1);
}

struct Refusal {
  const char* fault;
  ErrorCode code;
  Effect effect;
};

class DigitalOceanRefusal : public DigitalOceanStory,
                            public testing::WithParamInterface<Refusal> {};

TEST_P(DigitalOceanRefusal, of_a_create_has_its_code_effect_and_the_vendors_words) {
  fault("droplets_create", GetParam().fault);
  const auto refused = provider.create(request(), call);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, GetParam().code) << refused.failure().message;
  EXPECT_EQ(refused.failure().effect, GetParam().effect);
  EXPECT_FALSE(refused.failure().vendor_text.empty());
  EXPECT_EQ(story::all_of(call, refused.failure()).find("fake-digitalocean-token"),
            std::string::npos);
}

#define SAYS(text) R"({"code":"unprocessable_entity","status":422,"message":")" text R"("})"

INSTANTIATE_TEST_SUITE_P(
    table, DigitalOceanRefusal,
    testing::Values(
        Refusal{R"({"error":"out_of_stock"})", ErrorCode::out_of_stock, Effect::none},
        Refusal{R"({"error":"out_of_stock","message":"Pick another one."})",
                ErrorCode::out_of_stock,
                Effect::none},  // only error_attributes.available_regions tells
        Refusal{SAYS("The size is temporarily unavailable."), ErrorCode::out_of_stock,
                Effect::none},
        Refusal{SAYS("Region is not available"), ErrorCode::out_of_stock, Effect::none},
        Refusal{R"({"error":"quota_reached"})", ErrorCode::quota_reached, Effect::none},
        Refusal{SAYS("droplet limit exceeded"), ErrorCode::quota_reached, Effect::none},
        Refusal{R"({"error":"invalid"})", ErrorCode::invalid, Effect::none},
        Refusal{SAYS("The image you specified is not available in the selected region"),
                ErrorCode::invalid, Effect::none},
        Refusal{R"({"error":"rate_limited"})", ErrorCode::rate_limited, Effect::none},
        Refusal{R"({"error":"unavailable"})", ErrorCode::unavailable, Effect::unknown},
        Refusal{R"({"code":"server_error","status":500})", ErrorCode::unavailable, Effect::unknown},
        Refusal{R"({"error":"denied"})", ErrorCode::denied, Effect::none},
        Refusal{R"({"error":"unauthorized"})", ErrorCode::denied, Effect::none},
        Refusal{R"({"error":"conflict"})", ErrorCode::conflict, Effect::none},
        Refusal{R"({"error":"unknown_code"})", ErrorCode::invalid, Effect::none},
        Refusal{R"({"html":true,"status":502})", ErrorCode::unavailable, Effect::unknown},
        Refusal{R"({"late_success":3000,"error":"unavailable"})", ErrorCode::unavailable,
                Effect::unknown}));

TEST_F(DigitalOceanStory, a_burst_says_when_to_come_back) {
  fault("droplets_create", R"({"error":"rate_limited"})");
  const auto refused = provider.create(request(), call);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().retry_after_ms, 30'000);
}

}  // namespace
}  // namespace berth::digitalocean
