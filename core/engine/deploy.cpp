#include "engine/deploy.hpp"

#include <csignal>

#include "engine/finish.hpp"
#include "engine/host_key.hpp"
#include "engine/tell.hpp"
#include "request/plain_text.hpp"

namespace berth {
namespace {

/// The application's own settings; nullptr where it has none.
const ApplicationSettings* application_of(const Configuration& settings,
                                          const DeploymentRecord& deployment) {
  if (const auto* organization = settings.organization(deployment.organization))
    for (const ApplicationSettings& application : organization->applications)
      if (application.name == deployment.application) return &application;
  return nullptr;
}

const std::vector<std::string>& command_of(const Configuration& settings,
                                           const DeploymentRecord& deployment) {
  const ApplicationSettings* application = application_of(settings, deployment);
  if (application != nullptr && !application->command.empty()) return application->command;
  return deployment.project.empty() ? settings.deploy.command : settings.stacks.deploy_command;
}

/// What a command needs to bring a project to its server.
void add_project(const EngineParts& parts, const ProjectRecord& project, Command& command) {
  const std::filesystem::path folder = parts.settings().stacks.projects_dir / project.id;
  command.environment.insert(
      command.environment.end(),
      {{"BERTH_PROJECT", project.id},
       {"BERTH_PROJECT_PATH", folder.string()},
       {"BERTH_PROJECT_HEALTH_PATH", project.health_path},
       {"BERTH_PROJECT_PORTS", project.ports_json},
       {"BERTH_DEPLOY_TIMEOUT_S", std::to_string(parts.settings().deploy.timeout_ms / 1000)}});
}

Command command_for(const EngineParts& parts, const DeploymentRecord& deployment,
                    const Server& server) {
  Command command;
  command.argv = command_of(parts.settings(), deployment);
  command.timeout_ms = parts.settings().deploy.timeout_ms;
  command.withheld = parts.secret_environment();
  const Room& room = deployment.requirements.room;
  command.environment = {
      {"BERTH_DEPLOYMENT_ID", deployment.id},
      {"BERTH_ORGANIZATION", deployment.organization},
      {"BERTH_APPLICATION", deployment.application},
      {"BERTH_STRATEGY", std::string(to_word(deployment.strategy))},
      {"BERTH_SERVER_ID", server.id},
      {"BERTH_SERVER_NAME", server.name},
      {"BERTH_SERVER_IP", server.public_ipv4},
      {"BERTH_SSH_USER", server.ssh_user},
      {"BERTH_SSH_PORT", std::to_string(server.ssh_port)},
      {"BERTH_SSH_HOST_KEY", server.host_key},
      {"BERTH_CPU_CORES", cores_text(room.millicores)},
      {"BERTH_MEMORY_GB", gigabytes_text(room.memory_mib)},
      {"BERTH_DISK_GB", gigabytes_text(room.disk_mib)},
  };
  const AccountPointer account = parts.accounts.find(server.account);
  if (account != nullptr && !account->ssh_identity_file.empty())
    command.environment.emplace_back("BERTH_SSH_IDENTITY_FILE",
                                     account->ssh_identity_file.string());
  return command;
}

/// Did a user cancel the deployment while its command runs?
bool is_cancelled(const LedgerView& view, const std::string& id) {
  const auto deployment = view.deployment(id);
  return deployment && !deployment->cancel_requested_by.empty();
}

void record_session(const EngineParts& parts, const std::string& id, const Session& session) {
  parts.ledger.write([&](LedgerTransaction& tx) {
    std::optional<DeploymentRecord> deployment = tx.deployment(id);
    if (!deployment) return;
    deployment->command_pid = session.pid;
    deployment->command_start_ticks = session.start_ticks;
    deployment->command_boot_id = session.boot_id;
    tx.save(*deployment);
  });
}

void conclude(const EngineParts& parts, LedgerTransaction& tx, const std::string& id,
              const std::string& server_name, const CommandResult& result,
              const std::string& changed_key) {
  std::optional<DeploymentRecord> deployment = tx.deployment(id);
  if (!deployment || deployment->status != DeploymentStatus::deploying) return;
  deployment->command_pid = 0;
  deployment->command_exit = result.exit_code;
  deployment->command_tail = result.output_tail;
  if (result.started && !result.timed_out && !result.cancelled && result.exit_code == 0) {
    finish(parts, tx, *deployment, DeploymentStatus::succeeded, "succeeded",
           "Deployed to " + server_name + ".");
    return;
  }
  if (!deployment->cancel_requested_by.empty()) {
    finish(parts, tx, *deployment, DeploymentStatus::cancelled, "cancelled",
           "Cancelled by " + deployment->cancel_requested_by +
               " while the deploy command ran; it was ended.");
    return;
  }
  if (!changed_key.empty()) {
    finish(parts, tx, *deployment, DeploymentStatus::deploy_failed, "host_key_changed",
           changed_key + " Then `berth retry " + id + "` goes on.");
    return;
  }
  if (result.cancelled) {  // this process stops; whoever comes next runs the command again
    deployment->reason = "The deploy command was interrupted; it will be run again.";
    tx.save(*deployment);
    tx.settle(TaskKind::deployment, id, parts.clock.now());
    return;
  }
  std::string what = "exited with " + std::to_string(result.exit_code);
  if (!result.started) what = "could not be started: " + result.problem;
  if (result.timed_out)
    what = "was ended after " + std::to_string(parts.settings().deploy.timeout_ms / 1000) +
           " seconds ([deploy] timeout)";
  finish(parts, tx, *deployment, DeploymentStatus::deploy_failed, "deploy_failed",
         "The deploy command " + what + ". Server " + server_name +
             " stays in the fleet; `berth retry " + id + "` tries again." +
             last_words(result.output_tail));
}

}  // namespace

const std::vector<std::string>& release_command_of(const Configuration& settings,
                                                   const DeploymentRecord& deployment) {
  const ApplicationSettings* application = application_of(settings, deployment);
  if (application != nullptr && !application->release_command.empty())
    return application->release_command;
  return deployment.project.empty() ? settings.deploy.release_command
                                    : settings.stacks.release_command;
}

Command release_command_for(const EngineParts& parts, const LedgerView& view,
                            const DeploymentRecord& deployment, const Server& server,
                            const HoldRecord& hold) {
  Command command = command_for(parts, deployment, server);
  command.argv = release_command_of(parts.settings(), deployment);
  command.environment.emplace_back("BERTH_RELEASE", hold.releasing);
  if (deployment.project.empty()) return command;
  ProjectRecord project;  // it may have been removed since
  project.id = deployment.project;
  add_project(parts, view.project(deployment.project).value_or(project), command);
  return command;
}

Command with_host_key(Command command, const std::string& key) {
  for (auto& [name, value] : command.environment)
    if (name == "BERTH_SSH_HOST_KEY") value = key;
  return command;
}

void clean_output(const EngineParts& parts, const std::string& project, CommandResult& result) {
  if (!project.empty() && parts.without_secrets_of)
    result.output_tail = parts.without_secrets_of(project, std::move(result.output_tail));
  // Redacted first: a secret may have any bytes in it.
  result.output_tail = plain_lines(parts.clouds.redacted(std::move(result.output_tail)));
  result.problem = plain_line(result.problem);
}

std::string last_words(const std::string& tail) {
  constexpr std::size_t most = 400;
  if (tail.empty()) return {};
  // The cut may fall into a character.
  return " It wrote last: " + plain_lines(tail.substr(tail.size() > most ? tail.size() - most : 0));
}

std::function<bool()> watch_of(const EngineParts& parts,
                               std::function<bool(const LedgerView&)> ends) {
  return [&parts, ends = std::move(ends), asked = 0]() mutable {
    if (parts.stopping) return true;
    if (++asked % 5 != 0) return false;  // every half second is soon enough
    bool end = false;
    try {
      parts.ledger.read([&](const LedgerView& view) { end = ends(view); });
    } catch (const LedgerError&) {
      // A ledger that cannot be read just now is no reason to end a command that runs.
    }
    return end;
  };
}

std::string deploy_command_problem(const EngineParts& parts, const DeploymentRecord& deployment) {
  const std::string why =
      parts.processes.command_problem(command_of(parts.settings(), deployment));
  if (why.empty()) return {};
  return "The deploy command of " + deployment.application + " cannot be run: " + why + ".";
}

std::optional<Work> begin_deploying(const EngineParts& parts, LedgerTransaction& tx,
                                    const TaskRecord& task, DeploymentRecord& deployment,
                                    const Server& server) {
  const Session left_behind{deployment.command_pid, deployment.command_start_ticks,
                            deployment.command_boot_id};
  deployment.status = DeploymentStatus::deploying;
  deployment.attempt_id.clear();
  deployment.reason_code = "deploying";
  deployment.reason = "Deploys to " + server.name + ".";
  deployment.updated_unix_ms = parts.clock.now().unix_ms;
  Command command = command_for(parts, deployment, server);
  if (!deployment.project.empty()) {
    const auto project = tx.project(deployment.project);
    if (!project) {
      finish(parts, tx, deployment, DeploymentStatus::deploy_failed, "deploy_failed",
             "Project " + deployment.project + " was removed before it could be deployed.");
      return std::nullopt;
    }
    add_project(parts, *project, command);
  }
  if (command.argv.empty()) {
    finish(parts, tx, deployment, DeploymentStatus::succeeded, "succeeded",
           "Placed on " + server.name + " (no deploy command is configured).");
    return std::nullopt;
  }
  tx.save(deployment);
  tell(parts, tx, "deployment.deploying", deployment,
       "Runs the deploy command on " + server.name + " (" + server.public_ipv4 + ").",
       {{"server_id", server.id}, {"server_name", server.name}});
  return [&parts, task, id = deployment.id, server, left_behind, project = deployment.project,
          command = std::move(command)]() -> Apply {
    if (left_behind.pid != 0) parts.processes.end(left_behind);
    CommandResult result;
    const HostKeyLook look = look_at_host_key(parts, server);
    if (look.changed.empty())
      result = parts.processes.run(
          with_host_key(command, look.key),
          [&](const Session& session) { record_session(parts, id, session); },
          watch_of(parts, [id](const LedgerView& view) { return is_cancelled(view, id); }));
    clean_output(parts, project, result);
    return [&parts, id, name = server.name, result,
            changed = look.changed](LedgerTransaction& later) {
      conclude(parts, later, id, name, result, changed);
    };
  };
}

Work end_command(const EngineParts& parts, const DeploymentRecord& deployment) {
  return [&parts, id = deployment.id,
          session = Session{deployment.command_pid, deployment.command_start_ticks,
                            deployment.command_boot_id}]() -> Apply {
    parts.processes.end(session);
    return [&parts, id](LedgerTransaction& tx) {
      if (auto later = tx.deployment(id)) {
        later->command_pid = 0;
        later->command_exit = 128 + SIGTERM;  // it had started something
        tx.save(*later);
      }
      tx.settle(TaskKind::deployment, id, parts.clock.now());
    };
  };
}

}  // namespace berth
