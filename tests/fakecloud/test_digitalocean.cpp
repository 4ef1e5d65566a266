#include "test_story.hpp"

namespace fakecloud {

class DigitalOceanStory : public Story {};

TEST_F(DigitalOceanStory, a_droplet_is_created_polled_used_deleted_and_gone) {
    const auto accepted = digitalocean(
        "POST", "/droplets",
        R"({"name":"web-1","size":"s-1vcpu-1gb","region":"nyc1","image":"debian-12-x64"})");
    EXPECT_EQ(accepted.status, 202);
    const auto id = text(accepted, "/droplet/id"), action = text(accepted, "/links/actions/0/id");
    EXPECT_EQ(text(accepted, "/droplet/status"), "new");
    EXPECT_TRUE(at(accepted, "/droplet/networks/v4").as_array().empty());
    EXPECT_EQ(text(digitalocean("GET", "/actions/" + action), "/action/status"), "in-progress");
    EXPECT_EQ(text(digitalocean("DELETE", "/droplets/" + id), "/message"),
              "Droplet already has a pending event.");
    wait(1600);
    EXPECT_EQ(text(digitalocean("GET", "/actions/" + action), "/action/status"), "completed");
    const auto up = digitalocean("GET", "/droplets/" + id);
    EXPECT_EQ(text(up, "/droplet/status"), "active");
    EXPECT_EQ(text(up, "/droplet/networks/v4/0/type"), "private");
    EXPECT_EQ(text(up, "/droplet/networks/v4/1/type"), "public");
    EXPECT_EQ(digitalocean("DELETE", "/droplets/" + id).status, 204);
    wait(900);
    EXPECT_EQ(digitalocean("GET", "/droplets/" + id).status, 404);
    EXPECT_EQ(digitalocean("DELETE", "/droplets/" + id).status, 404);
}

TEST_F(DigitalOceanStory, names_are_not_unique_and_there_is_no_idempotency) {
    create_droplet("same");
    create_droplet("same");
    EXPECT_EQ(text(digitalocean("GET", "/droplets?name=same"), "/meta/total"), "2");
}

TEST_F(DigitalOceanStory, tags_appear_a_little_later) {
    const auto id = create_droplet("web-1", "berth_attempt:a1");
    EXPECT_EQ(text(digitalocean("GET", "/droplets?tag_name=berth_attempt:a1"), "/meta/total"), "0");
    EXPECT_EQ(digitalocean("GET", "/droplets/" + id).status, 200);
    wait(400);
    EXPECT_EQ(text(digitalocean("GET", "/droplets?tag_name=berth_attempt:a1"), "/meta/total"), "1");
    EXPECT_EQ(text(digitalocean("GET", "/droplets/" + id), "/droplet/tags/0"), "berth_attempt:a1");
    EXPECT_EQ(cloud->machines()[0].attempt(), "a1");
}

TEST_F(DigitalOceanStory, deleting_by_a_shared_tag_removes_everything_with_it) {
    for (const char* name : {"a", "b", "c"}) create_droplet(name, "shared");
    wait(2000);
    EXPECT_EQ(digitalocean("DELETE", "/droplets?tag_name=shared").status, 204);
    wait(1000);
    EXPECT_EQ(text(digitalocean("GET", "/droplets"), "/meta/total"), "0");
}

TEST_F(DigitalOceanStory, pages_name_the_next_one_until_the_last) {
    for (int i = 0; i < 45; ++i) create_droplet("w" + std::to_string(i));
    auto page = digitalocean("GET", "/droplets");
    EXPECT_EQ(at(page, "/droplets").as_array().size(), 20u);
    EXPECT_EQ(text(page, "/meta/total"), "45");
    EXPECT_EQ(text(page, "/links/pages/next"), "http://fake/digitalocean/v2/droplets?page=2");
    page = digitalocean("GET", "/droplets?page=3");
    EXPECT_EQ(at(page, "/droplets").as_array().size(), 5u);
    EXPECT_TRUE(at(page, "/links/pages/next").is_null());
}

TEST_F(DigitalOceanStory, everything_wrong_is_a_422_and_only_the_message_tells) {
    const auto message = [&](const std::string& body) {
        const auto refused = digitalocean("POST", "/droplets", body);
        EXPECT_EQ(refused.status, 422) << body;
        EXPECT_EQ(text(refused, "/id"), "unprocessable_entity");
        return text(refused, "/message");
    };
    EXPECT_NE(
        message(R"({"name":"a_b","size":"s-1vcpu-1gb","image":"debian-12-x64"})").find("hostname"),
        std::string::npos);
    EXPECT_NE(message(R"({"name":"a","size":"x","image":"debian-12-x64"})").find("size"),
              std::string::npos);
    EXPECT_NE(message(R"({"name":"a","size":"s-1vcpu-1gb","image":"x"})").find("image"),
              std::string::npos);
    EXPECT_NE(
        message(R"({"name":"a","size":"s-1vcpu-1gb","image":"debian-12-x64","region":"mars1"})")
            .find("region"),
        std::string::npos);
    EXPECT_NE(message(R"({"name":"a","size":"s-1vcpu-1gb","image":"debian-12-x64","tags":["a=b"]})")
                  .find("Tag"),
              std::string::npos);
    options.server_limit = 1;
    start_over();
    create_droplet("one");
    EXPECT_NE(message(R"({"name":"a","size":"s-1vcpu-1gb","image":"debian-12-x64"})")
                  .find("droplet limit"),
              std::string::npos);
}

TEST_F(DigitalOceanStory, tokens_are_checked) {
    EXPECT_EQ(send("/digitalocean/v2", "wrong", "GET", "/account").status, 401);
    EXPECT_EQ(send("/digitalocean/v2", "fake-digitalocean-token-readonly", "DELETE", "/droplets/1")
                  .status,
              403);
}

TEST_F(DigitalOceanStory, prices_carry_no_float_noise) {
    const auto sizes = digitalocean("GET", "/sizes?per_page=200");
    EXPECT_NE(sizes.body.find("\"price_monthly\":42,\"price_hourly\":0.0625,"), std::string::npos);
    EXPECT_EQ(sizes.body.find("E+"), std::string::npos);
}

}  // namespace fakecloud
