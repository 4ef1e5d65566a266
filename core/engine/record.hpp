// The audit record of a provisioning as it grows.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/parts.hpp"
#include "policy/verdict.hpp"

namespace berth {

/// Begins a record for this deployment with status "pending" and notes it in deployment.audit_id
/// (the caller saves the deployment). Does nothing where one is open already.
void open_record(const EngineParts& parts, LedgerTransaction& tx, DeploymentRecord& deployment,
                 std::string_view trigger, const Decision& decision);

/// Appends the next state of a record, given its newest; nullopt and completed ones are left alone.
/// `change` edits the copy that is appended.
void extend_record(const EngineParts& parts, LedgerTransaction& tx,
                   std::optional<AuditRecord> record,
                   const std::function<void(AuditRecord&)>& change);

/// The same, as its last state: sets status, completion time and reason.
void close_record(const EngineParts& parts, LedgerTransaction& tx,
                  std::optional<AuditRecord> record, std::string_view status,
                  std::string_view failure_code = {}, std::string_view failure_reason = {});

/// The record that an attempt belongs to: its deployment's open one, or (bought by hand) its own.
std::optional<AuditRecord> record_of(const LedgerView& view, const AttemptRecord& attempt);

}  // namespace berth
