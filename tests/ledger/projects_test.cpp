// Projects on record, and a ledger that was made before there were any.
#include <gtest/gtest.h>

#include "ledger/ledger_file.hpp"
#include "ledger/schema.hpp"
#include "story.hpp"

namespace berth {
namespace {

ProjectRecord a_project(const std::string& id) {
  ProjectRecord project;
  project.id = id;
  project.organization = "acme";
  project.title = "Shop \"1\"";
  project.provisioner = "stacks";
  project.backend = "laravel";
  project.database = "postgresql";
  project.css = "tailwind";
  project.template_name = "postgresql-laravel-tailwind";
  project.template_version = "laravel@1.0.0";
  project.room = {500, 512, 2048};
  project.health_path = "/health";
  project.ports_json = R"({"application":8080})";
  project.facts_json = R"({"database":"shop"})";
  project.next_steps = {"cd shop", "./setup.sh"};
  project.setup = {"./setup.sh"};
  project.sealed = "c2VhbGVk";
  project.key_id = "0123456789abcdef";
  project.outcome = ProjectOutcome::failed;
  project.failure_code = "folder";
  project.failure = "the disk is full";
  project.retryable = true;
  project.setup_outcome = "timed_out";
  project.setup_tail = "waited";
  project.created_unix_ms = 1;
  project.created_by = "ann";
  project.saved_unix_ms = 2;
  project.provisioned_unix_ms = 3;
  project.updated_unix_ms = 4;
  project.updated_by = "ben";
  return project;
}

auto fields(const ProjectRecord& record) {
  const auto& [id, organization, title, revision, provisioner, backend, database, frontend, css,
               template_name, template_version, room, health_path, ports_json, facts_json,
               next_steps, setup, sealed, key_id, outcome, failure_code, failure, retryable,
               setup_outcome, setup_tail, created, created_by, saved, provisioned, updated,
               updated_by] = record;
  return std::make_tuple(id, organization, title, provisioner, backend, database, frontend, css,
                         template_name, template_version, room.millicores, room.memory_mib,
                         room.disk_mib, health_path, ports_json, facts_json, next_steps, setup,
                         sealed, key_id, outcome, failure_code, failure, retryable, setup_outcome,
                         setup_tail, created, created_by, saved, provisioned, updated, updated_by);
}

TEST(ProjectRows, keep_every_field_and_count_their_changes) {
  const Folder folder;
  const auto ledger = open_sqlite_ledger(folder.path(), "installation");
  ledger->write([](LedgerTransaction& change) {
    change.save(a_project("shop"));
    ProjectRecord other = a_project("blog");
    other.organization = "initech";
    change.save(other);
  });
  ledger->write([](LedgerTransaction& change) { change.save(a_project("shop")); });
  ledger->read([](const LedgerView& view) {
    const auto found = view.project("shop");
    ASSERT_TRUE(found);
    EXPECT_EQ(fields(*found), fields(a_project("shop")));
    EXPECT_EQ(found->revision, 2);
    EXPECT_EQ(view.projects("").size(), 2U);
    EXPECT_EQ(view.projects("initech").at(0).id, "blog");
  });
  ledger->write([](LedgerTransaction& change) { change.remove_project("shop"); });
  open_sqlite_ledger(folder.path(), "x", true)->read([](const LedgerView& view) {
    EXPECT_FALSE(view.project("shop"));
    EXPECT_EQ(view.projects("").size(), 1U);
  });
}

TEST(ProjectMigration, gives_a_ledger_of_version_5_projects_and_deployments_that_have_none) {
  const Folder folder;
  {
    const std::string before(ledger_schema.substr(0, ledger_schema.find("-- migration 6")));
    sqlite::Database database(folder.file("ledger.db"), sqlite::Access::make, 0);
    database.script("PRAGMA journal_mode = WAL;" + before);
    database.script("PRAGMA application_id = " + std::to_string(ledger_application_id));
    database.script("PRAGMA user_version = 5; INSERT INTO installation VALUES (1, 'installation')");
  }
  open_sqlite_ledger(folder.path(), "another")->write([](LedgerTransaction& change) {
    EXPECT_TRUE(change.projects("").empty());
    change.save(a_project("shop"));
    DeploymentRecord deployment;
    deployment.id = "d1";
    deployment.project = "shop";
    change.save(deployment);
    EXPECT_EQ(change.deployment("d1")->project, "shop");
  });
}

}  // namespace
}  // namespace berth
