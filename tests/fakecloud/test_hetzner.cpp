#include "test_story.hpp"

namespace fakecloud {

class Hetzner : public Story {};

TEST_F(Hetzner, a_server_is_created_polled_used_deleted_and_gone) {
  const auto id = create_hetzner("web-1");
  EXPECT_EQ(text(hetzner("GET", "/servers/" + id), "/server/status"), "initializing");
  wait(800);
  EXPECT_EQ(text(hetzner("GET", "/servers/" + id), "/server/status"), "starting");
  wait(800);
  const auto up = hetzner("GET", "/servers/" + id);
  EXPECT_EQ(text(up, "/server/status"), "running");
  EXPECT_EQ(text(up, "/server/public_net/ipv4/ip").substr(0, 4), "127.");
  EXPECT_EQ(cloud->reachable_addresses(now).size(), 1u);

  const auto removed = hetzner("DELETE", "/servers/" + id);
  EXPECT_EQ(text(removed, "/action/command"), "delete_server");
  const auto action = text(removed, "/action/id");
  EXPECT_EQ(text(hetzner("GET", "/actions/" + action), "/action/status"), "running");
  EXPECT_EQ(text(hetzner("GET", "/servers/" + id), "/server/status"), "deleting");
  wait(900);
  EXPECT_EQ(hetzner("GET", "/servers/" + id).status, 404);
  EXPECT_EQ(hetzner("DELETE", "/servers/" + id).status, 404);
  EXPECT_EQ(text(hetzner("GET", "/actions/" + action), "/action/status"), "success");
  EXPECT_TRUE(cloud->reachable_addresses(now).empty());
}

TEST_F(Hetzner, both_actions_of_a_creation_must_be_waited_for) {
  const auto made =
      hetzner("POST", "/servers", R"({"name":"a","server_type":"cx23","image":"debian-12"})");
  const auto query =
      "/actions?id=" + text(made, "/action/id") + "&id=" + text(made, "/next_actions/0/id");
  wait(1000);
  auto both = hetzner("GET", query);
  EXPECT_EQ(text(both, "/actions/0/status"), "success");
  EXPECT_EQ(text(both, "/actions/1/status"), "running");
  wait(1000);
  both = hetzner("GET", query);
  EXPECT_EQ(text(both, "/actions/1/command"), "start_server");
  EXPECT_EQ(text(both, "/actions/1/status"), "success");
}

TEST_F(Hetzner, actions_by_id_come_without_pages_as_documented) {
  std::string query = "/actions?per_page=1";
  for (const char* name : {"a", "b", "c"})
    query += "&id=" + text(hetzner("POST", "/servers",
                                   R"({"name":")" + std::string(name) +
                                       R"(","server_type":"cx23","image":"debian-12"})"),
                           "/action/id");
  const auto answer = json::parse(hetzner("GET", query).body).as_object();
  EXPECT_EQ(answer.at("actions").as_array().size(), 3u);
  EXPECT_FALSE(answer.contains("meta"));
}

TEST_F(Hetzner, a_name_is_unique_until_its_server_is_gone) {
  const auto id = create_hetzner("web-1");
  const auto again =
      hetzner("POST", "/servers", R"({"name":"web-1","server_type":"cx23","image":"debian-12"})");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(text(again, "/error/code"), "uniqueness_error");
  EXPECT_EQ(made(), 1);
  wait(2000);
  hetzner("DELETE", "/servers/" + id);
  wait(1000);
  create_hetzner("web-1");
  EXPECT_EQ(made(), 2);
}

TEST_F(Hetzner, a_server_that_is_being_created_is_locked) {
  const auto id = create_hetzner("web-1");
  EXPECT_EQ(hetzner("DELETE", "/servers/" + id).status, 423);
  wait(800);
  EXPECT_EQ(hetzner("DELETE", "/servers/" + id).status, 200);
}

