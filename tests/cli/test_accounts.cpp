// Accounts as a person adds them: where a secret may come from, and what is said of it.
#include <gtest/gtest.h>

#include <fstream>

#include "fake_berth.hpp"

namespace berth::cli {
namespace {

using Words = std::vector<std::string>;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

AccountReport an_account() {
  AccountReport account;
  account.id = "acme.hetzner";
  account.source = "ledger";
  account.plugin = "hetzner";
  account.organizations = {"acme"};
  account.status = "active";
  account.default_region = "nbg1";
  account.secret_keys = {"token"};
  account.settings_json = R"({"network":"7"})";
  account.key_id = "0123456789abcdef";
  account.validation = "ok";
  account.validation_sentence = "The project has 2 servers.";
  account.validated_unix_ms = 1'795'280'465'000;
  return account;
}

class Accounts : public testing::Test {
 protected:
  Accounts() { script().accounts = {an_account()}; }
  int add(const Words& more) {
    Words words{"accounts", "add", "hetzner", "--org", "acme", "--plugin", "hetzner"};
    words.insert(words.end(), more.begin(), more.end());
    return session_.run(words);
  }
  Session session_;
};

TEST_F(Accounts, are_added_with_all_that_was_said) {
  session_.input = "s3cret\n";
  EXPECT_EQ(0, add({"--secret",  "token=-",    "--secret",  "other=env:NAME", "--secret",
                    "third=@f",  "--set",      "network=7", "--set",          "tags=a,b=c",
                    "--region",  "nbg1",       "--region",  "fsn1",           "--image",
                    "debian-12", "--ssh-user", "ops",       "--ssh-port",     "2222"}));
  const AccountChange& change = script().account_change;
  EXPECT_EQ(change.account + change.organization + change.plugin, "hetzneracmehetzner");
  ASSERT_EQ(change.secrets.size(), 3U);
  EXPECT_EQ(change.secrets[0].value, "s3cret");
  EXPECT_EQ(change.secrets[1].environment, "NAME");
  EXPECT_TRUE(change.secrets[2].file.ends_with("/f") && change.secrets[2].file[0] == '/');
  ASSERT_EQ(change.settings.size(), 2U);
  EXPECT_EQ(change.settings[1].second, "a,b=c");
  EXPECT_EQ(change.regions, (Words{"nbg1", "fsn1"}));
  EXPECT_EQ(*change.ssh_port, 2222);
  EXPECT_FALSE(change.unchecked);
  EXPECT_TRUE(has(session_.out.str(), "added acme.hetzner; it is active")) << session_.out.str();
  EXPECT_FALSE(has(session_.out.str() + session_.err.str(), "s3cret"));
}

TEST_F(Accounts, take_no_secret_from_the_command_line_and_do_not_repeat_it) {
  for (const std::string form : {"s3cret", "@", "env:"})
    for (const bool json : {false, true}) {
      EXPECT_EQ(2, add(json ? Words{"--secret", "token=" + form, "--json"}
                            : Words{"--secret", "token=" + form}));
      const std::string said = session_.out.str() + session_.err.str();
      EXPECT_TRUE(has(said, "token=@FILE")) << said;
      EXPECT_FALSE(has(said, "s3cret")) << said;
    }
  EXPECT_EQ(2, add({"--secret", "s3cret"}));
  EXPECT_FALSE(has(session_.out.str() + session_.err.str(), "s3cret"));
  EXPECT_TRUE(script().calls.empty());
}

TEST_F(Accounts, take_one_secret_from_stdin) {
  session_.input = "s3cret";
  EXPECT_EQ(2, add({"--secret", "a=-", "--secret", "b=-"}));
  session_.input = "\n";
  EXPECT_EQ(2, add({"--secret", "a=-"}));
  EXPECT_TRUE(has(session_.err.str(), "Nothing came over stdin for a")) << session_.err.str();
}

TEST_F(Accounts, whose_check_fails_are_not_added) {
  script().account_fails = Error(Problem::refused, "its check failed (denied)");
  EXPECT_EQ(4, add({"--secret", "token=env:T"}));
  EXPECT_TRUE(has(session_.err.str(), "its check failed (denied)"));
}

TEST_F(Accounts, are_listed_with_what_is_wrong) {
  script().accounts.front().problem = "its credentials cannot be opened";
  EXPECT_EQ(0, session_.run({"accounts", "list", "--org", "acme"}));
  for (const char* part : {"acme.hetzner", "ledger", "active", "ok 2026-11-21", "cannot be opened"})
    EXPECT_TRUE(has(session_.out.str(), part)) << part << session_.out.str();
  EXPECT_EQ(0, session_.run({"accounts", "list", "--json"}));
  for (const char* part : {"\"account\":\"acme.hetzner\"", "\"secrets\":[\"token\"]",
                           "\"settings\":{\"network\":\"7\"}", "\"image\":null",
                           "\"validated_at\":\"2026-11-21T17:01:05.000Z\""})
    EXPECT_TRUE(has(session_.out.str(), part)) << part << session_.out.str();
}

TEST_F(Accounts, are_validated_with_an_exit_status_that_tells_a_denial_from_an_outage) {
  EXPECT_EQ(0, session_.run({"accounts", "validate", "hetzner"}));
  script().accounts.front().validation = "denied";
  EXPECT_EQ(4, session_.run({"accounts", "validate", "hetzner"}));
  script().accounts.front().validation = "unavailable";
  EXPECT_EQ(1, session_.run({"accounts", "validate", "hetzner"}));
  EXPECT_TRUE(has(session_.out.str(), "failed its check (unavailable)")) << session_.out.str();
}

TEST_F(Accounts, are_changed_and_removed) {
  EXPECT_EQ(0, session_.run({"accounts", "update", "hetzner", "--active", "no"}));
  EXPECT_EQ(script().account_change.active, false);
  EXPECT_FALSE(script().account_change.image);
  EXPECT_EQ(2, session_.run({"accounts", "update", "hetzner", "--active", "maybe"}));
  EXPECT_EQ(2, session_.run({"accounts", "update", "hetzner", "--ssh-port", "0"}));
  EXPECT_EQ(0, session_.run({"accounts", "remove", "acme.hetzner", "--json"}));
  EXPECT_TRUE(has(session_.out.str(), "\"status\":\"removed\"")) << session_.out.str();
}

TEST_F(Accounts, keys_are_made_and_replaced_and_never_shown) {
  EXPECT_EQ(0, session_.run({"accounts", "new-key", "/k"}));
  EXPECT_TRUE(has(session_.out.str(), "made key 0123456789abcdef in /k")) << session_.out.str();
  script().rotation = {"0123456789abcdef", {"acme.hetzner"}, {}, "/k.old"};
  EXPECT_EQ(0, session_.run({"accounts", "rotate-key"}));
  EXPECT_TRUE(has(session_.out.str(), "1 account is sealed with key")) << session_.out.str();
  EXPECT_TRUE(has(session_.out.str(), "/k.old")) << session_.out.str();
  script().rotation.left = {"acme.lost: its credentials cannot be opened"};
  EXPECT_EQ(4, session_.run({"accounts", "rotate-key", "--json"}));
  EXPECT_TRUE(has(session_.out.str(), "\"status\":\"incomplete\"")) << session_.out.str();
}

TEST_F(Accounts, public_keys_come_from_files_and_private_ones_are_refused) {
  const std::string folder = testing::TempDir();
  std::ofstream(folder + "a.pub") << "# mine\nssh-ed25519 AAAA a\n\nssh-ed25519 BBBB b\n";
  std::ofstream(folder + "a") << "-----BEGIN OPENSSH PRIVATE KEY-----\nS3CRET\n";
  EXPECT_EQ(0, add({"--ssh-public-key-file", folder + "a.pub"}));
  EXPECT_EQ(script().account_change.ssh_public_keys,
            (Words{"ssh-ed25519 AAAA a", "ssh-ed25519 BBBB b"}));
  EXPECT_EQ(2, add({"--ssh-public-key-file", folder + "a"}));
  EXPECT_TRUE(has(session_.err.str(), "is a private key") && !has(session_.err.str(), "S3CRET"));
}

}  // namespace
}  // namespace berth::cli
