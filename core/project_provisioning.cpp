#include "project_provisioning.hpp"

#include <algorithm>
#include <set>

#include "berth/stack_rules.hpp"
#include "credentials/chance.hpp"
#include "engine/finish.hpp"
#include "engine/permit.hpp"
#include "engine/tell.hpp"
#include "http/redaction.hpp"
#include "offers/call.hpp"
#include "request/plain_text.hpp"
#include "stacks/merge.hpp"

namespace berth {
namespace {

constexpr std::int64_t highest_port = 65'535;
constexpr std::int64_t lowest_port = 1'024;
constexpr std::size_t shortest_secret = 24, longest_secret = 256;
/// So long before its end the project's own command is to give up by itself: it knows best what it
/// was waiting for.
constexpr std::int64_t own_end_ms = 20'000;

std::string failure_code_of(const Failure& failure) {
  return failure.code == ErrorCode::unsupported ? "no_template" : "plugin";
}

std::string made_secret(const StackSecret& secret) {
  const auto length = static_cast<std::size_t>(secret.length);
  return secret.form == StackSecret::Form::base64 ? base64_by_chance(length)
                                                  : alphanumeric_by_chance(length);
}

/// What is put in the place of secrets that are not made yet.
Secrets placeholders(const StackPlan& plan) {
  Secrets secrets;
  for (const StackSecret& secret : plan.secrets)
    secrets[secret.name] = std::string(shortest_secret, 'x');
  return secrets;
}

std::vector<FileReport> reports_of(const std::vector<FileChange>& changes) {
  std::vector<FileReport> reports;
  for (const FileChange& change : changes) {
    FileReport report{change.path, std::string(to_word(change.fate)), {}, change.secret};
    if (!change.secret && change.before != change.after)
      report.diff = diff_of(change.path, change.before, change.after);
    reports.push_back(std::move(report));
  }
  return reports;
}

std::string count_of(const std::vector<FileReport>& files, std::string_view fate) {
  const auto count = std::count_if(files.begin(), files.end(),
                                   [&](const FileReport& file) { return file.fate == fate; });
  return count == 0 ? std::string() : std::to_string(count) + " " + std::string(fate);
}

/// "31 added, 2 merged".
std::string summary_of(const std::vector<FileReport>& files) {
  std::vector<std::string> counts;
  for (const char* fate : {"added", "updated", "merged", "conflict", "yours", "deleted", "removed"})
    if (std::string text = count_of(files, fate); !text.empty()) counts.push_back(std::move(text));
  return counts.empty() ? "nothing to change" : joined(counts);
}

}  // namespace

ProjectProvisioning::ProjectProvisioning(const EngineParts& parts, const KeyStore& keys,
                                         StackProvisioners& provisioners, Ports& ports,
                                         Caller caller)
    : parts_(parts),
      keys_(keys),
      provisioners_(provisioners),
      ports_(ports),
      caller_(std::move(caller)) {}

WithCall ProjectProvisioning::calls() const {
  return [this](const std::string& about, const std::function<void(Call&)>& body) {
    HostCall call(parts_.clock, parts_.journal, about,
                  parts_.settings().provisioning.call_timeout_ms);
    body(call);
  };
}

Keyring ProjectProvisioning::keys() const {
  try {
    keys_.make_if_none();
    return keys_.read();
  } catch (const KeyProblem& problem) {
    throw Failed{"secrets_locked", problem.what(), true};
  }
}

Secrets ProjectProvisioning::opened(const ProjectRecord& project) const {
  if (project.sealed.empty()) return {};
  try {
    return secrets_of(project, keys_.read());
  } catch (const KeyProblem& problem) {
    throw Failed{"secrets_locked",
                 "the secrets of " + project.id + " cannot be opened: " + problem.what() +
                     ". Others would lock its database out, so none are made.",
                 true};
  }
}

void ProjectProvisioning::take_over(ProjectRecord& project, const ChosenStack& stack) {
  put_stack(project, stack.provisioner, stack.stack);
  const StackPlan& plan = *stack.plan;
  project.template_name = plan.template_name;
  project.template_version = plan.template_version;
  project.room = {plan.millicores, plan.memory_mib, plan.disk_mib};
  project.health_path = plan.health_path;
}

void ProjectProvisioning::keep_ports(const LedgerView& view, ProjectRecord& project,
                                     const StackPlan& plan) const {
  std::set<std::int64_t> taken;
  for (const ProjectRecord& other : view.projects(""))
    if (other.id != project.id)
      for (const auto& [name, port] : ports_of(other)) taken.insert(port);
  const auto before = ports_of(project);
  std::map<std::string, std::int64_t> ports;
  for (const StackPort& wanted : plan.ports) {
    if (wanted.from < lowest_port || wanted.from > highest_port)
      throw Failed{"template", "port '" + wanted.name + "' from " + std::to_string(wanted.from) +
                                   " is none that a template may ask for (1024 to 65535)"};
    const auto known = before.find(wanted.name);
    if (known == before.end()) continue;
    ports[wanted.name] = known->second;
    taken.insert(known->second);
  }
  for (const StackPort& wanted : plan.ports) {
    if (ports.count(wanted.name) > 0) continue;
    std::int64_t port = wanted.from;
    while (port <= highest_port &&
           (taken.count(port) > 0 || !ports_.is_free(static_cast<int>(port))))
      ++port;
    if (port > highest_port)
      throw Failed{"no_free_port",
                   "no port from " + std::to_string(wanted.from) + " to 65535 is free for '" +
                       wanted.name +
                       "': `berth stack list` shows what projects hold, `ss -ltn` "
                       "what listens",
                   true};
    ports[wanted.name] = port;
    taken.insert(port);
  }
  project.ports_json = json_of_ports(ports);
}

void ProjectProvisioning::keep_secrets(ProjectRecord& project, Secrets& secrets,
                                       const StackPlan& plan) const {
  Secrets fresh;
  for (const StackSecret& wanted : plan.secrets) {
    if (wanted.length < static_cast<std::int64_t>(shortest_secret) ||
        wanted.length > static_cast<std::int64_t>(longest_secret))
      throw Failed{"template", "secret '" + wanted.name + "' is to be " +
                                   std::to_string(wanted.length) + " long; 24 to 256 is allowed"};
    if (secrets.count(wanted.name) == 0) fresh[wanted.name] = made_secret(wanted);
  }
  if (fresh.empty()) return;
  // Those that the stack no longer needs are kept: a database may still be locked with them.
  secrets.insert(fresh.begin(), fresh.end());
  put_secrets(project, secrets, keys().sealing());
}

Rendering ProjectProvisioning::rendered(const ProjectRecord& project, const ChosenStack& stack,
                                        const Secrets& secrets) {
  RenderRequest request;
  request.stack = stack.stack;
  request.name = project.id;
  request.title = project.title;
  request.ports = ports_of(project);
  for (const StackSecret& wanted : stack.plan->secrets)
    request.secrets[wanted.name] = secrets.at(wanted.name);
  Result<StackProvisioner*> provisioner = provisioners_.open(stack.provisioner);
  if (!provisioner) throw Failed{"plugin", provisioner.failure().message, true};
  Result<Rendering> rendering = Failure{};
  calls()(stack.provisioner + " render",
          [&](Call& call) { rendering = (*provisioner)->render(request, call); });
  if (rendering) {
    const std::string problem = secret_problem(*rendering, request.secrets);
    if (!problem.empty())
      throw Failed{"template", stack.provisioner + ": " + problem + "; nothing was written"};
    return *std::move(rendering);
  }
  const Failure& failure = rendering.failure();
  const bool passing =
      failure.code == ErrorCode::unavailable || failure.code == ErrorCode::cancelled;
  throw Failed{passing ? "plugin" : "template",
               Redaction(values_of(secrets)).apply(failure.message), passing};
}

void ProjectProvisioning::end(ProvisionReport& report, const std::string& project,
                              const std::function<void(ProjectRecord&)>& change,
                              std::string_view event, const std::string& message) {
  parts_.ledger.write([&](LedgerTransaction& tx) {
    ProjectRecord record = project_named(tx, project);
    change(record);
    record.updated_unix_ms = parts_.clock.now().unix_ms;
    record.updated_by = caller_.name;
    tx.save(record);
    tell(parts_, tx, event, record.organization, "", message,
         signed_by(caller_, {{"project", record.id},
                             {"outcome", to_word(record.outcome)},
                             {"failure_code", record.failure_code}}));
    report.project = report_of(record, parts_.settings());
  });
}

ProvisionReport ProjectProvisioning::cannot(const std::string& project, const std::string& code,
                                            const std::string& why, bool retryable) {
  ProvisionReport report;
  report.attempted = true;
  report.code = code;
  report.error = plain_lines(why);
  report.retryable = retryable;
  end(
      report, project,
      [&](ProjectRecord& record) {
        record.outcome = ProjectOutcome::failed;
        record.failure_code = code;
        record.failure = report.error;
        record.retryable = retryable;
      },
      "stack.failed", "The folder of " + project + " could not be made: " + report.error);
  return report;
}

ProvisionReport ProjectProvisioning::provision(const std::string& project, const ChosenStack& stack,
                                               ProjectFolder& folder) {
  try {
    if (!stack.plan)
      throw Failed{failure_code_of(stack.plan.failure()),
                   stack.provisioner + ": " + stack.plan.failure().message,
                   stack.plan.failure().code != ErrorCode::unsupported};
    ProvisionReport report;
    report.attempted = true;
    ProjectRecord record;
    Secrets secrets;
    decltype(report.secrets) untold;  // nobody has seen these yet
    parts_.ledger.write([&](LedgerTransaction& tx) {
      record = project_named(tx, project);
      take_over(record, stack);
      secrets = opened(record);
      const Secrets before = record.provisioned_unix_ms == 0 ? Secrets() : secrets;
      keep_secrets(record, secrets, *stack.plan);
      for (const auto& [name, value] : secrets)
        if (before.count(name) == 0) untold.emplace_back(name, value);
      keep_ports(tx, record, *stack.plan);
      record.outcome = ProjectOutcome::pending;
      tx.save(record);
    });
    const Rendering rendering = rendered(record, stack, secrets);
    const std::vector<FileChange> changes = changes_of(folder, rendering);
    apply(folder, rendering, changes);
    report.success = true;
    report.files = reports_of(changes);
    report.secrets = std::move(untold);
    end(
        report, project,
        [&](ProjectRecord& done) {
          done.outcome = ProjectOutcome::provisioned;
          done.failure_code.clear();
          done.failure.clear();
          done.retryable = false;
          done.facts_json = json_of_texts_by_name(rendering.credentials);
          done.next_steps = rendering.next_steps;
          done.setup = rendering.setup;
          done.provisioned_unix_ms = parts_.clock.now().unix_ms;
        },
        "stack.provisioned",
        caller_.name + " provisioned " + project + " (" + record.template_name +
            "): " + summary_of(report.files) + ".");
    return report;
  } catch (const Failed& failed) {
    return cannot(project, failed.code, failed.why, failed.retryable);
  } catch (const FolderProblem& problem) {
    return cannot(project, "folder", problem.what(), true);
  }
}

ProvisionReport ProjectProvisioning::preview(ProjectRecord project, const ChosenStack& stack) {
  ProvisionReport report;
  try {
    if (!stack.plan)
      throw Failed{failure_code_of(stack.plan.failure()),
                   stack.provisioner + ": " + stack.plan.failure().message};
    take_over(project, stack);
    parts_.ledger.read([&](const LedgerView& view) { keep_ports(view, project, *stack.plan); });
    Secrets secrets = placeholders(*stack.plan);
    for (const auto& [name, value] : opened(project)) secrets[name] = value;
    const Rendering rendering = rendered(project, stack, secrets);
    const ProjectFolder folder(parts_.settings().stacks.projects_dir, project.id, Missing::leave);
    report.files = reports_of(changes_of(folder, rendering));
    project.facts_json = json_of_texts_by_name(rendering.credentials);
    project.next_steps = rendering.next_steps;
    project.setup = rendering.setup;
    report.success = true;
  } catch (const Failed& failed) {
    report.code = failed.code;
    report.error = plain_lines(failed.why);
    report.retryable = failed.retryable;
  } catch (const FolderProblem& problem) {
    report.code = "folder";
    report.error = plain_lines(problem.what());
    report.retryable = true;
  }
  report.project = report_of(project, parts_.settings());
  return report;
}

void ProjectProvisioning::start(ProvisionReport& report, StartHow how,
                                const std::function<bool()>& stop) {
  const std::string& id = report.project.id;
  if (how == StartHow::no || !report.success || report.project.setup.empty()) return;
  const std::int64_t limit_ms = parts_.settings().stacks.setup_timeout_ms;
  Command command;
  command.argv = {"env", "-C", folder_of(parts_.settings(), id).string()};
  command.argv.insert(command.argv.end(), report.project.setup.begin(), report.project.setup.end());
  if (how == StartHow::native) command.argv.emplace_back("--native");
  command.environment = {{"SETUP_TIMEOUT_S", std::to_string(std::max<std::int64_t>(
                                                 (limit_ms - own_end_ms) / 1000, 1))}};
  command.withheld = parts_.secret_environment();
  command.timeout_ms = limit_ms;
  const CommandResult result = parts_.processes.run(
      command, [](const Session&) {}, [&] { return stop && stop(); });
  std::string outcome = "done";
  if (!result.started || result.exit_code != 0) outcome = "failed";
  if (result.timed_out) outcome = "timed_out";
  if (result.cancelled) outcome = "stopped";
  ProjectRecord project;
  parts_.ledger.read([&](const LedgerView& view) { project = project_named(view, id); });
  const std::string tail = plain_lines(without_secrets(
      project, keys_,
      parts_.clouds.redacted(result.started ? result.output_tail : result.problem)));
  std::string message = caller_.name + " started " + id + ".";
  if (outcome == "timed_out")
    message =
        id + " was not healthy within " + duration_text(limit_ms) + " ([stacks] setup_timeout).";
  else if (outcome != "done")
    message = id + " could not be started (" + outcome + ").";
  end(
      report, id,
      [&](ProjectRecord& record) {
        record.setup_outcome = outcome;
        record.setup_tail = tail;
      },
      outcome == "done" ? "stack.started" : "stack.start_failed", message);
}

}  // namespace berth
