// What the Hetzner plugin sends, and what it makes of answers no sane vendor gives.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "hetzner/catalogue.hpp"
#include "hetzner/provider.hpp"
#include "hetzner/request.hpp"
#include "hetzner/server.hpp"
#include "json_api/story.hpp"

namespace berth::hetzner {
namespace {

using namespace hetzner_story;
namespace json = boost::json;

constexpr const char* endpoint = "https://api.example/v1";

Account account() {
  Account out;
  out.token = "sehr-geheim";
  out.endpoint = endpoint;
  return out;
}

std::string server_json(const std::string& id, const std::string& status = "running",
                        const std::string& with_attempt = attempt) {
  return R"({"id":)" + id + R"(,"name":"auto-acme-)" + with_attempt + R"(","status":")" + status +
         R"(","created":"2026-11-18T10:00:00+00:00","labels":{"installation":")" + installation +
         R"(","attempt":")" + with_attempt + R"(","organization_id":"acme"},)" +
         R"("location":{"name":"nbg1"},"server_type":{"name":"cx33"},)" +
         R"("public_net":{"ipv4":{"ip":"192.0.2.7"}}})";
}

std::string page(const std::string& items, const std::string& next = "null",
                 const std::string& total = "null") {
  return R"({"servers":[)" + items + R"(],"meta":{"pagination":{"page":1,"per_page":50,)" +
         R"("previous_page":null,"next_page":)" + next + R"(,"last_page":null,"total_entries":)" +
         total + "}}}";
}

TEST(HetznerWire, anything_that_says_200_is_not_hetzner) {
  for (const char* answer : {"{}", R"({"servers":[]})", R"({"servers":{},"meta":{}})"}) {
    story::ScriptedWire wire(endpoint);
    story::Call call(wire);
    wire.on("GET /servers", 200, answer);
    EXPECT_FALSE(Provider(account()).check(call).ok()) << answer;
  }
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /servers", 200, page(""));
  EXPECT_TRUE(Provider(account()).check(call).ok());
}

TEST(HetznerWire, a_create_says_everything_in_one_request) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  Account with = account();
  with.ssh_keys = {"ops", "4711"};
  with.network = "99";
  with.tags = {"team=web", "attempt=mine"};
  wire.on("GET /ssh_keys?fingerprint=", 200, R"({"ssh_keys":[]})")
      .on("POST /ssh_keys", 201, R"({"ssh_key":{"id":1}})")
      .on("POST /servers", 201,
          R"({"server":)" + server_json("42", "initializing") +
              R"(,"action":{"id":7},"next_actions":[{"id":8}],"root_password":"YItygq1v3GYj"})");
  const auto made = Provider(with).create(request(), call);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->server.server_id, "42");
  EXPECT_EQ(made->note, R"({"actions":[7,8],"network":"99"})");
  for (const std::string& line : call.lines) EXPECT_EQ(line.find("YItygq"), std::string::npos);

  EXPECT_EQ(story::header_of(wire.sent[2], "Authorization"), "Bearer sehr-geheim");
  const json::value body = json::parse(wire.sent[2].body);
  EXPECT_EQ(body.at("name").as_string(), request().name);
  EXPECT_EQ(body.at("server_type").as_string(), "cx33");
  EXPECT_EQ(body.at("image").as_string(), "debian-12");
  EXPECT_EQ(body.at("location").as_string(), "nbg1");
  EXPECT_EQ(body.at("user_data").as_string(), "#cloud-config\n");
  EXPECT_EQ(json::serialize(body.at("networks")), "[99]");
  const auto& keys = body.at("ssh_keys").as_array();
  ASSERT_EQ(keys.size(), 3U);
  EXPECT_EQ(keys[0].as_string(), json::parse(wire.sent[1].body).at("name").as_string());
  EXPECT_EQ(keys[1].as_string(), "ops");
  EXPECT_EQ(keys[2].as_int64(), 4711);
  const auto& labels = body.at("labels");
  EXPECT_EQ(labels.at("auto_provisioned").as_string(), "true");
  EXPECT_EQ(labels.at("organization_id").as_string(), "acme");
  EXPECT_EQ(labels.at("managed_by").as_string(), "berth");
  EXPECT_EQ(labels.at("installation").as_string(), installation);
  EXPECT_EQ(labels.at("attempt").as_string(), attempt) << "a tag cannot forge ownership";
  EXPECT_EQ(labels.at("expires-at").as_string(), "1795007200000");
  EXPECT_EQ(labels.at("application").as_string(), "web-shop");
  EXPECT_EQ(labels.at("team").as_string(), "web");
}

