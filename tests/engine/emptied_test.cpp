// A server that berth bought and on which nothing runs any more: told once, with its price.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

#include "engine/reap.hpp"
#include "story.hpp"

namespace berth {
namespace {

constexpr std::int64_t minute = 60'000, hour = 60 * minute, day = 24 * hour;

class Emptied : public testing::Test {
 protected:
  ScaleDownRules& rules() { return story.settings.scale_down; }
  std::string placed(const std::string& application = "web", double cores = 3) {
    const std::string id = story.deploy(application, cores, 6, 60);
    story.run();
    return id;
  }
  std::vector<EventRecord> told() {
    std::vector<EventRecord> found;
    for (const EventRecord& event : story.event_records(""))
      if (event.type == "server.emptied") found.push_back(event);
    return found;
  }
  std::string only_sentence() {
    const auto all = told();
    return all.size() == 1 ? all.at(0).message : std::to_string(all.size()) + " times";
  }
  bool says(const std::string& part) {
    return only_sentence().find(part) != std::string::npos;
  }

  Story story;
};

TEST_F(Emptied, ByAReleaseIsToldToTheAdminsWithItsPriceAndWhatToDo) {
  const std::string server = story.server_of(placed()).name;
  EXPECT_TRUE(told().empty());
  release(story.parts(), "acme", "web", "ann");
  EXPECT_TRUE(says("Server " + server + " (cx33 in r1 at alpha) is empty, and costs 12.00 USD a "
                   "month. Nothing will destroy it: set [scale_down] idle or `berth servers "
                   "remove " + server + "`."))
      << only_sentence();
  EXPECT_EQ(told().at(0).recipients, std::vector<std::string>{"ann"});
}

TEST_F(Emptied, IsNotToldAgainByAPassOrAfterARestart) {
  placed();
  release(story.parts(), "acme", "web", "ann");
  keep_reaping(story.parts());
  story.pass(hour);
  story.die();
  keep_reaping(story.parts());
  story.pass(3 * day);
  EXPECT_EQ(told().size(), 1U);
  const auto types = story.pager.types();
  EXPECT_EQ(std::count(types.begin(), types.end(), "server.emptied"), 1);
  placed("api");
  release(story.parts(), "acme", "api", "ann");
  EXPECT_EQ(told().size(), 2U) << "it was emptied anew";
}

TEST_F(Emptied, ItGoesWhenItWasSaidToGo) {
  rules().idle_ms = 2 * hour;
  rules().keep = 0;
  placed();
  release(story.parts(), "acme", "web", "ann");
  EXPECT_TRUE(says("[scale_down] idle = 2h destroys it at ")) << only_sentence();
  const std::int64_t at = boost::json::parse(told().at(0).fields_json)
                              .at("destroyed_at_unix_ms").as_int64();
  const std::int64_t wait = at - story.clock.now().unix_ms;
  ASSERT_GE(wait, 2 * hour);
  story.pass(wait - 1'000);
  EXPECT_EQ(story.live_machines(), 1);
  story.pass(2 * minute);
  EXPECT_EQ(story.live_machines(), 0);
}

TEST_F(Emptied, SaysThatSomeStay) {
  rules().idle_ms = hour;
  rules().keep = 1;
  placed();
  release(story.parts(), "acme", "web", "ann");
  EXPECT_TRUE(says("none of the 1 that stay (keep)")) << only_sentence();
}

TEST_F(Emptied, OnlyByTheLastApplication) {
  story.deploy("web", 1, 1, 10);
  story.run();
  story.deploy("api", 1, 1, 10);
  story.run();
  release(story.parts(), "acme", "web", "ann");
  EXPECT_TRUE(told().empty());
  release(story.parts(), "acme", "api", "ann");
  EXPECT_EQ(told().size(), 1U);
}

TEST_F(Emptied, ByTheEndOfItsTime) {
  DeployRequest request;
  request.organization = "acme";
  request.application = "web";
  request.millicores = 2000;
  request.memory_mib = 4096;
  request.disk_mib = 50 * 1024;
  request.ttl_ms = hour;
  story.deploy(request);
  story.run();
  story.pass(2 * hour);
  EXPECT_EQ(told().size(), 1U);
}

TEST_F(Emptied, ByAMoveToAnotherServer) {
  const std::string before = story.server_of(placed("web", 3)).name;
  placed("web", 6);
  EXPECT_TRUE(says(before)) << only_sentence();
}

TEST_F(Emptied, ByACommandThatFailed) {
  story.commands.scripts.push_back([](const std::function<bool()>&) { return exited(1); });
  const std::string web = placed();
  EXPECT_EQ(story.status(web), "deploy_failed");
  EXPECT_EQ(told().size(), 1U) << "the server stays, and costs money";
}

TEST_F(Emptied, NotOneThatStillBootsOrIsOnesOwn) {
  const std::string web = story.deploy("web");
  story.pass(6'000);
  story.cancel(web);
  story.run();
  EXPECT_TRUE(told().empty()) << "it was given back";
  story.add_server("own", 8, 16, 160);
  placed("api", 2);
  release(story.parts(), "acme", "api", "ann");
  EXPECT_TRUE(told().empty()) << "it costs berth's organization nothing";
}

TEST_F(Emptied, OneThatDrainsGoesNow) {
  const std::string server = story.server_of(placed()).name;
  drain_server(story.parts(), server, true, "ann");
  story.step();
  release(story.parts(), "acme", "web", "ann");
  EXPECT_TRUE(says("It drains")) << only_sentence();
  story.pass(2 * minute);
  EXPECT_EQ(story.live_machines(), 0);
}

TEST_F(Emptied, NotByWhoDestroysIt) {
  remove_server(story.parts(), story.server_of(placed()).name, {true}, "ann");
  story.run();
  EXPECT_TRUE(told().empty());
}

}  // namespace
}  // namespace berth
