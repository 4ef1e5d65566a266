// A list that hides what is there: nothing is concluded from it, and it is read less often.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

// A list that hides what is there costs a call for each: it was read every few seconds.
TEST(PartialList, IsReadMoreAndMoreSeldomUntilItIsWhole) {
  Story story;
  story.settings.provisioning.running_timeout_ms = story.settings.provisioning.ready_timeout_ms;
  const std::string web = story.deploy("web");
  story.step();
  for (int i = 0; i < 100; ++i) story.alpha.finds.push_back({.partial = true});
  const int before = story.alpha.calls_of("find");
  story.pass(180'000);
  EXPECT_LE(story.alpha.calls_of("find") - before, 8);
  EXPECT_EQ(story.attempts(web).at(0).status, AttemptStatus::booting) << "nothing is concluded";
  story.alpha.finds.clear();
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  story.look([](const LedgerView& view) { EXPECT_EQ(view.reap_pass("alpha").partial_looks, 0); });
}

}  // namespace
}  // namespace berth
