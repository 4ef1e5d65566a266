// What the DigitalOcean plugin sends, and what it makes of answers no sane vendor gives.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "digitalocean/catalogue.hpp"
#include "digitalocean/droplet.hpp"
#include "digitalocean/provider.hpp"
#include "digitalocean/request.hpp"
#include "json_api/story.hpp"

namespace berth::digitalocean {
namespace {

using namespace digitalocean_story;
namespace json = boost::json;

constexpr const char* endpoint = "https://api.example/v2";
constexpr const char* none = R"({"droplets":[],"links":{},"meta":{"total":0}})";

Account account() {
  Account out;
  out.token = "sehr-geheim";
  out.endpoint = endpoint;
  return out;
}

std::string droplet(const std::string& id, const std::string& status, const std::string& tags) {
  return R"({"id":)" + id + R"(,"name":"auto-acme-)" + attempt + R"(","status":")" + status +
         R"(","created_at":"2026-11-18T10:00:00Z","size_slug":"s-2vcpu-4gb",)" +
         R"("region":{"slug":"nyc1"},"tags":[)" + tags + R"(],"networks":{"v4":[)" +
         R"({"type":"private","ip_address":"10.1.2.3"},{"type":"public","ip_address":"192.0.2.7"}]}})";
}

std::string ours() {
  return std::string(R"("berth-installation:)") + installation + R"(","berth-attempt:)" + attempt +
         R"(","organization_id:acme")";
}

TEST(DigitalOceanWire, a_create_looks_by_name_and_says_everything_in_one_request) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  Account with = account();
  with.vpc_uuid = "760e09ef-dc84-11e8-981e-3cfdfeaae000";
  with.tags = {"team:web"};
  with.ssh_keys = {"289794", "3b:16:e4:bf:8b:00:8b:b8:59:8c:a9:d3:f0:19:fa:45", "ops"};
  wire.on(std::string("GET /droplets?name=auto-acme-") + attempt, 200, none)
      .on("GET /account/keys?", 200,
          R"({"ssh_keys":[{"id":5,"name":"ops"}],"links":{},"meta":{"total":1}})")
      .on("POST /droplets", 202,
          R"({"droplet":)" + droplet("42", "new", "") +
              R"(,"links":{"actions":[{"id":7,"rel":"create","href":"https://evil.example/7"}]}})");
  const auto made = Provider(with).create(request(), call);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->server.server_id, "42");
  EXPECT_EQ(made->server.state, ServerState::pending);
  EXPECT_EQ(made->note, R"({"action":7})");

  const json::value body = json::parse(wire.sent.back().body);
  EXPECT_EQ(body.at("name").as_string(), request().name);
  EXPECT_EQ(body.at("region").as_string(), "nyc1");
  EXPECT_EQ(body.at("size").as_string(), "s-2vcpu-4gb");
  EXPECT_EQ(body.at("image").as_string(), "debian-12-x64");
  EXPECT_EQ(body.at("vpc_uuid").as_string(), with.vpc_uuid);
  EXPECT_EQ(body.at("ssh_keys").as_array().size(), 4U);
  EXPECT_EQ(body.at("ssh_keys").as_array()[1].as_int64(), 289794);
  EXPECT_EQ(body.at("ssh_keys").as_array()[3].as_int64(), 5);
  EXPECT_EQ(json::serialize(body.at("tags")),
            std::string(R"(["auto_provisioned:true","managed_by:berth","organization_id:acme",)") +
                R"("berth-installation:)" + installation + R"(","berth-attempt:)" + attempt +
                R"(","berth-expires-at:1795007200000","application:web-shop","team:web"])");
}

TEST(DigitalOceanWire, an_unknown_key_is_registered_and_the_refused_create_repeated_once) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  const char* refusal = R"({"id":"unprocessable_entity",
    "message":"3b:16 are invalid key identifiers for Droplet creation."})";
  wire.on("GET /droplets?name=", 200, none)
      .on("POST /droplets", 422, refusal)
      .on("POST /account/keys", 422,
          R"({"id":"unprocessable_entity","message":"SSH Key is already in use on your account"})")
      .on("POST /droplets", 422, refusal);
  const auto made = Provider(account()).create(request(), call);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.failure().code, ErrorCode::invalid);
}

