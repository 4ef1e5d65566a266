// Organizations and accounts that leave the config while they have servers.
#include "engine/leaving.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/attempt.hpp"
#include "engine/reap.hpp"
#include "story.hpp"

namespace berth {
namespace {

constexpr std::int64_t minute = 60'000, hour = 60 * minute, day = 24 * hour;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Leaving : public testing::Test {
 protected:
  Leaving() {
    story.settings.state_dir = "/var/lib/berth";
    story.settings.state_owner = "keeper";
  }
  std::string placed(const std::string& application = "web") {
    const std::string id = story.deploy(application, 3, 6, 60);
    story.run();
    return id;
  }
  void organization_leaves() {
    acme = story.settings.organizations.at(0);
    story.settings.organizations.at(0).id = "other";
    for (AccountSettings& account : story.settings.accounts) account.organizations = {"other"};
    story.config = "config-2";
    look_after_left(story.parts());  // as a berth does that has read another config
  }
  void organization_is_back() {
    story.settings.organizations = {acme};
    for (AccountSettings& account : story.settings.accounts) account.organizations = {"acme"};
    story.config = "config-1";
    look_after_left(story.parts());
  }
  void account_leaves() {
    accounts = story.settings.accounts;
    story.settings.accounts.erase(story.settings.accounts.begin());
    story.config = "config-2";
    look_after_left(story.parts());
  }
  void account_is_back(bool active) {
    story.settings.accounts = accounts;
    story.settings.accounts.at(0).active = active;
    story.config = "config-3";
    look_after_left(story.parts());
  }
  std::vector<EventRecord> told(const std::string& type) {
    std::vector<EventRecord> found;
    for (const EventRecord& event : story.event_records(""))
      if (event.type == type) found.push_back(event);
    return found;
  }
  std::vector<LeftBehind> left() {
    std::vector<LeftBehind> found;
    story.look([&](const LedgerView& view) { found = left_behind(story.settings, view); });
    return found;
  }
  /// Why it was refused; "" it was not.
  static std::string refusal(const std::function<void()>& what) {
    try {
      what();
    } catch (const Refusal& refused) {
      return refused.what();
    }
    return {};
  }
  void remove(const std::string& server, const Removal& how, const std::string& user) {
    left_to_do = remove_server(story.parts(), server, how, user);
  }

