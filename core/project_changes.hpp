// Projects as their users change them: each a transaction of its own, and then its folder.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.hpp"
#include "access/caller.hpp"
#include "project_provisioning.hpp"
#include "projects.hpp"

namespace berth {

/// Threads: one at a time. What it refers to outlives it.
class ProjectChanges {
 public:
  ProjectChanges(const EngineParts& parts, const KeyStore& keys, StackProvisioners& provisioners,
                 Ports& ports, Caller caller);

  // As the door has them: berth.hpp. Throw Error, Refusal, LedgerError.
  StackChoicesReport choices();
  ProjectReport create(const NewProject& wish);
  std::vector<ProjectReport> list(std::string_view organization) const;
  ProjectReport project(std::string_view project) const;
  ProvisionReport save(const StackWish& wish, const std::function<bool()>& stop);
  ProvisionReport provision(std::string_view project, const std::optional<std::string>& start,
                            const std::function<bool()>& stop);
  ProvisionReport preview(const StackWish& wish);
  ProjectCredentials credentials(std::string_view project) const;
  ProjectReport remove(std::string_view project);

  /// A request for a project, with what is the project's where it says nothing else. Throws Error.
  DeployRequest filled_in(const DeployRequest& request) const;

  /// Without the secrets of a project. Where they cannot be opened: nothing of the text.
  std::string redacted(const std::string& project, std::string text) const;

 private:
  /// Throws Denied, which is recorded, where it is another's.
  [[nodiscard]] ProjectRecord owned(std::string_view project, Act act) const;
  void require_owner(const LedgerView& view, const ProjectRecord& project, Act act) const;
  [[nodiscard]] ChosenStack chosen_for(const ProjectRecord& project, const StackWish& wish);
  [[nodiscard]] ChosenStack chosen_again(const ProjectRecord& project);
  ProvisionReport provision_locked(const std::string& project, const ChosenStack& stack,
                                   StartHow how, const std::function<bool()>& stop,
                                   const std::function<void()>& once_locked);
  void tell_project(LedgerTransaction& tx, std::string_view type, const ProjectRecord& project,
                    const std::string& message) const;

  const EngineParts& parts_;
  const KeyStore& keys_;
  StackProvisioners& provisioners_;
  ProjectProvisioning provisioning_;
  const Caller caller_;
};

}  // namespace berth
