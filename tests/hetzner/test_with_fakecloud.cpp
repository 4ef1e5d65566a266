// Whole stories of the Hetzner plugin against fakecloud.
#include <gtest/gtest.h>

#include <algorithm>

#include "hetzner/provider.hpp"
#include "hetzner/request.hpp"
#include "json_api/fakecloud_wire.hpp"

namespace berth::hetzner {
namespace {

using namespace hetzner_story;

struct HetznerStory : testing::Test {
  story::FakecloudWire wire;
  story::Call call{wire};
  Account account = [] {
    Account out;
    out.token = "fake-hetzner-token";
    out.endpoint = "http://fakecloud/hetzner/v1";
    return out;
  }();
  Provider provider{account};

  void wait(std::int64_t ms) {
    wire.now_ms += ms;
    call.now_ms += ms;
  }
};

TEST_F(HetznerStory, a_token_that_works_and_one_that_does_not) {
  EXPECT_TRUE(provider.check(call).ok());
  Account other = account;
  other.token = "wrong";
  const auto denied = Provider(other).check(call);
  ASSERT_FALSE(denied.ok());
  EXPECT_EQ(denied.failure().code, ErrorCode::denied);
  EXPECT_EQ(denied.failure().vendor_code, "unauthorized");
}

TEST_F(HetznerStory, offers_are_priced_exactly_as_the_vendor_says) {
  const auto list = provider.offers({}, call);
  ASSERT_TRUE(list.ok());
  const auto cx33 = std::find_if(list->offers.begin(), list->offers.end(),
                                 [](const Offer& offer) { return offer.instance_type == "cx33"; });
  ASSERT_NE(cx33, list->offers.end());
  EXPECT_EQ(cx33->region, "nbg1");
  EXPECT_EQ(cx33->vcpu, 4);
  EXPECT_EQ(cx33->memory_mib, 8 * 1024);
  EXPECT_EQ(cx33->disk_mib, 80 * 1024);
  EXPECT_EQ(cx33->arch, Arch::x86_64);
  EXPECT_EQ(cx33->currency, "EUR");
  EXPECT_EQ(cx33->monthly_cap_nanos, 8'490'000'000);  // prices/hetzner-eu-2026-08.csv, net
  EXPECT_EQ(cx33->ipv4_monthly_cap_nanos, 500'000'000);
  EXPECT_EQ(cx33->availability, Availability::available);
  EXPECT_EQ(cx33->excludes, std::vector<std::string>{"traffic above 20 TB a month"});
  for (const Offer& offer : list->offers) {
    EXPECT_EQ(offer.region, "nbg1");
    if (offer.instance_type.rfind("cax", 0) == 0) {
      EXPECT_EQ(offer.arch, Arch::arm64);
    }
  }
}

TEST_F(HetznerStory, regions_come_from_the_request_else_from_the_settings) {
  Account two = account;
  two.regions = {"fsn1", "hel1"};
  const auto of_settings = Provider(two).offers({}, call);
  ASSERT_TRUE(of_settings.ok());
  for (const Offer& offer : of_settings->offers) EXPECT_NE(offer.region, "nbg1");
  const auto asked = Provider(two).offers({{"nbg1"}}, call);
  ASSERT_TRUE(asked.ok());
  for (const Offer& offer : asked->offers) EXPECT_EQ(offer.region, "nbg1");
}

TEST_F(HetznerStory, create_boot_find_destroy) {
  const auto made = provider.create(request(), call);
  ASSERT_TRUE(made.ok()) << made.failure().message;
  EXPECT_EQ(made->server.state, ServerState::pending);
  EXPECT_EQ(made->server.attempt_id, attempt);
  EXPECT_EQ(made->server.organization_id, "acme");
  EXPECT_EQ(made->server.expires_at_unix_ms, request().expires_at_unix_ms);
  const std::string id = made->server.server_id;

  wait(5000);
  auto found = provider.find(find_attempt(id, made->note), call);
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->complete);
  ASSERT_EQ(found->servers.size(), 1U);
  EXPECT_EQ(found->servers[0].state, ServerState::running);
  EXPECT_FALSE(found->servers[0].public_ipv4.empty());
  EXPECT_EQ(found->servers[0].instance_type, "cx33");

  ASSERT_TRUE(provider.destroy(destroy_attempt(id), call).ok());
  ASSERT_TRUE(provider.destroy(destroy_attempt(id), call).ok()) << "while it is being deleted";
  wait(5000);
  ASSERT_TRUE(provider.destroy(destroy_attempt(id), call).ok()) << "when it is gone";
  found = provider.find(find_attempt(id, made->note), call);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->absent, std::vector<std::string>{attempt});
}

TEST_F(HetznerStory, created_twice_is_one_server) {
  const auto first = provider.create(request(), call);
  const auto second = provider.create(request(), call);
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(first->server.server_id, second->server.server_id);
  EXPECT_EQ(wire.living(attempt), 1);
}

TEST_F(HetznerStory, a_lost_reply_and_another_try_are_one_server) {
  wire.faults(R"({"match":{"vendor":"hetzner","operation":"create","times":1},"do":"drop_after"})");
  const auto lost = provider.create(request(), call);
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.failure().effect, Effect::unknown);
  EXPECT_TRUE(provider.create(request(), call).ok());
  EXPECT_EQ(wire.living(attempt), 1);
}

