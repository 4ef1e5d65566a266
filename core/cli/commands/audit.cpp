#include <boost/json.hpp>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/documents.hpp"
#include "cli/views.hpp"

namespace berth::cli {
namespace {

struct AuditWords {
  AuditQuery query;
  std::string record;
};

int audit(const AuditWords& words, Berth& berth, Answer& answer) {
  const bool history = !words.record.empty();
  const auto records = history ? berth.audit_history(words.record) : berth.audit(words.query);
  answer.document(list_document("records", records));
  answer.print(history ? audit_history_text(answer.terminal(), records)
                       : audit_text(answer.terminal(), records));
  return 0;
}

}  // namespace

Command audit_command() {
  auto words = std::make_shared<AuditWords>();
  AuditQuery& query = words->query;
  return {"audit",
          "list the record of every provisioning",
          "berth audit --org acme --status failed",
          {},
          {{"--org", "ORG", "only of this organization", &query.organization, false, {},
            Completes::organization},
           {"--app", "APP", "only of this application", &query.application, false, {},
            Completes::application},
           {"--deployment", "ID", "only of this deployment", &query.deployment_id, false, {},
            Completes::deployment},
           {"--status", "STATUS", "only with this status", &query.status, false,
            {"pending", "provisioning", "succeeded", "failed", "quota_exceeded", "user_cancelled"}},
           {"--limit", "N", "at most so many, newest first", &query.limit},
           {"--history", "RECORD", "every state of one record, oldest first", &words->record}},
          ToRead{[words](Berth& berth, Answer& answer) { return audit(*words, berth, answer); }}};
}

}  // namespace berth::cli
