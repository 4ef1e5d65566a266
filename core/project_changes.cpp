#include "project_changes.hpp"

#include <algorithm>
#include <memory>

#include "berth.hpp"
#include "engine/permit.hpp"
#include "engine/requests.hpp"
#include "engine/tell.hpp"
#include "stacks/project_folder.hpp"
#include "stacks/slug.hpp"

namespace berth {
namespace {

constexpr std::size_t longest_title = 200;

/// A title is shown, and stands in files: one line of text.
void refuse_title(const std::string& title) {
  if (title.size() > longest_title)
    throw Error(Problem::usage, "the name of a project has at most 200 bytes; this one has " +
                                    std::to_string(title.size()));
  for (const char c : title)
    if (static_cast<unsigned char>(c) < 0x20 || c == '\x7f')
      throw Error(Problem::usage, "the name of a project is one line of text");
}

std::string slug_for(const std::string& title) {
  refuse_title(title);
  std::string slug = slug_of(title);
  if (slug.empty())
    throw Error(Problem::usage, "'" + title +
                                    "' leaves nothing for the name of a folder: it needs "
                                    "a letter from a to z, or a digit");
  return slug;
}

StartHow how_of(const std::optional<std::string>& word, StartHow otherwise) {
  if (!word) return otherwise;
  if (*word == "containers") return StartHow::containers;
  if (*word == "native") return StartHow::native;
  if (*word == "no") return StartHow::no;
  throw Error(Problem::usage, "a project is started in 'containers', 'native' or 'no'");
}

[[noreturn]] void refuse(const StackRefusal& refusal) {
  throw Error(refusal.kind() == StackRefused::unusable ? Problem::plugin : Problem::usage,
              (refusal.kind() == StackRefused::unknown    ? "not_in_specs: "
               : refusal.kind() == StackRefused::together ? "not_together: "
                                                          : "") +
                  std::string(refusal.what()));
}

StackChoiceReport report_of(const StackChoice& choice, const std::string& provisioner) {
  return {choice.slot, choice.id, choice.title, provisioner, choice.aliases};
}

}  // namespace

ProjectChanges::ProjectChanges(const EngineParts& parts, const KeyStore& keys,
                               StackProvisioners& provisioners, Ports& ports, Caller caller)
    : parts_(parts),
      keys_(keys),
      provisioners_(provisioners),
      provisioning_(parts, keys, provisioners, ports, caller),
      caller_(std::move(caller)) {}

void ProjectChanges::tell_project(LedgerTransaction& tx, std::string_view type,
                                  const ProjectRecord& project, const std::string& message) const {
  tell(parts_, tx, type, project.organization, "", message,
       signed_by(caller_, {{"project", project.id}, {"outcome", to_word(project.outcome)}}));
}

void ProjectChanges::require_owner(const LedgerView& view, const ProjectRecord& project,
                                   Act act) const {
  require(parts_, view, act,
          {.organization = project.organization,
           .target = project.id,
           .maker = project.created_by},
          caller_);
}

ProjectRecord ProjectChanges::owned(std::string_view project, Act act) const {
  ProjectRecord record;
  on_record(parts_, [&] {
    parts_.ledger.read([&](const LedgerView& view) {
      record = project_named(view, project);
      require_owner(view, record, act);
    });
  });
  return record;
}

StackChoicesReport ProjectChanges::choices() {
  const OfferedChoices offered = offered_choices(provisioners_, provisioning_.calls());
  StackChoicesReport report;
  for (const auto& [id, choices] : offered.of) {
    for (const StackChoice& choice : choices.choices)
      report.choices.push_back(report_of(choice, id));
    for (const StackRule& rule : choices.rules)
      report.rules.push_back({rule.id, rule.sentence, id, rule.when});
    report.combinations += static_cast<std::int64_t>(stacks_of(choices).size());
  }
  report.problems = offered.problems;
  if (offered.of.empty())
    throw Error(Problem::plugin, "no stack provisioner can be used: " + joined(offered.problems));
  return report;
}

ProjectReport ProjectChanges::create(const NewProject& wish) {
  const std::string slug = slug_for(wish.title);
  const auto& organizations = parts_.settings().organizations;
  std::string organization = wish.organization;
  if (organization.empty()) {
    if (organizations.size() != 1)
      throw Error(Problem::usage,
                  "the config has several organizations: say which one the "
                  "project is for (--org)");
    organization = organizations.front().id;
  } else if (parts_.settings().organization(organization) == nullptr) {
    throw Error(Problem::usage, "there is no organization '" + organization + "' in " +
                                    parts_.settings().file.string());
  }
  const std::filesystem::path shown = shown_folder_of(parts_.settings(), slug);
  ProjectRecord record;
  parts_.ledger.write([&](LedgerTransaction& tx) {
    if (const auto known = tx.project(slug))
      throw Error(Problem::usage, "'" + wish.title + "' would be project " + slug +
                                      ", and that is '" + known->title +
                                      "' already; choose another name");
    if (!wish.adopt) {
      const ProjectFolder folder(parts_.settings().stacks.projects_dir, slug, Missing::leave);
      if (folder.has_files() && !folder.has_own_folder())
        throw Error(Problem::usage, shown.string() +
                                        " has files already, and no project is known there. Choose "
                                        "another name; or --adopt keeps them as they are, and puts "
                                        "the template's beside them.");
    }
    record.id = slug;
    record.organization = organization;
    record.title = wish.title;
    record.created_unix_ms = record.updated_unix_ms = parts_.clock.now().unix_ms;
    record.created_by = record.updated_by = caller_.name;
    // Inside of the transaction: a folder that cannot be made leaves no project either.
    const ProjectFolder folder(parts_.settings().stacks.projects_dir, slug);
    tx.save(record);
    tell_project(tx, "project.created", record, caller_.name + " created project " + slug + ".");
  });
  return berth::report_of(record, parts_.settings());
}

std::vector<ProjectReport> ProjectChanges::list(std::string_view organization) const {
  std::vector<ProjectReport> reports;
  parts_.ledger.read([&](const LedgerView& view) {
    reports.clear();
    for (const ProjectRecord& record : view.projects(organization))
      reports.push_back(berth::report_of(record, parts_.settings()));
  });
  return reports;
}

ProjectReport ProjectChanges::project(std::string_view project) const {
  ProjectReport report;
  parts_.ledger.read([&](const LedgerView& view) {
    report = berth::report_of(project_named(view, project), parts_.settings());
  });
  return report;
}

ChosenStack ProjectChanges::chosen_for(const ProjectRecord& project, const StackWish& wish) {
  const Stack words{wish.backend.value_or(project.backend),
                    wish.database.value_or(project.database),
                    wish.frontend.value_or(project.frontend), wish.css.value_or(project.css)};
  try {
    return choose_stack(provisioners_, words, provisioning_.calls());
  } catch (const StackRefusal& refusal) {
    refuse(refusal);
  }
}

ChosenStack ProjectChanges::chosen_again(const ProjectRecord& project) {
  if (project.provisioner.empty())
    throw Error(Problem::usage, "project " + project.id + " has no stack yet: `berth stack save " +
                                    project.id + " --backend …` chooses one");
  return plan_again(provisioners_, project.provisioner, stack_of(project), provisioning_.calls());
}

ProvisionReport ProjectChanges::provision_locked(const std::string& project,
                                                 const ChosenStack& stack, StartHow how,
                                                 const std::function<bool()>& stop,
                                                 const std::function<void()>& once_locked) {
  std::unique_ptr<ProjectFolder> folder;
  std::string problem;
  try {
    folder = std::make_unique<ProjectFolder>(parts_.settings().stacks.projects_dir, project);
    folder->lock();
  } catch (const FolderBusy& busy) {
    throw Error(Problem::refused, busy.what());
  } catch (const FolderProblem& trouble) {
    problem = trouble.what();  // the stack is saved all the same
  }
  once_locked();
  ProvisionReport report = problem.empty() ? provisioning_.provision(project, stack, *folder)
                                           : provisioning_.cannot(project, "folder", problem, true);
  provisioning_.start(report, how, stop);
  return report;
}

ProvisionReport ProjectChanges::save(const StackWish& wish, const std::function<bool()>& stop) {
  const ProjectRecord before = owned(wish.project, Act::save_stack);
  const StartHow how = how_of(wish.start, parts_.settings().stacks.start);
  const ChosenStack stack = chosen_for(before, wish);
  return provision_locked(before.id, stack, how, stop, [&] {
    parts_.ledger.write([&](LedgerTransaction& tx) {
      ProjectRecord record = project_named(tx, before.id);
      require_owner(tx, record, Act::save_stack);  // by the config of just now
      put_stack(record, stack.provisioner, stack.stack);
      record.outcome = ProjectOutcome::pending;
      record.saved_unix_ms = record.updated_unix_ms = parts_.clock.now().unix_ms;
      record.updated_by = caller_.name;
      tx.save(record);
      tell_project(
          tx, "stack.saved", record,
          caller_.name + " saved the stack of " + record.id + ": " + stack_text(stack.stack) + ".");
    });
  });
}

ProvisionReport ProjectChanges::provision(std::string_view project,
                                          const std::optional<std::string>& start,
                                          const std::function<bool()>& stop) {
  const ProjectRecord record = owned(project, Act::provision_project);
  const StartHow how = how_of(start, parts_.settings().stacks.start);
  return provision_locked(record.id, chosen_again(record), how, stop, [] {});
}

ProvisionReport ProjectChanges::preview(const StackWish& wish) {
  ProjectRecord record;
  parts_.ledger.read([&](const LedgerView& view) { record = project_named(view, wish.project); });
  const bool another = wish.backend || wish.database || wish.frontend || wish.css;
  return provisioning_.preview(record, another || record.provisioner.empty()
                                           ? chosen_for(record, wish)
                                           : chosen_again(record));
}

ProjectCredentials ProjectChanges::credentials(std::string_view project) const {
  const ProjectRecord record = owned(project, Act::read_credentials);
  const ProjectReport report = berth::report_of(record, parts_.settings());
  ProjectCredentials credentials{record.id, report.facts, {}, report.ports};
  if (record.sealed.empty()) return credentials;
  try {
    for (const auto& secret : secrets_of(record, keys_.read()))
      credentials.secrets.push_back(secret);
  } catch (const KeyProblem& problem) {
    throw Error(Problem::refused,
                "the secrets of " + record.id + " cannot be opened: " + problem.what());
  }
  parts_.ledger.write([&](LedgerTransaction& tx) {
    tell_project(tx, "stack.credentials_read", record,
                 caller_.name + " read the credentials of " + record.id + ".");
  });
  return credentials;
}

ProjectReport ProjectChanges::remove(std::string_view project) {
  ProjectRecord record;
  const auto forget = [&](LedgerTransaction& tx) {
    record = project_named(tx, project);
    require_owner(tx, record, Act::remove_project);
    DeploymentFilter filter;
    filter.organization = record.organization;
    filter.application = record.id;
    for (const DeploymentRecord& deployment : tx.deployments(filter))
      if (deployment.project == record.id && !is_final(deployment.status))
        throw Error(Problem::refused, "project " + record.id + " is being deployed (" +
                                          deployment.id + "): wait for it, or cancel it first");
    tx.remove_project(record.id);
    tell_project(tx, "project.removed", record,
                 caller_.name + " removed project " + record.id + ".");
  };
  on_record(parts_, [&] { parts_.ledger.write(forget); });
  return berth::report_of(record, parts_.settings());
}

DeployRequest ProjectChanges::filled_in(const DeployRequest& request) const {
  if (request.project.empty()) return request;
  ProjectRecord record;
  parts_.ledger.read(
      [&](const LedgerView& view) { record = project_named(view, request.project); });
  if (record.outcome != ProjectOutcome::provisioned)
    throw Error(Problem::refused, "project " + record.id +
                                      " cannot be deployed: its folder is not made yet" +
                                      (record.failure.empty() ? "" : " (" + record.failure + ")") +
                                      "; `berth stack provision " + record.id + "` makes it");
  if (!request.organization.empty() && request.organization != record.organization)
    throw Error(Problem::usage, "project " + record.id + " is of organization " +
                                    record.organization + ", not " + request.organization);
  DeployRequest filled = request;
  filled.project = record.id;
  filled.organization = record.organization;
  if (filled.application.empty()) filled.application = record.id;
  if (!filled.millicores) filled.millicores = record.room.millicores;
  if (!filled.memory_mib) filled.memory_mib = record.room.memory_mib;
  if (!filled.disk_mib) filled.disk_mib = record.room.disk_mib;
  return filled;
}

std::string ProjectChanges::redacted(const std::string& project, std::string text) const {
  std::optional<ProjectRecord> record;
  parts_.ledger.read([&](const LedgerView& view) { record = view.project(project); });
  return record ? without_secrets(*record, keys_, std::move(text)) : text;
}

}  // namespace berth