TEST_F(HetznerStory, a_cut_answer_is_accepted_but_unknown_and_leaks_no_password) {
  CreateRequest without_keys = request();
  without_keys.ssh_public_keys.clear();  // then the vendor makes a root password
  wire.faults(R"({"match":{"vendor":"hetzner","operation":"create","times":1},"do":"truncate"})");
  const auto cut = provider.create(without_keys, call);
  ASSERT_FALSE(cut.ok());
  EXPECT_EQ(cut.failure().code, ErrorCode::unavailable);
  EXPECT_EQ(cut.failure().effect, Effect::unknown);
  EXPECT_TRUE(cut.failure().vendor_text.empty());
  EXPECT_EQ(wire.living(attempt), 1);
}

TEST_F(HetznerStory, a_name_taken_by_a_stranger_is_a_conflict_and_their_server_stays) {
  wire.faults(R"({"match":{"vendor":"hetzner","operation":"create","times":1},"do":"name_taken"})");
  const auto refused = provider.create(request(), call);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, ErrorCode::conflict);
  EXPECT_EQ(refused.failure().effect, Effect::none);
  const auto machines = wire.cloud.machines();
  ASSERT_EQ(machines.size(), 1U);
  wait(5000);
  const auto destroyed = provider.destroy(destroy_attempt(machines[0].id), call);
  ASSERT_FALSE(destroyed.ok());
  EXPECT_EQ(destroyed.failure().code, ErrorCode::conflict);
  EXPECT_EQ(destroyed.failure().effect, Effect::none);
  EXPECT_TRUE(wire.cloud.machines()[0].exists(wire.now_ms));
}

TEST_F(HetznerStory, two_servers_of_one_attempt_are_both_listed) {
  wire.faults(R"({"match":{"vendor":"hetzner","operation":"create","times":1},"do":"duplicate"})");
  ASSERT_TRUE(provider.create(request(), call).ok());
  const auto found = provider.find(find_attempt(), call);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->servers.size(), 2U);
  wait(5000);
  ASSERT_TRUE(provider.destroy(destroy_attempt(found->servers[0].server_id), call).ok());
  wait(5000);
  EXPECT_EQ(wire.living(attempt), 1) << "only the one that was named";
}

