// The kit finds what it is there to find.
#include "berth/conformance.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "fake_call.hpp"

namespace berth::conformance {
namespace {

/// A cloud in memory, with faults to switch on.
class Memory : public CloudProvider {
 public:
  Result<AccountCheck> check(Call& /*call*/) override { return AccountCheck{}; }
  Result<OfferList> offers(const OffersRequest& /*request*/, Call& call) override {
    OfferList list;
    Offer& offer = list.offers.emplace_back();
    offer.region = "r";
    offer.instance_type = "t";
    offer.vcpu = 1;
    offer.memory_mib = 1024;
    offer.disk_mib = 10240;
    offer.currency = "EUR";
    offer.hourly_nanos = free_of_charge ? 0 : 1;
    offer.as_of_unix_ms = call.now_unix_ms();
    return list;
  }
  Result<Created> create(const CreateRequest& request, Call& /*call*/) override {
    if (!forgetful)
      for (const auto& server : servers)
        if (server.attempt_id == request.attempt_id) return Created{server, ""};
    CloudServer& server = servers.emplace_back();
    server.server_id = std::to_string(++last_id);
    server.attempt_id = request.attempt_id;
    server.installation_id = request.installation_id;
    server.state = ServerState::pending;
    if (loses_answers) {
      Failure failure;
      failure.code = ErrorCode::unavailable;
      failure.message = "the connection was lost";
      return failure;
    }
    Created created{server, ""};
    if (mislabels) created.server.attempt_id = server.attempt_id = "another";
    return created;
  }
  Result<Found> find(const FindRequest& request, Call& /*call*/) override {
    Found found;
    found.complete = true;
    ++looks;
    for (const auto& sought : request.sought) {
      const auto server = std::find_if(servers.begin(), servers.end(), [&](const auto& one) {
        return one.attempt_id == sought.attempt_id;
      });
      if (server != servers.end() && looks >= shown_after)
        found.servers.push_back(*server);
      else
        found.absent.push_back(sought.attempt_id);
    }
    return found;
  }
  Result<Done> destroy(const DestroyRequest& request, Call& /*call*/) override {
    const auto gone = std::remove_if(servers.begin(), servers.end(), [&](const auto& server) {
      return server.server_id == request.server.server_id;
    });
    if (gone == servers.end() && strict) {
      Failure failure;
      failure.code = ErrorCode::not_found;
      return failure;
    }
    servers.erase(gone, servers.end());
    return Done{};
  }

  bool forgetful = false, strict = false, free_of_charge = false, loses_answers = false;
  bool mislabels = false;
  int shown_after = 0, looks = 0, last_id = 0;
  std::vector<CloudServer> servers;
};

class ConformanceTest : public ::testing::Test {
 protected:
  /// The names of the checks that did not pass.
  std::vector<std::string> failures() {
    Options options;
    options.walk = true;
    options.attempt_id = "abcdefgh";
    options.patience_ms = 10'000;
    options.pause = [this](std::int64_t ms) { waited_ms_ += ms; };
    std::vector<std::string> names;
    for (const auto& result : run_conformance(
             cloud_, [] { return std::make_unique<FakeCall>(); }, options))
      if (result.outcome != Outcome::ok) names.push_back(result.name);
    return names;
  }
  using Names = std::vector<std::string>;

  Memory cloud_;
  std::int64_t waited_ms_ = 0;
};

TEST_F(ConformanceTest, AGoodProviderPassesAndLeavesNothing) {
  EXPECT_EQ(failures(), Names{});
  EXPECT_TRUE(cloud_.servers.empty());
  EXPECT_EQ(waited_ms_, 0);
}

TEST_F(ConformanceTest, ASecondServerOfOneAttemptIsFound) {
  cloud_.forgetful = true;
  EXPECT_EQ(failures(), Names{"walk.create-again"});
  EXPECT_TRUE(cloud_.servers.empty());
}

TEST_F(ConformanceTest, ADestroyThatIsNotIdempotentIsFound) {
  cloud_.strict = true;
  EXPECT_EQ(failures(), Names{"walk.destroy-again"});
}

TEST_F(ConformanceTest, WhatAFailedCreateMadeAllTheSameIsDestroyed) {
  cloud_.loses_answers = true;
  EXPECT_EQ(failures(), Names{"walk.create"});
  EXPECT_TRUE(cloud_.servers.empty());
}

// No look by the attempt shows it: the walk left it running.
TEST_F(ConformanceTest, AServerWithoutItsAttemptIsFoundAndDestroyed) {
  cloud_.mislabels = true;
  EXPECT_EQ(failures(), Names{"walk.create"});
  EXPECT_TRUE(cloud_.servers.empty());
}

TEST_F(ConformanceTest, APriceOfZeroIsFound) {
  cloud_.free_of_charge = true;
  EXPECT_EQ(failures(), Names{"offers.facts"});
}

TEST_F(ConformanceTest, ALateListIsWaitedForButNotForEver) {
  cloud_.shown_after = 4;
  EXPECT_EQ(failures(), Names{});
  EXPECT_GT(waited_ms_, 0);
  cloud_.shown_after = 1'000;
  EXPECT_EQ(failures(), Names{"walk.find"});
}

}  // namespace
}  // namespace berth::conformance
