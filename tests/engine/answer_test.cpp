// What a cloud says it made counts, and not what it was asked for.
#include <gtest/gtest.h>

#include <algorithm>

#include "story.hpp"

namespace berth {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Fault of_arch(const std::string& arch) {
  Fault fault;
  fault.arch = arch;
  return fault;
}

Fault of_organization(const std::string& organization) {
  Fault fault;
  fault.organization = organization;
  return fault;
}

/// The one event that says that another server was made; empty where nobody was told.
EventRecord told(Story& story, const std::string& deployment) {
  EventRecord found;
  int times = 0;
  for (const EventRecord& event : story.event_records(deployment))
    if (event.type == "server.not_as_asked") {
      found = event;
      ++times;
    }
  EXPECT_LE(times, 1) << found.message;
  return found;
}

Server first_server(Story& story, const std::string& deployment) {
  Server found;
  story.look([&](const LedgerView& view) {
    found = view.server(view.attempts_of(deployment).front().server_id).value();
  });
  return found;
}

// An n8 was made in place of an n2, and recorded as an n2 at its price.
TEST(Answer, OfAnotherTypeWithinTheBoundIsKeptAndRecordedAsWhatItIs) {
  Story story;
  story.alpha.creates = {makes_instead("cx43")};
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.status(web), "succeeded");
  const Server server = story.server_of(web);
  EXPECT_EQ(server.instance_type, "cx43");
  EXPECT_EQ(server.monthly_nanos, 24'000'000'000);
  EXPECT_EQ(server.capacity.millicores, 8000);
  EXPECT_EQ(story.live_machines(), 1);
  EXPECT_EQ(story.audit(web).back().estimated_monthly, (Money{24'000'000'000, "USD"}));
  EXPECT_TRUE(has(story.audit(web).back().offer_json, "cx43"));
  const EventRecord event = told(story, web);
  EXPECT_EQ(event.recipients, std::vector<std::string>{"ann"});
  EXPECT_TRUE(has(event.message, "asked for cx33 in r1 for 12.00 USD a month and made cx43 in r1 "
                                 "for 24.00 USD a month"))
      << event.message;
  EXPECT_TRUE(has(event.message, "It is kept")) << event.message;
}

TEST(Answer, OfAnotherTypeThatOnlyALookTellsIsRecordedAsWell) {
  Story story;
  story.alpha.tells_little = true;
  story.alpha.creates = {makes_instead("cx43")};
  const std::string web = story.deploy("web");
  story.step();
  EXPECT_EQ(first_server(story, web).instance_type, "cx33");
  story.alpha.tells_little = false;
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "cx43");
  EXPECT_FALSE(told(story, web).message.empty());
}

TEST(Answer, AfterALostReplyIsComparedToo) {
  Story story;
  Fault lost = lost_answer();
  lost.type = "cx43";
  story.alpha.creates = {lost};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "cx43");
  EXPECT_FALSE(told(story, web).message.empty());
}

TEST(Answer, OfADearerTypeThanMayBeBoughtIsDestroyedAndTheNextOfferIsTried) {
  Story story;
  story.alpha.sells("cx53", 16, 32, 320, 4800);
  story.alpha.creates = {makes_instead("cx53")};
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.server_of(web).instance_type, "s4") << "cx33 is left alone for a while";
  EXPECT_EQ(story.live_machines(), 1);
  EXPECT_EQ(story.alpha.calls_of("destroy alpha-1"), 1);
  EXPECT_TRUE(has(told(story, web).message, "It is destroyed: it is dearer"))
      << told(story, web).message;
  EXPECT_EQ(story.attempts(web).front().failure_code, "not_as_asked");
}

TEST(Answer, ADearerTypeThanWasApprovedIsDestroyed) {
  Story story;
  story.settings.organizations[0].auto_approve_provisioning = false;
  const std::string web = story.deploy("web");
  story.run();
  story.approve(web);  // 12.00
  story.alpha.creates = {makes_instead("cx43")};
  story.run();
  EXPECT_EQ(story.status(web), "awaiting_approval") << "what is left is dearer than was approved";
  EXPECT_EQ(story.live_machines(), 0);
}

TEST(Answer, ATypeWithoutTheRoomIsDestroyed) {
  Story story;
  story.alpha.sells("cx13", 1, 2, 20, 300);
  story.alpha.creates = {makes_instead("cx13")};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "s4");
  EXPECT_TRUE(has(told(story, web).message, "it has not the room"))
      << told(story, web).message;
}

