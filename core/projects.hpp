// Projects, as libberth's door tells of them: a folder each, made of a stack of technologies.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "request/request.hpp"

namespace berth {

/// The technologies of a project, by id; "none" where nothing is wanted.
struct StackReport {
  std::string backend = "none", database = "none", frontend = "none", css = "none";
};

struct StackChoiceReport {
  std::string slot, id, title, provisioner;
  std::vector<std::string> aliases;
};

/// A combination that is refused.
struct StackRuleReport {
  std::string id, sentence, provisioner;
  std::map<std::string, std::vector<std::string>> when;  // every slot has one of the ids beside it
};

struct StackChoicesReport {
  std::vector<StackChoiceReport> choices;  // "none" stands in every slot and is not listed
  std::vector<StackRuleReport> rules;
  std::int64_t combinations = 0;      // that no rule refuses
  std::vector<std::string> problems;  // provisioners that cannot be used, a sentence each
};

struct ProjectReport {
  std::string id;  // the slug: its folder's name, and its application's where it is deployed
  std::string title, organization;
  std::string path;        // as people see it
  bool has_stack = false;  // one was saved
  StackReport stack;
  std::string provisioner, template_name, template_version;
  Room room;  // to run all of it
  std::string health_path;
  std::vector<std::pair<std::string, std::int64_t>> ports;  // "application" -> 8080
  std::vector<std::pair<std::string, std::string>> facts;   // "database", "username": no secrets
  std::vector<std::string> next_steps, setup;
  /// "none": nothing was asked of its folder yet; "pending": that was begun, and perhaps
  /// interrupted; "provisioned"; "failed".
  std::string outcome;
  std::string failure_code, failure;  // of "failed"
  bool retryable = false;
  /// "done", "failed", "timed_out", "stopped"; "": it was never started here.
  std::string setup_outcome;
  std::string setup_output;  // its tail
  std::string created_by, updated_by;
  std::int64_t created_unix_ms = 0, saved_unix_ms = 0, provisioned_unix_ms = 0, updated_unix_ms = 0;
};

struct NewProject {
  std::string title;         // for people: "Final Test Laravel"
  std::string organization;  // "": the only one there is
  bool adopt = false;        // also where its folder has files: they stay as they are
};

/// A stack for a project. What is absent stays as it was; words fold ("Next.js").
struct StackWish {
  std::string project;  // its slug, or its title
  std::optional<std::string> backend, database, frontend, css;
  std::optional<std::string> start;  // "no", "containers", "native"; absent: as the config says
};

struct FileReport {
  std::string path;
  /// "added" "updated" "merged" "conflict" "yours" "kept" "deleted" "removed" "unchanged":
  /// core/stacks/update.hpp
  std::string fate;
  std::string diff;  // unified; "" for a file with secrets, and where nothing changes
  bool secret = false;
};

/// What became of a project's folder.
struct ProvisionReport {
  ProjectReport project;
  bool attempted = false, success = false;
  /// "no_template" "no_free_port" "secrets_locked" "folder" "template" "plugin"
  std::string code, error;
  bool retryable = false;
  std::vector<FileReport> files;
  /// Those that nobody was told yet: they are told this once.
  std::vector<std::pair<std::string, std::string>> secrets;
};

struct ProjectCredentials {
  std::string project;
  std::vector<std::pair<std::string, std::string>> facts, secrets;
  std::vector<std::pair<std::string, std::int64_t>> ports;
};

}  // namespace berth
