#include "berth/manifest.hpp"

#include <gtest/gtest.h>

#include "berth/did_you_mean.hpp"

namespace berth {
namespace {

constexpr const char* whole = R"({
  "id": "hetzner", "version": "1.0", "name": "Hetzner Cloud",
  "interfaces": ["berth.cloud-provider/1"], "concurrent": 64, "default_region": "nbg1",
  "rate": {"requests": 3600, "per_s": 3600}, "from_the_future": 1,
  "config": {
    "token": {"type": "string", "secret": true, "required": true, "help": "the API token"},
    "retries": {"type": "integer", "default": 3},
    "ipv6": {"type": "boolean", "default": true},
    "surcharge": {"type": "decimal", "default": "0.05"},
    "regions": {"type": "string_list"}}})";

Manifest parsed() { return parse_manifest(whole).value(); }

TEST(Manifest, IsRead) {
  const Manifest manifest = parsed();
  EXPECT_EQ(manifest.id, "hetzner");
  EXPECT_EQ(manifest.concurrent, 64);
  EXPECT_EQ(manifest.rate->per_s, 3600);
  ASSERT_EQ(manifest.config.size(), 5U);
  EXPECT_EQ(manifest.config[0].key, "token");
  EXPECT_TRUE(manifest.config[0].secret);
  EXPECT_TRUE(manifest.implements("berth.cloud-provider/1"));
  EXPECT_FALSE(manifest.implements("berth.notifier/1"));
  EXPECT_EQ(std::get<std::string>(*manifest.setting("surcharge")->default_value), "0.05");
}

std::string refusal(const std::string& json) {
  const auto manifest = parse_manifest(json);
  return manifest ? "accepted" : manifest.failure().message;
}

std::string refusal_of_setting(const std::string& key, const std::string& setting) {
  return refusal(R"({"id":"a","version":"1","name":"A","interfaces":["b/1"],"config":{")" + key +
                 "\":" + setting + "}}");
}

TEST(Manifest, SaysWhatIsWrong) {
  EXPECT_NE(refusal("{").find("not JSON"), std::string::npos);
  EXPECT_EQ(refusal("{}"), "manifest: id: is missing");
  EXPECT_EQ(
      refusal(R"({"id":"A b","version":"1","name":"A","interfaces":["b/1"]})"),
      "manifest: id: is made of [a-z0-9-], begins with a letter and has at most 63 characters");
  EXPECT_EQ(refusal(R"({"id":"a","version":"1","name":"A","interfaces":[]})"),
            "manifest: interfaces: is empty");
  EXPECT_NE(refusal(R"({"id":"a","version":"1","name":"A","interfaces":["cloud"]})")
                .find("\"cloud\" is not an interface id"),
            std::string::npos);
  EXPECT_NE(refusal(R"({"id":"a","version":"1","name":"A","interfaces":["b/1"],"concurrent":0})")
                .find("concurrent"),
            std::string::npos);
  EXPECT_EQ(
      refusal(R"({"id":"a","version":"1","name":"A","interfaces":["b/1"],"rate":{"requests":1}})"),
      "manifest: rate.per_s: is missing");
}

TEST(Manifest, SaysWhatIsWrongWithASetting) {
  EXPECT_EQ(refusal_of_setting("token", R"({"type":"strin"})"),
            "manifest: config.token.type: unknown type \"strin\"; did you mean \"string\"?");
  EXPECT_EQ(refusal_of_setting("token", "{}"), "manifest: config.token.type: is missing");
  EXPECT_NE(refusal_of_setting("Token", R"({"type":"string"})").find("[a-z0-9_]"),
            std::string::npos);
  EXPECT_NE(refusal_of_setting("account_id", R"({"type":"string"})").find("from the host"),
            std::string::npos);
  EXPECT_EQ(refusal_of_setting("n", R"({"type":"integer","default":"3"})"),
            "manifest: config.n.default: expected a whole number");
  EXPECT_EQ(refusal_of_setting("n", R"({"type":"decimal","default":0.5})"),
            "manifest: config.n.default: expected a decimal as text, such as \"0.05\"");
  EXPECT_NE(refusal_of_setting("n", R"({"type":"integer","default":3,"required":true})")
                .find("cannot have a default"),
            std::string::npos);
  EXPECT_NE(refusal_of_setting("n", R"({"type":"string","default":"x","secret":true})")
                .find("secret cannot"),
            std::string::npos);
}

