// The words of the ledger's enums, as they stand in its tables, in JSON and on the command line.
#include <array>
#include <utility>

#include "ledger/records.hpp"
#include "ledger/rows.hpp"

namespace berth {
namespace {

template <class Enum, std::size_t count>
using Words = std::array<std::pair<Enum, std::string_view>, count>;

constexpr Words<DeploymentStatus, 12> deployment_words{{
    {DeploymentStatus::placing, "placing"},
    {DeploymentStatus::awaiting_approval, "awaiting_approval"},
    {DeploymentStatus::provisioning, "provisioning"},
    {DeploymentStatus::deploying, "deploying"},
    {DeploymentStatus::succeeded, "succeeded"},
    {DeploymentStatus::denied, "denied"},
    {DeploymentStatus::insufficient_capacity, "insufficient_capacity"},
    {DeploymentStatus::provisioning_failed, "provisioning_failed"},
    {DeploymentStatus::cancelled, "cancelled"},
    {DeploymentStatus::timed_out, "timed_out"},
    {DeploymentStatus::deploy_failed, "deploy_failed"},
    {DeploymentStatus::error, "error"},
}};

constexpr Words<AttemptStatus, 6> attempt_words{{
    {AttemptStatus::intended, "intended"},
    {AttemptStatus::requested, "requested"},
    {AttemptStatus::booting, "booting"},
    {AttemptStatus::ready, "ready"},
    {AttemptStatus::destroying, "destroying"},
    {AttemptStatus::gone, "gone"},
}};

constexpr Words<AccountStatus, 5> account_words{{
    {AccountStatus::active, "active"},
    {AccountStatus::unchecked, "unchecked"},
    {AccountStatus::inactive, "inactive"},
    {AccountStatus::denied, "denied"},
    {AccountStatus::removed, "removed"},
}};

constexpr Words<ProjectOutcome, 4> project_words{{
    {ProjectOutcome::none, "none"},
    {ProjectOutcome::pending, "pending"},
    {ProjectOutcome::provisioned, "provisioned"},
    {ProjectOutcome::failed, "failed"},
}};

constexpr Words<TaskKind, 7> task_words{{
    {TaskKind::deployment, "deployment"},
    {TaskKind::attempt, "attempt"},
    {TaskKind::look, "look"},
    {TaskKind::delivery, "delivery"},
    {TaskKind::expiry, "expiry"},
    {TaskKind::reap, "reap"},
    {TaskKind::scale_down, "scale_down"},
}};

template <class Enum, std::size_t count>
std::string_view word_of(const Words<Enum, count>& words, Enum value) {
  for (const auto& [candidate, word] : words) {
    if (candidate == value) return word;
  }
  return "";
}

template <class Enum, std::size_t count>
std::optional<Enum> value_of(const Words<Enum, count>& words, std::string_view word) {
  for (const auto& [value, candidate] : words) {
    if (candidate == word) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_word(DeploymentStatus status) { return word_of(deployment_words, status); }
std::string_view to_word(AttemptStatus status) { return word_of(attempt_words, status); }
std::string_view to_word(AccountStatus status) { return word_of(account_words, status); }
std::string_view to_word(ProjectOutcome outcome) { return word_of(project_words, outcome); }
std::string_view to_word(TaskKind kind) { return word_of(task_words, kind); }

std::optional<DeploymentStatus> deployment_status_of(std::string_view word) {
  return value_of(deployment_words, word);
}
std::optional<AttemptStatus> attempt_status_of(std::string_view word) {
  return value_of(attempt_words, word);
}
std::optional<AccountStatus> account_status_of(std::string_view word) {
  return value_of(account_words, word);
}
std::optional<ProjectOutcome> project_outcome_of(std::string_view word) {
  return value_of(project_words, word);
}
std::optional<TaskKind> task_kind_of(std::string_view word) { return value_of(task_words, word); }

bool is_final(DeploymentStatus status) {
  switch (status) {
    case DeploymentStatus::placing:
    case DeploymentStatus::awaiting_approval:
    case DeploymentStatus::provisioning:
    case DeploymentStatus::deploying: return false;
    case DeploymentStatus::succeeded:
    case DeploymentStatus::denied:
    case DeploymentStatus::insufficient_capacity:
    case DeploymentStatus::provisioning_failed:
    case DeploymentStatus::cancelled:
    case DeploymentStatus::timed_out:
    case DeploymentStatus::deploy_failed:
    case DeploymentStatus::error: return true;
  }
  return true;
}

}  // namespace berth