Failure refused_with(int status, const std::string& id, const std::string& words) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  CreateRequest plain = request();
  plain.ssh_public_keys.clear();
  wire.on("GET /droplets?name=", 200, none)
      .on("POST /droplets", status, R"({"id":")" + id + R"(","message":")" + words + R"("})");
  const auto made = Provider(account()).create(plain, call);
  EXPECT_FALSE(made.ok());
  return made.failure();
}

TEST(DigitalOceanRefusal, says_how_much_it_speaks_for) {
  struct Row {
    const char* words;
    ErrorCode code;
    StockScope scope;
    const char* family;
    const char* setting;
  };
  const Row rows[] = {
      {"You specified an invalid image for Droplet creation.", ErrorCode::invalid,
       StockScope::request, "", "\"image\""},
      {"The image is not available in the selected region.", ErrorCode::invalid, StockScope::region,
       "", "\"image\""},
      {"This image requires a larger disk.", ErrorCode::invalid, StockScope::instance_type, "",
       "\"image\""},
      {"VPC not found in region.", ErrorCode::invalid, StockScope::request, "", "\"vpc_uuid\""},
      {"You specified an invalid size for Droplet creation.", ErrorCode::invalid,
       StockScope::instance_type, "", ""},
      {"Creating this Droplet will exceed your GPU droplet limit.", ErrorCode::quota_reached,
       StockScope::family, "gpu", ""},
      {"creating this/these droplet(s) will exceed your droplet limit", ErrorCode::quota_reached,
       StockScope::account, "", ""},
      {"Size is not available in this region.", ErrorCode::out_of_stock, StockScope::zone, "", ""},
  };
  for (const Row& row : rows) {
    const Failure failure = refused_with(422, "unprocessable_entity", row.words);
    EXPECT_EQ(failure.code, row.code) << row.words;
    EXPECT_EQ(failure.scope, row.scope) << row.words;
    EXPECT_EQ(failure.scope_name, row.family) << row.words;
    EXPECT_NE(failure.message.find(row.words), std::string::npos) << failure.message;
    EXPECT_NE(failure.message.find(row.setting), std::string::npos) << failure.message;
  }
  EXPECT_EQ(refused_with(401, "Unauthorized", "Unable to authenticate you").scope,
            StockScope::credential);
  const Failure unknown = refused_with(422, "unprocessable_entity", "Something new.");
  EXPECT_EQ(unknown.code, ErrorCode::invalid);
  EXPECT_EQ(unknown.scope, std::nullopt);
  EXPECT_EQ(unknown.vendor_text, "Something new.");
}

TEST(DigitalOceanWire, two_untagged_droplets_of_this_name_are_no_ground_to_choose_or_to_buy) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /droplets?name=", 200,
          R"({"droplets":[)" + droplet("1", "new", "") + "," + droplet("2", "new", "") + "]}");
  const auto made = Provider(account()).create(request(), call);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.failure().code, ErrorCode::unavailable);
  EXPECT_EQ(made.failure().effect, Effect::none);
}

TEST(DigitalOceanWire, the_token_follows_no_link_to_another_host) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /droplets?tag_name=berth-attempt%3Ab4k2m7p3q5r6s2t4v7w3x5y2za&page=1&per_page=200",
          200,
          R"({"droplets":[)" + droplet("1", "active", ours()) +
              R"(],"links":{"pages":{"next":"https://evil.example/v2/droplets?page=2"}}})")
      .on("GET /droplets?tag_name=berth-attempt%3Ab4k2m7p3q5r6s2t4v7w3x5y2za&page=2&per_page=200",
          200, R"({"droplets":[)" + droplet("2", "active", ours()) + R"(],"links":{}})");
  const auto found = Provider(account()).find(find_attempt(), call);
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->complete);
  EXPECT_EQ(found->servers.size(), 2U);
  for (const auto& request : wire.sent) EXPECT_EQ(request.url.find("evil"), std::string::npos);
}

