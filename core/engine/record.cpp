#include "engine/record.hpp"

namespace berth {

void open_record(const EngineParts& parts, LedgerTransaction& tx, DeploymentRecord& deployment,
                 std::string_view trigger, const Decision& decision) {
  if (!deployment.audit_id.empty()) return;
  deployment.audit_id = parts.entropy.id();
  AuditRecord record;
  record.record_id = deployment.audit_id;
  record.at_unix_ms = parts.clock.now().unix_ms;
  record.organization = deployment.organization;
  record.application = deployment.application;
  record.deployment_id = deployment.id;
  record.trigger = trigger;
  record.status = "pending";
  record.required = decision.required == Room{} ? deployment.requirements.room : decision.required;
  if (decision.estimate) record.estimated_monthly = *decision.estimate;
  record.started_unix_ms = record.at_unix_ms;
  tx.append(record);
}

void extend_record(const EngineParts& parts, LedgerTransaction& tx,
                   std::optional<AuditRecord> record,
                   const std::function<void(AuditRecord&)>& change) {
  if (!record || record->completed_unix_ms != 0) return;
  record->at_unix_ms = parts.clock.now().unix_ms;
  change(*record);
  record->failure_reason = parts.clouds.redacted(record->failure_reason);
  tx.append(*record);
}

void close_record(const EngineParts& parts, LedgerTransaction& tx,
                  std::optional<AuditRecord> found, std::string_view status,
                  std::string_view failure_code, std::string_view failure_reason) {
  extend_record(parts, tx, std::move(found), [&](AuditRecord& record) {
    record.status = status;
    record.completed_unix_ms = record.at_unix_ms;
    record.failure_code = failure_code;
    record.failure_reason = failure_reason;
  });
}

std::optional<AuditRecord> record_of(const LedgerView& view, const AttemptRecord& attempt) {
  if (attempt.deployment_id.empty()) return view.audit_record(attempt.id);
  const auto deployment = view.deployment(attempt.deployment_id);
  if (!deployment || deployment->audit_id.empty()) return std::nullopt;
  auto record = view.audit_record(deployment->audit_id);
  return record && record->attempt_id == attempt.id ? std::move(record) : std::nullopt;
}

}  // namespace berth
