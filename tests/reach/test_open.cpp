// From a plugin and its settings to a provider: the same story in-process, in a worker, as a
// script.
#include <gtest/gtest.h>

#include "fakes.hpp"
#include "reach/diagnose.hpp"
#include "reach/open.hpp"
#include "reach/proxies.hpp"

namespace berth::test {
namespace {

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

constexpr const char* secret = "s3cret-t0ken";

struct Way {
  const char* name;
  HowToRun how;
};

class Opened : public ::testing::Test {
 protected:
  Opened() : catalogue_(options(), journal_) {}

  static CatalogueOptions options() {
    CatalogueOptions options;
    options.worker_program = BERTH_WORKER;
    options.named.push_back({"good", plugin_file("good_provider"), {}, {}});
    options.named.push_back({"good-script", {}, script("good_provider.py"), {}});
    options.named.push_back({"misbehaving", plugin_file("misbehaving"), {}, {}});
    return options;
  }
  OpenedPlugin open(const std::string& plugin, HowToRun how = HowToRun::automatic,
                    const std::string& settings = R"({"token":"s3cret-t0ken"})") {
    PluginUse use;
    use.plugin = plugin;
    use.how = how;
    use.settings_json = settings;
    use.account_id = "main";
    return opener_.open(use);
  }

  RecordedJournal journal_;
  Catalogue catalogue_;
  FakeTransport transport_;
  MemoryRateBudgets budgets_;
  PluginOpener opener_{catalogue_, transport_, budgets_, journal_};
};

class EachWay : public Opened, public ::testing::WithParamInterface<Way> {
 protected:
  OpenedPlugin opened() {
    const bool is_script = std::string(GetParam().name) == "script";
    return open(is_script ? "good-script" : "good", GetParam().how);
  }
};

TEST_P(EachWay, the_same_provider_gives_the_same_answers) {
  OpenedPlugin plugin = opened();
  EXPECT_EQ(plugin.in_process, GetParam().how == HowToRun::in_process);
  EXPECT_EQ(plugin.manifest.default_region, "here");
  const auto provider = cloud_provider_over(plugin.instance);
  FakeCall call;

  const auto offers = provider->offers({{"there"}}, call);
  ASSERT_TRUE(offers.ok()) << offers.failure().message;
  ASSERT_EQ(offers->offers.size(), 1U);
  EXPECT_EQ(offers->offers[0].region, "there");
  EXPECT_EQ(offers->offers[0].hourly_nanos, 5'000'000);
  EXPECT_EQ(call.logged, std::vector<std::string>{"looking at offers"});

  CreateRequest wanted;
  wanted.attempt_id = "a";
  wanted.name = "auto-acme-a";
  wanted.instance_type = "small";
  const auto created = provider->create(wanted, call);
  ASSERT_TRUE(created.ok()) << created.failure().message;
  EXPECT_EQ(created->server.server_id, "server-1");
  EXPECT_EQ(created->note, "a note");
  EXPECT_EQ(call.progressed, std::vector<std::string>{"asking for auto-acme-a"});

  const auto found = provider->find({}, call);
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->complete);
}

TEST_P(EachWay, its_http_goes_through_the_host) {
  const auto provider = cloud_provider_over(opened().instance);
  FakeCall call;
  const auto account = provider->check(call);
  ASSERT_TRUE(account.ok()) << account.failure().message;
  EXPECT_EQ(account->account, "the account");
  EXPECT_EQ(account->notes, std::vector<std::string>{"header fake"});
  ASSERT_EQ(transport_.requests.size(), 1U);
  EXPECT_EQ(transport_.requests[0].url, "http://127.0.0.1:1/account") << "the manifest's default";
  EXPECT_EQ(transport_.requests[0].headers[0].second, "Bearer s3cret-t0ken");
  EXPECT_SAYS(journal_.text(), "http GET 127.0.0.1:1/account 200");
}

TEST_P(EachWay, its_failures_are_redacted) {
  const auto provider = cloud_provider_over(opened().instance);
  FakeCall call;
  const auto done = provider->destroy({"home", {"a", "server-1", "", ""}}, call);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.failure().message, "the token [redacted] may not do this");
  EXPECT_EQ(journal_.text().find(secret), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, EachWay,
                         ::testing::Values(Way{"in_process", HowToRun::in_process},
                                           Way{"worker", HowToRun::worker},
                                           Way{"script", HowToRun::automatic}),
                         [](const auto& named) { return std::string(named.param.name); });

TEST_F(Opened, everything_a_plugin_says_is_redacted) {
  const auto plugin = open("misbehaving").instance;
  FakeCall call;
  ASSERT_TRUE(plugin->call("berth.test/1", "logs", "{}", call).ok());
  ASSERT_TRUE(plugin->call("berth.test/1", "prints", "{}", call).ok());
  ASSERT_TRUE(plugin->call("berth.test/1", "echo", "{}", call).ok());
  const Outcome failed = plugin->call("berth.test/1", "fails", "{}", call);
  EXPECT_EQ(call.logged.at(0), "found [redacted]");
  EXPECT_EQ(call.progressed.at(0), "half way with [redacted]");
  EXPECT_EQ(failed.failure().message, "no: [redacted]");
  EXPECT_SAYS(journal_.text(), "printed with [redacted]");
}

TEST_F(Opened, a_reply_that_is_no_json_is_internal_with_unknown_effect) {
  const auto plugin = open("misbehaving").instance;
  FakeCall call;
  ASSERT_TRUE(plugin->call("berth.test/1", "replies_garbage", "{}", call).ok())
      << "an instance does not read replies";
  class Garbled final : public PluginInstance {
   public:
    explicit Garbled(std::shared_ptr<PluginInstance> inside) : inside_(std::move(inside)) {}
    std::optional<Failure> start(Call&) override { return {}; }
    Outcome call(std::string_view, std::string_view, std::string_view, Call& c) override {
      return inside_->call("berth.test/1", "replies_garbage", "{}", c);
    }

   private:
    std::shared_ptr<PluginInstance> inside_;
  };
  const auto provider = cloud_provider_over(std::make_shared<Garbled>(plugin));
  const auto created = provider->create({}, call);
  ASSERT_FALSE(created.ok());
  EXPECT_EQ(created.failure().code, ErrorCode::internal);
  EXPECT_EQ(created.failure().effect, Effect::unknown);
}

TEST_F(Opened, only_what_is_bundled_reaches_more_of_the_network) {
  CatalogueOptions with = options();
  FakeTransport more;
  const auto asks = [&](const std::filesystem::path& bundled_dir, HowToRun how) {
    with.bundled_dir = bundled_dir;
    Catalogue catalogue(with, journal_);
    PluginOpener opener(catalogue, transport_, budgets_, journal_, sleep_ms, &more);
    PluginUse use;
    use.plugin = "good";
    use.how = how;
    use.settings_json = R"({"token":"s3cret-t0ken"})";
    FakeCall call;
    EXPECT_TRUE(cloud_provider_over(opener.open(use).instance)->check(call).ok());
  };
  // In the process since the config says so, it is still a stranger's.
  asks({}, HowToRun::in_process);
  EXPECT_EQ(transport_.requests.size(), 1U);
  EXPECT_TRUE(more.requests.empty());
  for (const HowToRun how : {HowToRun::automatic, HowToRun::worker})
    asks(plugin_file("good_provider").parent_path(), how);
  EXPECT_EQ(transport_.requests.size(), 1U);
  EXPECT_EQ(more.requests.size(), 2U);
}

TEST_F(Opened, settings_are_checked_key_by_key) {
  const Manifest manifest = *catalogue_.find("misbehaving").manifest;
  EXPECT_TRUE(setting_problems(manifest, R"({"token":"x","size":3})").empty());
  const auto problems = setting_problems(manifest, R"({"tokn":"x","size":"three"})");
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].key, "size");
  EXPECT_EQ(problems[1].key, "tokn");
  EXPECT_SAYS(problems[1].text, "did you mean");
}

TEST_F(Opened, a_missing_required_key_is_named) {
  const auto problems = setting_problems(*catalogue_.find("good").manifest, "{}");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].key, "token");
  EXPECT_THROW(open("good", HowToRun::worker, "{}"), PluginUnusable);
}

TEST_F(Opened, accounts_with_one_credential_share_its_budget) {
  const std::vector<std::string> same{secret};
  EXPECT_EQ(budgets_.of(credential_fingerprint(same), {10, 60}, ""),
            budgets_.of(credential_fingerprint({secret}), {10, 60}, ""));
  EXPECT_NE(credential_fingerprint({"ab", "c"}), credential_fingerprint({"a", "bc"}));
  EXPECT_EQ(credential_fingerprint(same).size(), 16U);
}

}  // namespace
}  // namespace berth::test
