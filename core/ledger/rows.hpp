// Records <-> rows. Each record's columns are listed once; naming, writing and reading all go by
// that list, so a field cannot be stored and then forgotten.
#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ledger/records.hpp"
#include "ledger/sqlite.hpp"
#include "ledger/text_list.hpp"

namespace berth {

std::optional<TaskKind> task_kind_of(std::string_view word);

/// A row holds what this berth cannot read: told as LedgerProblem::corrupt.
struct UnreadableRow : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class T, class Record>
concept Either = std::same_as<std::remove_const_t<T>, Record>;  // the record, const or not

template <class Column>
void columns(Column&& column, Either<DeploymentRecord> auto& r) {
  column("id", r.id);
  column("organization", r.organization);
  column("application", r.application);
  column("", r.requirements.room);
  column("arch", r.requirements.arch);
  column("strategy", r.strategy);
  column("status", r.status);
  column("reason_code", r.reason_code);
  column("reason", r.reason);
  column("requested_by", r.requested_by);
  column("idempotency_key", r.idempotency_key);
  column("created_unix_ms", r.created_unix_ms);
  column("updated_unix_ms", r.updated_unix_ms);
  column("finished_unix_ms", r.finished_unix_ms);
  column("ttl_ms", r.ttl_ms);
  column("server_id", r.server_id);
  column("attempt_id", r.attempt_id);
  column("tries", r.tries);
  column("excluded_offers", r.excluded_offers);
  column("provisioning_deadline", r.provisioning_deadline);
  column("approval_deadline", r.approval_deadline);
  column("approved_by", r.approved_by);
  column("approved_unix_ms", r.approved_unix_ms);
  column("approved_limit", r.approved_limit);
  column("estimate", r.estimate);
  column("audit_id", r.audit_id);
  column("cancel_requested_by", r.cancel_requested_by);
  column("command_pid", r.command_pid);
  column("command_start_ticks", r.command_start_ticks);
  column("command_boot_id", r.command_boot_id);
  column("command_exit", r.command_exit);
  column("command_tail", r.command_tail);
  column("project", r.project);
  column("refusals", r.refusals_json);
  column("last_refusal", r.last_refusal);
  column("first_estimate", r.first_estimate);
  column("waits_code", r.waits_code);
  column("waits_sentence", r.waits_sentence);
  column("waits_passing", r.waits_passing);
  column("waits_looks", r.waits_looks);
  column("waits_since_unix_ms", r.waits_since_unix_ms);
  column("waits_until", r.waits_until);
}

template <class Column>
void columns(Column&& column, Either<AttemptRecord> auto& r) {
  column("id", r.id);
  column("organization", r.organization);
  column("deployment_id", r.deployment_id);
  column("server_id", r.server_id);
  column("account", r.account);
  column("status", r.status);
  column("offers_json", r.offers_json);
  column("candidate", r.candidate);
  column("vendor_id", r.vendor_id);
  column("note", r.note);
  column("region", r.region);
  column("unknown_outcome", r.unknown_outcome);
  column("absent_looks", r.absent_looks);
  column("absent_since_unix_ms", r.absent_since_unix_ms);
  column("absence_sure", r.absence_sure);
  column("phase", r.phase);
  column("created_unix_ms", r.created_unix_ms);
  column("requested_unix_ms", r.requested_unix_ms);
  column("accepted_unix_ms", r.accepted_unix_ms);
  column("ended_unix_ms", r.ended_unix_ms);
  column("ready_deadline", r.ready_deadline);
  column("stage_deadline", r.stage_deadline);
  column("expires_unix_ms", r.expires_unix_ms);
  column("errors", r.errors);
  column("failure_code", r.failure_code);
  column("failure", r.failure);
  column("mark", r.mark);
  column("destroy_asked", r.destroy_asked);
  column("destroy_answered", r.destroy_answered);
  column("destroy_refusals", r.destroy_refusals);
  column("destroy_problem", r.destroy_problem);
  column("config", r.config);
}

/// Without `used`, which is computed.
template <class Column>
void columns(Column&& column, Either<Server> auto& r) {
  column("id", r.id);
  column("organization", r.organization);
  column("name", r.name);
  column("status", r.status);
  column("enabled", r.enabled);
  column("reachable", r.reachable);
  column("auto_provisioned", r.auto_provisioned);
  column("attempt_id", r.attempt_id);
  column("account", r.account);
  column("provider", r.provider);
  column("region", r.region);
  column("zone", r.zone);
  column("instance_type", r.instance_type);
  column("vendor_id", r.vendor_id);
  column("arch", r.arch);
  column("capacity", r.capacity);
  column("network_percent", r.network_percent);
  column("load_percent", r.load_percent);
  column("public_ipv4", r.public_ipv4);
  column("private_ipv4", r.private_ipv4);
  column("ssh_user", r.ssh_user);
  column("host_key", r.host_key);
  column("ssh_port", r.ssh_port);
  column("monthly_nanos", r.monthly_nanos);
  column("currency", r.currency);
  column("created_unix_ms", r.created_unix_ms);
  column("ready_unix_ms", r.ready_unix_ms);
}

template <class Column>
void columns(Column&& column, Either<HoldRecord> auto& r) {
  column("id", r.id);
  column("organization", r.organization);
  column("application", r.application);
  column("server_id", r.server_id);
  column("deployment_id", r.deployment_id);
  column("", r.room);
  column("active", r.active);
  column("expires_unix_ms", r.expires_unix_ms);
  column("created_unix_ms", r.created_unix_ms);
  column("releasing", r.releasing);
  column("releasing_by", r.releasing_by);
  column("releasing_since_unix_ms", r.releasing_since_unix_ms);
  column("release_sentence", r.release_sentence);
  column("release_tries", r.release_tries);
  column("release_problem", r.release_problem);
  column("command_pid", r.command_pid);
  column("command_start_ticks", r.command_start_ticks);
  column("command_boot_id", r.command_boot_id);
  column("command_exit", r.command_exit);
  column("command_tail", r.command_tail);
  column("releasing_by_uid", r.releasing_by_uid);
}

/// Without `seq`, which the ledger gives; it is the first column read.
template <class Column>
void columns(Column&& column, Either<EventRecord> auto& r) {
  column("event_id", r.event_id);
  column("type", r.type);
  column("organization", r.organization);
  column("deployment_id", r.deployment_id);
  column("message", r.message);
  column("fields_json", r.fields_json);
  column("at_unix_ms", r.at_unix_ms);
  column("recipients", r.recipients);
}

/// Without `seq`, which the ledger gives; it is the first column read.
template <class Column>
void columns(Column&& column, Either<AuditRecord> auto& r) {
  column("record_id", r.record_id);
  column("at_unix_ms", r.at_unix_ms);
  column("organization", r.organization);
  column("application", r.application);
  column("deployment_id", r.deployment_id);
  column("server_id", r.server_id);
  column("attempt_id", r.attempt_id);
  column("vendor_id", r.vendor_id);
  column("\"trigger\"", r.trigger);
  column("status", r.status);
  column("required", r.required);
  column("offer_json", r.offer_json);
  column("estimated_monthly", r.estimated_monthly);
  column("approved_by", r.approved_by);
  column("approved_unix_ms", r.approved_unix_ms);
  column("started_unix_ms", r.started_unix_ms);
  column("completed_unix_ms", r.completed_unix_ms);
  column("failure_code", r.failure_code);
  column("failure_reason", r.failure_reason);
  column("note", r.note);
}

template <class Column>
void columns(Column&& column, Either<StrayRecord> auto& r) {
  column("id", r.id);
  column("account", r.account);
  column("vendor_id", r.vendor_id);
  column("attempt_id", r.attempt_id);
  column("organization", r.organization);
  column("name", r.name);
  column("instance_type", r.instance_type);
  column("region", r.region);
  column("code", r.code);
  column("created_unix_ms", r.created_unix_ms);
  column("first_seen", r.first_seen);
  column("times_seen", r.times_seen);
  column("monthly", r.monthly);
  column("compared", r.monthly_compared);
  column("reaper_id", r.reaper_id);
}

template <class Column>
void columns(Column&& column, Either<ReapPassRecord> auto& r) {
  column("id", r.id);
  column("passes", r.passes);
  column("ended_unix_ms", r.ended_unix_ms);
  column("outcome", r.outcome);
  column("sentence", r.sentence);
  column("waits", r.waits);
  column("confirmed_by", r.confirmed_by);
  column("confirmed", r.confirmed);
  column("partial_looks", r.partial_looks);
}

template <class Column>
void columns(Column&& column, Either<AccountRecord> auto& r) {
  column("id", r.id);
  column("revision", r.revision);
  column("organization", r.organization);
  column("plugin", r.plugin);
  column("status", r.status);
  column("default_region", r.default_region);
  column("regions", r.regions);
  column("image", r.image);
  column("ssh_user", r.ssh_user);
  column("ssh_port", r.ssh_port);
  column("ssh_public_keys", r.ssh_public_keys);
  column("settings_json", r.settings_json);
  column("secret_keys", r.secret_keys);
  column("sealed", r.sealed);
  column("key_id", r.key_id);
  column("created_unix_ms", r.created_unix_ms);
  column("created_by", r.created_by);
  column("updated_unix_ms", r.updated_unix_ms);
  column("updated_by", r.updated_by);
  column("validated_unix_ms", r.validated_unix_ms);
  column("validation", r.validation);
  column("validation_sentence", r.validation_sentence);
  column("vendor_account", r.vendor_account);
}

template <class Column>
void columns(Column&& column, Either<ProjectRecord> auto& r) {
  column("id", r.id);
  column("organization", r.organization);
  column("title", r.title);
  column("revision", r.revision);
  column("provisioner", r.provisioner);
  column("backend", r.backend);
  column("database", r.database);
  column("frontend", r.frontend);
  column("css", r.css);
  column("template_name", r.template_name);
  column("template_version", r.template_version);
  column("", r.room);
  column("health_path", r.health_path);
  column("ports_json", r.ports_json);
  column("facts_json", r.facts_json);
  column("next_steps", r.next_steps);
  column("setup", r.setup);
  column("sealed", r.sealed);
  column("key_id", r.key_id);
  column("outcome", r.outcome);
  column("failure_code", r.failure_code);
  column("failure", r.failure);
  column("retryable", r.retryable);
  column("setup_outcome", r.setup_outcome);
  column("setup_tail", r.setup_tail);
  column("created_unix_ms", r.created_unix_ms);
  column("created_by", r.created_by);
  column("saved_unix_ms", r.saved_unix_ms);
  column("provisioned_unix_ms", r.provisioned_unix_ms);
  column("updated_unix_ms", r.updated_unix_ms);
  column("updated_by", r.updated_by);
}

template <class Column>
void columns(Column&& column, Either<DrainRecord> auto& r) {
  column("id", r.id);
  column("since", r.since);
  column("code", r.code);
  column("sentence", r.sentence);
}

/// Collects the names. A Room takes three columns, a Money two, a Moment three.
class ColumnNames {
 public:
  template <class Field>
  void operator()(std::string_view name, const Field&) {
    add(name, {""});
  }
  void operator()(std::string_view name, const Room&) {
    add(name, name.empty() ? Parts{"millicores", "memory_mib", "disk_mib"}
                           : Parts{"_millicores", "_memory_mib", "_disk_mib"});
  }
  void operator()(std::string_view name, const Money&) { add(name, {"_nanos", "_currency"}); }
  void operator()(std::string_view name, const std::optional<Moment>&) {
    add(name, {"_unix_ms", "_boot_ms", "_boot_id"});
  }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  using Parts = std::initializer_list<const char*>;
  void add(std::string_view name, Parts parts) {
    for (const char* part : parts) names_.push_back(std::string(name) + part);
  }
  std::vector<std::string> names_;
};

/// Binds the fields in order. The record must outlive the Query.
class ColumnWriter {
 public:
  explicit ColumnWriter(sqlite::Query& query) : query_(query) {}

