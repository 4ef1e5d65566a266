// A project from its name to its folder: what is kept, what is told, and what is left where a step
// fails.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "berth.hpp"
#include "fake_provisioner.hpp"
#include "project_changes.hpp"
#include "story.hpp"

namespace berth {
namespace {

namespace fs = std::filesystem;

class FakePorts final : public Ports {
 public:
  bool is_free(int port) override { return !all_taken && taken.count(port) == 0; }
  std::set<int> taken;
  bool all_taken = false;
};

fs::path a_folder() {
  std::string name = fs::temp_directory_path() / "berth-projects-XXXXXX";
  return mkdtemp(name.data());
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Projects : public testing::Test {
 protected:
  Projects() { story_.settings.stacks.projects_dir = folder_ / "projects"; }
  ~Projects() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  /// Ann made it, unless somebody else acts.
  ProjectChanges as(const std::string& user = "ann") {
    return {story_.parts(), keys_, provisioners_, ports_, user};
  }
  ProvisionReport save(const std::string& project = "shop", const std::string& user = "ann",
                       const std::string& database = "postgres") {
    StackWish wish;
    wish.project = project;
    wish.database = database;
    wish.frontend = "next";
    return as(user).save(wish, {});
  }
  void make(const std::string& title = "Shop") { as().create({title, "acme", false}); }

  template <class Body>
  std::string refused(Problem problem, const Body& body) {
    try {
      body();
    } catch (const Error& error) {
      EXPECT_EQ(error.problem(), problem) << error.what();
      return error.what();
    } catch (const Refusal& refusal) {
      return refusal.what();
    }
    ADD_FAILURE() << "nothing was refused";
    return "";
  }
  [[nodiscard]] fs::path at(const std::string& path, const std::string& project = "shop") const {
    return folder_ / "projects" / project / path;
  }
  [[nodiscard]] std::string read(const std::string& path) const {
    std::ifstream stream(at(path));
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  std::vector<std::string> events() {
    std::vector<std::string> types;
    story_.look([&](const LedgerView& view) {
      for (const EventRecord& event : view.events("", 0)) types.push_back(event.type);
    });
    return types;
  }
  std::string everything_told() {
    std::string text = story_.journal.text();
    story_.look([&](const LedgerView& view) {
      for (const EventRecord& event : view.events("", 0))
        text += event.message + event.fields_json + "\n";
    });
    return text;
  }

  const fs::path folder_ = a_folder();
  Story story_;
  KeyStore keys_{"", [](const std::string&) -> const char* { return nullptr; },
                 folder_ / "credentials.key"};
  FakeProvisioners provisioners_;
  FakePorts ports_;
};

TEST_F(Projects, have_a_folder_from_the_first_moment) {
  const ProjectReport project = as().create({"Final Test Laravel", "", false});
  EXPECT_EQ(project.id, "final-test-laravel");
  EXPECT_EQ(project.organization, "acme") << "the only one there is";
  EXPECT_TRUE(fs::is_directory(at("", "final-test-laravel")));
  EXPECT_FALSE(project.has_stack);
  EXPECT_EQ(project.outcome, "none");
}

TEST_F(Projects, are_not_made_of_a_name_that_leaves_none_or_is_anothers) {
  make("Shop");
  for (const char* name : {"", "...", "../..", "日本"})
    EXPECT_TRUE(has(refused(Problem::usage, [&] { make(name); }), "leaves nothing")) << name;
  EXPECT_TRUE(has(refused(Problem::usage, [&] { make("SHOP!"); }), "is 'Shop' already"));
  EXPECT_TRUE(has(refused(Problem::usage, [&] { make(std::string(300, 'x')); }), "200 bytes"));
  EXPECT_TRUE(has(refused(Problem::usage, [&] { make("two\nlines"); }), "one line"));
  EXPECT_EQ(as().list("").size(), 1U);
}

TEST_F(Projects, do_not_take_a_folder_that_has_files_unless_they_are_told_to) {
  fs::create_directories(at(""));
  std::ofstream(at("README.md")) << "mine\n";
  EXPECT_TRUE(has(refused(Problem::usage, [&] { make(); }), "has files already"));
  EXPECT_TRUE(as().list("").empty());
  as().create({"Shop", "acme", true});
  const ProvisionReport report = save();
  EXPECT_TRUE(report.success) << report.error;
  EXPECT_EQ(read("README.md"), "mine\n");
  EXPECT_EQ(read("README.md.berth"), "# Shop\n");
}

TEST_F(Projects, whose_folder_cannot_be_made_are_not_kept) {
  std::ofstream(folder_ / "projects") << "a file\n";
  EXPECT_THROW(make(), std::runtime_error);
  EXPECT_TRUE(as().list("").empty());
}

TEST_F(Projects, with_a_stack_have_files_ports_and_credentials_at_once) {
  make();
  const ProvisionReport report = save();
  ASSERT_TRUE(report.success) << report.error;
  EXPECT_TRUE(report.attempted);
  EXPECT_EQ(read("README.md"), "# Shop\n");
  EXPECT_EQ(report.project.outcome, "provisioned");
  EXPECT_EQ(report.project.stack.database, "postgresql") << "folded";
  ASSERT_EQ(report.secrets.size(), 1U);
  const std::string& password = report.secrets[0].second;
  EXPECT_EQ(password.size(), 32U);
  EXPECT_EQ(read(".env"), "PORT=8080\nDATABASE_PASSWORD=" + password + "\n");
  struct stat facts {};
  ASSERT_EQ(stat(at(".env").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  using Ports = std::vector<std::pair<std::string, std::int64_t>>;
  EXPECT_EQ(report.project.ports, (Ports{{"application", 8080}, {"database", 5433}}));
  EXPECT_EQ(events(),
            (std::vector<std::string>{"project.created", "stack.saved", "stack.provisioned"}));
}

TEST_F(Projects, tell_their_secrets_once_and_only_to_who_may_know) {
  make();
  const std::string password = save().secrets.at(0).second;
  EXPECT_TRUE(save().secrets.empty()) << "a second time";
  EXPECT_EQ(as().credentials("shop").secrets.at(0).second, password) << "its maker";
  EXPECT_FALSE(has(everything_told(), password));
  story_.settings.organizations.front().admins = {"boss"};
  EXPECT_EQ(as("boss").credentials("shop").secrets.at(0).second, password) << "an admin";
  EXPECT_TRUE(has(refused(Problem::refused, [&] { as("eve").credentials("shop"); }), "eve"));
  const std::vector<std::string> told = events();
  EXPECT_EQ(told.back(), "access.denied");
  EXPECT_EQ(told.at(told.size() - 2), "stack.credentials_read");
  story_.look(
      [&](const LedgerView& view) { EXPECT_FALSE(has(view.project("shop")->sealed, password)); });
}

TEST_F(Projects, whose_first_provisioning_failed_tell_their_secrets_when_one_succeeds) {
  make();
  provisioners_.of["stacks"].no_rendering = failure_of(ErrorCode::unavailable, "it is ill");
  const ProvisionReport failed = save();
  EXPECT_FALSE(failed.success);
  EXPECT_TRUE(failed.secrets.empty());
  provisioners_.of["stacks"].no_rendering.reset();
  const ProvisionReport done = as().provision("shop", std::nullopt, {});
  EXPECT_TRUE(done.success);
  EXPECT_EQ(done.secrets.size(), 1U);
  EXPECT_EQ(done.project.failure, "");
}

TEST_F(Projects, hold_ports_that_others_skip_also_where_they_do_not_run) {
  make("One");
  make("Two");
  ports_.taken = {8081, 5433};
  EXPECT_EQ(save("one").project.ports[0].second, 8080);
  const ProjectReport two = save("two").project;
  EXPECT_EQ(two.ports[0].second, 8082) << "8080 is One's, 8081 is somebody's";
  EXPECT_EQ(two.ports[1].second, 5435) << "5433 is somebody's, 5434 One's";
  ports_.taken.insert(8080);  // One runs now
  EXPECT_EQ(save("one").project.ports[0].second, 8080) << "its own port is no other's";
  as().remove("one");
  ports_.taken.clear();
  make("Three");
  EXPECT_EQ(save("three").project.ports[0].second, 8080) << "free again";
}

TEST_F(Projects, without_a_free_port_are_saved_and_say_so) {
  make();
  ports_.all_taken = true;
  const ProvisionReport report = save();
  EXPECT_FALSE(report.success);
  EXPECT_EQ(report.code, "no_free_port");
  EXPECT_TRUE(report.retryable);
  EXPECT_EQ(as().project("shop").stack.frontend, "nextjs");
  EXPECT_FALSE(fs::exists(at("README.md")));
  ports_.all_taken = false;
  EXPECT_TRUE(as().provision("shop", std::nullopt, {}).success);
}

TEST_F(Projects, keep_the_saved_stack_whatever_becomes_of_the_folder) {
  struct Case {
    const char* code;
    std::function<void(FakeProvisioner&)> trouble;
    bool retryable;
  };
  const std::vector<Case> cases{
      {"no_template", [](auto& p) { p.no_plan = failure_of(ErrorCode::unsupported, "none"); },
       false},
      {"plugin", [](auto& p) { p.no_plan = failure_of(ErrorCode::unavailable, "ill"); }, true},
      {"template", [](auto& p) { p.no_rendering = failure_of(ErrorCode::internal, "bad key"); },
       false},
      {"template", [](auto& p) { p.planned.ports[0].from = 80; }, false},
      {"template", [](auto& p) { p.planned.secrets[0].length = 4; }, false},
      {"template", [](auto& p) { p.tells_the_password = true; }, false},
      {"folder", [](auto& p) { p.files["../outside"] = "x"; }, true},
      {"folder", [](auto& p) { p.files["/etc/passwd"] = "x"; }, true},
      {"folder", [](auto& p) { p.files[".berth/base/x"] = "x"; }, true},
  };
  int number = 0;
  for (const Case& one : cases) {
    const std::string project = "p" + std::to_string(++number);
    make(project);
    provisioners_.of["stacks"] = FakeProvisioner();
    one.trouble(provisioners_.of["stacks"]);
    const ProvisionReport report = save(project);
    EXPECT_TRUE(report.attempted);
    EXPECT_FALSE(report.success) << number;
    EXPECT_EQ(report.code, one.code) << number << ": " << report.error;
    EXPECT_EQ(report.retryable, one.retryable) << number;
    EXPECT_NE(report.error, "");
    const ProjectReport kept = as().project(project);
    EXPECT_EQ(kept.outcome, "failed");
    EXPECT_EQ(kept.stack.frontend, "nextjs");
    EXPECT_EQ(kept.failure_code, one.code);
    EXPECT_TRUE(fs::is_empty(at("", project))) << number << ": half made";
    EXPECT_EQ(events().back(), "stack.failed");
  }
  EXPECT_FALSE(fs::exists(folder_ / "projects/outside"));
}

TEST_F(Projects, refuse_what_is_no_stack_and_save_nothing) {
  make();
  StackWish wish;
  wish.project = "shop";
  wish.backend = "laravle";
  EXPECT_TRUE(has(refused(Problem::usage, [&] { as().save(wish, {}); }), "not_in_specs: "));
  wish.backend = "express";
  wish.css = "tailwind";
  EXPECT_TRUE(has(refused(Problem::usage, [&] { as().save(wish, {}); }), "not_together: "));
  EXPECT_FALSE(as().project("shop").has_stack);
}

TEST_F(Projects, keep_the_choices_that_a_second_wish_does_not_name) {
  make();
  save();
  StackWish wish;
  wish.project = "shop";
  wish.css = "tailwind";
  const StackReport stack = as().save(wish, {}).project.stack;
  EXPECT_EQ(stack.database + stack.frontend + stack.css, "postgresqlnextjstailwind");
}

TEST_F(Projects, never_make_secrets_anew_while_the_first_are_only_locked) {
  make();
  save();
  const std::string before = read(".env");
  fs::rename(folder_ / "credentials.key", folder_ / "away");
  fs::remove(at(".env"));
  const ProvisionReport locked = as().provision("shop", std::nullopt, {});
  EXPECT_FALSE(locked.success);
  EXPECT_EQ(locked.code, "secrets_locked");
  EXPECT_FALSE(fs::exists(at(".env")));
  fs::rename(folder_ / "away", folder_ / "credentials.key");
  EXPECT_TRUE(as().provision("shop", std::nullopt, {}).success);
  EXPECT_EQ(read(".env"), before) << "the same password";
}

TEST_F(Projects, preview_shows_everything_and_writes_nothing) {
  make();
  StackWish wish;
  wish.project = "shop";
  wish.frontend = "nextjs";
  ports_.taken = {8080};
  const ProvisionReport report = as().preview(wish);
  EXPECT_TRUE(report.success) << report.error;
  EXPECT_EQ(report.project.ports[0].second, 8081);
  ASSERT_EQ(report.files.size(), 3U);
  for (const FileReport& file : report.files) {
    EXPECT_EQ(file.fate, "added");
    EXPECT_EQ(file.diff.empty(), file.secret) << file.path;
  }
  EXPECT_TRUE(fs::is_empty(at("")));
  EXPECT_FALSE(as().project("shop").has_stack);
  EXPECT_FALSE(keys_.is_named()) << "not even a key";
}

TEST_F(Projects, are_changed_by_who_made_them_and_by_admins_alone) {
  make();
  EXPECT_TRUE(has(refused(Problem::refused, [&] { save("shop", "eve"); }), "eve"));
  save();
  EXPECT_TRUE(has(refused(Problem::refused, [&] { as("eve").remove("shop"); }), "eve"));
  EXPECT_TRUE(has(refused(Problem::refused, [&] { as("eve").provision("shop", std::nullopt, {}); }),
                  "eve"));
  EXPECT_EQ(as().list("acme").size(), 1U);
}

TEST_F(Projects, are_not_written_by_two_at_once) {
  make();
  const int other = open(at("").c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(flock(other, LOCK_EX), 0);
  EXPECT_TRUE(has(refused(Problem::refused, [&] { save(); }), "another berth works in"));
  EXPECT_FALSE(as().project("shop").has_stack);
  close(other);
  EXPECT_TRUE(save().success);
}

TEST_F(Projects, are_started_only_where_that_was_asked_for_and_keep_what_it_said) {
  make();
  save();
  EXPECT_TRUE(story_.commands.ran.empty());
  StackWish wish;
  wish.project = "shop";
  wish.start = "native";
  const std::string password = as().credentials("shop").secrets.at(0).second;
  story_.commands.scripts.push_back([&](const auto&) {
    return exited(1, "waited for the database, whose password is " + password);
  });
  const ProvisionReport report = as().save(wish, {});
  EXPECT_TRUE(report.success) << "the folder is there";
  EXPECT_EQ(report.project.setup_outcome, "failed");
  EXPECT_TRUE(has(report.project.setup_output, "waited for the database"));
  EXPECT_FALSE(has(report.project.setup_output, password));
  const Command& ran = story_.commands.ran.at(0);
  EXPECT_EQ(ran.argv, (std::vector<std::string>{"env", "-C", at("").parent_path().string(),
                                                "./setup.sh", "--native"}));
  EXPECT_EQ(ran.timeout_ms, 300'000);
  EXPECT_EQ(FakeProcesses::variable(ran, "SETUP_TIMEOUT_S"), "280");
  EXPECT_EQ(events().back(), "stack.start_failed");
}

TEST_F(Projects, are_deployed_as_an_application_of_their_name_and_room) {
  make();
  EXPECT_TRUE(has(refused(Problem::refused,
                          [&] {
                            DeployRequest early;
                            early.project = "shop";
                            (void)as().filled_in(early);
                          }),
                  "not made yet"));
  save();
  story_.settings.stacks.deploy_command = {"berth-deploy-stack"};
  DeployRequest request;
  request.project = "Shop";
  const std::string id = story_.deploy(as().filled_in(request));
  story_.run();
  EXPECT_EQ(story_.status(id), "succeeded");
  const Command& ran = story_.commands.ran.at(0);
  EXPECT_EQ(ran.argv.front(), "berth-deploy-stack");
  EXPECT_EQ(FakeProcesses::variable(ran, "BERTH_PROJECT_PATH"),
            (folder_ / "projects/shop").string());
  EXPECT_EQ(FakeProcesses::variable(ran, "BERTH_PROJECT_HEALTH_PATH"), "/health");
  EXPECT_TRUE(has(FakeProcesses::variable(ran, "BERTH_PROJECT_PORTS"), "\"application\":8080"));
  EXPECT_EQ(story_.deployment(id).requirements.room, (Room{500, 512, 1024}));
  EXPECT_EQ(story_.deployment(id).application, "shop");
}

TEST_F(Projects, that_were_removed_before_their_turn_are_not_deployed) {
  make();
  save();
  DeployRequest request;
  request.project = "shop";
  const std::string id = story_.deploy(as().filled_in(request));
  EXPECT_TRUE(has(refused(Problem::refused, [&] { as().remove("shop"); }), "is being deployed"));
  EXPECT_EQ(story_.status(id), "placing");
}

}  // namespace
}  // namespace berth
