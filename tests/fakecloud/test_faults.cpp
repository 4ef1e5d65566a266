// Each fault, as a provider meets it.
#include "test_story.hpp"

namespace fakecloud {

class FaultStory : public Story {
 protected:
  Response create(const std::string& name = "web-1") {
    return hetzner(
        "POST", "/servers",
        R"({"name":")" + name +
            R"(","server_type":"cx23","image":"debian-12","location":"nbg1","labels":{"attempt":"a1"}})");
  }
};

TEST_F(FaultStory, drop_before_has_no_effect_and_drop_after_has) {
  faults(R"({"match":{"operation":"create","times":1},"do":"drop_before"})");
  EXPECT_TRUE(create().dropped);
  EXPECT_EQ(made(), 0);
  faults(R"({"match":{"operation":"create","times":1},"do":"drop_after"})");
  EXPECT_TRUE(create().dropped);
  EXPECT_EQ(made(), 1);
  EXPECT_EQ(create().status, 409);  // a blind retry meets its own server
}

TEST_F(FaultStory, errors_take_each_vendors_own_shape) {
  faults(R"({"match":{"operation":"create"},"do":{"error":"out_of_stock"}})");
  EXPECT_EQ(create().status, 412);
  EXPECT_EQ(text(create(), "/error/code"), "resource_unavailable");
  const auto droplet = digitalocean("POST", "/droplets", R"({"name":"a","region":"nyc1"})");
  EXPECT_EQ(droplet.status, 422);
  EXPECT_EQ(text(droplet, "/error_attributes/available_regions/0"), "nyc3");
  const auto instance_answer = ec2("RunInstances", instance());
  EXPECT_EQ(instance_answer.status, 500);
  EXPECT_EQ(xml(instance_answer, "//Code"), "InsufficientInstanceCapacity");
  for (const auto& name : error_names()) {
    faults(R"({"do":{"error":")" + name + "\"}}");
    EXPECT_GE(create().status, 400) << name;
    EXPECT_GE(digitalocean("GET", "/droplets").status, 400) << name;
    EXPECT_GE(ec2("DescribeInstances").status, 400) << name;
  }
  EXPECT_EQ(made(), 0);
}

TEST_F(FaultStory, any_code_of_the_vendor_can_be_said) {
  faults(R"({"do":{"code":"placement_error","status":422,"message":"no room"}})");
  EXPECT_EQ(text(create(), "/error/code"), "placement_error");
  EXPECT_EQ(create().status, 422);
  EXPECT_EQ(xml(ec2("DescribeInstances"), "//Code"), "placement_error");
}

TEST_F(FaultStory, after_times_region_and_type_choose_the_request) {
  faults(
      R"({"match":{"operation":"create","type":"cx23","region":"nbg1","after":1,"times":2},"do":{"error":"out_of_stock"}})");
  EXPECT_EQ(create("a").status, 201);
  EXPECT_EQ(create("b").status, 412);
  EXPECT_EQ(hetzner("POST", "/servers",
                    R"({"name":"c","server_type":"cx33","image":"debian-12","location":"nbg1"})")
                .status,
            201);
  EXPECT_EQ(create("d").status, 412);
  EXPECT_EQ(create("e").status, 201);
}

TEST_F(FaultStory, html_where_json_was_expected) {
  faults(R"({"match":{"times":1},"do":{"html":true}})");
  const auto gateway = hetzner("GET", "/servers");
  EXPECT_EQ(gateway.status, 502);
  EXPECT_EQ(gateway.content_type, "text/html");
  faults(R"({"do":{"status":504,"body":"<h1>no</h1>"}})");
  EXPECT_EQ(create().status, 504);
  EXPECT_EQ(made(), 0);
}

TEST_F(FaultStory, truncated_bodies_and_slow_answers) {
  faults(R"({"do":{"truncate":true,"delay_ms":70}})");
  const auto half = create();
  EXPECT_EQ(half.delay_ms, 70);
  EXPECT_EQ(made(), 1);
  json::error_code failed;
  json::parse(half.body, failed);
  EXPECT_TRUE(failed);
}