TEST_F(HetznerStory, a_stale_list_does_not_make_a_known_server_absent) {
  const auto made = provider.create(request(), call);
  ASSERT_TRUE(made.ok());
  wire.faults(
      R"({"match":{"vendor":"hetzner","operation":"list_servers"},"do":{"stale_list":60000}})");
  const auto known = provider.find(find_attempt(made->server.server_id), call);
  ASSERT_TRUE(known.ok());
  EXPECT_EQ(known->servers.size(), 1U);
  EXPECT_TRUE(known->absent.empty());
}

TEST_F(HetznerStory, endless_pages_stop_and_nothing_is_absent) {
  ASSERT_TRUE(provider.create(request(), call).ok());
  wire.faults(R"({"match":{"vendor":"hetzner","operation":"list_servers"},"do":"endless_pages"})");
  FindRequest other = find_attempt();
  other.sought[0].attempt_id = "another";
  const auto found = provider.find(other, call);
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->complete);
  EXPECT_TRUE(found->absent.empty());
  EXPECT_LE(wire.sent.size(), 10U);
}

TEST_F(HetznerStory, a_start_that_fails_is_a_failed_server_with_a_reason) {
  wire.faults(R"({"match":{"vendor":"hetzner","operation":"create"},"do":"boot_fails"})");
  const auto made = provider.create(request(), call);
  ASSERT_TRUE(made.ok());
  wait(5000);
  for (const std::string& note : {made->note, std::string()}) {
    const auto found = provider.find(find_attempt(made->server.server_id, note), call);
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(found->servers.size(), 1U);
    EXPECT_EQ(found->servers[0].state, ServerState::failed) << "note: " << note;
    EXPECT_NE(found->servers[0].detail.find("action_failed"), std::string::npos);
  }
}

TEST_F(HetznerStory, a_locked_server_is_tried_again_later) {
  const auto made = provider.create(request(), call);  // locked while it is being created
  ASSERT_TRUE(made.ok());
  const auto locked = provider.destroy(destroy_attempt(made->server.server_id), call);
  ASSERT_FALSE(locked.ok());
  EXPECT_EQ(locked.failure().code, ErrorCode::unavailable);
  EXPECT_EQ(locked.failure().effect, Effect::none);
}

TEST_F(HetznerStory, a_key_is_registered_once_and_a_known_one_is_adopted) {
  ASSERT_TRUE(provider.create(request(), call).ok());
  CreateRequest second = request();
  second.attempt_id = "c4k2m7p3q5r6s2t4v7w3x5y2za";
  second.name = "auto-acme-" + second.attempt_id;
  ASSERT_TRUE(provider.create(second, call).ok());
  EXPECT_EQ(wire.count("POST http://fakecloud/hetzner/v1/ssh_keys"), 1);
  for (const auto& machine : wire.cloud.machines()) EXPECT_EQ(machine.ssh_keys.size(), 1U);
}

TEST_F(HetznerStory, two_installations_in_one_project_never_touch) {
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

TEST_F(HetznerStory, a_key_is_looked_up_once_for_many_creations_and_anew_when_it_is_gone) {
  const auto create = [&](int number) {
    CreateRequest one = request();
    one.attempt_id = "attempt" + std::to_string(number);
    one.name = "auto-acme-" + one.attempt_id;
    ASSERT_TRUE(provider.create(one, call).ok());
  };
  for (int i = 0; i < 10; ++i) create(i);
  EXPECT_EQ(wire.count("GET http://fakecloud/hetzner/v1/ssh_keys"), 1);
  EXPECT_EQ(wire.sent.size(), 12U) << "the look-up, the registration, ten creations";
}

TEST_F(HetznerStory, one_server_of_many_is_one_page) {
  for (int i = 0; i < 60; ++i) {
    CreateRequest one = request();
    one.attempt_id = "attempt" + std::to_string(i);
    one.name = "auto-acme-" + one.attempt_id;
    ASSERT_TRUE(provider.create(one, call).ok());
    wait(1000);
  }
  wait(60'000);
  wire.sent.clear();
  FindRequest one = find_attempt();
  one.sought[0].attempt_id = "attempt7";
  const auto found = provider.find(one, call);
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->complete);
  ASSERT_EQ(found->servers.size(), 1U);
  EXPECT_EQ(found->servers[0].attempt_id, "attempt7");
  EXPECT_EQ(wire.sent.size(), 1U);
}

TEST_F(HetznerStory, a_hundred_servers_are_one_list_of_three_pages) {
  for (int i = 0; i < 100; ++i) {
    CreateRequest one = request();
    one.attempt_id = "attempt" + std::to_string(i);
    one.name = "auto-acme-" + one.attempt_id;
    ASSERT_TRUE(provider.create(one, call).ok());
    wait(1000);
  }
  wire.sent.clear();
  FindRequest all;
  all.installation_id = installation;
  all.all = true;
  const auto found = provider.find(all, call);
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->complete);
  EXPECT_EQ(found->servers.size(), 100U);
  EXPECT_EQ(wire.sent.size(), 2U);
}

