// config/berth.toml explains every key that the loader knows, and no other; the examples load.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "config/keys.hpp"
#include "stories.hpp"

namespace berth {
namespace {

const std::filesystem::path folder = BERTH_CONFIG_FOLDER;

/// Keys of each table as they are written in a file, those in comments ("# key =") included, and
/// those of inline tables too.
std::map<std::string, std::set<std::string>> keys_written_in(const std::filesystem::path& file) {
  const std::regex header(R"(^(?:# )?\[\[?([a-z_.]+)\]\]?$)");
  const std::regex assignment(R"(^(?:# )?([a-z_]+) = (.*)$)");
  const std::regex inline_key(R"(([a-zA-Z_]+) = )");
  std::map<std::string, std::set<std::string>> keys;
  std::string table;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    std::smatch match;
    if (std::regex_match(line, match, header)) {
      table = match[1];
      const auto dot = table.find('.');
      if (dot != std::string::npos) keys[table.substr(0, dot)].insert(table.substr(dot + 1));
    } else if (std::regex_match(line, match, assignment)) {
      const std::string key = match[1];
      const std::string value = match[2];
      keys[table].insert(key);
      if (value.empty() || value[0] != '{') continue;
      for (std::sregex_iterator each(value.begin(), value.end(), inline_key), end; each != end;
           ++each)
        keys[table + "." + key].insert((*each)[1]);
    }
  }
  return keys;
}

TEST(Reference, ExplainsEveryKeyOfEveryTable) {
  auto written = keys_written_in(folder / "berth.toml");
  for (const KnownTable& table : known_tables())
    for (const std::string_view key : table.keys)
      EXPECT_TRUE(written[std::string(table.name)].count(std::string(key)) == 1)
          << "config/berth.toml does not explain '" << key << "' of " << table_text(table.name);
}

TEST(Reference, ExplainsNoKeyThatIsNone) {
  for (const auto& [table_name, keys] : keys_written_in(folder / "berth.toml")) {
    const std::string& name = table_name;  // clang 14 cannot capture a binding
    const auto& tables = known_tables();
    const auto known = std::find_if(tables.begin(), tables.end(),
                                    [&](const KnownTable& table) { return table.name == name; });
    if (known == tables.end()) {  // a secret's { env = … }
      EXPECT_NE(name.find(".settings."), std::string::npos) << name;
      continue;
    }
    if (known->free) continue;
    for (const std::string& key : keys)
      EXPECT_NE(std::find(known->keys.begin(), known->keys.end(), key), known->keys.end())
          << "config/berth.toml explains '" << key << "' of " << table_text(name)
          << ", which the loader refuses";
  }
}

TEST(Reference, LoadsAndSaysTheDefaultsItClaims) {
  const Configuration config = load_settings(folder / "berth.toml", environment_of({}));
  EXPECT_EQ(config.accounts.size(), 3U);
  EXPECT_EQ(config.organization("acme")->applications.size(), 2U);
  EXPECT_EQ(config.pipeline.size(), 5U);
  EXPECT_EQ(config.accounts[2].settings.unresolved.size(), 2U);
  EXPECT_FALSE(config.scale_down.any());
  EXPECT_EQ(config.reap.every_ms, 600'000);
  EXPECT_EQ(config.reap.grace_ms, 600'000);
  EXPECT_EQ(config.reap.most_servers, 3);
  EXPECT_EQ(config.reap.most_percent, 50);
}

TEST(Policies, AllLoad) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "policies")) {
    SCOPED_TRACE(entry.path());
    const Configuration config = load_settings(entry.path(), environment_of({}));
    EXPECT_NO_THROW(Pipeline{config.pipeline});
    names.insert(entry.path().filename());
  }
  EXPECT_EQ(names, (std::set<std::string>{"approve-everything.toml", "capped.toml",
                                          "cheapest.toml"}));
}

}  // namespace
}  // namespace berth