TEST_F(FaultStory, a_declared_failure_may_succeed_late) {
  faults(
      R"({"match":{"operation":"create","times":1},"do":{"late_success":3000,"error":"unavailable"}})");
  EXPECT_EQ(create().status, 503);
  EXPECT_EQ(text(hetzner("GET", "/servers"), "/meta/pagination/total_entries"), "0");
  wait(3100);
  EXPECT_EQ(text(hetzner("GET", "/servers"), "/meta/pagination/total_entries"), "1");
  EXPECT_EQ(cloud->machines()[0].attempt(), "a1");
}

TEST_F(FaultStory, a_late_success_meets_the_unique_name_of_its_retry) {
  faults(R"({"match":{"operation":"create","times":1},"do":{"late_success":3000}})");
  EXPECT_TRUE(create().dropped);
  EXPECT_EQ(create().status, 201);
  wait(4000);
  EXPECT_EQ(text(hetzner("GET", "/servers"), "/meta/pagination/total_entries"), "1");
}

TEST_F(FaultStory, a_late_success_on_digitalocean_is_a_second_droplet) {
  faults(R"({"match":{"operation":"create","times":1},"do":{"late_success":3000}})");
  const std::string body =
      R"({"name":"a","size":"s-1vcpu-1gb","image":"debian-12-x64","tags":["attempt:x"]})";
  EXPECT_TRUE(digitalocean("POST", "/droplets", body).dropped);
  EXPECT_EQ(digitalocean("POST", "/droplets", body).status, 202);
  wait(4000);
  EXPECT_EQ(text(digitalocean("GET", "/droplets?tag_name=attempt:x"), "/meta/total"), "2");
}

TEST_F(FaultStory, duplicate_creates_two_machines) {
  faults(R"({"match":{"operation":"create"},"do":"duplicate"})");
  EXPECT_EQ(create().status, 201);
  EXPECT_EQ(ec2("RunInstances", instance()).status, 200);
  create_droplet("a");
  EXPECT_EQ(made(), 6);
}

TEST_F(FaultStory, a_stale_list_is_as_of_some_time_ago) {
  create_hetzner("old");
  wait(5000);
  create_hetzner("new");
  faults(R"({"match":{"operation":"list","times":1},"do":{"stale_list":2000}})");
  EXPECT_EQ(text(hetzner("GET", "/servers"), "/meta/pagination/total_entries"), "1");
  EXPECT_EQ(text(hetzner("GET", "/servers"), "/meta/pagination/total_entries"), "2");
}

TEST_F(FaultStory, a_partial_list_misses_some) {
  for (int i = 0; i < 20; ++i) create_hetzner("w" + std::to_string(i));
  faults(R"({"match":{"operation":"list"},"do":{"partial_list":0.5}})");
  const auto total = at(hetzner("GET", "/servers"), "/meta/pagination/total_entries").as_int64();
  EXPECT_GT(total, 2);
  EXPECT_LT(total, 18);
}

TEST_F(FaultStory, a_partial_list_of_actions_misses_some_too) {
  const auto server = create_hetzner("a");
  const auto droplet = create_droplet("a");
  faults(R"({"match":{"operation":"actions"},"do":{"partial_list":1}})");
  for (const auto& answer :
       {hetzner("GET", "/servers/" + server + "/actions"), digitalocean("GET", "/actions"),
        digitalocean("GET", "/droplets/" + droplet + "/actions")})
    EXPECT_TRUE(at(answer, "/actions").as_array().empty()) << answer.body;
}

