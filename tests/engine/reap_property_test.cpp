// Whatever clouds leave behind, whoever dies in between: at the end each attempt that succeeded has
// its one server, nobody else of ours has any, and strangers have all of theirs.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "story.hpp"

namespace berth {
namespace {

constexpr std::int64_t minute = 60'000;

class LeakyLife {
 public:
  explicit LeakyLife(unsigned seed) : random_(seed), story_(seed) {
    story_.settings.organizations[0].max_servers = 30;
    story_.settings.reap.most_percent = 100;  // the breaker has stories of its own
    story_.settings.reap.most_servers = 1000;
    ScaleDownRules& rules = story_.settings.scale_down;
    if (below(2) == 0) rules.idle_ms = (1 + below(120)) * minute;
    if (below(3) == 0) rules.max_age_ms = (60 + below(600)) * minute;
    if (below(3) == 0) rules.max_uses = 1 + below(3);
    if (below(3) == 0) rules.drain_ms = (1 + below(60)) * minute;
    rules.keep = below(2);
    for (FakeCloud* cloud : {&story_.alpha, &story_.beta}) cloud->tells_gone = below(2) == 0;
  }

  void live() {
    for (int i = 0; i < 40; ++i) {
      act();
      step();
      if (below(2) == 0) story_.clock.pass(1 + below(20 * 60'000));
    }
    // The world is well again, and every late server has come.
    for (FakeCloud* cloud : {&story_.alpha, &story_.beta}) {
      cloud->finds.clear();
      cloud->destroys.clear();
      cloud->creates.clear();
      cloud->ignored_destroys = 0;
    }
    story_.run(6 * 3'600'000);
    story_.clock.pass(2 * 3'600'000);
    EXPECT_TRUE(story_.reap());
    story_.run(6 * 3'600'000);
    check_end();
  }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  FakeCloud& a_cloud() { return below(2) == 0 ? story_.alpha : story_.beta; }

  void act() {
    FakeCloud& cloud = a_cloud();
    switch (below(10)) {
      case 0:
      case 1:
      case 2: deploy(); break;
      case 3: cloud.creates.push_back(late_success(1 + below(90 * 60'000))); break;
      case 4: {
        Fault twice;
        twice.copies = 2;
        if (below(2) == 0) twice.answer = failure(ErrorCode::unavailable, Effect::unknown);
        cloud.creates.push_back(twice);
        break;
      }
      case 5: cloud.creates.push_back(out_of_stock()); break;
      case 6: cloud.plant("planted", below(3) * 3'600'000); break;
      case 7: strangers_.insert(cloud.plant("theirs", 3'600'000, "installation-two")); break;
      case 8: trouble(cloud); break;
      case 9: try { release(story_.parts(), "acme", "app" + std::to_string(below(6)), "dev");
        } catch (const Refusal&) {
        } catch (const LedgerError&) {
        }
        break;
    }
  }

  void trouble(FakeCloud& cloud) {
    Glance glance;
    switch (below(5)) {
      case 0: story_.die(); break;
      case 1:
        glance.partial = true;
        cloud.finds.push_back(glance);
        break;
      case 2:
        glance.answer = failure(ErrorCode::unavailable, Effect::none);
        cloud.finds.push_back(glance);
        break;
      case 3: cloud.destroys.push_back(below(2) == 0 ? lost_answer() : lost_request()); break;
      case 4: {
        Fault fatal;
        fatal.during = [this] { story_.die(); };
        cloud.destroys.push_back(fatal);
        break;
      }
    }
  }

  void deploy() {
    try {
      ids_.push_back(story_.deploy("app" + std::to_string(below(6)), 1 + below(4), 1 + below(8),
                                   20 + 10 * below(6)));
    } catch (const LedgerError&) {
    }
  }

  void step() {
    try {
      if (below(2) == 0) keep_reaping(story_.parts());
      if (below(4) == 0) ask_to_reap(story_.parts(), "", "");
      story_.step();
    } catch (const LedgerError&) {
    }
  }

  void check_end() {
    std::map<std::string, std::string> owned;  // vendor id -> attempt
    story_.look([&](const LedgerView& view) {
      for (const AttemptRecord& attempt : view.live_attempts("")) {
        EXPECT_EQ(to_word(attempt.status), "ready") << attempt.id << " " << attempt.failure;
        owned[attempt.vendor_id] = attempt.id;
      }
      EXPECT_TRUE(view.strays("").empty());
      for (const std::string& id : ids_) {
        const DeploymentRecord deployment = view.deployment(id).value();
        EXPECT_TRUE(is_final(deployment.status)) << deployment.reason;
      }
      // Who runs somewhere still has a server there.
      for (int i = 0; i < 6; ++i)
        for (const HoldRecord& hold : view.holds_of("acme", "app" + std::to_string(i)))
          EXPECT_NE(view.server(hold.server_id).value().status, ServerStatus::gone);
    });
    std::set<std::string> foreign;
    for (const FakeCloud* cloud : {&story_.alpha, &story_.beta})
      for (const FakeServer& server : cloud->live()) {
        if (server.installation != "installation-one") {
          foreign.insert(server.id);
          continue;
        }
        EXPECT_EQ(owned.erase(server.id), 1U)
            << server.id << " of " << server.attempt << " has no owner";
      }
    EXPECT_TRUE(owned.empty()) << owned.begin()->second << " has no server";
    EXPECT_EQ(foreign, strangers_);
  }

  std::mt19937 random_;
  Story story_;
  std::vector<std::string> ids_;
  std::set<std::string> strangers_;
};

class LeakyLives : public testing::TestWithParam<unsigned> {};

TEST_P(LeakyLives, LeaveNothingBehind) {
  for (unsigned seed = GetParam() * 25; seed < (GetParam() + 1) * 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    LeakyLife(seed).live();
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LeakyLives, testing::Range(0U, 8U));

}  // namespace
}  // namespace berth
