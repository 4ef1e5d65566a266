// The clouds' clock, moved by POST /_berth/clock: nothing here sleeps, and `now` stands still.
#include "test_story.hpp"

namespace fakecloud {

class ClockStory : public Story {
 protected:
  Response advance(std::int64_t ms) {
    return send("/_berth", "", "POST", "/clock", "{\"advance_ms\":" + std::to_string(ms) + "}");
  }
};

TEST_F(ClockStory, a_machine_boots_and_ends_when_the_clock_moves) {
  const auto id = create_hetzner("web-1");
  EXPECT_EQ(text(hetzner("GET", "/servers/" + id), "/server/status"), "initializing");
  EXPECT_TRUE(cloud->reachable_addresses(now).empty());
  EXPECT_EQ(text(advance(options.boot_ms), "/ahead_ms"), std::to_string(options.boot_ms));
  EXPECT_EQ(text(hetzner("GET", "/servers/" + id), "/server/status"), "running");
  EXPECT_EQ(cloud->reachable_addresses(now).size(), 1u);
  EXPECT_EQ(hetzner("DELETE", "/servers/" + id).status, 200);
  EXPECT_EQ(hetzner("GET", "/servers/" + id).status, 200);
  advance(options.delete_ms);
  EXPECT_EQ(hetzner("GET", "/servers/" + id).status, 404);
}

TEST_F(ClockStory, an_hourly_window_passes_at_once) {
  for (int i = 0; i < 20; ++i) {  // 250 a minute, 5000 an hour
    for (int j = 0; j < 250; ++j) EXPECT_EQ(digitalocean("GET", "/account").status, 200);
    advance(60'000);
  }
  EXPECT_EQ(digitalocean("GET", "/account").status, 429);
  advance(41 * 60'000);
  EXPECT_EQ(digitalocean("GET", "/account").status, 200);
}

TEST_F(ClockStory, a_late_success_comes_with_the_clock) {
  faults(R"({"match":{"operation":"create"},"do":{"late_success":90000}})");
  EXPECT_TRUE(hetzner("POST", "/servers",
                      R"({"name":"a","server_type":"cx23","image":"debian-12","location":"nbg1"})")
                  .dropped);
  advance(89'999);
  EXPECT_EQ(made(), 0);
  advance(1);
  EXPECT_EQ(made(), 1);
}

TEST_F(ClockStory, a_signature_is_as_old_as_its_callers_clock_says) {
  advance(3 * 3'600'000);
  EXPECT_EQ(ec2("DescribeInstances").status, 200);
  wait(3'600'000);
  EXPECT_EQ(ec2("DescribeInstances").status, 200);
}

TEST_F(ClockStory, it_only_goes_forwards) {
  const auto before = text(send("/_berth", "", "GET", "/clock"), "/now");
  EXPECT_EQ(before, std::to_string(now));
  for (const auto* bad : {"{\"advance_ms\":-1}", "{\"advance_ms\":\"1\"}", "{}", "1", "{"})
    EXPECT_EQ(send("/_berth", "", "POST", "/clock", bad).status, 400) << bad;
  EXPECT_EQ(text(send("/_berth", "", "GET", "/clock"), "/now"), before);
}

}  // namespace fakecloud
