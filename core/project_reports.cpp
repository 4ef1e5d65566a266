#include "project_reports.hpp"

#include <boost/json.hpp>

#include "credentials/seal.hpp"
#include "engine/requests.hpp"
#include "http/redaction.hpp"
#include "stacks/slug.hpp"

namespace berth {
namespace {

namespace json = boost::json;

/// No account's id has a '/': what is sealed for a project opens for no account.
SealedFor place_of(const ProjectRecord& project) {
  return {"project/" + project.id, project.organization};
}

}  // namespace

Secrets secrets_of(const ProjectRecord& project, const Keyring& keys) {
  if (project.sealed.empty()) return {};
  const CredentialKey* key = keys.find(project.key_id);
  if (key == nullptr)
    throw KeyProblem("they were sealed with key " + project.key_id +
                     ", which is not there: put its file, or $" + std::string(old_key_variable) +
                     ", back");
  std::optional<std::string> text = unseal(*key, place_of(project), project.sealed);
  if (!text) throw KeyProblem("what is stored of them was changed, or is not whole");
  Secrets secrets;
  const json::value parsed = json::parse(*text);
  for (const auto& member : parsed.as_object())
    secrets.emplace(member.key(), json::value_to<std::string>(member.value()));
  wipe(*text);
  return secrets;
}

void put_secrets(ProjectRecord& project, const Secrets& secrets, const CredentialKey& key) {
  std::string text = json_of_texts_by_name(secrets);
  project.sealed = seal(key, place_of(project), text);
  project.key_id = key.id();
  wipe(text);
}

std::vector<std::string> values_of(const Secrets& secrets) {
  std::vector<std::string> values;
  for (const auto& [name, value] : secrets) values.push_back(value);
  return values;
}

std::string without_secrets(const ProjectRecord& project, const KeyStore& keys, std::string text) {
  if (project.sealed.empty()) return text;
  try {
    return Redaction(values_of(secrets_of(project, keys.read()))).apply(text);
  } catch (const KeyProblem&) {
    return "(not shown: it may hold secrets that cannot be told from the rest, for want of their "
           "key)";
  }
}

Stack stack_of(const ProjectRecord& project) {
  return {project.backend, project.database, project.frontend, project.css};
}

void put_stack(ProjectRecord& project, const std::string& provisioner, const Stack& stack) {
  project.provisioner = provisioner;
  project.backend = stack.backend;
  project.database = stack.database;
  project.frontend = stack.frontend;
  project.css = stack.css;
}

std::map<std::string, std::int64_t> ports_of(const ProjectRecord& project) {
  std::map<std::string, std::int64_t> ports;
  const json::value parsed = json::parse(project.ports_json);
  for (const auto& member : parsed.as_object())
    ports.emplace(member.key(), member.value().to_number<std::int64_t>());
  return ports;
}

std::string json_of_ports(const std::map<std::string, std::int64_t>& ports) {
  json::object object;
  for (const auto& [name, port] : ports) object[name] = port;
  return json::serialize(object);
}

std::string json_of_texts_by_name(const std::map<std::string, std::string>& texts) {
  json::object object;
  for (const auto& [name, text] : texts) object[name] = text;
  return json::serialize(object);
}

std::filesystem::path folder_of(const Configuration& config, std::string_view project) {
  return config.stacks.projects_dir / project;
}

std::filesystem::path shown_folder_of(const Configuration& config, std::string_view project) {
  return config.stacks.host_dir.empty() ? folder_of(config, project)
                                        : config.stacks.host_dir / project;
}

ProjectReport report_of(const ProjectRecord& project, const Configuration& config) {
  ProjectReport report;
  report.id = project.id;
  report.title = project.title;
  report.organization = project.organization;
  report.path = shown_folder_of(config, project.id).string();
  report.has_stack = !project.provisioner.empty();
  report.stack = {project.backend, project.database, project.frontend, project.css};
  report.provisioner = project.provisioner;
  report.template_name = project.template_name;
  report.template_version = project.template_version;
  report.room = project.room;
  report.health_path = project.health_path;
  for (const auto& port : ports_of(project)) report.ports.push_back(port);
  const json::value facts = json::parse(project.facts_json);
  for (const auto& member : facts.as_object())
    report.facts.emplace_back(member.key(), json::value_to<std::string>(member.value()));
  report.next_steps = project.next_steps;
  report.setup = project.setup;
  report.outcome = to_word(project.outcome);
  report.failure_code = project.failure_code;
  report.failure = project.failure;
  report.retryable = project.retryable;
  report.setup_outcome = project.setup_outcome;
  report.setup_output = project.setup_tail;
  report.created_by = project.created_by;
  report.updated_by = project.updated_by;
  report.created_unix_ms = project.created_unix_ms;
  report.saved_unix_ms = project.saved_unix_ms;
  report.provisioned_unix_ms = project.provisioned_unix_ms;
  report.updated_unix_ms = project.updated_unix_ms;
  return report;
}

ProjectRecord project_named(const LedgerView& view, std::string_view project) {
  auto found = view.project(project);
  if (!found) found = view.project(slug_of(project));
  if (!found)
    throw Refusal(Refused::not_found, "there is no project '" + std::string(project) +
                                          "'; `berth stack list` shows those there are");
  return *std::move(found);
}

}  // namespace berth
