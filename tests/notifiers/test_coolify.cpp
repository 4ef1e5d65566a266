#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "coolify/coolify.hpp"
#include "json_api/story.hpp"
#include "notifiers/event.hpp"

namespace berth::notifiers {
namespace {

constexpr const char* endpoint = "https://coolify.example/api/v1";

Coolify coolify() {
  return Coolify(PluginConfig({{"url", std::string("https://coolify.example/")},
                               {"token", std::string("1|secret")},
                               {"private_key_uuid", std::string("og888os")}}));
}

Event ready() {
  Event event = notifier_story::bought("e1");
  event.fields_json =
      R"({"server_id":"42","server_name":"auto-acme-1","ip":"203.0.113.9","ssh_user":"admin",)"
      R"("ssh_port":"2222"})";
  return event;
}

Event gone() {
  Event event = ready();
  event.type = "server.destroyed";
  event.fields_json = R"({"server_id":"42","attempt_id":"a1"})";
  return event;
}

TEST(Coolify, RegistersAServerThatGotReady) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /servers", 200, R"([{"uuid":"x","description":"by hand","ip":"203.0.113.9"}])");
  wire.on("POST /servers", 201, R"({"uuid":"new"})");
  ASSERT_TRUE(coolify().notify(ready(), call).ok());
  ASSERT_EQ(wire.sent.size(), 2U);
  EXPECT_EQ(story::header_of(wire.sent[1], "Authorization"), "Bearer 1|secret");
  const boost::json::value body = boost::json::parse(wire.sent[1].body);
  EXPECT_EQ(body.at("name").as_string(), "auto-acme-1");
  EXPECT_EQ(body.at("description").as_string(), "berth server 42");
  EXPECT_EQ(body.at("ip").as_string(), "203.0.113.9");
  EXPECT_EQ(body.at("port").as_int64(), 2222);
  EXPECT_EQ(body.at("user").as_string(), "admin");
  EXPECT_EQ(body.at("private_key_uuid").as_string(), "og888os");
  EXPECT_EQ(body.at("instant_validate").as_bool(), true);
}

TEST(Coolify, RegistersNothingTwice) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /servers", 200, R"([{"uuid":"x","description":"berth server 42"}])");
  ASSERT_TRUE(coolify().notify(ready(), call).ok());
  EXPECT_EQ(wire.sent.size(), 1U);
}

TEST(Coolify, TakesOffWhatIsGoneAndOnlyThat) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /servers", 200,
          R"([{"uuid":"a","description":"berth server 4"},)"
          R"({"uuid":"b","description":"berth server 42"}])");
  wire.on("DELETE /servers/b", 200, R"({"message":"Server deleted."})");
  ASSERT_TRUE(coolify().notify(gone(), call).ok());
  ASSERT_EQ(wire.sent.size(), 2U);
  EXPECT_EQ(wire.sent[1].method, "DELETE");
}

TEST(Coolify, AServerItNeverHadIsGoneAlready) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /servers", 200, "[]");
  EXPECT_TRUE(coolify().notify(gone(), call).ok());
  EXPECT_EQ(wire.sent.size(), 1U);
}

TEST(Coolify, SaysWhatCoolifyRefused) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /servers", 200, "[]");
  wire.on("POST /servers", 422,
          R"({"message":"Validation failed.","errors":{"private_key_uuid":["Invalid."]}})");
  const auto result = coolify().notify(ready(), call);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, ErrorCode::invalid) << "final: the outbox drops it";
  EXPECT_NE(result.failure().vendor_text.find("private_key_uuid"), std::string::npos);
}

TEST(Coolify, IsAskedAgainWhenItDoesNotAnswer) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("GET /servers", 502, "<html>bad gateway</html>");
  const auto result = coolify().notify(ready(), call);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, ErrorCode::unavailable);
}

TEST(Coolify, OtherEventsCostNoCall) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  Event event = ready();
  event.type = "deployment.succeeded";
  EXPECT_TRUE(coolify().notify(event, call).ok());
  EXPECT_TRUE(wire.sent.empty());
}

TEST(Coolify, RefusesSettingsItCannotUse) {
  const auto with = [](const std::string& url, const std::string& proxy) {
    return Coolify(PluginConfig({{"url", url},
                                 {"token", std::string("t")},
                                 {"private_key_uuid", std::string("k")},
                                 {"proxy_type", proxy}}));
  };
  EXPECT_THROW(with("coolify.example", "none"), ConfigError);
  EXPECT_THROW(with("https://coolify.example", "nginx"), ConfigError);
}

}  // namespace
}  // namespace berth::notifiers
