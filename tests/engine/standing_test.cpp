// A ledger that went back or was copied: servers that it does not know are nobody's to destroy.
#include <gtest/gtest.h>

#include "engine/adopt.hpp"
#include "engine/requests.hpp"
#include "engine/standing.hpp"
#include "story.hpp"

namespace berth {
namespace {

constexpr const char* minted = "k3v7m2qh5tnczx4wd6rjypb2ae";

class Standing : public testing::Test {
 protected:
  Identity identity() {
    Identity found;
    story.look([&](const LedgerView& view) { found = view.identity(); });
    return found;
  }
  Story story;
};

TEST_F(Standing, AServerThatALaterStateOfTheLedgerBoughtIsNotDestroyed) {
  story.alpha.plant(minted);
  story.reap();
  story.reap();
  EXPECT_EQ(story.alpha.calls_of("destroy"), 0);
  EXPECT_NE(identity().paused.find("`berth adopt`"), std::string::npos) << identity().paused;
}

TEST_F(Standing, NothingElseIsDestroyedEitherUntilAPersonHasSeenTheList) {
  story.settings.scale_down.idle_ms = 1000;
  const std::string web = story.deploy("web");
  story.run();
  release(story.parts(), "acme", "web", "dev");
  const std::string stray = story.alpha.plant("nobodys");
  story.alpha.plant(minted);
  story.reap();
  story.pass(60'000);
  story.reap();
  EXPECT_EQ(story.alpha.calls_of("destroy"), 0);
  EXPECT_EQ(story.live_machines(), 3);
}

TEST_F(Standing, AConfirmationDestroysWhatTheLedgerDoesNotKnow) {
  story.alpha.plant(minted);
  story.reap();
  story.reap("", "ann");
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_EQ(identity().paused, "");
}

TEST_F(Standing, WhatIsAdoptedIsInTheFleetAndStays) {
  story.alpha.plant(minted);
  story.reap();
  const Adoption adoption = adopt(story.parts(), "", "ann", false);
  ASSERT_EQ(adoption.servers.size(), 1U);
  EXPECT_TRUE(adoption.accepted);
  EXPECT_EQ(story.servers().size(), 1U);
  EXPECT_EQ(identity().paused, "");
  story.reap();
  EXPECT_EQ(story.live_machines(), 1);
  EXPECT_EQ(identity().paused, "");
}

TEST_F(Standing, ADryRunOfAdoptChangesNothing) {
  story.alpha.plant(minted);
  EXPECT_EQ(adopt(story.parts(), "", "ann", true).servers.size(), 1U);
  EXPECT_TRUE(story.servers().empty());
}

TEST_F(Standing, AnAccountThatCannotBeSeenKeepsThePause) {
  story.alpha.plant(minted);
  story.reap();
  Glance away;
  away.answer = failure(ErrorCode::unavailable, Effect::none);
  story.beta.finds = {away};
  EXPECT_FALSE(adopt(story.parts(), "", "ann", false).accepted);
  EXPECT_NE(identity().paused, "");
  EXPECT_TRUE(adopt(story.parts(), "", "ann", false).accepted);
}

TEST_F(Standing, APurchaseThatWasOnlyIntendedWhenTheBackupWasMadeIsDecidedAnew) {
  const std::string web = story.deploy("web");
  story.alpha.creates.push_back(refused(ErrorCode::rate_limited));
  story.step({web});
  ASSERT_EQ(story.attempts(web).front().status, AttemptStatus::intended);
  const std::string before = story.attempts(web).front().id;
  // Meanwhile a later state of the ledger had it made, and runs something on it.
  story.alpha.plant(before);
  story.parts().ledger.write([&](LedgerTransaction& tx) {
    suspect(story.parts(), tx, "The ledger is older than what was done with it.");
  });
  story.run();
  EXPECT_EQ(story.status(web), "succeeded");
  EXPECT_NE(story.attempts(web).back().id, before);
  EXPECT_EQ(story.alpha.calls_of("destroy"), 0);
  EXPECT_EQ(story.live_machines(), 2);
}

TEST_F(Standing, WhatALaterStateMadeOfACancelledIntentIsAdopted) {
  const std::string web = story.deploy("web");
  story.alpha.creates.push_back(refused(ErrorCode::rate_limited));
  story.step({web});
  const std::string before = story.attempts(web).front().id;
  story.alpha.plant(before);
  story.parts().ledger.write([&](LedgerTransaction& tx) {
    suspect(story.parts(), tx, "The ledger is older than what was done with it.");
  });
  story.cancel(web);
  story.run();
  EXPECT_EQ(adopt(story.parts(), "acme", "ann", false).servers.size(), 1U);
  story.reap();
  story.pass(3'600'000);
  story.reap();
  EXPECT_EQ(story.live_machines(), 1);
}

TEST_F(Standing, WhatAnOlderStateGaveUpIsAdoptedAndNotDestroyed) {
  story.deploy("web");
  story.run();
  story.parts().ledger.write([&](LedgerTransaction& tx) {
    AttemptRecord attempt = tx.live_attempts("").at(0);
    attempt.status = AttemptStatus::destroying;
    attempt.failure_code = "unwanted";
    tx.save(attempt);
    Server server = *tx.server(attempt.server_id);
    server.status = ServerStatus::destroying;
    tx.save(server);
    for (const HoldRecord& hold : tx.holds_on(server.id)) tx.remove_hold(hold.id);
    suspect(story.parts(), tx, "The ledger is older than what was done with it.");
  });
  ASSERT_EQ(adopt(story.parts(), "", "ann", true).servers.size(), 1U);
  const Adoption adoption = adopt(story.parts(), "", "ann", false);
  ASSERT_EQ(adoption.servers.size(), 1U);
  EXPECT_EQ(adoption.servers[0].application, "web");
  EXPECT_TRUE(adoption.accepted);
  story.reap();
  story.pass(3'600'000);
  story.reap();
  EXPECT_EQ(story.alpha.calls_of("destroy"), 0);
  EXPECT_EQ(story.live_machines(), 1);
  ASSERT_EQ(story.servers().size(), 1U);
  EXPECT_EQ(story.servers()[0].status, ServerStatus::ready);
}

TEST_F(Standing, ATwinThatIsLeftAloneKeepsNoDestroyedServerFromBeingGone) {
  const std::string web = story.deploy("web");
  story.run();
  const std::string attempt = story.attempts(web).front().id;
  story.alpha.plant(attempt);  // a second server of one create
  story.alpha.plant(minted);
  story.reap();  // and from now on nothing is destroyed that nobody names
  ASSERT_NE(identity().paused, "");
  remove_server(story.parts(), story.server_of(web).name, {true}, "ann");
  story.pass(300'000);
  EXPECT_EQ(story.attempts(web).front().status, AttemptStatus::gone);
  EXPECT_EQ(story.live_machines(), 2);
}

TEST_F(Standing, ABoughtServerSaysInItsLabelsWhatItWasBoughtFor) {
  story.deploy("web", 2, 4, 50);
  story.run();
  const auto labels = story.alpha.live().at(0).labels;
  EXPECT_EQ(labels.at("berth-application"), "web");
  EXPECT_EQ(labels.at("berth-room"), "2000-4096-51200");
  EXPECT_EQ(labels.at("berth-ledger").compare(0, identity().name.size(), identity().name), 0);
}

}  // namespace
}  // namespace berth