TEST(HetznerWire, an_endless_list_as_prisms_mock_gives_it_stops) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /servers?label_selector=attempt%3D%3Danother&page=1&per_page=50", 200,
          page(server_json("1"), "4", "100"))
      .on("GET /servers?label_selector=attempt%3D%3Danother&page=4", 200,
          page(server_json("1"), "4", "100"));
  FindRequest other = find_attempt();
  other.sought[0].attempt_id = "another";
  const auto found = Provider(account()).find(other, call);
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->complete);
  EXPECT_TRUE(found->absent.empty());
}

TEST(HetznerWire, a_later_page_that_fails_leaves_what_was_read_and_nothing_absent) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /servers?", 200, page(server_json("1"), "2"))
      .on("GET /servers?", 503, R"({"error":{"code":"unavailable","message":"later"}})");
  FindRequest both = find_attempt();
  both.sought.push_back({"another", "", "", ""});
  const auto found = Provider(account()).find(both, call);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->servers.size(), 1U);
  EXPECT_FALSE(found->complete);
  EXPECT_TRUE(found->absent.empty());
}

TEST(HetznerWire, a_first_page_that_fails_is_a_failure_not_an_empty_list) {
  for (const char* body : {"", "<html>", R"({"servers":7})", R"({"servers")", "[]", "null"}) {
    story::ScriptedWire wire(endpoint);
    story::Call call(wire);
    wire.on("GET /servers?", 200, body);
    const auto found = Provider(account()).find(find_attempt(), call);
    ASSERT_FALSE(found.ok()) << body;
    EXPECT_EQ(found.failure().code, ErrorCode::unavailable) << body;
    EXPECT_EQ(found.failure().effect, Effect::none) << body;
  }
}

TEST(HetznerWire, fewer_items_than_the_vendor_counts_is_not_whole) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /servers?", 200, page(server_json("1", "running", "other"), "null", "2"));
  const auto found = Provider(account()).find(find_attempt(), call);
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->complete);
  EXPECT_TRUE(found->absent.empty());
}

TEST(HetznerWire, a_known_id_is_asked_for_and_only_a_404_makes_it_absent) {
  {
    story::ScriptedWire wire(endpoint);
    story::Call call(wire);
    wire.on("GET /servers?", 200, page(""))
        .on("GET /servers/42", 404, R"({"error":{"code":"not_found","message":"no"}})");
    const auto found = Provider(account()).find(find_attempt("42"), call);
    ASSERT_TRUE(found.ok());
    EXPECT_TRUE(found->complete);
    EXPECT_EQ(found->absent, std::vector<std::string>{attempt});
  }
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /servers?", 200, page("")).on("GET /servers/42", 500, "<h1>oops</h1>");
  const auto found = Provider(account()).find(find_attempt("42"), call);
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->complete);
  EXPECT_TRUE(found->absent.empty());
  EXPECT_TRUE(found->servers.empty());
}

Failure refused_with(int status, const std::string& code, const std::string& words,
                     Arch arch = Arch::x86_64) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  CreateRequest plain = request();
  plain.ssh_public_keys.clear();
  plain.arch = arch;
  wire.on("POST /servers", status,
          R"({"error":{"code":")" + code + R"(","message":")" + words + R"("}})");
  const auto made = Provider(account()).create(plain, call);
  EXPECT_FALSE(made.ok());
  return made.failure();
}

TEST(HetznerRefusal, an_image_that_is_gone_names_the_sentence_and_the_setting) {
  const Failure failure = refused_with(422, "invalid_input", "image debian-11 not found");
  EXPECT_EQ(failure.code, ErrorCode::invalid);
  EXPECT_EQ(failure.scope, StockScope::request);
  EXPECT_NE(failure.message.find("image debian-11 not found"), std::string::npos);
  EXPECT_NE(failure.message.find("\"image\""), std::string::npos);
}