TEST(Answer, ATypeThatNobodyKnowsIsDestroyedAndItsPriceIsSaidToBeUnknown) {
  Story story;
  story.alpha.creates = {makes_instead("secret-8")};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "s4");
  EXPECT_TRUE(has(told(story, web).message, "for a price that is not known"))
      << told(story, web).message;
  const Server doomed = first_server(story, web);
  EXPECT_EQ(doomed.instance_type, "secret-8");
  EXPECT_EQ(doomed.currency, "");
}

// A server in lima was recorded as one in oslo.
TEST(Answer, InAnotherRegionIsDestroyedThereAndTheNextOfferIsTried) {
  Story story;
  story.alpha.creates = {makes_instead("cx33", "lima")};
  story.alpha.destroys = {refused(ErrorCode::unavailable)};
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.status(web), "succeeded");
  EXPECT_EQ(story.server_of(web).account, "beta");
  EXPECT_EQ(story.live_machines(), 1) << "a destroy that failed is repeated";
  const AttemptRecord first = story.attempts(web).front();
  EXPECT_EQ(first.region, "lima") << "it is looked for, and destroyed, where it is";
  EXPECT_EQ(first_server(story, web).region, "lima");
  EXPECT_TRUE(has(told(story, web).message, "for 12.00 USD a month and made cx33 in lima"))
      << told(story, web).message;
  EXPECT_TRUE(has(story.audit(web).back().failure_reason, "lima"));
}

TEST(Answer, OfAnotherArchitectureIsDestroyed) {
  Story story;
  story.alpha.creates = {of_arch("arm64")};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).account, "beta");
  EXPECT_EQ(story.live_machines(), 1);
  EXPECT_TRUE(has(told(story, web).message, "(arm64)"))
      << told(story, web).message;
}

TEST(Answer, OfATypeOfAnotherArchitectureIsDestroyedWhereOnlyTheTypeTellsIt) {
  Story story;
  story.alpha.sells("cax31", 8, 16, 160, 1300);
  story.alpha.catalogue.back().arch = Arch::arm64;
  story.alpha.creates = {makes_instead("cax31")};
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_NE(first_server(story, web).id, story.server_of(web).id);
  EXPECT_TRUE(has(told(story, web).message, "of another architecture"))
      << told(story, web).message;
}

TEST(Answer, WithAnothersServerIsNeitherTakenNorDestroyed) {
  Story story;
  story.alpha.creates = {of_organization("globex")};
  const std::string web = story.deploy("web");
  story.run();
  ASSERT_EQ(story.status(web), "succeeded");
  EXPECT_NE(story.server_of(web).vendor_id, "alpha-1");
  EXPECT_EQ(story.alpha.calls_of("destroy"), 0);
  EXPECT_EQ(story.live_machines(), 2);
  EXPECT_TRUE(has(told(story, web).message, "organization globex"))
      << told(story, web).message;
}

TEST(Answer, OfAnOlderPluginThatTellsNothingIsTakenAsAsked) {
  Story story;
  story.alpha.tells_little = true;
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.server_of(web).instance_type, "cx33");
  EXPECT_EQ(told(story, web).message, "");
}

TEST(Answer, OfAServerBoughtByHandIsKeptOnlyWhereItIsNoDearerAndNoSmaller) {
  for (const auto& [type, cents, kept] :
       {std::tuple("same-9", 1200, true), {"dear-9", 1300, false}}) {
    Story story;
    story.alpha.sells(type, 8, 16, 160, cents);
    story.alpha.creates = {makes_instead(type)};
    const std::string id = story.buy("alpha/r1//cx33/on_demand");
    story.run();
    EXPECT_EQ(story.live_machines(), kept ? 1 : 0) << type;
    if (kept) {
      EXPECT_EQ(story.servers().at(0).instance_type, "same-9");
    }
  }
}

}  // namespace
}  // namespace berth