  Story story;
  OrganizationSettings acme;
  std::vector<AccountSettings> accounts;
  std::string left_to_do;
};

TEST_F(Leaving, AnOrganizationIsToldOnceWithWhatItsServersCostAndAgainWhenThatChanges) {
  placed("web");
  const std::string api = placed("api");
  organization_leaves();
  ASSERT_EQ(told("organization.left").size(), 1U);
  const EventRecord event = told("organization.left").at(0);
  EXPECT_EQ(event.organization, "acme");
  EXPECT_TRUE(has(event.message, "Organization 'acme' is not in berth.toml any more"));
  EXPECT_TRUE(has(event.message, "2 servers for 24.00 USD a month")) << event.message;
  EXPECT_TRUE(has(event.message, "`berth servers remove NAME --confirm`, by keeper, who owns "
                                 "/var/lib/berth"))
      << event.message;
  keep_reaping(story.parts());
  story.pass(3 * hour);
  story.reap();
  story.die();
  keep_reaping(story.parts());
  story.pass(hour);
  EXPECT_EQ(told("organization.left").size(), 1U) << "once, and not with every pass";
  remove(story.server_of(api).name, {true, true}, "keeper");
  story.run();
  story.reap();
  ASSERT_EQ(told("organization.left").size(), 2U);
  EXPECT_TRUE(has(told("organization.left").at(1).message, "1 server for 12.00 USD a month"));
}

TEST_F(Leaving, NothingIsLeftBehindWhereAllIsInTheConfig) {
  placed();
  story.add_server("own", 4, 8, 80);
  story.reap();
  EXPECT_TRUE(left().empty());
  EXPECT_TRUE(told("organization.left").empty());
  organization_leaves();
  ASSERT_EQ(left().size(), 1U);
  EXPECT_TRUE(has(left().at(0).sentence, "2 servers for 12.00 USD a month")) << "its own is free";
  organization_is_back();
  EXPECT_TRUE(left().empty());
  organization_leaves();
  EXPECT_EQ(told("organization.left").size(), 2U) << "it left twice";
}

TEST_F(Leaving, OnlyWhoOwnsTheStateFolderAndMeansItGivesItsServersBack) {
  const std::string web = placed();
  const std::string server = story.server_of(web).name;
  organization_leaves();
  const auto release_by = [&](const std::string& user, bool confirmed) {
    return refusal([&] { release(story.parts(), "acme", "web", user, confirmed); });
  };
  EXPECT_TRUE(has(release_by("ann", true), "only dev and admins of acme (keeper) may"));
  EXPECT_TRUE(has(release_by("keeper", false), "--confirm"));
  EXPECT_EQ(story.holds("web").size(), 1U);
  EXPECT_EQ(release_by("keeper", true), "");
  EXPECT_TRUE(story.holds("web").empty());
  EXPECT_TRUE(has(refusal([&] { remove(server, {false, true}, "ann"); }), "only keeper"));
  EXPECT_TRUE(has(refusal([&] { remove(server, {}, "keeper"); }), "--confirm"));
  remove(server, {false, true}, "keeper");
  story.run();
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_EQ(story.audit(web).at(0).organization, "acme");
  EXPECT_EQ(story.audit(web).at(0).failure_code, "removed");
  EXPECT_EQ(told("server.reaped").at(0).organization, "acme");
  EXPECT_TRUE(left().empty());
}

TEST_F(Leaving, ADrainedServerGoesWhenItIsEmpty) {
  const std::string server = story.server_of(placed()).name;
  organization_leaves();
  EXPECT_TRUE(has(refusal([&] { drain_server(story.parts(), server, true, "ann", true); }),
                  "only keeper"));
  drain_server(story.parts(), server, true, "keeper", true);
  story.pass(hour);
  EXPECT_EQ(story.live_machines(), 1) << "web runs there";
  release(story.parts(), "acme", "web", "keeper", true);
  story.pass(hour);
  EXPECT_EQ(story.live_machines(), 0);
}

TEST_F(Leaving, TheScaleDownPolicyGoesOnThere) {
  story.settings.scale_down.idle_ms = hour;
  placed();
  release(story.parts(), "acme", "web", "ann");
  organization_leaves();
  keep_reaping(story.parts());
  story.pass(3 * hour);
  EXPECT_EQ(story.live_machines(), 0);
}

TEST_F(Leaving, ADeploymentThatAwaitsApprovalEndsAndSaysWhy) {
  story.settings.organizations.at(0).auto_approve_provisioning = false;
  const std::string web = placed();
  ASSERT_EQ(story.status(web), "awaiting_approval");
  organization_leaves();
  story.step();
  EXPECT_EQ(story.status(web), "denied");
  EXPECT_EQ(story.code(web), "organization_left");
  EXPECT_TRUE(has(story.deployment(web).reason, "'acme' is not in berth.toml any more"));
  EXPECT_EQ(story.alpha.calls_of("create"), 0);
}

TEST_F(Leaving, ADeploymentIsNotPlacedOnAServerThatHasRoom) {
  placed("web");
  const std::string small = story.deploy("small", 0.5, 0.5, 10);
  organization_leaves();
  story.run();
  EXPECT_EQ(story.code(small), "organization_left");
  EXPECT_TRUE(story.holds("small").empty());
}

TEST_F(Leaving, WhatNoCloudWasAskedForYetIsNotBought) {
  story.at_commit = [&, done = false](const LedgerView& view) mutable {
    for (const AttemptRecord& attempt : view.live_attempts("alpha"))
      if (!done && attempt.status == AttemptStatus::requested) {
        done = true;
        story.settings.organizations.at(0).id = "other";
        story.config = "config-2";
      }
  };
  const std::string web = placed();
  EXPECT_EQ(story.code(web), "organization_left");
  EXPECT_EQ(story.alpha.calls_of("create") + story.beta.calls_of("create"), 0);
  EXPECT_TRUE(story.servers().empty());
}

TEST_F(Leaving, AnIntentOfAnOlderBerthIsNotBoughtEither) {
  story.config.clear();  // it did not note by which config
  const std::string offer = "alpha/r1//cx33/on_demand";
  story.buy(offer);
  story.settings.organizations.at(0).id = "other";
  story.run();
  EXPECT_EQ(story.alpha.calls_of("create"), 0);
  EXPECT_TRUE(story.servers().empty());
}

TEST_F(Leaving, ABootingServerThatOnlyItsDeploymentsWaitForIsGivenBack) {
  const std::string web = story.deploy("web");
  story.pass(6'000);
  ASSERT_EQ(story.status(web), "provisioning");
  organization_leaves();
  story.run();
  EXPECT_EQ(story.code(web), "organization_left");
  EXPECT_EQ(story.alpha.calls_of("create"), 1);
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_TRUE(story.servers().empty());
}

TEST_F(Leaving, ABootingServerThatWasBoughtByHandIsFinishedAndTold) {
  story.buy("alpha/r1//cx33/on_demand");
  story.pass(6'000);
  organization_leaves();
  story.run();
  ASSERT_EQ(story.servers().size(), 1U);
  EXPECT_EQ(story.servers().at(0).status, ServerStatus::ready);
  EXPECT_EQ(left().size(), 1U);
}

TEST_F(Leaving, AnInterruptedCommandIsEndedAndNotRunAgainAsAnother) {
  ApplicationSettings web;
  web.name = "web";
  web.command = {"deploy-web"};
  story.settings.organizations.at(0).applications = {web};
  story.commands.scripts.push_back([&](const std::function<bool()>&) {
    story.die();
    return exited(0);
  });
  const std::string id = story.deploy("web");
  while (story.commands.ran.empty()) {
    story.step();
    story.clock.pass(1'000);
  }
  organization_leaves();
  story.run();
  EXPECT_EQ(story.code(id), "organization_left");
  ASSERT_EQ(story.commands.ran.size(), 1U);
  EXPECT_EQ(story.commands.ended.size(), 1U);
  EXPECT_EQ(story.live_machines(), 1) << "a server that is ready stays";
}

TEST_F(Leaving, WhoAskedMayStillCancel) {
  story.settings.organizations.at(0).auto_approve_provisioning = false;
  const std::string web = placed();
  organization_leaves();
  EXPECT_NE(refusal([&] { story.cancel(web, "stranger"); }), "");
  story.cancel(web, "dev");
  EXPECT_EQ(story.status(web), "cancelled");
}

TEST_F(Leaving, AServerOfAnAccountThatLeftIsNeverDroppedSilently) {
  const std::string web = placed();
  const std::string server = story.server_of(web).name;
  account_leaves();
  ASSERT_EQ(told("account.left").size(), 1U);
  const std::string message = told("account.left").at(0).message;
  EXPECT_TRUE(has(message, "Account 'alpha' is not in berth.toml any more, and 1 server there "
                           "costs 12.00 USD a month"))
      << message;
  EXPECT_TRUE(has(message, "active = false")) << message;
  EXPECT_TRUE(has(message, "--forget")) << message;
  const std::string refused = refusal([&] { remove(server, {true}, "ann"); });
  EXPECT_TRUE(has(refused, "put the [[account]] back, with active = false")) << refused;
  EXPECT_EQ(story.holds("web").size(), 1U) << "nothing was changed";
  keep_reaping(story.parts());
  story.pass(day);
  EXPECT_EQ(story.servers().at(0).status, ServerStatus::ready);
  EXPECT_EQ(told("account.left").size(), 1U);
}

TEST_F(Leaving, ItsServersGoWhenTheAccountIsBackWithoutBuying) {
  const std::string server = story.server_of(placed()).name;
  account_leaves();
  account_is_back(false);
  EXPECT_TRUE(left().empty());
  remove(server, {true}, "ann");
  story.run();
  EXPECT_EQ(story.live_machines(), 0);
}

TEST_F(Leaving, ADestroyThatIsUnderWayWaitsForTheAccountAndGoesOnWithIt) {
  const std::string web = placed();
  remove(story.server_of(web).name, {true}, "ann");
  account_leaves();
  keep_reaping(story.parts());
  story.pass(6 * hour);
  EXPECT_EQ(story.live_machines(), 1);
  EXPECT_EQ(story.alpha.calls_of("destroy"), 0);
  EXPECT_EQ(story.servers().at(0).status, ServerStatus::destroying);
  EXPECT_EQ(left().size(), 1U) << "it costs on, and that is told";
  EXPECT_TRUE(told("server.undestroyable").empty()) << "no vendor refused it";
  EXPECT_TRUE(has(why_it_goes(story.attempts(web).at(0)), "account 'alpha' is not in berth.toml"));
  account_is_back(true);
  story.pass(2 * minute);
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_TRUE(story.servers().empty());
}

TEST_F(Leaving, AsALastResortAServerIsForgottenAndNotCalledDestroyed) {
  const std::string web = placed();
  const Server server = story.server_of(web);
  EXPECT_TRUE(has(refusal([&] { remove(server.name, {true, false, true}, "ann"); }),
                  "can be removed without it"));
  account_leaves();
  EXPECT_NE(refusal([&] { remove(server.name, {true, false, true}, "dev"); }), "");
  remove(server.name, {true, false, true}, "ann");
  EXPECT_TRUE(has(left_to_do, "berth destroyed nothing")) << left_to_do;
  EXPECT_TRUE(has(left_to_do, server.vendor_id)) << left_to_do;
  EXPECT_TRUE(has(left_to_do, "12.00 USD a month")) << left_to_do;
  EXPECT_TRUE(story.servers().empty());
  EXPECT_EQ(told("server.forgotten").size(), 1U);
  EXPECT_TRUE(told("server.destroyed").empty());
  EXPECT_EQ(story.audit(web).at(0).failure_code, "forgotten");
  EXPECT_EQ(story.live_machines(), 1);
  // With the account back it is a server that nobody owns, and costs no more for long.
  account_is_back(true);
  keep_reaping(story.parts());
  story.pass(2 * hour);
  EXPECT_EQ(story.live_machines(), 0);
}

TEST_F(Leaving, WhereBothLeftTheOwnerForgets) {
  const std::string server = story.server_of(placed()).name;
  account_leaves();
  organization_leaves();
  EXPECT_EQ(left().size(), 2U);
  EXPECT_TRUE(has(refusal([&] { remove(server, {true, false, true}, "keeper"); }), "--confirm"));
  EXPECT_TRUE(has(refusal([&] { remove(server, {true, true, false}, "keeper"); }), "--forget"));
  remove(server, {true, true, true}, "keeper");
  EXPECT_TRUE(left().empty());
}

TEST_F(Leaving, ADrainedServerOfAnAccountThatLeftStaysUntilItIsBack) {
  const std::string server = story.server_of(placed()).name;
  account_leaves();
  drain_server(story.parts(), server, true, "ann");
  release(story.parts(), "acme", "web", "ann");
  keep_reaping(story.parts());
  story.pass(2 * hour);
  EXPECT_EQ(story.servers().at(0).status, ServerStatus::draining);
  account_is_back(true);
  story.pass(hour);
  EXPECT_EQ(story.live_machines(), 0);
}

}  // namespace
}  // namespace berth