TEST(HetznerRefusal, an_image_too_big_for_a_type_is_that_types) {
  const Failure failure =
      refused_with(422, "invalid_input", "image disk is bigger than server type disk");
  EXPECT_EQ(failure.scope, StockScope::instance_type);
}

TEST(HetznerRefusal, a_type_that_is_listed_and_not_sold_there_is_that_types) {
  const Failure failure =
      refused_with(422, "invalid_input", "unsupported location for server type");
  EXPECT_EQ(failure.code, ErrorCode::invalid);
  EXPECT_EQ(failure.scope, StockScope::instance_type);
}

TEST(HetznerRefusal, a_quota_of_dedicated_cores_leaves_the_shared_ones) {
  const Failure failure =
      refused_with(403, "resource_limit_exceeded", "dedicated core limit exceeded");
  EXPECT_EQ(failure.code, ErrorCode::quota_reached);
  EXPECT_EQ(failure.scope, StockScope::family);
  EXPECT_EQ(failure.scope_name, "cores:dedicated");
  EXPECT_EQ(refused_with(403, "resource_limit_exceeded", "server limit exceeded").scope,
            StockScope::account);
}

TEST(HetznerRefusal, a_token_that_is_refused_is_the_credential) {
  EXPECT_EQ(refused_with(401, "unauthorized", "unable to authenticate").scope,
            StockScope::credential);
  EXPECT_EQ(refused_with(401, "freshly_invented", "no").scope, StockScope::credential);
  EXPECT_EQ(refused_with(403, "forbidden", "no").scope, std::nullopt);
}

TEST(HetznerRefusal, a_refused_token_says_by_how_much_the_clock_is_wrong) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /servers", 401, R"({"error":{"code":"unauthorized","message":"no"}})",
          {{"date", "Wed, 18 Nov 2026 00:00:00 GMT"}});
  const auto refused = Provider(account()).check(call);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.failure().message.find("ahead of Hetzner's"), std::string::npos)
      << refused.failure().message;
}

TEST(HetznerRefusal, an_image_of_the_other_architecture_leaves_its_own_types) {
  const Failure failure = refused_with(
      422, "invalid_input", "server type and image architecture do not match", Arch::arm64);
  EXPECT_EQ(failure.scope, StockScope::family);
  EXPECT_EQ(failure.scope_name, "arch:arm");
}

TEST(HetznerRefusal, words_that_no_table_knows_keep_what_the_code_implies) {
  const Failure failure = refused_with(418, "freshly_invented", "Something new.");
  EXPECT_EQ(failure.code, ErrorCode::invalid);
  EXPECT_EQ(failure.scope, std::nullopt);
  EXPECT_EQ(failure.vendor_text, "Something new.");
}

TEST(HetznerWire, a_taken_name_that_nobody_shows_is_looked_at_again) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  CreateRequest plain = request();
  plain.ssh_public_keys.clear();
  wire.on("POST /servers", 409, R"({"error":{"code":"uniqueness_error","message":"taken"}})")
      .on("GET /servers?name=auto-acme-", 200, page(""));
  const auto made = Provider(account()).create(plain, call);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.failure().code, ErrorCode::unavailable);
  EXPECT_EQ(made.failure().effect, Effect::unknown);
  EXPECT_EQ(made.failure().vendor_code, "uniqueness_error");
}

TEST(HetznerWire, nothing_is_sent_that_the_vendor_must_refuse) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  Provider provider(account());
  CreateRequest long_data = request();
  long_data.user_data.assign(32 * 1024 + 1, 'x');
  CreateRequest strange = request();
  strange.installation_id = "inst:1";
  CreateRequest bad_key = request();
  bad_key.ssh_public_keys = {"not a key"};
  CreateRequest nameless = request();
  nameless.name.clear();
  for (const CreateRequest& one : {long_data, strange, bad_key, nameless}) {
    const auto made = provider.create(one, call);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.failure().code, ErrorCode::invalid);
    EXPECT_EQ(made.failure().effect, Effect::none);
  }
  EXPECT_TRUE(wire.sent.empty());
}

