#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <boost/json/parse.hpp>

#include "json_api/story.hpp"
#include "notifiers/event.hpp"
#include "webhook/signature.hpp"
#include "webhook/webhook.hpp"

namespace berth::notifiers {
namespace {

using notifier_story::bought;

constexpr const char* endpoint = "https://hooks.example";

Webhook webhook() {
  return Webhook(PluginConfig({{"url", std::string(endpoint) + "/T0/secret-path"},
                               {"secret", std::string("whsec")}}));
}

TEST(Webhook, posts_the_event_with_its_headers) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("POST /T0/secret-path", 204, "");
  ASSERT_TRUE(webhook().notify(bought("e1"), call).ok());
  const auto& sent = wire.sent[0];
  EXPECT_EQ(story::header_of(sent, "Content-Type"), "application/json");
  EXPECT_EQ(story::header_of(sent, "webhook-id"), "e1");
  EXPECT_EQ(story::header_of(sent, "webhook-timestamp"), "1795000000");
  EXPECT_EQ(story::header_of(sent, "webhook-signature"),
            signatures_of({"whsec"}, "e1", "1795000000", sent.body));
  const boost::json::value body = boost::json::parse(sent.body);
  EXPECT_EQ(body.at("event_id").as_string(), "e1");
  EXPECT_EQ(body.at("type").as_string(), "server.auto-provisioned");
  EXPECT_EQ(body.at("fields").at("server_id").as_string(), "42");
}

// The example of the specification's own libraries, with a key in base64.
TEST(WebhookSignature, is_the_one_of_standard_webhooks) {
  const std::string key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  ASSERT_EQ(key.size(), 24U);
  EXPECT_EQ(signatures_of({key}, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
                          R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, speaks_for_the_id_the_time_and_the_body) {
  const std::string one = signatures_of({"k"}, "e1", "1795000000", "{}");
  EXPECT_NE(one, signatures_of({"k"}, "e2", "1795000000", "{}"));
  EXPECT_NE(one, signatures_of({"k"}, "e1", "1795000001", "{}"));
  EXPECT_NE(one, signatures_of({"k"}, "e1", "1795000000", "{ }"));
  EXPECT_NE(one, signatures_of({"other"}, "e1", "1795000000", "{}"));
}

TEST(WebhookSignature, is_there_twice_while_a_secret_is_replaced) {
  EXPECT_EQ(signatures_of({"new", "old"}, "e1", "1", "{}"),
            signatures_of({"new"}, "e1", "1", "{}") + " " +
                signatures_of({"old"}, "e1", "1", "{}"));
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("POST ", 204, "");
  Webhook both(PluginConfig({{"url", std::string(endpoint)},
                             {"secret", std::string("new")},
                             {"old_secret", std::string("whsec_b2xk")}}));  // "old" in base64
  ASSERT_TRUE(both.notify(bought("e1"), call).ok());
  EXPECT_EQ(story::header_of(wire.sent[0], "webhook-signature"),
            signatures_of({"new", "old"}, "e1", "1795000000", wire.sent[0].body));
}

TEST(Webhook, repeats_an_event_under_the_same_id) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  for (int time = 0; time < 2; ++time) {
    wire.on("POST ", 503, "");
    EXPECT_FALSE(webhook().notify(bought("e1"), call).ok());
  }
  ASSERT_EQ(wire.sent.size(), 2U);
  EXPECT_EQ(story::header_of(wire.sent[0], "webhook-id"),
            story::header_of(wire.sent[1], "webhook-id"));
}

// The receiver's code in the README is run on a real delivery: who copies it has what works.
TEST(WebhookSignature, is_verified_by_the_snippet_in_the_readme) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("POST ", 200, "ok");
  Event event = bought("e1");
  event.message = "Ein Server für „web“.";
  ASSERT_TRUE(webhook().notify(event, call).ok());

  std::ifstream readme(BERTH_WEBHOOK_README);
  std::string snippet;
  bool inside = false;
  for (std::string line; std::getline(readme, line);) {
    if (line == "```") inside = false;
    if (inside) snippet += line + "\n";
    if (line == "```python") inside = true;
  }
  ASSERT_NE(snippet.find("def verify("), std::string::npos);

  std::string folder = (std::filesystem::temp_directory_path() / "berth-hook-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  std::ofstream(folder + "/body") << wire.sent[0].body;
  std::ofstream(folder + "/check.py")
      << snippet << "body = open('" << folder << "/body', 'rb').read()\n"
      << "h = {}\n";
  std::ofstream check(folder + "/check.py", std::ios::app);
  for (const char* name : {"webhook-id", "webhook-timestamp", "webhook-signature"})
    check << "h['" << name << "'] = '" << story::header_of(wire.sent[0], name) << "'\n";
  check << "now = 1795000010\n"
        << "assert verify('whsec', h, body, now)\n"
        << "assert verify('whsec', {**h, 'webhook-signature': 'v1,x ' + h['webhook-signature']}, "
           "body, now)\n"
        << "assert not verify('other', h, body, now)\n"
        << "assert not verify('whsec_b3RoZXI=', h, body, now)\n"
        << "assert not verify('whsec', h, body + b' ', now)\n"
        << "assert not verify('whsec', h, body, now + 3600)\n"
        << "assert not verify('whsec', {**h, 'webhook-timestamp': 'soon'}, body, now)\n"
        << "assert not verify('whsec', {**h, 'webhook-timestamp': '1795000001'}, body, now)\n"
        << "assert not verify('whsec', {**h, 'webhook-id': 'e2'}, body, now)\n";
  check.close();
  EXPECT_EQ(std::system(("python3 " + folder + "/check.py").c_str()), 0);
  std::filesystem::remove_all(folder);
}

TEST(Webhook, a_no_of_the_receiver_is_final_and_its_troubles_are_not) {
  struct Row {
    int status;
    ErrorCode code;
  };
  for (const Row& row : {Row{400, ErrorCode::invalid}, Row{401, ErrorCode::invalid},
                         Row{404, ErrorCode::invalid}, Row{410, ErrorCode::invalid},
                         Row{408, ErrorCode::unavailable}, Row{425, ErrorCode::unavailable},
                         Row{429, ErrorCode::unavailable}, Row{500, ErrorCode::unavailable},
                         Row{503, ErrorCode::unavailable}, Row{302, ErrorCode::unavailable}}) {
    story::ScriptedWire wire(endpoint);
    story::Call call(wire);
    wire.on("POST ", row.status, "<html>\xff no</html>", {{"retry-after", "7"}});
    const auto answer = webhook().notify(bought("e1"), call);
    ASSERT_FALSE(answer.ok()) << row.status;
    EXPECT_EQ(answer.failure().code, row.code) << row.status;
    EXPECT_EQ(answer.failure().retry_after_ms.has_value(), row.code == ErrorCode::unavailable);
    const std::string said = story::all_of(call, answer.failure());
    EXPECT_EQ(said.find("secret-path"), std::string::npos);
    EXPECT_EQ(said.find("whsec"), std::string::npos);
  }
}

TEST(Webhook, a_lost_reply_may_have_arrived) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.lost("POST ");
  const auto answer = webhook().notify(bought("e1"), call);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.failure().code, ErrorCode::unavailable);
  EXPECT_EQ(answer.failure().effect, Effect::unknown);
}

TEST(Webhook, needs_an_address_and_a_secret) {
  EXPECT_THROW(Webhook(PluginConfig({{"url", std::string(endpoint)}})), ConfigError);
  EXPECT_THROW(Webhook(PluginConfig({{"url", std::string(endpoint)}, {"secret", std::string()}})),
               ConfigError);
  EXPECT_THROW(
      Webhook(PluginConfig({{"url", std::string("mailto:x")}, {"secret", std::string("s")}})),
      ConfigError);
  for (const char* none : {"whsec_", "whsec_abc", "whsec_ab=c", "whsec_a b=", "whsec_===="})
    EXPECT_THROW(
        Webhook(PluginConfig({{"url", std::string(endpoint)}, {"secret", std::string(none)}})),
        ConfigError)
        << none;
}

}  // namespace
}  // namespace berth::notifiers
