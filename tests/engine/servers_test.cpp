// Servers bought, drained and removed by hand.
#include <gtest/gtest.h>

#include "story.hpp"

namespace berth {
namespace {

TEST(Servers, ABoughtOneJoinsTheFleetAndIsOnRecord) {
  Story story;
  story.buy("alpha/r1//cx43/on_demand");
  story.run();
  ASSERT_EQ(story.servers().size(), 1U);
  EXPECT_EQ(story.servers()[0].status, ServerStatus::ready);
  EXPECT_EQ(story.servers()[0].instance_type, "cx43");
  const std::string web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.deployment(web).server_id, story.servers()[0].id);
  EXPECT_EQ(story.live_machines(), 1);
  const auto audit = story.audit("");
  ASSERT_EQ(audit.size(), 1U);
  EXPECT_EQ(audit[0].trigger, "manual");
  EXPECT_EQ(audit[0].status, "succeeded");
  EXPECT_EQ(audit[0].approved_by, "ann");
  EXPECT_NE(audit[0].offer_json.find("cx43"), std::string::npos);
}

TEST(Servers, BuyingIsTheAdminsWithinTheQuotaAndByItsName) {
  Story story;
  EXPECT_THROW(story.buy("alpha/r1//cx43/on_demand", "dev"), Refusal);
  EXPECT_THROW(story.buy("alpha/r1//cx99/on_demand"), Refusal);
  story.settings.organizations[0].max_servers = 0;
  EXPECT_THROW(story.buy("alpha/r1//cx43/on_demand"), Refusal);
  story.settings.organizations[0].max_servers.reset();
  EXPECT_THROW(story.buy("alpha/r1//cx43/on_demand"), Refusal);
  story.run();
  EXPECT_EQ(story.live_machines(), 0);
}

/// One that was out of stock was said to have no price.
TEST(Servers, ThatCannotBeBoughtJustNowSayWhy) {
  Story story;
  OfferRefusal refusal;
  refusal.account = "alpha";
  refusal.instance_type = "cx43";
  refusal.code = "out_of_stock";
  refusal.until_unix_ms = story.clock.now().unix_ms + 60'000;
  refusal.why = "sold out in r1";
  story.cache.store_refusal(refusal);
  try {
    story.buy("alpha/r1//cx43/on_demand");
    FAIL() << "it was bought";
  } catch (const Refusal& refusal) {
    EXPECT_NE(std::string(refusal.what()).find("sold out in r1"), std::string::npos)
        << refusal.what();
  }
}

TEST(Servers, ABoughtOneThatFailsIsDestroyedAndNotBoughtAgain) {
  Story story;
  story.alpha.boots.push_back(Boot::fails);
  story.buy("alpha/r1//cx43/on_demand");
  story.run();
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_EQ(story.audit("").at(0).status, "failed");
  story.alpha.creates.push_back(out_of_stock());
  story.clock.pass(600'000);
  story.buy("alpha/r1//cx33/on_demand");
  story.run();
  EXPECT_TRUE(story.servers().empty());
}

TEST(Servers, RemovingDestroysWhatBerthBought) {
  Story story;
  const std::string web = story.deploy("web");
  story.run();
  const std::string server = story.server_of(web).id;
  EXPECT_THROW(remove_server(story.parts(), server, {false}, "ann"), Refusal);  // web holds room
  EXPECT_THROW(remove_server(story.parts(), server, {true}, "dev"), Refusal);
  remove_server(story.parts(), server, {true}, "ann");
  story.run();
  EXPECT_EQ(story.live_machines(), 0);
  EXPECT_TRUE(story.servers().empty());
  EXPECT_TRUE(story.holds("web").empty());
}

TEST(Servers, OnesOwnAreAddedOnceWithAllTheyNeed) {
  Story story;
  story.add_server("own", 8, 16, 160);
  EXPECT_THROW(story.add_server("own", 8, 16, 160), Refusal);
  EXPECT_THROW(story.add_server("none", 0, 16, 160), Refusal);
  EXPECT_THROW(story.add_server("No Name", 8, 16, 160), Refusal);
  remove_server(story.parts(), "own", {false}, "ann");
  EXPECT_TRUE(story.servers().empty());
}

TEST(Servers, AreNotAddedWithAnAddressAUserOrAKeyThatIsNone) {
  Story story;
  const auto refused = [&](const std::function<void(Server&)>& spoil) {
    Server server;
    server.organization = "acme";
    server.name = "own";
    server.public_ipv4 = "192.0.2.1";
    server.arch = "x86_64";
    server.capacity = {8000, 16384, 163840};
    spoil(server);
    try {
      add_server(story.parts(), server, "ann");
    } catch (const Refusal& refusal) {
      return std::string(refusal.what());
    }
    return std::string();
  };
  const auto says = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_TRUE(says(refused([](Server& s) { s.public_ipv4 = "1.2.3.4;touch x"; }), "--ip"));
  EXPECT_TRUE(says(refused([](Server& s) { s.ssh_user = "-oProxyCommand=x"; }), "--ssh-user"));
  EXPECT_TRUE(says(refused([](Server& s) { s.host_key = "ssh-rsa AAAA\n* ssh-rsa AAAA"; }),
                   "--host-key"));
  EXPECT_TRUE(says(refused([](Server& s) { s.arch = "sparc"; }), "--arch"));
  EXPECT_TRUE(story.servers().empty());
  EXPECT_EQ("", refused([](Server& s) { s.host_key = "ssh-ed25519 AAAAkey"; }));
}

TEST(Servers, DrainAndBack) {
  Story story;
  story.add_server("own", 8, 16, 160);
  drain_server(story.parts(), "own", true, "ann");
  EXPECT_EQ(story.servers().at(0).status, ServerStatus::draining);
  drain_server(story.parts(), "own", false, "ann");
  EXPECT_EQ(story.servers().at(0).status, ServerStatus::ready);
  EXPECT_THROW(drain_server(story.parts(), "nowhere", true, "ann"), Refusal);
}

}  // namespace
}  // namespace berth