TEST(HetznerWire, a_cancelled_or_late_call_sends_nothing) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  call.is_cancelled = true;
  const auto cancelled = Provider(account()).create(request(), call);
  EXPECT_EQ(cancelled.failure().code, ErrorCode::cancelled);
  EXPECT_EQ(cancelled.failure().effect, Effect::none);
  call.is_cancelled = false;
  call.left_ms = 0;
  const auto late = Provider(account()).create(request(), call);
  EXPECT_EQ(late.failure().code, ErrorCode::unavailable);
  EXPECT_EQ(late.failure().effect, Effect::none);
}

TEST(HetznerWire, a_failed_look_at_the_key_is_no_unknown_create) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /ssh_keys", 200, R"({"ssh_keys":[]})").lost("POST /ssh_keys");
  const auto made = Provider(account()).create(request(), call);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.failure().effect, Effect::none);
}

TEST(HetznerWire, a_gateway_that_echoes_the_token_does_not_make_us_repeat_it) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /servers", 502, "<html>Authorization: Bearer sehr-geheim \xff\x01</html>");
  const auto refused = Provider(account()).check(call);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(story::all_of(call, refused.failure()).find("sehr-geheim"), std::string::npos);
  EXPECT_EQ(refused.failure().vendor_text.find('\xff'), std::string::npos);
}

TEST(HetznerWire, a_migrating_server_is_unknown_and_off_by_hand_is_stopped) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /servers?", 200,
          page(server_json("1", "migrating") + "," + server_json("2", "off", "b2")))
      .on("GET /servers/2/actions", 200,
          R"({"actions":[{"id":1,"command":"create_server","status":"error"},)"
          R"({"id":2,"command":"start_server","status":"success"},)"
          R"({"id":3,"command":"stop_server","status":"success"}]})");
  FindRequest both = find_attempt();
  both.sought.push_back({"b2", "2", "", ""});
  const auto found = Provider(account()).find(both, call);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->servers[0].state, ServerState::unknown);
  EXPECT_EQ(found->servers[1].state, ServerState::stopped);
}

TEST(HetznerWire, a_running_server_that_could_not_join_its_network_has_failed) {
  const std::string note = R"({"actions":[7,8],"network":"99"})";
  {
    story::ScriptedWire wire(endpoint);
    story::Call call(wire);
    wire.on("GET /servers?", 200, page(server_json("1")))
        .on("GET /actions?id=7&id=8", 200,
            R"({"actions":[{"id":7,"command":"create_server","status":"success"},)"
            R"({"id":8,"command":"attach_to_network","status":"error",)"
            R"("error":{"code":"no_subnet_available","message":"no free IP"}}]})");
    const auto found = Provider(account()).find(find_attempt("1", note), call);
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->servers[0].state, ServerState::failed);
    EXPECT_EQ(found->servers[0].detail,
              "attach_to_network failed: no_subnet_available: no free IP");
  }
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /servers?", 200, page(server_json("1")))
      .on("GET /actions?id=7&id=8", 200,
          R"({"actions":[{"id":8,"command":"attach_to_network","status":"running"}]})");
  const auto found = Provider(account()).find(find_attempt("1", note), call);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->servers[0].state, ServerState::pending);
  EXPECT_EQ(found->servers[0].lacks, "is not in its private network");
}

TEST(HetznerWire, a_running_server_with_its_address_in_the_network_is_not_asked_about) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  std::string server = server_json("1");
  server.insert(server.size() - 1, R"(,"private_net":[{"network":99,"ip":"10.0.0.2"}])");
  wire.on("GET /servers?", 200, page(server));
  const auto found =
      Provider(account()).find(find_attempt("1", R"({"actions":[7],"network":"99"})"), call);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->servers[0].state, ServerState::running);
  EXPECT_EQ(found->servers[0].private_ipv4, "10.0.0.2");
  EXPECT_EQ(found->servers[0].ssh_user, "root");
}

