// What is found out about a config later: where a key stands, and which events a filter can name.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "config/event_types.hpp"
#include "config/key_places.hpp"
#include "stories.hpp"

namespace berth {
namespace {

TEST(KeyPlaces, AreThoseOfTheFileThatWasRead) {
  const std::string text = R"([berth]
state_dir = "x"
[[notifier]]
id = "a"
plugin = "log"
[[notifier]]
id = "b"
plugin = "log"
events = ["a",
  "b"]
)";
  Configuration config = read(text);
  config.read_from.push_back({config.file, 1, text});
  const KeyPlaces places(config);
  EXPECT_EQ(places.of("berth.state_dir").text(), "/etc/berth/berth.toml:2:13");
  EXPECT_EQ(places.of("notifier[1].events[1]").text(), "/etc/berth/berth.toml:10:3");
  EXPECT_EQ(places.of("notifier[2].events[1]").text(), "/etc/berth/berth.toml");
  EXPECT_EQ(places.of("berth.log_file").text(), "/etc/berth/berth.toml");
}

TEST(EventTypes, AreAllThatTheSourcesTell) {
  std::set<std::string> told;
  const std::regex words(R"re("((?:account|application|approval|deployment|project|provisioning|)re"
                         R"re(reap|server|stack)\.[a-z][a-z_-]+)")re");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(BERTH_CORE_FOLDER)) {
    const auto& path = entry.path();
    const std::string folder = path.parent_path().filename();
    if (path.extension() != ".cpp" || folder == "config" || folder == "commands" ||
        folder == "cli")
      continue;
    std::ifstream stream(path);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    for (std::sregex_iterator each(text.begin(), text.end(), words), end; each != end; ++each)
      told.insert((*each)[1]);
  }
  const auto& types = event_types();
  EXPECT_TRUE(std::is_sorted(types.begin(), types.end()));
  EXPECT_EQ(told, std::set<std::string>(types.begin(), types.end()));
}

TEST(EventTypes, AFilterThatNamesNoneIsKnown) {
  for (const char* filter : {"deployment.*", "deployment.succeeded", "server.lost", "*", "dep*"})
    EXPECT_TRUE(names_an_event(filter)) << filter;
  for (const char* filter : {"deploymnt.*", "deployment", "server.losst", ""})
    EXPECT_FALSE(names_an_event(filter)) << filter;
}

}  // namespace
}  // namespace berth
