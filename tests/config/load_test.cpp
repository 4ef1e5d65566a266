#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "stories.hpp"

namespace berth {
namespace {

TEST(Load, AnEmptyConfigHasEveryDefault) {
  const Configuration config = read("");
  EXPECT_EQ(config.file, "/etc/berth/berth.toml");
  EXPECT_EQ(config.state_dir, "/etc/berth/.berth");
  EXPECT_EQ(config.currency, "USD");
  EXPECT_EQ(config.log_level, "warning");
  EXPECT_EQ(config.provisioning.limit_ms, 600'000);
  EXPECT_EQ(config.provisioning.ready_timeout_ms, 240'000);
  EXPECT_EQ(config.placement.weights.cpu, 30);
  std::vector<std::string> order;
  for (const StageSettings& stage : config.pipeline) order.push_back(stage.stage);
  EXPECT_EQ(order, (std::vector<std::string>{"entitlement", "sizing", "quota", "selection",
                                             "approval"}));
}

TEST(Load, ReadsPathsRelativeToTheConfigFile) {
  const Configuration config = read(R"(
[berth]
state_dir = "../state"
plugin_path = ["plugins", "/opt/plugins", "~/mine"]
log_file = "log/berth.log"
)",
                                    Variables({{"HOME", "/home/ana"}}));
  EXPECT_EQ(config.state_dir, "/etc/state");
  EXPECT_EQ(config.plugin_path, (std::vector<std::filesystem::path>{
                                    "/etc/berth/plugins", "/opt/plugins", "/home/ana/mine"}));
  EXPECT_EQ(config.log_file, "/etc/berth/log/berth.log");
}

TEST(Load, ReadsMoneyPlacementAndTimes) {
  const Configuration config = read(R"(
[currency]
compare_in = "EUR"
rates = { USD = "0.855", GBP = 1.14, CHF = 1 }
as_of = 2026-11-20
[placement]
style = "pack"
buffer_percent = 0
weights = { cpu = 50, memory = 50 }
[provisioning]
limit = "20m"
ready_timeout = "4m30s"
look_interval = "500ms"
approval_ttl = "1d"
tries = 3
ready = "running"
[deploy]
command = ["./deploy.sh", ""]
timeout = "1h"
)");
  EXPECT_EQ(config.currency, "EUR");
  ASSERT_EQ(config.rates.size(), 3U);
  EXPECT_EQ(config.rates[0].currency, "CHF");
  EXPECT_EQ(config.rates[0].nanos, 1'000'000'000);
  EXPECT_EQ(config.rates[1].nanos, 1'140'000'000);
  EXPECT_EQ(config.rates[2].nanos, 855'000'000);
  EXPECT_EQ(config.rates_as_of, "2026-11-20");
  EXPECT_EQ(config.placement.style, PlacementStyle::pack);
  EXPECT_EQ(config.placement.weights.disk, 0);
  EXPECT_EQ(config.provisioning.limit_ms, 1'200'000);
  EXPECT_EQ(config.provisioning.ready_timeout_ms, 270'000);
  EXPECT_EQ(config.provisioning.approval_ttl_ms, 86'400'000);
  EXPECT_EQ(config.provisioning.ready, ReadyWhen::running);
  EXPECT_EQ(config.deploy.command, (std::vector<std::string>{"./deploy.sh", ""}));
  EXPECT_EQ(config.deploy.timeout_ms, 3'600'000);
}

TEST(Load, ReadsOrganizationsWithTheirApplications) {
  const Configuration config = read(R"(
[[organization]]
id = "acme"
auto_provisioning = true
max_servers = 5
admins = ["ana"]
[[organization.application]]
name = "web"
cpu = 0.5
memory = "1.5"
disk = 50
arch = "arm64"
strategy = "blue-green"
command = ["./deploy.sh"]
[[organization.application]]
name = "worker"
[[organization]]
id = "umbrella"
)");
  const OrganizationSettings* acme = config.organization("acme");
  ASSERT_NE(acme, nullptr);
  EXPECT_TRUE(acme->auto_provisioning);
  EXPECT_FALSE(acme->auto_approve_provisioning);
  EXPECT_EQ(acme->max_servers, 5);
  EXPECT_EQ(acme->place.line, 2);
  ASSERT_EQ(acme->applications.size(), 2U);
  EXPECT_EQ(acme->applications[0].millicores, 500);
  EXPECT_EQ(acme->applications[0].memory_mib, 1536);
  EXPECT_EQ(acme->applications[0].disk_mib, 51'200);
  EXPECT_EQ(acme->applications[0].strategy, Strategy::blue_green);
  EXPECT_FALSE(acme->applications[1].millicores.has_value());
  EXPECT_FALSE(acme->applications[1].strategy.has_value());
  EXPECT_FALSE(config.organization("umbrella")->max_servers.has_value());
  EXPECT_EQ(config.organization("nobody"), nullptr);
}

TEST(Load, ReadsThePipelineInItsOrder) {
  const Configuration config = read(R"(
[currency]
rates = { EUR = "1.17" }
[[organization]]
id = "acme"
[[account]]
id = "main"
plugin = "hetzner"
organizations = ["acme"]
isolation = "worker"
[[pipeline]]
stage = "quota"
[[pipeline]]
stage = "sizing"
headroom_percent = 0
minimum = { cpu = 2, memory = "0.5" }
[[pipeline]]
stage = "selection"
providers = ["hetzner"]
price_cap = { amount = "49.99", currency = "EUR" }
[[pipeline]]
stage = "approval"
)");
  ASSERT_EQ(config.pipeline.size(), 4U);
  EXPECT_EQ(config.pipeline[0].stage, "quota");
  EXPECT_EQ(config.pipeline[1].headroom_percent, 0);
  EXPECT_EQ(config.pipeline[1].minimum, (Room{2000, 512, 20 * 1024}));
  EXPECT_EQ(config.pipeline[2].price_cap, (Money{49'990'000'000, "EUR"}));
  EXPECT_EQ(config.pipeline[2].providers, std::vector<std::string>{"hetzner"});
  EXPECT_EQ(config.account("main")->isolation, Isolation::worker);
}

TEST(Load, ReadsPluginsThatAreLibrariesOrScripts) {
  const Configuration config = read(R"(
[[plugin]]
id = "mine"
path = "build/mine.so"
isolation = "in_process"
[[plugin]]
id = "script"
command = ["python3", "/opt/x.py"]
)");
  ASSERT_EQ(config.plugins.size(), 2U);
  EXPECT_EQ(config.plugins[0].path, "/etc/berth/build/mine.so");
  EXPECT_EQ(config.plugins[0].isolation, Isolation::in_process);
  EXPECT_EQ(config.plugins[1].command.size(), 2U);
}

TEST(Load, SaysWhatToDoWithoutAFile) {
  try {
    load_settings("/nowhere/berth.toml", environment_of({}));
    FAIL() << "it loaded";
  } catch (const ConfigurationError& error) {
    EXPECT_STREQ(error.what(),
                 "/nowhere/berth.toml: the config cannot be read: there is no such file — name "
                 "another with --config FILE or $BERTH_CONFIG");
  }
  EXPECT_THROW(load_settings("/", environment_of({})), ConfigurationError);
}

TEST(FindConfig, TakesWhatIsNamedEvenIfItIsNotThere) {
  const Variables variables({{"BERTH_CONFIG", "/nowhere/x.toml"}});
  EXPECT_EQ(find_config(environment_of(variables)), "/nowhere/x.toml");
}

TEST(FindConfig, LooksInTheUsersConfigFolder) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / "berth_find_config";
  std::filesystem::create_directories(folder / "berth");
  std::ofstream(folder / "berth" / "berth.toml") << "\n";
  const Variables variables({{"XDG_CONFIG_HOME", folder.string()}});
  EXPECT_EQ(find_config(environment_of(variables)), folder / "berth" / "berth.toml");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace berth
