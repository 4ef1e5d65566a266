// What is said of projects, and what of them is sealed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "berth/stack_provisioner.hpp"
#include "config/settings.hpp"
#include "credentials/keyring.hpp"
#include "ledger/ledger.hpp"
#include "projects.hpp"

namespace berth {

using Secrets = std::map<std::string, std::string>;  // name -> value

/// The secrets of a project. Throws KeyProblem: what they were sealed with is not at hand.
Secrets secrets_of(const ProjectRecord& project, const Keyring& keys);

/// Sealed into the record.
void put_secrets(ProjectRecord& project, const Secrets& secrets, const CredentialKey& key);

/// Their values, for a redaction.
std::vector<std::string> values_of(const Secrets& secrets);

/// A text without the secrets of a project. Where they cannot be opened: nothing of the text.
std::string without_secrets(const ProjectRecord& project, const KeyStore& keys, std::string text);

Stack stack_of(const ProjectRecord& project);
void put_stack(ProjectRecord& project, const std::string& provisioner, const Stack& stack);

std::map<std::string, std::int64_t> ports_of(const ProjectRecord& project);
std::string json_of_ports(const std::map<std::string, std::int64_t>& ports);
std::string json_of_texts_by_name(const std::map<std::string, std::string>& texts);

/// The folder of a project: as berth opens it, and as people see it.
std::filesystem::path folder_of(const Configuration& config, std::string_view project);
std::filesystem::path shown_folder_of(const Configuration& config, std::string_view project);

ProjectReport report_of(const ProjectRecord& project, const Configuration& config);

/// By its slug, or by a title that folds to it. Throws Refusal (not_found).
ProjectRecord project_named(const LedgerView& view, std::string_view project);

}  // namespace berth