  template <class Field>
  void operator()(std::string_view, const Field& field) {
    if constexpr (std::is_enum_v<Field>) {
      query_.bind_borrowed(to_word(field));
    } else if constexpr (std::is_same_v<Field, std::string>) {
      query_.bind_borrowed(field);
    } else {
      query_.bind(field);
    }
  }
  void operator()(std::string_view, const std::optional<int>& number) {
    number ? query_.bind(*number) : query_.bind(std::nullopt);
  }
  void operator()(std::string_view, const std::vector<std::string>& texts) {
    query_.bind(json_of_texts(texts));
  }
  void operator()(std::string_view, const Room& room) {
    query_.bind(room.millicores).bind(room.memory_mib).bind(room.disk_mib);
  }
  void operator()(std::string_view, const Money& money) {
    query_.bind(money.nanos).bind_borrowed(money.currency);
  }
  void operator()(std::string_view, const std::optional<Moment>& moment) {
    if (moment) {
      query_.bind(moment->unix_ms).bind(moment->boot_ms).bind_borrowed(moment->boot_id);
    } else {
      query_.bind(std::nullopt).bind(std::nullopt).bind(std::nullopt);
    }
  }

 private:
  sqlite::Query& query_;
};

/// Reads the fields in order, from column `from` on.
class ColumnReader {
 public:
  explicit ColumnReader(const sqlite::Query& query, int from = 0) : query_(query), next_(from) {}

