// Rate limits, the oracle log, determinism.
#include "test_story.hpp"

namespace fakecloud {

class Limits : public Story {};

TEST_F(Limits, hetzner_counts_down_and_refills_one_a_second) {
    EXPECT_EQ(hetzner("GET", "/locations").header("RateLimit-Remaining"), "3599");
    for (int i = 0; i < 3599; ++i) hetzner("GET", "/locations/1");
    const auto refused = hetzner("GET", "/locations");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(text(refused, "/error/code"), "rate_limit_exceeded");
    EXPECT_EQ(refused.header("RateLimit-Limit"), "3600");
    wait(1000);
    EXPECT_EQ(hetzner("GET", "/locations").status, 200);
}

TEST_F(Limits, digitalocean_says_retry_after_only_for_the_burst) {
    for (int i = 0; i < 250; ++i) EXPECT_EQ(digitalocean("GET", "/account").status, 200);
    const auto burst = digitalocean("GET", "/account");
    EXPECT_EQ(burst.status, 429);
    EXPECT_EQ(burst.header("retry-after"), "60");
    EXPECT_EQ(burst.header("ratelimit-limit"), "5000");
    for (int round = 1; round < 20; ++round) {
        wait(60'001);
        for (int i = 0; i < 250; ++i) digitalocean("GET", "/account");
    }
    wait(60'001);
    const auto hour = digitalocean("GET", "/account");
    EXPECT_EQ(hour.status, 429);
    EXPECT_EQ(hour.header("retry-after"), "");
    EXPECT_EQ(hour.header("ratelimit-remaining"), "0");
}

TEST_F(Limits, ec2_answers_503_without_any_header) {
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(ec2("RunInstances", instance("t" + std::to_string(i))).status, 200);
    const auto refused = ec2("RunInstances", instance("t9"));
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(xml(refused, "//Code"), "RequestLimitExceeded");
}

TEST_F(Limits, the_log_knows_every_request_and_every_machine) {
    const auto id = create_hetzner("web-1", "att7");
    wait(2000);
    hetzner("DELETE", "/servers/" + id);
    const auto& log = cloud->log();
    ASSERT_EQ(log.size(), 4u);  // created, request, destroyed, request
    const auto created = json::parse(log[0]);
    EXPECT_EQ(created.at("event").as_string(), "created");
    EXPECT_EQ(created.at("attempt").as_string(), "att7");
    EXPECT_EQ(json::parse(log[2]).at("event").as_string(), "destroyed");
    EXPECT_EQ(json::parse(log[3]).at("effect").as_string(), "delete");
    EXPECT_EQ(log[1].find("fake-hetzner-token"), std::string::npos);
    EXPECT_EQ(text(send("/_berth", "", "GET", "/counts"), "/hetzner/deletes"), "1");
    EXPECT_EQ(text(send("/_berth", "", "GET", "/machines"), "/machines/0/phase"), "deleting");
}

TEST_F(Limits, two_accounts_of_one_vendor_see_different_machines) {
    options.credentials.push_back({"hetzner", "second", "", "other", false});
    start_over();
    create_hetzner("web-1");
    EXPECT_EQ(
        text(send("/hetzner/v1", "second", "GET", "/servers"), "/meta/pagination/total_entries"),
        "0");
}

TEST_F(Limits, the_same_seed_gives_the_same_answers) {
    const auto story = [&] {
        start_over();
        faults(R"({"match":{"probability":0.3},"do":{"error":"unavailable"}})");
        const auto begin = now;
        for (int i = 0; i < 50; ++i)
            hetzner("GET", "/servers"), ec2("RunInstances", instance(std::to_string(i))), wait(500);
        now = begin;
        return cloud->log();
    };
    EXPECT_EQ(story(), story());
}

TEST_F(Limits, a_bad_price_folder_is_explained) {
    try {
        load_catalogue("/nonexistent");
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("/nonexistent"), std::string::npos);
    }
}

}  // namespace fakecloud