TEST_F(Hetzner, what_is_wrong_is_said_field_by_field) {
  const auto refused =
      hetzner("POST", "/servers",
              R"({"name":"_x","server_type":"cx99","labels":{"org":"a:b"},"colour":"red"})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(text(refused, "/error/code"), "invalid_input");
  std::string fields;
  const auto complaints = at(refused, "/error/details/fields");
  for (const auto& field : complaints.as_array())
    fields += std::string(field.at("name").as_string()) + " ";
  EXPECT_EQ(fields, "colour image name server_type labels ");
  EXPECT_EQ(hetzner("POST", "/servers", "{").status, 400);
  const auto elsewhere =
      hetzner("POST", "/servers",
              R"({"name":"x","server_type":"cx23","image":"debian-12","location":"ash"})");
  EXPECT_EQ(text(elsewhere, "/error/details/fields/0/messages/0"),
            "unsupported location for server type");
  EXPECT_EQ(made(), 0);
}

TEST_F(Hetzner, pages_are_at_most_fifty_long_and_end) {
  options.server_limit = 200;
  start_over();
  for (int i = 0; i < 120; ++i) create_hetzner("w" + std::to_string(i), i % 2 ? "odd" : "even");
  const auto first = hetzner("GET", "/servers?per_page=100");
  EXPECT_EQ(at(first, "/servers").as_array().size(), 50u);
  EXPECT_EQ(text(first, "/meta/pagination/next_page"), "2");
  const auto last = hetzner("GET", "/servers?per_page=50&page=3");
  EXPECT_EQ(at(last, "/servers").as_array().size(), 20u);
  EXPECT_TRUE(at(last, "/meta/pagination/next_page").is_null());
  EXPECT_EQ(text(hetzner("GET", "/servers?label_selector=attempt%3D%3Dodd"),
                 "/meta/pagination/total_entries"),
            "60");
  EXPECT_EQ(text(hetzner("GET", "/servers?label_selector=attempt%20in%20(odd,x)"),
                 "/meta/pagination/total_entries"),
            "60");
  EXPECT_EQ(text(hetzner("GET", "/servers?name=w7"), "/meta/pagination/total_entries"), "1");
  EXPECT_EQ(hetzner("GET", "/servers?label_selector=a%3D%3Db%3Ac").status, 422);
}

TEST_F(Hetzner, prices_are_decimal_text_per_location) {
  const auto types = hetzner("GET", "/server_types?name=cx23");
  EXPECT_EQ(text(types, "/server_types/0/prices/0/price_monthly/net"), "5.4900000000");
  EXPECT_EQ(text(types, "/server_types/0/prices/0/price_monthly/gross"), "6.5331000000000000");
  EXPECT_EQ(text(types, "/server_types/0/prices/0/price_hourly/net"), "0.0088000000");
  EXPECT_EQ(text(hetzner("GET", "/pricing"), "/pricing/primary_ips/0/prices/0/price_monthly/net"),
            "0.5000000000");
}

TEST_F(Hetzner, tokens_are_checked) {
  EXPECT_EQ(text(send("/hetzner/v1", "wrong", "GET", "/servers"), "/error/code"), "unauthorized");
  const auto refused =
      send("/hetzner/v1", "fake-hetzner-token-readonly", "DELETE", "/servers/48000001");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(text(refused, "/error/code"), "token_readonly");
  EXPECT_EQ(send("/hetzner/v1", "fake-hetzner-token-readonly", "GET", "/servers").status, 200);
}

TEST_F(Hetzner, keys_are_found_by_name_and_unique) {
  const std::string body =
      R"({"name":"k","public_key":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS x"})";
  const auto made_key = hetzner("POST", "/ssh_keys", body);
  EXPECT_EQ(made_key.status, 201) << made_key.body;
  EXPECT_EQ(hetzner("POST", "/ssh_keys", body).status, 409);
  EXPECT_EQ(at(hetzner("GET", "/ssh_keys?name=k"), "/ssh_keys").as_array().size(), 1u);
  const auto server =
      hetzner("POST", "/servers",
              R"({"name":"a","server_type":"cx23","image":"debian-12","ssh_keys":["k"]})");
  EXPECT_TRUE(at(server, "/root_password").is_null());
  EXPECT_EQ(hetzner("DELETE", "/ssh_keys/" + text(made_key, "/ssh_key/id")).status, 204);
}

}  // namespace fakecloud
