// Projects and their stacks as a person handles them.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "fake_berth.hpp"

namespace berth::cli {
namespace {

namespace json = boost::json;
using Words = std::vector<std::string>;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

ProvisionReport a_provisioning() {
  ProvisionReport report;
  report.attempted = report.success = true;
  ProjectReport& project = report.project;
  project.id = "shop";
  project.title = "Shop";
  project.organization = "acme";
  project.path = "/srv/projects/shop";
  project.has_stack = true;
  project.stack = {"laravel", "postgresql", "none", "tailwind"};
  project.template_name = "postgresql-laravel-tailwind";
  project.ports = {{"adminer", 8081}, {"application", 8080}, {"database", 5433}};
  project.facts = {{"database", "shop"}, {"username", "shop"}};
  project.next_steps = {"cd shop", "./setup.sh"};
  project.outcome = "provisioned";
  report.files = {{"README.md", "added", "+# Shop", false}, {".env", "added", "", true}};
  report.secrets = {{"APP_KEY", "a-key"}, {"DATABASE_PASSWORD", "s3cret"}};
  return report;
}

class Stacks : public testing::Test {
 protected:
  Stacks() { script().provisioned = a_provisioning(); }
  json::object document() { return json::parse(session_.out.str()).as_object(); }
  Session session_;
};

TEST_F(Stacks, are_saved_with_what_was_said_and_no_more) {
  EXPECT_EQ(0,
            session_.run({"stack", "save", "shop", "--backend", "laravel", "--css", "Tailwind"}));
  const StackWish& wish = script().stack_wish;
  EXPECT_EQ(wish.project + *wish.backend + *wish.css, "shoplaravelTailwind");
  EXPECT_FALSE(wish.database || wish.frontend || wish.start);
  EXPECT_EQ(0, session_.run({"stack", "save", "shop", "--wait"}));
  EXPECT_EQ(*script().stack_wish.start, "containers");
  EXPECT_EQ(0, session_.run({"stack", "save", "shop", "--native"}));
  EXPECT_EQ(*script().stack_wish.start, "native");
}

TEST_F(Stacks, answer_with_the_document_of_a_provisioning) {
  EXPECT_EQ(0, session_.run({"stack", "save", "shop", "--backend", "laravel", "--json"}));
  const json::object answer = document();
  EXPECT_TRUE(answer.at("success").as_bool());
  const json::object& provisioning = answer.at("provisioning").as_object();
  EXPECT_TRUE(provisioning.at("attempted").as_bool() && provisioning.at("success").as_bool());
  EXPECT_EQ(provisioning.at("project_path").as_string(), "/srv/projects/shop");
  EXPECT_EQ(provisioning.at("project_name").as_string(), "shop");
  EXPECT_EQ(provisioning.at("script_used").as_string(), "postgresql-laravel-tailwind");
  EXPECT_EQ(provisioning.at("next_steps").as_array().size(), 2U);
  EXPECT_EQ(json::serialize(provisioning.at("credentials")),
            R"({"database":"shop","username":"shop","password":"s3cret","application_port":8080,)"
            R"("database_port":5433,"adminer_port":8081})");
}

TEST_F(Stacks, that_are_saved_are_a_success_whatever_became_of_the_folder) {
  ProvisionReport& report = script().provisioned;
  report.success = false;
  report.code = "no_free_port";
  report.error = "no port is free";
  report.retryable = true;
  report.secrets.clear();
  EXPECT_EQ(0, session_.run({"stack", "save", "shop", "--json"}));
  EXPECT_TRUE(document().at("success").as_bool());
  const json::object provisioning = document().at("provisioning").as_object();
  EXPECT_FALSE(provisioning.at("success").as_bool());
  EXPECT_EQ(provisioning.at("code").as_string(), "no_free_port");
  EXPECT_TRUE(provisioning.at("retryable").as_bool());
  EXPECT_EQ(0, session_.run({"stack", "save", "shop"}));
  EXPECT_TRUE(has(session_.out.str(), "no port is free"));
  EXPECT_TRUE(has(session_.out.str(), "berth stack provision shop"));
  EXPECT_EQ(6, session_.run({"stack", "provision", "shop"}))
      << "this time the folder was asked for";
}

TEST_F(Stacks, tell_people_the_credentials_the_next_steps_and_what_is_marked) {
  script().provisioned.files.push_back({"app.php", "conflict", "", false});
  script().provisioned.files.push_back({"own.txt", "yours", "", false});
  EXPECT_EQ(0, session_.run({"stack", "update", "shop"}));
  const std::string text = session_.out.str();
  for (const char* part : {"s3cret", "application port", "8080", "shown this once", "./setup.sh",
                           "app.php: you and the template changed the same lines",
                           "the template's is own.txt.berth", "2 added"})
    EXPECT_TRUE(has(text, part)) << part << "\n" << text;
}

TEST_F(Stacks, whose_start_failed_fail_only_where_it_was_asked_for) {
  script().provisioned.project.setup_outcome = "failed";
  script().provisioned.project.setup_output = "these are missing: apt-get install postgresql";
  EXPECT_EQ(6, session_.run({"stack", "provision", "shop", "--native"}));
  EXPECT_TRUE(has(session_.out.str(), "apt-get install postgresql"));
  EXPECT_EQ(script().calls.back(), "provision shop native");
  EXPECT_EQ(0, session_.run({"stack", "save", "shop", "--native"}));
}

TEST_F(Stacks, preview_shows_files_and_changes_of_what_is_no_secret) {
  script().provisioned.files[0].fate = "merged";
  EXPECT_EQ(0, session_.run({"stack", "preview", "shop", "--css", "bootstrap"}));
  EXPECT_TRUE(has(session_.out.str(), "+# Shop"));
  EXPECT_TRUE(has(session_.out.str(), "merged"));
  EXPECT_EQ(*script().stack_wish.css, "bootstrap");
}

TEST_F(Stacks, credentials_are_a_document_too) {
  script().credentials = {
      "shop", {{"database", "shop"}}, {{"DATABASE_PASSWORD", "s3cret"}}, {{"application", 8080}}};
  EXPECT_EQ(0, session_.run({"stack", "credentials", "shop", "--json"}));
  EXPECT_EQ(document().at("password").as_string(), "s3cret");
  EXPECT_EQ(document().at("secrets").at("DATABASE_PASSWORD").as_string(), "s3cret");
  EXPECT_EQ(document().at("application_port").as_int64(), 8080);
}

TEST_F(Stacks, choices_tell_what_is_refused) {
  script().stack_choices.choices = {{"backend", "laravel", "Laravel 12", "stacks", {}}};
  script().stack_choices.rules = {
      {"css-needs-pages", "css needs pages", "stacks", {{"css", {"tailwind"}}}}};
  script().stack_choices.combinations = 7;
  EXPECT_EQ(0, session_.run({"stack", "choices"}));
  EXPECT_TRUE(has(session_.out.str(), "7 combinations"));
  EXPECT_TRUE(has(session_.out.str(), "css needs pages"));
  EXPECT_EQ(0, session_.run({"stack", "choices", "--json"}));
  EXPECT_EQ(document().at("rules").at(0).at("refused_when").at("css").at(0).as_string(),
            "tailwind");
}

TEST_F(Stacks, are_made_listed_shown_and_removed) {
  EXPECT_EQ(0, session_.run({"stack", "new", "Final Test", "--org", "acme", "--adopt"}));
  EXPECT_EQ(script().new_project.title + script().new_project.organization, "Final Testacme");
  EXPECT_TRUE(script().new_project.adopt);
  EXPECT_EQ(0, session_.run({"stack", "list"}));
  EXPECT_TRUE(has(session_.out.str(), "laravel + postgresql"));
  EXPECT_EQ(0, session_.run({"stack", "show", "shop"}));
  EXPECT_TRUE(has(session_.out.str(), "application 8080"));
  EXPECT_EQ(0, session_.run({"stack", "remove", "shop"}));
  EXPECT_TRUE(has(session_.out.str(), "its folder stays"));
}

TEST_F(Stacks, that_are_deployed_need_no_organization_and_no_application) {
  EXPECT_EQ(0, session_.run({"deploy", "--stack", "shop", "--cpu", "2", "--no-wait"}));
  EXPECT_EQ(script().request.project, "shop");
  EXPECT_EQ(script().request.application, "");
  EXPECT_EQ(script().request.millicores, 2000);
}

}  // namespace
}  // namespace berth::cli
