#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

#include "berth/codec.hpp"
#include "ledger/sqlite.hpp"
#include "offers/cache.hpp"

extern char** environ;

namespace berth {
namespace {
namespace fs = std::filesystem;

constexpr std::int64_t now = 1'700'000'000'000;
constexpr std::int64_t minute = 60'000;

/// A catalogue of one offer, known by its type.
CachedCatalogue catalogue_of(const std::string& type, std::int64_t read_unix_ms) {
  Offer offer;
  offer.instance_type = type;
  return {{offer}, read_unix_ms};
}

class CacheFile : public testing::Test {
 protected:
  CacheFile() {
    std::string name = fs::temp_directory_path() / "berth-cache-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~CacheFile() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  std::unique_ptr<Cache> open() {
    note_.clear();
    return open_sqlite_cache(folder_, note_);
  }
  [[nodiscard]] std::string path() const { return folder_ + "/cache.db"; }

  std::string folder_, note_;
};

TEST_F(CacheFile, keeps_catalogues_and_what_is_out_of_stock) {
  open()->store_catalogue("hetzner nbg1", catalogue_of("cx23", 5));
  auto cache = open();
  EXPECT_EQ(note_, "");
  cache->store_catalogue("hetzner nbg1", catalogue_of("cx33", 6));
  ASSERT_TRUE(cache->catalogue("hetzner nbg1"));
  ASSERT_EQ(cache->catalogue("hetzner nbg1")->offers.size(), 1U);
  EXPECT_EQ(cache->catalogue("hetzner nbg1")->offers[0].instance_type, "cx33");
  EXPECT_EQ(cache->catalogue("hetzner nbg1")->read_unix_ms, 6);
  EXPECT_FALSE(cache->catalogue("aws"));

  const auto refusal = [](const std::string& region, const std::string& type, std::int64_t until,
                          const std::string& why) {
    OfferRefusal made;
    made.account = "main";
    made.region = region;
    made.instance_type = type;
    made.until_unix_ms = until;
    made.code = "out_of_stock";
    made.why = why;
    return made;
  };
  cache->store_refusal(refusal("nbg1", "", now + 10, "sold out"));
  cache->store_refusal(refusal("fsn1", "cx22", now + 20, "resource unavailable"));
  cache->store_refusal(refusal("nbg1", "", now + 15, "still sold out"));
  const auto entries = open()->refusals(now);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[1].account, "main");
  EXPECT_EQ(entries[1].region, "nbg1");
  EXPECT_EQ(entries[1].until_unix_ms, now + 15);
  EXPECT_EQ(entries[1].code, "out_of_stock");
  EXPECT_EQ(entries[1].why, "still sold out");
  EXPECT_EQ(cache->refusals(now + 15).size(), 1U);
  EXPECT_EQ(cache->refusals(now + 20).size(), 0U);
  struct stat found {};
  ASSERT_EQ(stat(path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600U);
}

TEST_F(CacheFile, gives_every_field_of_an_offer_back) {
  Offer full;
  full.region = "nbg1";
  full.zone = "nbg1-dc3";
  full.market = "spot";
  full.instance_type = "cax21";
  full.arch = Arch::arm64;
  full.vcpu = 4;
  full.memory_mib = 8192;
  full.disk_mib = 81920;
  full.max_disk_mib = 163840;
  full.currency = "EUR";
  full.hourly_nanos = 9'200'000;
  full.monthly_cap_nanos = 5'990'000'000;
  full.disk_gib_month_nanos = 44'000'000;
  full.ipv4_hourly_nanos = 800'000;
  full.ipv4_monthly_cap_nanos = 500'000'000;
  full.excludes = {"traffic above 20 TB", "a \"quoted\" thing"};
  full.billing_step_s = 60;
  full.as_of_unix_ms = now;
  full.availability = Availability::unavailable;
  full.deprecated_unix_ms = now + 1;
  Offer bare;  // absent is not zero
  open()->store_catalogue("k", {{full, bare}, now});
  const auto cached = open()->catalogue("k");
  ASSERT_TRUE(cached);
  ASSERT_EQ(cached->offers.size(), 2U);
  EXPECT_EQ(codec::encode(cached->offers[0]), codec::encode(full));
  EXPECT_EQ(codec::encode(cached->offers[1]), codec::encode(bare));
  EXPECT_FALSE(cached->offers[1].hourly_nanos);
}

BootEntry boot(const std::string& attempt, std::int64_t at, bool ready) {
  return {attempt, "main/nbg1//cx33/on_demand", at, ready, 20'000, ready ? "" : "it is deaf"};
}

TEST_F(CacheFile, keeps_the_last_four_boots_of_an_offer_for_all_processes) {
  for (int i = 0; i < 6; ++i)
    open()->store_boot(boot("attempt-" + std::to_string(i), now + i, i % 2 == 1));
  auto cache = open();
  cache->store_boot(boot("attempt-5", now + 5, true));  // told twice: counted once
  const auto kept = cache->boots_of("main/nbg1//cx33/on_demand");
  ASSERT_EQ(kept.size(), 4U);
  EXPECT_EQ(kept[0].attempt_id, "attempt-5");
  EXPECT_EQ(kept[3].attempt_id, "attempt-2");
  EXPECT_EQ(kept[0].took_ms, 20'000);
  EXPECT_EQ(kept[1].why, "it is deaf");
  EXPECT_TRUE(cache->boots_of("main/nbg1//cx43/on_demand").empty());

  EXPECT_EQ(cache->boots_with_failures().size(), 4U);
  for (int i = 6; i < 10; ++i) cache->store_boot(boot("later-" + std::to_string(i), now + i, true));
  EXPECT_TRUE(cache->boots_with_failures().empty());
}

// What a vendor that is away would cost is measured by what it said last, however long ago.
TEST_F(CacheFile, keeps_the_last_catalogue_of_an_account_however_old) {
  auto cache = open();
  cache->store_catalogue("away", {{Offer{}}, now, "a token"});
  cache->store_catalogue("here", {{}, now + 400 * 24 * 60 * minute, "another"});
  const auto kept = cache->catalogue("away");
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->offers.size(), 1U);
  EXPECT_EQ(kept->read_unix_ms, now);
  EXPECT_EQ(kept->settings, "a token");
  cache->store_catalogue("away", {{}, now + minute, "another"});
  EXPECT_TRUE(cache->catalogue("away")->offers.empty()) << "the newest stands for the others";
}

TEST_F(CacheFile, that_is_garbage_is_made_anew) {
  std::ofstream(path()) << std::string(10'000, 'x');
  auto cache = open();
  EXPECT_EQ(note_, "");
  cache->store_catalogue("k", {{}, 1});
  EXPECT_TRUE(open()->catalogue("k"));
}

TEST_F(CacheFile, of_another_version_is_made_anew) {
  open()->store_catalogue("k", {{}, 1});
  sqlite::Database(path(), sqlite::Access::read_write, 1000).script("PRAGMA user_version = 99");
  auto cache = open();
  EXPECT_EQ(note_, "");
  EXPECT_FALSE(cache->catalogue("k"));
}

TEST_F(CacheFile, that_turns_out_damaged_later_is_made_anew) {
  {
    auto cache = open();
    for (int i = 0; i < 50; ++i) {
      cache->store_catalogue("k" + std::to_string(i), catalogue_of(std::string(2000, 'j'), 1));
    }
  }
  {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(fs::file_size(path()) - 4096, '\xee');
  }
  auto cache = open();
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(cache->catalogue("k" + std::to_string(i)));
  cache->store_catalogue("k", {{}, 1});
  EXPECT_EQ(cache->take_calls("c", 1, 10, minute, false, now).calls, 1);
  EXPECT_TRUE(open()->catalogue("k"));
}

TEST_F(CacheFile, that_is_removed_while_in_use_is_made_anew) {
  auto cache = open();
  auto other = open();
  fs::remove_all(folder_);
  fs::create_directory(folder_);
  EXPECT_EQ(cache->take_calls("c", 6, 10, minute, true, now).calls, 6);
  EXPECT_EQ(other->take_calls("c", 6, 10, minute, true, now).calls, 4);  // one file again
}

TEST_F(CacheFile, that_cannot_be_written_is_one_in_memory_and_says_so_once) {
  const std::string file = folder_ + "/a-file";
  std::ofstream(file) << "x";
  auto cache = open_sqlite_cache(file, note_);
  EXPECT_NE(note_.find("cache.db cannot be used"), std::string::npos) << note_;
  cache->store_catalogue("k", {{}, 1});
  EXPECT_TRUE(cache->catalogue("k"));
  EXPECT_EQ(cache->take_calls("c", 20, 10, minute, true, now).calls, 10);
}

TEST_F(CacheFile, that_is_read_only_is_one_in_memory) {
  open()->store_catalogue("k", {{}, 1});
  chmod(path().c_str(), 0444);
  chmod(folder_.c_str(), 0777);
  const bool root = geteuid() == 0;
  if (root) {
    ASSERT_EQ(seteuid(65534), 0);
  }
  auto cache = open();
  cache->store_catalogue("k2", {{}, 1});
  const bool kept = cache->catalogue("k2").has_value();
  cache.reset();
  if (root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  EXPECT_NE(note_.find("cannot be used"), std::string::npos) << note_;
  EXPECT_TRUE(kept);
}

using RateBudget = CacheFile;

TEST_F(RateBudget, hands_out_chunks_and_keeps_a_tenth_for_deletes) {
  auto cache = open();
  const auto take = [&](int want, bool deleting, std::int64_t when) {
    return cache->take_calls("token", want, 100, minute, deleting, when);
  };
  EXPECT_EQ(take(80, false, now).calls, 80);
  EXPECT_EQ(take(80, false, now).calls, 10);
  const CallGrant none = take(1, false, now);
  EXPECT_EQ(none.calls, 0);
  EXPECT_EQ(none.wait_ms, 600);  // 100 in a minute: one in 600 ms
  EXPECT_EQ(take(80, true, now).calls, 10);
  EXPECT_EQ(take(1, true, now).wait_ms, 600);
  EXPECT_EQ(take(1, false, now).wait_ms, 600 * 11);
  EXPECT_EQ(take(1, true, now + 599).calls, 0);
  EXPECT_EQ(take(1, true, now + 600).calls, 1);
  EXPECT_EQ(take(1000, true, now + 60 * minute).calls, 100);  // never more than it holds
  EXPECT_EQ(cache->take_calls("other token", 5, 100, minute, false, now).calls, 5);
  EXPECT_EQ(cache->take_calls("no budget", 5, 0, minute, false, now).calls, 5);
}

TEST_F(RateBudget, of_one_call_is_not_kept_for_deletes_alone) {
  auto cache = open();
  EXPECT_EQ(cache->take_calls("token", 1, 1, minute, false, now).calls, 1);
  EXPECT_EQ(cache->take_calls("token", 1, 1, minute, false, now).wait_ms, minute);
  EXPECT_EQ(cache->take_calls("two", 2, 2, minute, false, now).calls, 1);
  EXPECT_EQ(cache->take_calls("two", 2, 2, minute, true, now).calls, 1);
}

TEST_F(RateBudget, pauses_when_the_vendor_says_so) {
  auto cache = open();
  cache->pause_calls("token", now + 5000);
  cache->pause_calls("token", now + 3000);  // does not shorten it
  EXPECT_EQ(cache->take_calls("token", 1, 100, minute, true, now).wait_ms, 5000);
  EXPECT_EQ(cache->take_calls("token", 1, 100, minute, true, now).calls, 0);
  EXPECT_EQ(cache->take_calls("token", 1, 100, minute, true, now + 5000).calls, 1);
}

TEST_F(RateBudget, backs_off_for_longer_each_time_in_a_row_for_all_processes) {
  auto cache = open();
  auto other = open();
  EXPECT_EQ(cache->back_off_calls("token", 0, now), now + 1000);
  EXPECT_EQ(other->take_calls("token", 1, 100, minute, true, now).wait_ms, 1000);
  EXPECT_EQ(other->back_off_calls("token", 1000, now + 900), now + 1000)
      << "a call that was under way before";
  EXPECT_EQ(other->back_off_calls("token", 0, now + 2000), now + 4000);
  EXPECT_EQ(cache->back_off_calls("token", 1000, now + 5000), now + 11'000) << "with its jitter";
  std::int64_t at = now + 20'000;
  for (int i = 0; i < 20; ++i) at = cache->back_off_calls("token", 0, at);
  EXPECT_EQ(cache->back_off_calls("token", 0, at), at + 64'000) << "and no longer";
  at += 64'000 + 3 * minute;
  EXPECT_EQ(cache->back_off_calls("token", 0, at), at + 1000) << "forgiven";
}

TEST_F(RateBudget, believes_the_vendor_where_it_counts_fewer_calls_left) {
  auto cache = open();
  EXPECT_EQ(cache->take_calls("token", 1, 100, minute, false, now).calls, 1);
  cache->learn_calls("token", 1000, 5000, 100, minute, now);  // a fifth of the vendor's
  EXPECT_EQ(open()->take_calls("token", 100, 100, minute, false, now).calls, 10);
  cache->learn_calls("token", 5000, 5000, 100, minute, now);  // never raises it
  EXPECT_EQ(open()->take_calls("token", 100, 100, minute, true, now).calls, 10);
  cache->learn_calls("token", 0, 5000, 100, minute, now + minute);
  EXPECT_EQ(cache->take_calls("token", 1, 100, minute, false, now + minute).wait_ms, 1200)
      << "half the pace of the refill";
  EXPECT_EQ(cache->take_calls("token", 1, 100, minute, true, now + minute).calls, 1);
}

TEST_F(RateBudget, tells_what_each_account_spent_and_takes_back_what_it_did_not) {
  auto cache = open();
  EXPECT_EQ(cache->take_calls("token", 50, 100, minute, false, now).calls, 50);
  cache->settle_calls("token", "main", 30, 20, now);
  cache->settle_calls("token", "second", 5, 0, now);
  EXPECT_EQ(cache->take_calls("token", 100, 100, minute, true, now).calls, 70);
  cache->settle_calls("token", "main", 70, 0, now + 2 * 60 * minute);
  cache->pause_calls("token", now + 2 * 60 * minute + 5000);

  const auto spent = open()->calls_spent(now + 2 * 60 * minute);
  ASSERT_EQ(spent.size(), 2U);
  EXPECT_EQ(spent[0].account, "main");
  EXPECT_EQ(spent[0].credential, "token");
  EXPECT_EQ(spent[0].last_hour, 70);
  EXPECT_EQ(spent[0].last_day, 100);
  EXPECT_EQ(spent[0].requests, 100);
  EXPECT_EQ(spent[0].per_ms, minute);
  EXPECT_EQ(spent[0].left, 100);
  EXPECT_EQ(spent[0].paused_until_unix_ms, now + 2 * 60 * minute + 5000);
  EXPECT_EQ(spent[1].last_hour, 0);
  EXPECT_EQ(spent[1].last_day, 5);
  EXPECT_TRUE(open()->calls_spent(now + 40 * 60 * minute).empty());
}

TEST_F(RateBudget, is_not_frozen_by_a_clock_that_is_set_back) {
  auto cache = open();
  const auto take = [&](std::int64_t when) {
    return cache->take_calls("token", 1000, 100, minute, true, when).calls;
  };
  EXPECT_EQ(take(now), 100);
  const std::int64_t back = now - 24 * 60 * minute;
  EXPECT_EQ(take(back), 0);  // and nothing is won by it
  EXPECT_EQ(take(back + 600), 1);
  cache->pause_calls("token", back + 600 + 2 * minute);
  EXPECT_EQ(take(back - minute), 0);  // again; the pause moves with it
  EXPECT_EQ(take(back + minute - 1), 0);
  EXPECT_GT(take(back + minute), 0);
}

TEST_F(RateBudget, is_not_refilled_twice_by_callers_with_an_older_now) {
  auto cache = open();
  const auto take = [&](std::int64_t when) {
    return cache->take_calls("token", 1000, 100, minute, true, when).calls;
  };
  EXPECT_EQ(take(now), 100);
  int won = 0;
  for (int i = 0; i < 100; ++i) won += take(now + 1200) + take(now);
  EXPECT_EQ(won, 2);
}

// Takes all it gets, in chunks; the exit status is how many that were.
int take_as_a_process(const std::string& folder) {
  std::string note;
  auto cache = open_sqlite_cache(folder, note);
  if (!note.empty()) return 255;
  int taken = 0;
  for (int got = 1, empty = 0; empty < 3; empty += got == 0 ? 1 : 0) {
    got = cache->take_calls("shared", 7, 200, minute, false, now).calls;
    taken += got;
  }
  return taken;
}

TEST_F(RateBudget, is_shared_by_processes_that_never_exceed_it_and_leave_deletes_their_share) {
  std::string flag = "--take-as-a-process";
  std::string name = "test_offers";
  char* arguments[] = {name.data(), flag.data(), folder_.data(), nullptr};
  std::vector<pid_t> started(8);
  for (pid_t& pid : started) {
    ASSERT_EQ(posix_spawn(&pid, "/proc/self/exe", nullptr, nullptr, arguments, environ), 0);
  }
  int taken = 0;
  for (const pid_t pid : started) {
    int status = -1;
    ASSERT_EQ(waitpid(pid, &status, 0), pid);
    ASSERT_TRUE(WIFEXITED(status));
    taken += WEXITSTATUS(status);
  }
  EXPECT_EQ(taken, 180);
  EXPECT_EQ(open()->take_calls("shared", 1000, 200, minute, true, now).calls, 20);
}

}  // namespace
}  // namespace berth

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "--take-as-a-process") == 0) {
    return berth::take_as_a_process(argv[2]);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
