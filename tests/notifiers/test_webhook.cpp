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

TEST(Webhook, posts_the_event_with_its_four_headers) {
  story::ScriptedWire wire(endpoint);
  story::Call call(wire);
  wire.on("POST /T0/secret-path", 204, "");
  ASSERT_TRUE(webhook().notify(bought("e1"), call).ok());
  const auto& sent = wire.sent[0];
  EXPECT_EQ(story::header_of(sent, "Content-Type"), "application/json");
  EXPECT_EQ(story::header_of(sent, "Berth-Event"), "server.auto-provisioned");
  EXPECT_EQ(story::header_of(sent, "Berth-Delivery"), "e1");
  EXPECT_EQ(story::header_of(sent, "Berth-Timestamp"), "1795000000");
  EXPECT_EQ(story::header_of(sent, "Berth-Signature"),
            signature_of("whsec", "1795000000", sent.body));
  const boost::json::value body = boost::json::parse(sent.body);
  EXPECT_EQ(body.at("event_id").as_string(), "e1");
  EXPECT_EQ(body.at("fields").at("server_id").as_string(), "42");
}

TEST(WebhookSignature, is_the_hmac_that_openssl_computes) {
  // printf '%s' '1795000000.{"a":1}' | openssl dgst -sha256 -hmac whsec
  EXPECT_EQ(signature_of("whsec", "1795000000", R"({"a":1})"),
            "v1=8205b9d3605c8c7b5dffc3c3ea22e9e20b0cf8ecb0e5bbfa43fb79c63f934fe3");
  EXPECT_NE(signature_of("whsec", "1795000001", R"({"a":1})"),
            signature_of("whsec", "1795000000", R"({"a":1})"));
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
      << "t, s = '" << story::header_of(wire.sent[0], "Berth-Timestamp") << "', '"
      << story::header_of(wire.sent[0], "Berth-Signature") << "'\n"
      << "now = 1795000010\n"
      << "assert verify(b'whsec', t, s, body, now)\n"
      << "assert not verify(b'other', t, s, body, now)\n"
      << "assert not verify(b'whsec', t, s, body + b' ', now)\n"
      << "assert not verify(b'whsec', t, s, body, now + 3600)\n"
      << "assert not verify(b'whsec', 'soon', s, body, now)\n"
      << "assert not verify(b'whsec', '1795000001', s, body, now)\n";
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
}

}  // namespace
}  // namespace berth::notifiers