  void operator()(std::string_view, std::string& text) { text = query_.text(next_++); }
  void operator()(std::string_view, std::int64_t& number) { number = query_.integer(next_++); }
  void operator()(std::string_view, int& number) {
    number = static_cast<int>(query_.integer(next_++));
  }
  void operator()(std::string_view, bool& flag) { flag = query_.integer(next_++) != 0; }
  void operator()(std::string_view, std::optional<int>& number) {
    number.reset();
    if (!query_.is_null(next_)) number = static_cast<int>(query_.integer(next_));
    ++next_;
  }
  void operator()(std::string_view name, std::vector<std::string>& texts) {
    auto read = texts_of_json(query_.text(next_++));
    if (!read) throw UnreadableRow("the column '" + std::string(name) + "' is not a list");
    texts = std::move(*read);
  }
  void operator()(std::string_view, Room& room) {
    room = {query_.integer(next_), query_.integer(next_ + 1), query_.integer(next_ + 2)};
    next_ += 3;
  }
  void operator()(std::string_view, Money& money) {
    money = {query_.integer(next_), query_.text(next_ + 1)};
    next_ += 2;
  }
  void operator()(std::string_view, std::optional<Moment>& moment) {
    moment.reset();
    if (!query_.is_null(next_)) {
      moment = Moment{query_.integer(next_), query_.integer(next_ + 1), query_.text(next_ + 2)};
    }
    next_ += 3;
  }
  void operator()(std::string_view, Strategy& strategy) { word(strategy, strategy_of); }
  void operator()(std::string_view, DeploymentStatus& status) {
    word(status, deployment_status_of);
  }
  void operator()(std::string_view, AttemptStatus& status) { word(status, attempt_status_of); }
  void operator()(std::string_view, ServerStatus& status) { word(status, server_status_of); }
  void operator()(std::string_view, AccountStatus& status) { word(status, account_status_of); }
  void operator()(std::string_view, ProjectOutcome& outcome) { word(outcome, project_outcome_of); }