TEST(HetznerWire, asking_for_actions_by_id_relies_on_no_page_size) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  json::array ids;
  for (int id = 1; id <= 30; ++id) ids.emplace_back(id);
  const std::string note = json::serialize(json::object{{"actions", ids}});
  wire.on("GET /servers?", 200, page(server_json("1", "initializing")))
      .on("GET /actions?id=1&", 200, R"({"actions":[]})")
      .on("GET /actions?id=26&", 200,
          R"({"actions":[{"id":30,"command":"start_server","status":"error",)"
          R"("error":{"code":"action_failed","message":"no"}}]})");
  const auto found = Provider(account()).find(find_attempt("1", note), call);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->servers[0].state, ServerState::failed);
  for (const auto& sent : wire.sent)
    if (sent.url.find("/actions") != std::string::npos)
      EXPECT_EQ(sent.url.find("page"), std::string::npos) << sent.url;
}

json::value type(const std::string& changes) {
  json::object out = json::parse(R"({"id":1,"name":"cx33","cores":4,"memory":8.0,"disk":80,
    "architecture":"x86",
    "prices":[{"location":"fsn1","price_hourly":{"net":"9.9"},"price_monthly":{"net":"99"}},
              {"location":"nbg1","price_hourly":{"net":"0.0136000000000000"},
               "price_monthly":{"net":"8.4900000000000000"},"included_traffic":21990232555520}],
    "locations":[{"name":"nbg1","available":true,"deprecation":null}]})")
                         .as_object();
  const json::object changed = json::parse(changes).as_object();
  for (const auto& member : changed) out[member.key()] = member.value();
  return out;
}

const json::value pricing = json::parse(R"({"pricing":{"currency":"EUR","primary_ips":[
  {"type":"ipv6","prices":[{"location":"nbg1","price_hourly":{"net":"0"},"price_monthly":{"net":"0"}}]},
  {"type":"ipv4","prices":[{"location":"nbg1","price_hourly":{"net":"0.0008"},
                            "price_monthly":{"net":"0.5000"}}]}]}})");

TEST(HetznerOffer, takes_the_price_of_its_location_not_the_first) {
  const auto offers = offers_of(type("{}"), pricing, "nbg1", 5);
  ASSERT_EQ(offers.size(), 1U);
  EXPECT_EQ(offers[0].hourly_nanos, 13'600'000);
  EXPECT_EQ(offers[0].monthly_cap_nanos, 8'490'000'000);
  EXPECT_EQ(offers[0].ipv4_hourly_nanos, 800'000);
  EXPECT_EQ(offers[0].ipv4_monthly_cap_nanos, 500'000'000);
  EXPECT_EQ(offers[0].as_of_unix_ms, 5);
  EXPECT_TRUE(offers_of(type("{}"), pricing, "fsn1", 5).empty()) << "locations has no fsn1";
}

TEST(HetznerOffer, names_the_groups_that_a_refusal_may_speak_for) {
  EXPECT_EQ(offers_of(type(R"({"cpu_type":"shared"})"), pricing, "nbg1", 5)[0].families,
            (std::vector<std::string>{"cx", "cores:shared", "arch:x86"}));
  EXPECT_EQ(offers_of(type(R"({"name":"cax11","cpu_type":"shared","architecture":"arm"})"), pricing,
                      "nbg1", 5)[0]
                .families,
            (std::vector<std::string>{"cax", "cores:shared", "arch:arm"}));
}

TEST(HetznerOffer, types_that_are_sold_nowhere_asked_for_are_a_problem_not_an_empty_answer) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /server_types", 200, R"({"server_types":[)" + json::serialize(type("{}")) + "]}")
      .on("GET /pricing", 200, json::serialize(pricing));
  const auto offers = Provider(account()).offers({{"mars1"}}, call);
  ASSERT_FALSE(offers.ok());
  EXPECT_NE(offers.failure().message.find("mars1"), std::string::npos);
}

TEST(HetznerOffer, a_missing_price_is_absent_and_a_zero_price_is_missing) {
  for (const char* prices :
       {R"({"prices":[]})", R"({"prices":null})", R"({"prices":[{"location":"nbg1"}]})",
        R"({"prices":[{"location":"nbg1","price_hourly":{"net":"0.0000"}}]})",
        R"({"prices":[{"location":"nbg1","price_hourly":{"net":0.01}}]})"}) {
    const auto offers = offers_of(type(prices), pricing, "nbg1", 5);
    ASSERT_EQ(offers.size(), 1U) << prices;
    EXPECT_FALSE(offers[0].hourly_nanos) << prices;
    EXPECT_FALSE(offers[0].monthly_cap_nanos) << prices;
  }
}

TEST(HetznerOffer, availability_and_deprecation_are_those_of_the_location) {
  const auto gone =
      offers_of(type(R"({"deprecated":false,"locations":[{"name":"nbg1","available":false,
        "deprecation":{"unavailable_after":"2027-01-01T06:00:00+00:00"}}]})"),
                pricing, "nbg1", 5);
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone[0].availability, Availability::unavailable);
  EXPECT_EQ(gone[0].deprecated_unix_ms, 1'798'783'200'000);
  const auto old_form = offers_of(type(R"({"locations":null})"), pricing, "nbg1", 5);
  ASSERT_EQ(old_form.size(), 1U);
  EXPECT_EQ(old_form[0].availability, Availability::unknown);
}

