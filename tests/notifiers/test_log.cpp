#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <boost/json/parse.hpp>

#include "json_api/story.hpp"
#include "log/log.hpp"
#include "notifiers/event.hpp"

namespace berth::notifiers {
namespace {

namespace json = boost::json;
using notifier_story::bought;

struct LogNotifier : testing::Test {
  std::string folder = [] {
    std::string name = (std::filesystem::temp_directory_path() / "berth-log-XXXXXX").string();
    return std::string(::mkdtemp(name.data()));
  }();
  std::string path = folder + "/events.jsonl";
  story::ScriptedWire wire{""};
  story::Call call{wire};

  ~LogNotifier() override { std::filesystem::remove_all(folder); }
  Log log() const { return Log(PluginConfig({{"path", path}})); }
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) out.push_back(line);
    return out;
  }
};

TEST_F(LogNotifier, appends_one_json_line_an_event_to_a_file_of_its_owners) {
  ASSERT_TRUE(log().notify(bought("e1"), call).ok());
  ASSERT_TRUE(log().notify(bought("e2"), call).ok());
  ASSERT_EQ(lines().size(), 2U);
  const json::value event = json::parse(lines()[1]);
  EXPECT_EQ(event.at("event_id").as_string(), "e2");
  EXPECT_EQ(event.at("type").as_string(), "server.auto-provisioned");
  EXPECT_EQ(event.at("fields").at("server_id").as_string(), "42");
  EXPECT_EQ(event.at("recipients").at("ann").as_string(), "admin");
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(LogNotifier, a_line_feed_in_a_message_stays_in_its_line) {
  Event event = bought("e1");
  event.message = "two\nlines \"quoted\"";
  ASSERT_TRUE(log().notify(event, call).ok());
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_EQ(json::parse(lines()[0]).at("message").as_string(), event.message);
}

TEST_F(LogNotifier, starts_a_new_line_after_one_that_was_cut) {
  std::ofstream(path) << "{\"event_id\":\"cut";
  ASSERT_TRUE(log().notify(bought("e1"), call).ok());
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(json::parse(lines()[1]).at("event_id").as_string(), "e1");
}

TEST_F(LogNotifier, lines_of_many_threads_do_not_mix) {
  Log shared = log();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&shared, i] {
      story::ScriptedWire none("");
      story::Call own(none);
      for (int j = 0; j < 50; ++j)
        (void)shared.notify(bought("e" + std::to_string(i * 50 + j)), own);
    });
  for (std::thread& thread : threads) thread.join();
  std::size_t events = 0;
  for (const std::string& line : lines())
    if (!line.empty()) {
      EXPECT_NO_THROW(json::parse(line));
      ++events;
    }
  EXPECT_EQ(events, 400U);
}

TEST_F(LogNotifier, a_missing_folder_is_tried_again_and_a_pipe_never_hangs) {
  path = folder + "/later/events.jsonl";
  const auto missing = log().notify(bought("e1"), call);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.failure().code, ErrorCode::unavailable);
  path = folder + "/pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto pipe = log().notify(bought("e1"), call);
  ASSERT_FALSE(pipe.ok());
  EXPECT_EQ(pipe.failure().code, ErrorCode::invalid);
}

TEST_F(LogNotifier, without_a_path_the_hosts_log_gets_the_line) {
  Log to_host{PluginConfig()};
  ASSERT_TRUE(to_host.notify(bought("e1"), call).ok());
  ASSERT_EQ(call.lines.size(), 1U);
  EXPECT_EQ(json::parse(call.lines[0]).at("event_id").as_string(), "e1");
}

TEST_F(LogNotifier, fields_that_are_no_json_are_refused_for_good) {
  Event event = bought("e1");
  event.fields_json = "{broken";
  const auto refused = log().notify(event, call);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.failure().code, ErrorCode::invalid);
}

TEST_F(LogNotifier, a_relative_path_is_refused) {
  EXPECT_THROW(Log(PluginConfig({{"path", std::string("events.jsonl")}})), ConfigError);
}

}  // namespace
}  // namespace berth::notifiers
