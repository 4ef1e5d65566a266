// The clouds and what really runs behind them, in step: with a backing that does as it is told.
#include "backing.hpp"

#include "machine_seed.hpp"
#include "test_story.hpp"

namespace fakecloud {

class ScriptedBacking final : public Backing {
 public:
  void start(const Machine& machine) override { started.push_back(machine); }
  void end(std::uint64_t number) override { ended.push_back(number); }
  std::vector<BackingReport> look() override { return std::exchange(next, {}); }

  std::vector<Machine> started;
  std::vector<std::uint64_t> ended;
  std::vector<BackingReport> next;
};

class BackingStory : public Story {
 protected:
  using What = BackingReport::What;

  BackingStory() {
    options.backed = true;
    start_over();
    machines.emplace(*cloud, backing);
  }
  void report(What what, const std::string& reason = {}) {
    backing.next = {{1, what, reason}};
    machines->look(now);
  }
  std::string status(const std::string& id) {
    return text(hetzner("GET", "/servers/" + id), "/server/status");
  }
  bool logged(const std::string& words) const {
    for (const auto& line : cloud->log())
      if (line.find(words) != std::string::npos) return true;
    return false;
  }

  ScriptedBacking backing;
  std::optional<BackedMachines> machines;
};

TEST_F(BackingStory, a_machine_runs_when_it_is_said_to_and_not_before) {
  const auto id = create_hetzner("web-1");
  machines->look(now);
  ASSERT_EQ(backing.started.size(), 1u);
  EXPECT_EQ(backing.started[0].address, "127.2.0.1");
  wait(60'000);
  EXPECT_EQ(status(id), "starting");
  report(What::runs);
  EXPECT_EQ(status(id), "running");
  machines->look(now);
  EXPECT_EQ(backing.started.size(), 1u);
}

TEST_F(BackingStory, a_machine_is_there_until_nothing_of_it_is_left) {
  const auto id = create_hetzner("web-1");
  machines->look(now);
  report(What::runs);
  wait(2000);
  EXPECT_EQ(hetzner("DELETE", "/servers/" + id).status, 200);
  machines->look(now);
  machines->look(now);
  EXPECT_EQ(backing.ended, std::vector<std::uint64_t>{1});
  wait(60'000);
  EXPECT_EQ(status(id), "deleting");
  report(What::gone);
  EXPECT_EQ(hetzner("GET", "/servers/" + id).status, 404);
  EXPECT_TRUE(logged(R"("event":"ended")"));
}

TEST_F(BackingStory, a_machine_that_cannot_start_is_broken_at_every_vendor) {
  const auto server = create_hetzner("web-1"), droplet = create_droplet("web-2");
  ec2("RunInstances", instance());
  machines->look(now);
  ASSERT_EQ(backing.started.size(), 3u);
  wait(1000);
  for (std::uint64_t number : {1, 2, 3})
    backing.next.push_back({number, What::failed, "no such image"});
  machines->look(now);
  EXPECT_EQ(status(server), "off");
  EXPECT_EQ(text(hetzner("GET", "/servers/" + server + "/actions"), "/actions/0/status"), "error");
  EXPECT_EQ(text(digitalocean("GET", "/droplets/" + droplet + "/actions"), "/actions/0/status"),
            "errored");
  EXPECT_EQ(xml(ec2("DescribeInstances"), "//instanceState/name"), "terminated");
  EXPECT_EQ(xml(ec2("DescribeInstances"), "//stateReason/code"), "Server.InternalError");
  EXPECT_TRUE(logged("no such image"));
  machines->look(now);
  EXPECT_EQ(backing.started.size(), 3u);  // and is not tried again
  EXPECT_EQ(hetzner("DELETE", "/servers/" + server).status, 200);
  machines->look(now);
  wait(1000);
  EXPECT_EQ(hetzner("GET", "/servers/" + server).status, 404);
  EXPECT_TRUE(backing.ended.empty());
}

TEST_F(BackingStory, a_slow_boot_begins_late_and_a_hanging_one_never) {
  faults(R"({"match":{"times":1},"do":{"slow_boot":60000}}
              {"match":{"times":1},"do":"boot_never"}
              {"match":{"times":1},"do":"unreachable"})");
  create_hetzner("slow");
  create_hetzner("hangs");
  create_hetzner("deaf");
  wait(59'000);
  machines->look(now);
  EXPECT_TRUE(backing.started.empty());
  wait(1000);
  machines->look(now);
  EXPECT_EQ(backing.started.size(), 1u);
}

TEST_F(BackingStory, a_deleted_machine_counts_until_it_is_gone) {
  options.server_limit = 1;
  start_over();
  machines.emplace(*cloud, backing);
  const auto id = create_hetzner("web-1");
  const std::string second = R"({"name":"b","server_type":"cx23","image":"debian-12"})";
  machines->look(now);
  report(What::runs);
  wait(2000);
  hetzner("DELETE", "/servers/" + id);
  machines->look(now);
  wait(5000);
  EXPECT_EQ(hetzner("POST", "/servers", second).status, 403);
  report(What::gone);
  EXPECT_EQ(hetzner("POST", "/servers", second).status, 201);
}

TEST_F(BackingStory, a_machine_finds_its_user_data_and_keys_as_they_were_given) {
  const std::string data = "#cloud-config\n# \"Gr\u00fc\u00dfe\" 'and' \\ all\n";
  const std::string key =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBka";
  ASSERT_EQ(
      ec2("ImportKeyPair", {{"KeyName", "walk"}, {"PublicKeyMaterial", base64_encode(key + " me")}})
          .status,
      200);
  auto fields = instance();
  fields.emplace_back("KeyName", "walk");
  fields.emplace_back("UserData", base64_encode(data));
  ASSERT_EQ(ec2("RunInstances", fields).status, 200);
  machines->look(now);
  ASSERT_EQ(backing.started.size(), 1u);
  std::map<std::string, std::string> disk;
  for (const auto& file : machine_seed(backing.started[0], 2222)) disk[file.path] = file.text;
  EXPECT_EQ(disk["var/lib/cloud/seed/nocloud/user-data"], data);
  EXPECT_EQ(disk["etc/ssh/sshd_config.d/00-machine.conf"],
            "Port 2222\nListenAddress 127.2.0.1:2222\n");
  const auto meta = json::parse(disk["var/lib/cloud/seed/nocloud/meta-data"]);
  EXPECT_EQ(meta.at("instance-id").as_string(), backing.started[0].id);
  EXPECT_EQ(meta.at("local-hostname").as_string(), "ip-10-0-0-1");
  EXPECT_EQ(std::string(meta.at("public-keys").at(0).as_string()).substr(0, key.size()), key);
}

}  // namespace fakecloud