TEST(DigitalOceanWire, an_endless_list_as_prisms_mock_gives_it_stops) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  const std::string same =
      R"({"droplets":[)" + droplet("1", "active", ours()) +
      R"(],"links":{"pages":{"next":"https://api.digitalocean.com/v2/images?page=2"}},"meta":{"total":1}})";
  wire.on("GET /droplets?", 200, same).on("GET /droplets?", 200, same);
  const auto found = Provider(account()).find(find_attempt(), call);
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->complete);
  EXPECT_EQ(found->servers.size(), 1U);
}

TEST(DigitalOceanWire, a_gpu_droplet_whose_reply_was_lost_is_found_in_its_own_list) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /droplets?tag_name=", 200, none)
      .on("GET /droplets?type=gpus", 200,
          R"({"droplets":[)" + droplet("9", "active", ours()) + "]}");
  const auto found = Provider(account()).find(find_attempt(), call);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->servers.size(), 1U);
  EXPECT_TRUE(found->absent.empty());
}

TEST(DigitalOceanWire, an_account_without_gpu_droplets_is_still_listed_whole) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /droplets?tag_name=", 200, none)
      .on("GET /droplets?type=gpus", 403, R"({"id":"forbidden","message":"not for you"})");
  const auto found = Provider(account()).find(find_attempt(), call);
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->complete);
  EXPECT_EQ(found->absent, std::vector<std::string>{attempt});
}

TEST(DigitalOceanWire, the_reset_header_is_when_one_request_more_is_free) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /account", 429, R"({"id":"too_many_requests","message":"API Rate limit exceeded."})",
          {{"ratelimit-reset", std::to_string(call.now_ms / 1000 + 90)}});
  const auto refused = Provider(account()).check(call);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, ErrorCode::rate_limited);
  EXPECT_EQ(refused.failure().retry_after_ms, 90'000);
}

TEST(DigitalOceanWire, a_locked_account_fails_its_check) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /account", 200,
          R"({"account":{"status":"locked","status_message":"unpaid","droplet_limit":25}})");
  const auto refused = Provider(account()).check(call);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, ErrorCode::denied);
}

TEST(DigitalOceanWire, anything_that_says_200_is_not_digitalocean) {
  for (const char* answer : {"{}", R"({"account":{}})", R"({"account":{"status":"active"}})"}) {
    story::ScriptedWire wire(endpoint);
    story::Call call(wire);
    wire.on("GET /account", 200, answer);
    EXPECT_FALSE(Provider(account()).check(call).ok()) << answer;
  }
}

TEST(DigitalOceanWire, nothing_is_sent_that_the_vendor_must_refuse) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  Provider provider(account());
  CreateRequest long_data = request();
  long_data.user_data.assign(64 * 1024 + 1, 'x');
  CreateRequest strange = request();
  strange.attempt_id = "a.b";
  CreateRequest bad_key = request();
  bad_key.ssh_public_keys = {"ssh-ed25519 AAAA"};
  CreateRequest arm = request();
  arm.arch = Arch::arm64;
  for (const CreateRequest& one : {long_data, strange, bad_key, arm}) {
    const auto made = provider.create(one, call);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.failure().code, ErrorCode::invalid);
    EXPECT_EQ(made.failure().effect, Effect::none);
  }
  EXPECT_TRUE(wire.sent.empty());
}

TEST(DigitalOceanWire, what_cannot_be_read_is_unavailable_in_words) {
  for (const char* body : {"", "<html>", R"({"droplets":{}})", R"({"droplets":[)", "7"}) {
    story::ScriptedWire wire(endpoint);
    story::Call call(wire);
    wire.on("GET /droplets?", 200, body);
    const auto found = Provider(account()).find(find_attempt(), call);
    ASSERT_FALSE(found.ok()) << body;
    EXPECT_EQ(found.failure().code, ErrorCode::unavailable) << body;
    EXPECT_FALSE(found.failure().message.empty());
  }
}

json::value size(const std::string& changes) {
  json::object out = json::parse(R"({"slug":"s-1vcpu-1gb","memory":1024,"vcpus":1,"disk":25,
    "transfer":1.0,"price_monthly":5.0,"price_hourly":0.00743999984115362,
    "regions":["nyc1","fra1"],"available":true})")
                         .as_object();
  const json::object changed = json::parse(changes).as_object();
  for (const auto& member : changed) out[member.key()] = member.value();
  return out;
}

