// What of an account's or notifier's settings reaches the plugin, and what happens to secrets.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "stories.hpp"

namespace berth {
namespace {

const std::string account =
    "[[organization]]\nid = \"acme\"\n"
    "[[account]]\nid = \"main\"\nplugin = \"hetzner\"\norganizations = [\"acme\"]\n";

PluginSettings settings_of(const std::string& lines, const Variables& variables = {}) {
  return read(account + "[account.settings]\n" + lines, variables).accounts.at(0).settings;
}

/// A folder that is gone afterwards.
class SecretFile : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& text, mode_t mode) {
    const auto file = folder_ / "token";
    std::ofstream(file, std::ios::binary) << text;
    ::chmod(file.c_str(), mode);
    return file.string();
  }
  static PluginSettings token_from(const std::string& file) {
    return settings_of("token = { file = \"" + file + "\" }\n");
  }

  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) /
                                  ("berth_secret_" + std::to_string(::getpid()));
};

TEST(PluginSettings, BecomeJson) {
  EXPECT_EQ(settings_of("endpoint = \"http://x\"\ncount = 5\nratio = 0.5\nfast = true\n"
                        "zones = [\"a\", \"b\"]\n")
                .json,
            R"({"count":5,"endpoint":"http://x","fast":true,"ratio":5E-1,"zones":["a","b"]})");
  EXPECT_EQ(read(account).accounts.at(0).settings.json, "{}");
}

TEST(PluginSettings, KeepWhereEachKeyStands) {
  const PluginSettings settings = settings_of("endpoint = \"http://x\"\n");
  EXPECT_EQ(settings.places.at("endpoint").text(), "/etc/berth/berth.toml:8:1");
}

TEST(PluginSettings, TakeSecretsFromTheEnvironment) {
  const PluginSettings settings =
      settings_of("token = { env = \"HCLOUD_TOKEN\" }\n",
                  Variables({{"HCLOUD_TOKEN", "s3\"cret"}}));
  EXPECT_EQ(settings.json, R"({"token":"s3\"cret"})");
  EXPECT_EQ(settings.secrets, std::vector<std::string>{"s3\"cret"});
  EXPECT_EQ(settings.secret_keys, std::vector<std::string>{"token"});
  EXPECT_TRUE(settings.unresolved.empty());
}

TEST(PluginSettings, LoadWithoutTheSecretAndSayWhatToDo) {
  const PluginSettings settings = settings_of("token = { env = \"HCLOUD_TOKEN\" }\n");
  EXPECT_EQ(settings.json, "{}");
  EXPECT_EQ(settings.unresolved.at("token"),
            "the environment variable HCLOUD_TOKEN is not set: export it");
  EXPECT_EQ(settings.secret_keys, std::vector<std::string>{"token"});
  EXPECT_EQ(settings_of("token = { env = \"E\" }\n", Variables({{"E", ""}})).unresolved.at("token"),
            "the environment variable E is empty");
}

TEST(PluginSettings, RefuseSecretsThatAreNoText) {
  EXPECT_EQ(settings_of("token = { env = \"E\" }\n", Variables({{"E", "\xff\xfe"}}))
                .unresolved.at("token"),
            "E holds no UTF-8 text");
}

TEST_F(SecretFile, OfMode600IsReadWithoutItsLineEnd) {
  const PluginSettings settings = token_from(write("s3cret\r\n\n", 0600));
  EXPECT_EQ(settings.json, R"({"token":"s3cret"})");
  EXPECT_EQ(settings.secrets, std::vector<std::string>{"s3cret"});
}

TEST_F(SecretFile, ThatOthersMayReadIsNot) {
  const std::string file = write("s3cret", 0640);
  const PluginSettings settings = token_from(file);
  EXPECT_EQ(settings.unresolved.at("token"),
            "others may read " + file + ": run chmod 600 " + file);
  EXPECT_TRUE(settings.secrets.empty());
  EXPECT_EQ(settings.json, "{}");
}

TEST_F(SecretFile, InAFolderThatOthersMayWriteIsNotRead) {
  const std::string file = write("s3cret", 0600);
  ::chmod(folder_.c_str(), 0777);
  const std::string why = token_from(file).unresolved.at("token");
  EXPECT_NE(why.find("can be written by every user"), std::string::npos) << why;
  EXPECT_NE(why.find("chmod go-w " + folder_.string()), std::string::npos) << why;
}

TEST_F(SecretFile, OfTheSystemIsNotAdvisedToBeChanged) {
  EXPECT_EQ(token_from("/etc/passwd").unresolved.at("token"),
            "others may read /etc/passwd, which is a file of the system: name one of your own");
}