struct Refusal {
  const char* fault;
  ErrorCode code;
  Effect effect;
};

class HetznerRefusal : public HetznerStory, public testing::WithParamInterface<Refusal> {};

TEST_P(HetznerRefusal, of_a_create_has_its_code_effect_and_the_vendors_words) {
  wire.faults(std::string(R"({"match":{"vendor":"hetzner","operation":"create_server"},"do":)") +
              GetParam().fault + "}");
  const auto refused = provider.create(request(), call);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, GetParam().code);
  EXPECT_EQ(refused.failure().effect, GetParam().effect);
  EXPECT_FALSE(refused.failure().message.empty());
  EXPECT_EQ(story::all_of(call, refused.failure()).find("fake-hetzner-token"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    table, HetznerRefusal,
    testing::Values(
        Refusal{R"({"error":"out_of_stock"})", ErrorCode::out_of_stock, Effect::none},
        Refusal{R"({"code":"placement_error","status":422})", ErrorCode::out_of_stock,
                Effect::none},
        Refusal{R"({"error":"quota_reached"})", ErrorCode::quota_reached, Effect::none},
        Refusal{R"({"error":"rate_limited"})", ErrorCode::rate_limited, Effect::none},
        Refusal{R"({"error":"conflict"})", ErrorCode::unavailable, Effect::none},
        Refusal{R"({"error":"locked"})", ErrorCode::unavailable, Effect::none},
        Refusal{R"({"code":"maintenance","status":503})", ErrorCode::unavailable, Effect::none},
        Refusal{R"({"error":"unavailable"})", ErrorCode::unavailable, Effect::unknown},
        Refusal{R"({"code":"timeout","status":504})", ErrorCode::unavailable, Effect::unknown},
        Refusal{R"({"code":"bad_gateway","status":502})", ErrorCode::unavailable, Effect::unknown},
        Refusal{R"({"error":"denied"})", ErrorCode::denied, Effect::none},
        Refusal{R"({"error":"unauthorized"})", ErrorCode::denied, Effect::none},
        Refusal{R"({"code":"token_readonly","status":401})", ErrorCode::denied, Effect::none},
        Refusal{R"({"error":"invalid"})", ErrorCode::invalid, Effect::none},
        Refusal{R"({"code":"invalid_server_type","status":422})", ErrorCode::invalid, Effect::none},
        Refusal{R"({"code":"deprecated_api_endpoint","status":410})", ErrorCode::invalid,
                Effect::none},
        Refusal{R"({"error":"unknown_code"})", ErrorCode::invalid, Effect::none},
        Refusal{R"({"html":true,"status":502})", ErrorCode::unavailable, Effect::unknown},
        Refusal{R"({"html":true,"status":504})", ErrorCode::unavailable, Effect::unknown},
        Refusal{R"({"late_success":3000,"error":"unavailable"})", ErrorCode::unavailable,
                Effect::unknown}));

}  // namespace
}  // namespace berth::hetzner