TEST(HetznerOffer, an_entry_that_cannot_be_read_is_no_offer) {
  for (const char* broken : {R"({"cores":"4"})", R"({"memory":-1})", R"({"architecture":"riscv"})",
                             R"({"name":7})", R"({"disk":1e300})"})
    EXPECT_TRUE(offers_of(type(broken), pricing, "nbg1", 5).empty()) << broken;
}

TEST(HetznerSettings, are_checked_where_they_are_read) {
  EXPECT_THROW(account_of(PluginConfig()), ConfigError);
  EXPECT_THROW(account_of(PluginConfig({{"token", std::string()}})), ConfigError);
  EXPECT_THROW(
      account_of(PluginConfig({{"token", std::string("t")}, {"endpoint", std::string("ftp://x")}})),
      ConfigError);
  EXPECT_THROW(
      account_of(PluginConfig({{"token", std::string("t")}, {"network", std::string("my-net")}})),
      ConfigError);
}

using Texts = std::vector<std::string>;

/// What is said of one setting beside a token; "": it is taken.
std::string said_of(const std::string& key, const SettingValue& value) {
  Settings settings{{"token", std::string("t")}};
  settings[key] = value;
  try {
    account_of(PluginConfig(settings));
    return {};
  } catch (const ConfigError& wrong) {
    return wrong.what();
  }
}

TEST(HetznerSettings, a_tag_that_is_no_label_is_told_with_the_rule_before_anything_is_bought) {
  EXPECT_NE(said_of("tags", Texts{"team=b\xc3\xbcro"}).find("[A-Za-z0-9_.-]"), std::string::npos);
  for (const char* wrong :
       {"", "=web", "team=-web", "team=a b", "hetzner.cloud/team=web", "a/b/c", "team=a=b"})
    EXPECT_FALSE(said_of("tags", Texts{wrong}).empty()) << wrong;
  EXPECT_FALSE(said_of("tags", Texts{"team=" + std::string(64, 'x')}).empty());
  for (const char* right : {"team=web", "team", "team=", "example.com/team=web.1"})
    EXPECT_EQ(said_of("tags", Texts{right}), "") << right;
}

TEST(HetznerSettings, each_one_is_checked_against_the_vendors_rules) {
  const std::string pasted = "ssh-ed25519 AAAA me@home";
  const std::pair<const char*, SettingValue> wrong[] = {{"token", "two words"},
                                                        {"token", "line\nbreak"},
                                                        {"endpoint", "https://"},
                                                        {"endpoint", "https://a b/v1"},
                                                        {"endpoint", "https://u:p@h/v1"},
                                                        {"default_region", "N\xc3\xbcrnberg"},
                                                        {"regions", Texts{"nbg1", ""}},
                                                        {"image", "debian 12"},
                                                        {"image", ""},
                                                        {"ssh_keys", Texts{pasted}},
                                                        {"ssh_keys", Texts{""}},
                                                        {"network", "-4"}};
  for (const auto& [key, value] : wrong) {
    const std::string said = said_of(key, value);
    EXPECT_EQ(said.find("\"" + std::string(key) + "\""), 0U) << key << ": " << said;
  }
  EXPECT_EQ(said_of("token", "two words").find("two words"), std::string::npos);
  EXPECT_EQ(said_of("ssh_keys", Texts{"ops laptop", "4711"}), "");
}

}  // namespace
}  // namespace berth::hetzner
