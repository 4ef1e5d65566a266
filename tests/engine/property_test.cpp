// Whatever users do and clouds break, in whatever order: at most one live server for each attempt,
// none without an owner, the quota kept at every commit, and every deployment final or held.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "story.hpp"

namespace berth {
namespace {

class RandomLife {
 public:
  explicit RandomLife(unsigned seed) : random_(seed), story_(seed) {
    story_.settings.organizations[0].auto_approve_provisioning = below(3) != 0;
    story_.settings.organizations[0].max_servers = most_ = 1 + below(5);
    story_.at_commit = [this](const LedgerView& view) { check_quota(view); };
    story_.alpha.tells_gone = below(2) == 0;
  }

  void live() {
    for (int i = 0; i < 25; ++i) {
      act();
      if (below(3) != 0) step_or_full();
      if (below(2) == 0) story_.clock.pass(1 + below(40'000));
    }
    // The world is well again.
    story_.full_disk = 0;
    story_.alpha.every_create.reset();
    story_.beta.every_create.reset();
    story_.run(6 * 3'600'000);
    check_end();
  }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  bool rarely() { return below(4) == 0; }

  void act() {
    switch (below(9)) {
      case 0:
      case 1:
      case 2: deploy(); break;
      case 3: attempt([&](const std::string& id) { story_.approve(id); }); break;
      case 4: attempt([&](const std::string& id) { story_.cancel(id); }); break;
      case 5: attempt([&](const std::string& id) { story_.retry(id); }); break;
      case 6: try { release(story_.parts(), "acme", "app" + std::to_string(below(6)), "dev");
        } catch (const Refusal&) {
        } catch (const LedgerError&) {
        }
        break;
      case 7: (below(2) == 0 ? story_.alpha : story_.beta).creates.push_back(any_fault()); break;
      case 8: trouble(); break;
    }
  }

  void deploy() {
    try {
      ids_.push_back(story_.deploy("app" + std::to_string(below(6)), 1 + below(4), 1 + below(8),
                                   20 + 10 * below(6)));
    } catch (const LedgerError&) {
    }
  }

  template <class Action>
  void attempt(const Action& action) {
    if (ids_.empty()) return;
    try {
      action(ids_[static_cast<std::size_t>(below(static_cast<int>(ids_.size())))]);
    } catch (const Refusal&) {
    } catch (const LedgerError&) {
    }
  }

  Fault any_fault() {
    Fault fault;
    switch (below(9)) {
      case 0: fault = out_of_stock(); break;
      case 1: fault = refused(ErrorCode::quota_reached); break;
      case 2: fault = lost_answer(); break;
      case 3: fault = lost_request(); break;
      case 4: fault = late_success(1 + below(40'000)); break;
      case 5: fault = refused(ErrorCode::rate_limited); break;
      case 6: fault = refused(ErrorCode::unavailable); break;
      case 7: fault = refused(ErrorCode::conflict); break;
      case 8: break;
    }
    if (rarely()) fault.during = [this] { story_.die(); };
    if (rarely()) fault.copies = 2;
    return fault;
  }

  void trouble() {
    FakeCloud& cloud = below(2) == 0 ? story_.alpha : story_.beta;
    switch (below(7)) {
      case 0: story_.die(); break;
      case 1: cloud.boots.push_back(below(2) == 0 ? Boot::fails : Boot::never); break;
      case 2: {
        Glance glance;
        glance.partial = below(2) == 0;
        if (!glance.partial) glance.answer = failure(ErrorCode::unavailable, Effect::none);
        cloud.finds.push_back(glance);
        break;
      }
      case 3: cloud.destroys.push_back(below(2) == 0 ? lost_answer() : lost_request()); break;
      case 4: story_.full_disk = 1 + below(2); break;
      case 5:
        story_.commands.scripts.push_back([this](const std::function<bool()>&) {
          if (rarely()) story_.die();
          return exited(below(3) == 0 ? 1 : 0);
        });
        break;
      case 6: ++cloud.ignored_destroys; break;
    }
  }

  void step_or_full() {
    try {
      story_.step();
    } catch (const LedgerError&) {
    }
  }

  void check_quota(const LedgerView& view) {
    int duplicates = 0;  // a vendor's mistake is no choice of berth's
    for (const AttemptRecord& attempt : view.live_attempts(""))
      duplicates += attempt.failure_code == "duplicate";
    if (view.servers_counted("acme") - duplicates > most_) quota_broken_ = true;
  }

  void check_end() {
    EXPECT_FALSE(quota_broken_);
    for (const std::string& id : ids_) {
      const DeploymentRecord deployment = story_.deployment(id);
      EXPECT_TRUE(is_final(deployment.status) ||
                  deployment.status == DeploymentStatus::awaiting_approval)
          << to_word(deployment.status) << ": " << deployment.reason;
    }
    std::map<std::string, int> of_attempt;
    std::map<std::string, std::string> owned;  // vendor id -> attempt
    story_.look([&](const LedgerView& view) {
      for (const AttemptRecord& attempt : view.live_attempts("")) {
        EXPECT_EQ(to_word(attempt.status), "ready") << attempt.id << " " << attempt.failure;
        owned[attempt.vendor_id] = attempt.id;
      }
    });
    int live = 0;
    for (const FakeCloud* cloud : {&story_.alpha, &story_.beta})
      for (const FakeServer& server : cloud->live()) {
        ++live;
        EXPECT_LE(++of_attempt[server.attempt], 1) << server.attempt;
        EXPECT_EQ(owned.count(server.id), 1U) << server.id << " has no owner";
      }
    EXPECT_EQ(live, static_cast<int>(owned.size())) << "a server of the ledger is not there";
    for (const AuditRecord& record : all_audit()) {
      const bool open = record.status == "pending" || record.status == "provisioning";
      if (open) {
        EXPECT_EQ(story_.status(record.deployment_id), "awaiting_approval") << record.status;
      } else {
        EXPECT_GT(record.completed_unix_ms, 0);
      }
    }
  }

  std::vector<AuditRecord> all_audit() {
    std::vector<AuditRecord> all;
    story_.look([&](const LedgerView& view) {
      AuditFilter filter;
      filter.limit = 1000;
      all = view.audit_records(filter);
    });
    return all;
  }

  std::mt19937 random_;
  Story story_;
  int most_ = 0;
  bool quota_broken_ = false;
  std::vector<std::string> ids_;
};

class RandomLives : public testing::TestWithParam<unsigned> {};

TEST_P(RandomLives, EndWell) {
  for (unsigned seed = GetParam() * 25; seed < (GetParam() + 1) * 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomLife life(seed);
    life.live();
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomLives, testing::Range(0U, 8U));

}  // namespace
}  // namespace berth