TEST(DigitalOceanOffer, a_float_with_noise_becomes_the_price_that_was_meant) {
  const auto offers = offers_of(size("{}"), "nyc1", true, 5);
  ASSERT_EQ(offers.size(), 1U);
  EXPECT_EQ(offers[0].hourly_nanos, 7'440'000);
  EXPECT_EQ(offers[0].monthly_cap_nanos, 5'000'000'000);
  EXPECT_EQ(offers[0].excludes, std::vector<std::string>{"traffic above 1 TB a month"});
}

TEST(DigitalOceanOffer, is_usable_where_size_and_region_are_and_know_each_other) {
  EXPECT_EQ(offers_of(size("{}"), "nyc1", true, 5)[0].availability, Availability::available);
  EXPECT_EQ(offers_of(size("{}"), "nyc1", false, 5)[0].availability, Availability::unavailable);
  EXPECT_EQ(offers_of(size("{}"), "nyc1", std::nullopt, 5)[0].availability,
            Availability::unavailable);
  EXPECT_EQ(offers_of(size(R"({"available":false})"), "nyc1", true, 5)[0].availability,
            Availability::unavailable);
  EXPECT_TRUE(offers_of(size("{}"), "sfo3", true, 5).empty());
}

TEST(DigitalOceanOffer, names_the_plan_that_a_refusal_may_speak_for) {
  EXPECT_EQ(offers_of(size("{}"), "nyc1", true, 5)[0].families, std::vector<std::string>{"s"});
  EXPECT_EQ(offers_of(size(R"({"slug":"gpu-h100x1-80gb"})"), "nyc1", true, 5)[0].families,
            std::vector<std::string>{"gpu"});
}

TEST(DigitalOceanOffer, sizes_that_are_sold_nowhere_asked_for_are_a_problem_not_an_empty_answer) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /regions", 200, R"({"regions":[{"slug":"nyc1","available":true}]})")
      .on("GET /sizes", 200, R"({"sizes":[)" + json::serialize(size("{}")) + "]}");
  const auto offers = Provider(account()).offers({{"mars1"}}, call);
  ASSERT_FALSE(offers.ok());
  EXPECT_NE(offers.failure().message.find("mars1"), std::string::npos);
}

TEST(DigitalOceanOffer, a_missing_price_is_absent_and_a_zero_price_is_missing) {
  for (const char* prices : {R"({"price_hourly":null,"price_monthly":null})",
                             R"({"price_hourly":0,"price_monthly":0.0})",
                             R"({"price_hourly":"0.007","price_monthly":"5"})",
                             R"({"price_hourly":-1,"price_monthly":-1})"}) {
    const auto offers = offers_of(size(prices), "nyc1", true, 5);
    ASSERT_EQ(offers.size(), 1U);
    EXPECT_FALSE(offers[0].hourly_nanos) << prices;
    EXPECT_FALSE(offers[0].monthly_cap_nanos) << prices;
  }
}

TEST(DigitalOceanSettings, are_checked_where_they_are_read) {
  EXPECT_THROW(account_of(PluginConfig()), ConfigError);
  EXPECT_THROW(account_of(PluginConfig({{"token", std::string()}})), ConfigError);
  EXPECT_THROW(account_of(PluginConfig(
                   {{"token", std::string("t")}, {"tags", std::vector<std::string>{"no blanks"}}})),
               ConfigError);
  const std::pair<const char*, SettingValue> wrong[] = {
      {"token", "two words"},
      {"endpoint", "ftp://x"},
      {"default_region", "New York"},
      {"regions", std::vector<std::string>{"fra1", "F1"}},
      {"image", "debian 12"},
      {"vpc_uuid", "my-vpc"},
      {"vpc_uuid", "760e09ef-dc84-11e8-981e-3cfdfeaae00g"},
      {"ssh_keys", std::vector<std::string>{"ssh-ed25519 AAAA me@home"}}};
  for (const auto& [key, value] : wrong) {
    Settings settings{{"token", std::string("t")}};
    settings[key] = value;
    EXPECT_THROW(account_of(PluginConfig(settings)), ConfigError) << key;
  }
}

}  // namespace
}  // namespace berth::digitalocean