TEST_F(FaultStory, endless_pages_never_say_last) {
  create_hetzner("a");
  create_droplet("a");
  ec2("RunInstances", instance());
  wait(500);
  faults(R"({"do":"endless_pages"})");
  EXPECT_EQ(text(hetzner("GET", "/servers?page=500"), "/meta/pagination/next_page"), "501");
  EXPECT_NE(text(digitalocean("GET", "/droplets?page=500"), "/links/pages/next").find("page=501"),
            std::string::npos);
  auto page = ec2("DescribeInstances");
  for (int i = 0; i < 5; ++i)
    page = ec2("DescribeInstances", {{"NextToken", xml(page, "//nextToken")}});
  EXPECT_NE(xml(page, "//nextToken"), "");
  EXPECT_EQ(xml_count(page, "//instanceId"), 1);
}

TEST_F(FaultStory, machines_that_never_boot_fail_to_boot_or_boot_slowly) {
  faults(R"({"match":{"times":1},"do":"boot_never"}
              {"match":{"times":1},"do":"boot_fails"}
              {"match":{"times":1},"do":{"slow_boot":60000}}
              {"match":{"times":1},"do":"unreachable"})");
  const auto hangs = create_hetzner("hangs"), fails = create_hetzner("fails"),
             slow = create_hetzner("slow"), deaf = create_hetzner("deaf");
  cloud->set_faults({});
  wait(10'000);
  EXPECT_EQ(text(hetzner("GET", "/servers/" + hangs), "/server/status"), "starting");
  EXPECT_EQ(text(hetzner("GET", "/servers/" + fails), "/server/status"), "off");
  EXPECT_EQ(text(hetzner("GET", "/servers/" + fails + "/actions"), "/actions/0/error/code"),
            "action_failed");
  EXPECT_EQ(text(hetzner("GET", "/servers/" + slow), "/server/status"), "initializing");
  EXPECT_EQ(text(hetzner("GET", "/servers/" + deaf), "/server/status"), "running");
  EXPECT_TRUE(cloud->reachable_addresses(now).empty());
  EXPECT_EQ(hetzner("DELETE", "/servers/" + hangs).status, 200);  // and it can be got rid of
}

TEST_F(FaultStory, a_create_makes_another_type_elsewhere_and_says_so) {
  faults(R"({"match":{"operation":"create"},"do":{"makes_type":"cx43","makes_region":"hel1"}})");
  const auto made = create();
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(text(made, "/server/server_type/name"), "cx43");
  EXPECT_EQ(text(made, "/server/location/name"), "hel1");
}

TEST_F(FaultStory, somebody_stops_and_starts_a_machine_at_the_console) {
  const auto number = text(create(), "/server/id");
  wait(60'000);
  const auto power = [&](const std::string& rest) {
    return cloud->answer({"POST", "/_berth/power", {}, R"({"id":")" + number + "\"," + rest + "}"},
                         now).status;
  };
  const auto status = [&] { return text(hetzner("GET", "/servers/" + number), "/server/status"); };
  EXPECT_EQ(power(R"("do":"stop")"), 200);
  EXPECT_EQ(status(), "off");
  EXPECT_EQ(power(R"("do":"start","address":"127.9.9.9")"), 200);
  EXPECT_EQ(status(), "running");
  EXPECT_EQ(text(hetzner("GET", "/servers/" + number), "/server/public_net/ipv4/ip"), "127.9.9.9");
  EXPECT_EQ(power(R"("do":"explode")"), 400);
}

TEST_F(FaultStory, a_taken_name_belongs_to_somebody_else) {
  faults(R"({"match":{"operation":"create","times":1},"do":"name_taken"})");
  EXPECT_EQ(create().status, 409);
  const auto found = hetzner("GET", "/servers?name=web-1");
  EXPECT_EQ(text(found, "/servers/0/labels/owner"), "somebody-else");
  EXPECT_NE(cloud->log()[0].find("\"cause\":\"planted\""), std::string::npos);
}

TEST_F(FaultStory, stale_partial_and_foreign_are_the_same_at_every_vendor) {
  create_droplet("old");
  ec2("RunInstances", instance("old"));
  wait(5000);
  create_droplet("new");
  ec2("RunInstances", instance("new"));
  wait(1000);
  faults(R"({"match":{"operation":"list","times":2},"do":{"stale_list":3000}})");
  EXPECT_EQ(text(digitalocean("GET", "/droplets"), "/meta/total"), "1");
  EXPECT_EQ(xml_count(ec2("DescribeInstances"), "//instanceId"), 1);
  EXPECT_EQ(text(digitalocean("GET", "/droplets"), "/meta/total"), "2");
  EXPECT_EQ(xml_count(ec2("DescribeInstances"), "//instanceId"), 2);
  faults(R"({"match":{"operation":"list"},"do":{"partial_list":1}})");
  EXPECT_EQ(text(digitalocean("GET", "/droplets"), "/meta/total"), "0");
  EXPECT_EQ(xml_count(ec2("DescribeInstances"), "//instanceId"), 0);
  faults(R"({"match":{"operation":"create"},"do":"name_taken"})");
  create_droplet("taken");
  EXPECT_EQ(ec2("RunInstances", instance("taken")).status, 200);
  cloud->set_faults({});
  wait(1000);
  EXPECT_EQ(text(digitalocean("GET", "/droplets?name=taken"), "/meta/total"), "2");
  const auto strangers = ec2("DescribeInstances", {{"Filter.1.Name", "tag:owner"},
                                                   {"Filter.1.Value.1", "somebody-else"}});
  EXPECT_EQ(xml_count(strangers, "//instanceId"), 1);
  EXPECT_EQ(xml_count(ec2("DescribeInstances"), "//instanceId"), 4);
}

TEST_F(FaultStory, a_token_expires_while_it_is_used) {
  faults(R"({"match":{"operation":"list","after":3},"do":{"error":"expired_token"}})");
  EXPECT_EQ(hetzner("GET", "/servers").status, 200);
  EXPECT_EQ(digitalocean("GET", "/droplets").status, 200);
  EXPECT_EQ(ec2("DescribeInstances").status, 200);
  EXPECT_EQ(hetzner("GET", "/servers").status, 401);
  EXPECT_EQ(digitalocean("GET", "/droplets").status, 401);
  EXPECT_EQ(xml(ec2("DescribeInstances"), "//Code"), "RequestExpired");
  EXPECT_EQ(create().status, 201);  // another operation
}

TEST_F(FaultStory, hidden_stock) {
  faults(R"({"match":{"operation":"offers"},"do":"hide_stock"})");
  EXPECT_EQ(
      text(hetzner("GET", "/server_types?name=cx23"), "/server_types/0/locations/0/available"),
      "false");
  EXPECT_EQ(text(digitalocean("GET", "/sizes"), "/sizes/0/available"), "false");
}

TEST_F(FaultStory, a_malformed_script_names_its_line) {
  const auto complaint = [](const std::string& script) -> std::string {
    try {
      parse_faults(script, "f.json");
    } catch (const ScriptError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(complaint("# fine\n[{\"do\":\"drop_after\"},\n {\"do\":\"html\"}]"), "accepted");
  EXPECT_NE(complaint("{\"do\":\"html\"}\n{\"do\":{\"eror\":\"x\"}}")
                .find("f.json:2: unknown fault \"eror\""),
            std::string::npos);
  EXPECT_NE(complaint("{\"match\":{\"vendor\":\"gcp\"},\"do\":\"html\"}").find("unknown vendor"),
            std::string::npos);
  EXPECT_NE(complaint("{\"do\":{\"error\":\"oos\"}}").find("out_of_stock"), std::string::npos);
  EXPECT_NE(complaint("\n\n{\"do\":\"html\"").find("f.json:3: the rule that starts here"),
            std::string::npos);
  EXPECT_NE(complaint("{\"match\":{}}").find("needs \"do\""), std::string::npos);
  EXPECT_NE(complaint("drop_after").find("f.json:1"), std::string::npos);
  const auto refused = send("/_berth", "", "POST", "/faults", "{");
  EXPECT_EQ(refused.status, 400);
}

}  // namespace fakecloud
