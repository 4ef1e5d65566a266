#include "watched_config.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "config/load.hpp"

namespace berth {
namespace {

namespace fs = std::filesystem;

class HandClock final : public Clock {
 public:
  [[nodiscard]] Moment now() const override { return {1'795'284'000'000 + at, at, "boot"}; }
  std::int64_t at = 1'000'000;
};

class KeptJournal final : public Journal {
 public:
  void write(LogLevel, std::string_view text) override { lines.emplace_back(text); }
  std::vector<std::string> lines;
};

class ARunningBerth : public testing::Test {
 protected:
  ARunningBerth() {
    std::string name = fs::temp_directory_path() / "berth-watched-XXXXXX";
    folder_ = mkdtemp(name.data());
    write("token", "first-token\n");
    edit(5);
    first_ = load();
    config_ = std::make_unique<WatchedConfiguration>(
        first_,
        [this] {
          Configuration found = load();
          if (while_loading) std::exchange(while_loading, {})();
          return found;
        },
        clock_, journal_, [this](const Configuration&) { ++taken_over_; });
  }
  ~ARunningBerth() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    chmod((folder_ / name).c_str(), 0600);
  }
  void edit(int max_servers, const std::string& berth = "", const std::string& more = "") {
    write("berth.toml", "[berth]\nstate_dir = \"state\"\n" + berth +
                            "\n[deploy]\ncommand = [\"true\"]\n"
                            "[[organization]]\nid = \"acme\"\nmax_servers = " +
                            std::to_string(max_servers) +
                            "\n[[account]]\nid = \"main\"\nplugin = \"hetzner\"\n"
                            "organizations = [\"acme\"]\n[account.settings]\n"
                            "token = { file = \"token\" }\n" +
                            more);
  }
  Configuration load() {
    return load_settings(folder_ / "berth.toml", [](const std::string&) { return nullptr; });
  }
  void a_second_later() {
    clock_.at += 1'000;
    config_->look();
    config_->take_over();
  }
  int quota() { return config_->current().organizations.at(0).max_servers.value(); }
  std::string said() {
    std::string all;
    for (const std::string& line : journal_.lines) all += line + "\n";
    return all;
  }

  fs::path folder_;
  Configuration first_;
  HandClock clock_;
  KeptJournal journal_;
  std::function<void()> while_loading;
  int taken_over_ = 0;
  std::unique_ptr<WatchedConfiguration> config_;
};

TEST_F(ARunningBerth, works_by_a_changed_config_after_at_most_a_second_and_says_so) {
  const Configuration& before = config_->current();
  const std::string fingerprint = config_->fingerprint();
  edit(2);
  EXPECT_FALSE(config_->look()) << "not yet";
  EXPECT_FALSE(config_->still(fingerprint)) << "but what is bought is compared at once";
  a_second_later();
  EXPECT_EQ(quota(), 2);
  EXPECT_EQ(taken_over_, 1);
  EXPECT_NE(config_->fingerprint(), fingerprint);
  EXPECT_TRUE(config_->still(config_->fingerprint()));
  EXPECT_FALSE(config_->still(fingerprint));
  EXPECT_EQ(before.organizations.at(0).max_servers, 5) << "who holds one keeps it as it was";
  EXPECT_NE(said().find("in force now"), std::string::npos) << said();
}

TEST_F(ARunningBerth, decides_by_the_changed_config_as_soon_as_a_purchase_was_stopped_by_it) {
  edit(2);
  EXPECT_FALSE(config_->still(config_->fingerprint()));
  EXPECT_TRUE(config_->look()) << "without waiting for the second to be over";
  EXPECT_TRUE(config_->has_another());
}

TEST_F(ARunningBerth, looks_at_once_when_it_is_asked_to) {
  edit(2);
  config_->ask();
  EXPECT_TRUE(config_->look());
  EXPECT_TRUE(config_->has_another());
  EXPECT_EQ(quota(), 5) << "it comes into force between two transactions";
  config_->take_over();
  EXPECT_EQ(quota(), 2);
}

TEST_F(ARunningBerth, has_a_token_that_was_rotated_in_its_file) {
  EXPECT_EQ(config_->current().accounts.at(0).settings.secrets,
            std::vector<std::string>{"first-token"});
  const std::string fingerprint = config_->fingerprint();
  write("token", "second-token\n");
  EXPECT_FALSE(config_->still(fingerprint));
  a_second_later();
  EXPECT_EQ(config_->current().accounts.at(0).settings.secrets,
            std::vector<std::string>{"second-token"});
  EXPECT_EQ(said().find("second-token"), std::string::npos);
  EXPECT_EQ(config_->fingerprint().find("second-token"), std::string::npos);
}

TEST_F(ARunningBerth, keeps_the_config_before_an_invalid_one_whole_and_tells_the_problem_once) {
  const std::string fingerprint = config_->fingerprint();
  edit(2, "", "[[organization]]\nid = 7\n");
  a_second_later();
  EXPECT_EQ(quota(), 5);
  EXPECT_NE(config_->problem().find("berth.toml:"), std::string::npos) << config_->problem();
  EXPECT_FALSE(config_->still(fingerprint));
  a_second_later();
  EXPECT_EQ(journal_.lines.size(), 1U) << said();
  edit(3);
  a_second_later();
  EXPECT_EQ(quota(), 3);
  EXPECT_EQ(config_->problem(), "");
}

TEST_F(ARunningBerth, buys_on_when_an_invalid_config_was_put_back) {
  const std::string fingerprint = config_->fingerprint();
  write("berth.toml", "[[");
  a_second_later();
  EXPECT_NE(config_->problem(), "");
  fs::remove(folder_ / "berth.toml");
  a_second_later();
  EXPECT_NE(config_->problem(), "");
  edit(5);
  a_second_later();
  EXPECT_EQ(config_->problem(), "");
  EXPECT_EQ(config_->fingerprint(), fingerprint);
  EXPECT_TRUE(config_->still(fingerprint));
  EXPECT_EQ(taken_over_, 0);
}

TEST_F(ARunningBerth, takes_no_mixture_of_two_configs) {
  edit(2);
  while_loading = [this] { write("token", "third-token\n"); };
  a_second_later();
  EXPECT_EQ(quota(), 5);
  a_second_later();
  EXPECT_EQ(quota(), 2);
  EXPECT_EQ(config_->current().accounts.at(0).settings.secrets,
            std::vector<std::string>{"third-token"});
}

TEST_F(ARunningBerth, says_what_needs_a_restart_and_takes_the_rest) {
  const fs::path state = config_->current().state_dir;
  edit(2, "log_level = \"debug\"");
  a_second_later();
  EXPECT_EQ(quota(), 2);
  EXPECT_EQ(config_->current().log_level, "warning");
  EXPECT_EQ(config_->current().state_dir, state);
  EXPECT_NE(said().find("but for [berth] log_level"), std::string::npos) << said();
}

TEST_F(ARunningBerth, is_the_same_config_in_another_folder) {
  const std::string fingerprint = config_->fingerprint();
  const fs::path moved = folder_.string() + "-copy";
  fs::copy(folder_, moved);
  const Configuration copy =
      load_settings(moved / "berth.toml", [](const std::string&) { return nullptr; });
  const WatchedConfiguration other(copy, [] { return Configuration(); }, clock_, journal_, {});
  EXPECT_EQ(other.fingerprint(), fingerprint);
  fs::remove_all(moved);
}

}  // namespace
}  // namespace berth