TEST(Settings, ThatFitHaveNoProblems) {
  EXPECT_TRUE(settings_problems(parsed(), {{"token", "t"},
                                           {"retries", 5},
                                           {"surcharge", "1.5"},
                                           {"regions", std::vector<std::string>{"hel1"}},
                                           {"account_id", "a"},
                                           {"default_region", "hel1"}})
                  .empty());
}

TEST(Settings, ProblemsAreNamedAndSecretsAreNotQuoted) {
  const auto problems = settings_problems(
      parsed(), {{"tokn", "hunter2"}, {"retries", "5"}, {"ipv6", 1}, {"surcharge", 0.5}});
  const std::vector<std::string> expected{
      "\"ipv6\" must be true or false, not a whole number",
      "\"retries\" must be a whole number, not text",
      "\"surcharge\" must be a decimal as text, such as \"0.05\", not a number with a fraction",
      "unknown setting \"tokn\" of plugin hetzner; did you mean \"token\"?",
      "\"token\" is required by plugin hetzner (the API token)"};
  EXPECT_EQ(problems, expected);
  EXPECT_EQ(settings_problems(parsed(), {{"token", "t"}, {"surcharge", "cheap"}}),
            std::vector<std::string>{
                "\"surcharge\" must be a decimal as text, such as \"0.05\", not other text"});
}

TEST(Settings, DefaultsFillWhatIsNotSet) {
  const Settings settings = with_defaults(parsed(), {{"retries", 9}});
  EXPECT_EQ(std::get<std::int64_t>(settings.at("retries")), 9);
  EXPECT_EQ(std::get<std::string>(settings.at("surcharge")), "0.05");
  EXPECT_EQ(std::get<std::string>(settings.at("default_region")), "nbg1");
  EXPECT_EQ(settings.count("token"), 0U);
}

TEST(Settings, CrossAsJson) {
  const Settings settings{
      {"a", "t"}, {"b", 5}, {"c", true}, {"d", std::vector<std::string>{"x"}}, {"e", 0.5}};
  EXPECT_EQ(settings_of_json(json_of_settings(settings)).value(), settings);
  EXPECT_FALSE(settings_of_json(R"({"a": {}})"));
  EXPECT_FALSE(settings_of_json("[]"));
  EXPECT_FALSE(settings_of_json(R"({"a": 1e400})")) << "no double holds it, and null is none";
  EXPECT_TRUE(settings_of_json(R"({"a": null})")->empty());
}

TEST(PluginConfig, NamesTheKeyThatIsMissingOrWrong) {
  const PluginConfig config({{"a", "t"}, {"b", 5}});
  EXPECT_EQ(config.text("a"), "t");
  EXPECT_EQ(config.text_or("z", "y"), "y");
  EXPECT_TRUE(config.list("z").empty());
  const auto words = [](const auto& read) {
    try {
      read();
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(words([&] { (void)config.text("z"); }), "\"z\" is not set");
  EXPECT_EQ(words([&] { (void)config.text_or("b", ""); }), "\"b\" is not text");
  EXPECT_EQ(words([&] { (void)config.integer("a"); }), "\"a\" is not a whole number");
}

TEST(DidYouMean, FindsTheNearestNameOrNone) {
  const std::vector<std::string> names{"region", "token", "endpoint"};
  EXPECT_EQ(nearest_name("reigon", names), "region");
  EXPECT_EQ(nearest_name("tokens", names), "token");
  EXPECT_EQ(nearest_name("xyz", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(edit_distance("ab", "ba"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(did_you_mean("endpont", names), "; did you mean \"endpoint\"?");
}

}  // namespace
}  // namespace berth
