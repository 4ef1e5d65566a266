#include "cli/stack_documents.hpp"

#include <fmt/format.h>

#include "cli/members.hpp"

namespace berth::cli {
namespace {

namespace json = boost::json;

/// The secret that is shown as the password: plugin-api/include/berth/stack_provisioner.hpp.
constexpr std::string_view password_name = "DATABASE_PASSWORD";

json::object stack_members(const StackReport& stack) {
  return {{"backend", stack.backend},
          {"database", stack.database},
          {"frontend", stack.frontend},
          {"css", stack.css}};
}

json::value value_or_null(const std::vector<std::pair<std::string, std::string>>& pairs,
                          std::string_view name) {
  for (const auto& [key, value] : pairs)
    if (key == name) return json::value(value);
  return nullptr;
}

/// What a project's user logs in with. The password is there when it was made just now.
json::object credentials_of(const ProjectReport& project,
                            const std::vector<std::pair<std::string, std::string>>& secrets) {
  json::object members;
  for (const char* name : {"database", "username"})
    members[name] = value_or_null(project.facts, name);
  members["password"] = value_or_null(secrets, password_name);
  for (const char* name : {"application", "database", "adminer"})
    members[std::string(name) + "_port"] = nullptr;
  for (const auto& [name, port] : project.ports) members[name + "_port"] = port;
  return members;
}

json::object provisioning_of(const ProvisionReport& report) {
  const ProjectReport& project = report.project;
  json::object members;
  members["attempted"] = report.attempted;
  members["success"] = report.success;
  members["project_path"] = project.path;
  members["project_name"] = project.id;
  if (!report.success) {
    members["error"] = text_or_null(report.error);
    members["code"] = text_or_null(report.code);
    members["retryable"] = report.retryable;
    return members;
  }
  members["credentials"] = credentials_of(project, report.secrets);
  members["next_steps"] = list_of(project.next_steps);
  members["script_used"] = text_or_null(project.template_name);
  return members;
}

json::object files_of(const std::vector<FileReport>& files) {
  json::object members;
  for (const FileReport& file : files) {
    json::value& paths = members[file.fate];
    if (!paths.is_array()) paths.emplace_array();
    paths.as_array().emplace_back(file.path);
  }
  return members;
}

}  // namespace

json::object document_of(const ProjectReport& project) {
  json::object document;
  document["project"] = project.id;
  document["title"] = project.title;
  document["organization"] = project.organization;
  document["path"] = project.path;
  document["stack"] =
      project.has_stack ? json::value(stack_members(project.stack)) : json::value(nullptr);
  document["provisioner"] = text_or_null(project.provisioner);
  document["template"] = text_or_null(project.template_name);
  document["template_version"] = text_or_null(project.template_version);
  document["requirements"] = project.has_stack && project.room != Room{}
                                 ? json::value(room_members(project.room))
                                 : json::value(nullptr);
  document["health_path"] = text_or_null(project.health_path);
  json::object& ports = document["ports"].emplace_object();
  for (const auto& [name, port] : project.ports) ports[name] = port;
  json::object& facts = document["facts"].emplace_object();
  for (const auto& [name, fact] : project.facts) facts[name] = fact;
  document["next_steps"] = list_of(project.next_steps);
  document["setup"] = list_of(project.setup);
  document["outcome"] = project.outcome;
  document["failure_code"] = text_or_null(project.failure_code);
  document["failure"] = text_or_null(project.failure);
  document["retryable"] = project.retryable;
  document["setup_outcome"] = text_or_null(project.setup_outcome);
  document["setup_output"] = text_or_null(project.setup_output);
  document["created_by"] = text_or_null(project.created_by);
  document["updated_by"] = text_or_null(project.updated_by);
  document["created_at"] = moment_or_null(project.created_unix_ms);
  document["saved_at"] = moment_or_null(project.saved_unix_ms);
  document["provisioned_at"] = moment_or_null(project.provisioned_unix_ms);
  document["updated_at"] = moment_or_null(project.updated_unix_ms);
  return document;
}

json::object document_of(const StackChoicesReport& report) {
  json::object document;
  json::array& choices = document["choices"].emplace_array();
  for (const StackChoiceReport& choice : report.choices)
    choices.push_back(json::object{{"slot", choice.slot},
                                   {"id", choice.id},
                                   {"title", choice.title},
                                   {"aliases", list_of(choice.aliases)},
                                   {"provisioner", choice.provisioner}});
  json::array& rules = document["rules"].emplace_array();
  for (const StackRuleReport& rule : report.rules) {
    json::object when;
    for (const auto& [slot, ids] : rule.when) when[slot] = list_of(ids);
    rules.push_back(json::object{{"id", rule.id},
                                 {"refused_when", std::move(when)},
                                 {"sentence", rule.sentence},
                                 {"provisioner", rule.provisioner}});
  }
  document["combinations"] = report.combinations;
  document["problems"] = list_of(report.problems);
  return document;
}

std::string message_of(const ProvisionReport& report) {
  const std::string& id = report.project.id;
  if (!report.success)
    return fmt::format("The stack of {} is saved; its folder could not be made: {}", id,
                       report.error);
  if (report.project.setup_outcome.empty())
    return fmt::format("The stack of {} is saved and its folder is ready: {}", id,
                       report.project.path);
  return report.project.setup_outcome == "done"
             ? fmt::format("{} is ready and runs.", id)
             : fmt::format("{} is ready in {}, and could not be started ({}).", id,
                           report.project.path, report.project.setup_outcome);
}

json::object document_of(const ProvisionReport& report) {
  json::object document;
  document["success"] = true;
  document["message"] = message_of(report);
  document["provisioning"] = provisioning_of(report);
  document["project"] = document_of(report.project);
  document["files"] = files_of(report.files);
  return document;
}

json::object preview_document(const ProvisionReport& report) {
  json::object document;
  document["success"] = report.success;
  document["code"] = text_or_null(report.code);
  document["error"] = text_or_null(report.error);
  document["project"] = document_of(report.project);
  json::array& files = document["files"].emplace_array();
  for (const FileReport& file : report.files)
    files.push_back(json::object{{"path", file.path},
                                 {"fate", file.fate},
                                 {"secret", file.secret},
                                 {"diff", text_or_null(file.diff)}});
  return document;
}

json::object document_of(const ProjectCredentials& credentials) {
  json::object document;
  document["project"] = credentials.project;
  for (const auto& [name, fact] : credentials.facts) document[name] = fact;
  document["password"] = value_or_null(credentials.secrets, password_name);
  for (const auto& [name, port] : credentials.ports) document[name + "_port"] = port;
  json::object& secrets = document["secrets"].emplace_object();
  for (const auto& [name, secret] : credentials.secrets) secrets[name] = secret;
  return document;
}

}  // namespace berth::cli
