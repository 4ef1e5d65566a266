// [stacks] and [[stack_provisioner]]: where projects are, and who has templates.
#include "stories.hpp"

namespace berth {
namespace {

TEST(Stacks, HaveTheBundledProvisionerWhereNoneIsNamed) {
  const Configuration config = read("");
  ASSERT_EQ(config.stack_provisioners.size(), 1U);
  EXPECT_EQ(config.stack_provisioners[0].plugin, "stacks");
  EXPECT_EQ(config.stacks.start, StartHow::no);
  EXPECT_EQ(config.stacks.setup_timeout_ms, 300'000);
  EXPECT_EQ(config.stacks.projects_dir, "") << "in the state folder, which may be named later";
}

TEST(Stacks, AreReadWithPathsFromTheConfigsFolder) {
  const Configuration config = read(R"([stacks]
projects_dir = "projects"
host_dir = "/data/projects"
start = "native"
setup_timeout = "90s"
deploy_command = ["bring", "--it"]
[[stack_provisioner]]
id = "own"
plugin = "my-stacks"
[stack_provisioner.settings]
token = { env = "T" }
[[stack_provisioner]]
id = "stacks"
plugin = "stacks"
)");
  EXPECT_EQ(config.stacks.projects_dir, "/etc/berth/projects");
  EXPECT_EQ(config.stacks.host_dir, "/data/projects");
  EXPECT_EQ(config.stacks.start, StartHow::native);
  EXPECT_EQ(config.stacks.setup_timeout_ms, 90'000);
  EXPECT_EQ(config.stacks.deploy_command, (std::vector<std::string>{"bring", "--it"}));
  ASSERT_EQ(config.stack_provisioners.size(), 2U);
  EXPECT_EQ(config.stack_provisioners[0].id, "own");
  EXPECT_EQ(config.stack_provisioners[0].settings.unresolved.count("token"), 1U);
}

TEST(Stacks, ThatAreWrongAreRefusedWithTheirPlace) {
  EXPECT_EQ(problem_of("[stacks]\nstart = \"docker\"\n"),
            "berth.toml:2:9: 'start' in [stacks] is 'docker', and must be one of: no, containers, "
            "native");
  EXPECT_EQ(
      problem_of("[stacks]\nhost_dir = \"data\"\n"),
      "berth.toml:2:12: 'host_dir' in [stacks] is no absolute path — as in \"/srv/projects\"");
  EXPECT_EQ(problem_of("[[stack_provisioner]]\nid = \"a\"\nplugin = \"stacks\"\n"
                       "[[stack_provisioner]]\nid = \"a\"\nplugin = \"stacks\"\n")
                .substr(0, 16),
            "berth.toml:5:6: ");
  EXPECT_EQ(problem_of("[[stack_provisioner]]\nid = \"a\"\nplugin = \"stacks\"\ntemplates = []\n"),
            "berth.toml:4:1: unknown key 'templates' in [[stack_provisioner]] — settings of the "
            "plugin itself belong in [stack_provisioner.settings]");
}

}  // namespace
}  // namespace berth