TEST_F(SecretFile, ThatIsNoneIsNot) {
  EXPECT_NE(token_from(folder_.string()).unresolved.at("token").find("not a regular file"),
            std::string::npos);
  EXPECT_NE(token_from("/nowhere/token").unresolved.at("token").find("cannot be read"),
            std::string::npos);
  EXPECT_NE(token_from(write("\n", 0600)).unresolved.at("token").find("is empty"),
            std::string::npos);
  const std::string pipe = (folder_ / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);  // must not wait for a writer
  EXPECT_NE(token_from(pipe).unresolved.at("token").find("not a regular file"), std::string::npos);
}

TEST_F(SecretFile, BesideTheConfigIsFoundThere) {
  write("s3cret", 0600);
  std::ofstream(folder_ / "berth.toml")
      << account << "[account.settings]\ntoken = { file = \"token\" }\n";
  const Configuration config = load_settings(folder_ / "berth.toml", environment_of({}));
  EXPECT_EQ(config.accounts.at(0).settings.secrets, std::vector<std::string>{"s3cret"});
}

TEST(PluginSettings, RefuseReferencesThatAreNone) {
  const std::string settings = account + "[account.settings]\n";
  const std::string advice = "write { env = \"NAME\" } or { file = \"path\" }";
  for (const char* reference : {"{ env = 5 }", "{ env = \"\" }", "{ env = \"A\", file = \"b\" }",
                                "{ file = \"b\", mode = 1 }"})
    EXPECT_NE(problem_of(settings + "token = " + reference + "\n").find(advice), std::string::npos)
        << reference;
}

TEST(PluginSettings, RefuseAMistypedReferenceWhereItStands) {
  EXPECT_EQ(problem_of(account + "[account.settings]\ntoken = { enw = \"HCLOUD_TOKEN\" }\n"),
            "berth.toml:8:9: 'token' is neither text, number, true or false, nor a list of texts — "
            "a secret is written { env = \"NAME\" } or { file = \"path\" }");
}

TEST(PluginSettings, RefuseWhatNoSettingCanBe) {
  for (const char* value : {"{ cx33 = \"1.5\" }", "[1, 2]", "[[\"a\"]]", "[{ env = \"X\" }]", "inf",
                            "nan", "2026-11-20", "08:30:00"})
    EXPECT_NE(problem_of(account + "[account.settings]\na = " + value + "\n")
                  .find("'a' is neither text, number, true or false, nor a list of texts"),
              std::string::npos)
        << value;
}

TEST(PluginSettings, RefuseWhatTheAccountSaysItself) {
  EXPECT_EQ(problem_of(account +
                       "regions = [\"nbg1\"]\n[account.settings]\nregions = [\"fsn1\"]\n"),
            "berth.toml:9:1: 'regions' stands in [[account]] and in its settings — keep the one in "
            "[[account]]");
  EXPECT_NE(problem_of(account + "[account.settings]\naccount_id = \"x\"\n")
                .find("by berth itself"),
            std::string::npos);
}

TEST(PluginSettings, OfANotifierAreReadAlike) {
  const Configuration config =
      read("[[notifier]]\nid = \"ops\"\nplugin = \"webhook\"\nevents = [\"deployment.*\"]\n"
           "[notifier.settings]\nurl = \"https://x\"\nsecret = { env = \"S\" }\n",
           Variables({{"S", "s3cret"}}));
  EXPECT_EQ(config.notifiers.at(0).settings.json, R"({"secret":"s3cret","url":"https://x"})");
  EXPECT_EQ(config.notifiers.at(0).events, std::vector<std::string>{"deployment.*"});
}

class KeyFile : public SecretFile {
 protected:
  std::string with_keys_of(const std::string& text) {
    return account + "ssh_public_key_files = [\"" + write(text, 0644) + "\"]\n";
  }
};

TEST_F(KeyFile, GivesItsPublicKeys) {
  const Configuration config =
      read(with_keys_of("# mine\nssh-ed25519 AAAAC3Nza ana@x\n\necdsa-sha2-nistp256 AAAAE2Vj\n"));
  EXPECT_EQ(config.accounts.at(0).ssh_public_keys,
            (std::vector<std::string>{"ssh-ed25519 AAAAC3Nza ana@x",
                                      "ecdsa-sha2-nistp256 AAAAE2Vj"}));
}

TEST_F(KeyFile, MustNotBeAPrivateKey) {
  EXPECT_NE(problem_of(with_keys_of("-----BEGIN OPENSSH PRIVATE KEY-----\n"))
                .find("it is a private key — name a .pub file"),
            std::string::npos);
  EXPECT_NE(problem_of(with_keys_of("\n")).find("it is empty"), std::string::npos);
}

}  // namespace
}  // namespace berth
