// Makes a project's folder what its stack says: ports and secrets, kept before anything is written;
// then its files; then, where that was asked for, its start.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "access/caller.hpp"
#include "credentials/keyring.hpp"
#include "engine/parts.hpp"
#include "project_reports.hpp"
#include "projects.hpp"
#include "stacks/provisioners.hpp"
#include "stacks/update.hpp"

namespace berth {

/// Threads: one at a time. What it refers to outlives it.
class ProjectProvisioning {
 public:
  ProjectProvisioning(const EngineParts& parts, const KeyStore& keys,
                      StackProvisioners& provisioners, Ports& ports, Caller caller);

  /// A failure is recorded with the project, and told in the report: it throws LedgerError only.
  /// REQUIRES: the stack is saved, and the folder is locked.
  ProvisionReport provision(const std::string& project, const ChosenStack& stack,
                            ProjectFolder& folder);

  /// The same for a folder that cannot even be opened.
  ProvisionReport cannot(const std::string& project, const std::string& code,
                         const std::string& why, bool retryable);

  /// What provision() would do. Writes nothing; ports are those that are free just now.
  ProvisionReport preview(ProjectRecord project, const ChosenStack& stack);

  /// Runs the project's own command until it ends or its time is over, and keeps what it said.
  void start(ProvisionReport& report, StartHow how, const std::function<bool()>& stop);

  /// Calls of provisioners.
  [[nodiscard]] WithCall calls() const;

 private:
  /// What became of one step, in the words of a ProvisionReport; thrown inside.
  struct Failed {
    std::string code, why;
    bool retryable = false;
  };
  [[nodiscard]] Keyring keys() const;
  [[nodiscard]] Secrets opened(const ProjectRecord& project) const;
  static void take_over(ProjectRecord& project, const ChosenStack& stack);
  void keep_ports(const LedgerView& view, ProjectRecord& project, const StackPlan& plan) const;
  void keep_secrets(ProjectRecord& project, Secrets& secrets, const StackPlan& plan) const;
  [[nodiscard]] Rendering rendered(const ProjectRecord& project, const ChosenStack& stack,
                                   const Secrets& secrets);
  void end(ProvisionReport& report, const std::string& project,
           const std::function<void(ProjectRecord&)>& change, std::string_view event,
           const std::string& message);

  const EngineParts& parts_;
  const KeyStore& keys_;
  StackProvisioners& provisioners_;
  Ports& ports_;
  const Caller caller_;
};

}  // namespace berth