  [[nodiscard]] int next() const { return next_; }

 private:
  template <class Enum>
  void word(Enum& value, std::optional<Enum> (*value_of)(std::string_view)) {
    const std::string text = query_.text(next_++);
    const std::optional<Enum> read = value_of(text);
    if (!read) throw UnreadableRow("it says '" + text + "', which this berth does not know");
    value = *read;
  }

  const sqlite::Query& query_;
  int next_;
};

/// "id, organization, ..." of a record.
template <class Record>
const std::string& column_list() {
  static const std::string list = [] {
    ColumnNames names;
    const Record empty;
    columns(names, empty);
    std::string text;
    for (const std::string& name : names.names()) text += (text.empty() ? "" : ", ") + name;
    return text;
  }();
  return list;
}

/// INSERT of a record; `replace`: one of the same id is overwritten.
template <class Record>
std::string insert_sql(std::string_view table, bool replace) {
  ColumnNames names;
  const Record empty;
  columns(names, empty);
  std::string marks;
  std::string changes;
  for (const std::string& name : names.names()) {
    marks += marks.empty() ? "?" : ", ?";
    if (name == "id") continue;
    changes += (changes.empty() ? "" : ", ") + name + " = excluded." + name;
  }
  std::string sql = "INSERT INTO " + std::string(table) + " (" + column_list<Record>() +
                    ") VALUES (" + marks + ")";
  if (replace) sql += " ON CONFLICT (id) DO UPDATE SET " + changes;
  return sql;
}

template <class Record>
Record record_of(const sqlite::Query& row, int from = 0) {
  Record record;
  ColumnReader reader(row, from);
  columns(reader, record);
  return record;
}

/// Runs insert_sql() for a record.
template <class Record>
void write_record(sqlite::Database& database, const std::string& sql, const Record& record) {
  sqlite::Query row = database.query(sql);
  columns(ColumnWriter(row), record);
  row.next();
}

}  // namespace berth
