#include "account_reports.hpp"

#include <algorithm>
#include <set>

namespace berth {
namespace {

AccountReport report_of(const AccountSettings& account) {
  AccountReport report;
  report.id = account.id;
  report.source = "config";
  report.plugin = account.plugin;
  report.organizations = account.organizations;
  report.status = account.active ? "active" : "inactive";
  report.default_region = account.default_region;
  report.regions = account.regions;
  report.image = account.image;
  report.ssh_user = account.ssh_user;
  report.ssh_port = account.ssh_port;
  for (const auto& [key, why] : account.settings.unresolved)
    report.problem += (report.problem.empty() ? "" : "; ") + key + ": " + why;
  return report;
}

void describe(AccountReport& report, const AccountRecord& record) {
  report.source = "ledger";
  report.status = to_word(record.status);
  report.settings_json = record.settings_json;
  report.secret_keys = record.secret_keys;
  report.key_id = record.key_id;
  report.created_by = record.created_by;
  report.created_unix_ms = record.created_unix_ms;
  report.updated_by = record.updated_by;
  report.updated_unix_ms = record.updated_unix_ms;
  report.validated_unix_ms = record.validated_unix_ms;
  report.validation = record.validation;
  report.validation_sentence = record.validation_sentence;
}

}  // namespace

std::vector<std::string> living_at(const LedgerView& view, const std::string& account) {
  std::vector<std::string> names;
  std::set<std::string> vendor_ids;
  for (const AttemptRecord& attempt : view.live_attempts(account)) {
    vendor_ids.insert(attempt.vendor_id);
    const auto server = view.server(attempt.server_id);
    names.push_back(server ? server->name : attempt.vendor_id);
  }
  for (const StrayRecord& stray : view.strays(account))
    if (vendor_ids.count(stray.vendor_id) == 0) names.push_back(stray.vendor_id);
  return names;
}

std::vector<AccountReport> account_reports(const EngineParts& parts,
                                           std::string_view organization) {
  std::vector<AccountReport> reports;
  parts.ledger.read([&](const LedgerView& view) {
    reports.clear();
    parts.accounts.refresh(view);
    const auto all = parts.accounts.list();
    for (const AccountPointer& account : *all) {
      const auto& allowed = account->organizations;
      if (!organization.empty() &&
          std::find(allowed.begin(), allowed.end(), organization) == allowed.end())
        continue;
      reports.push_back(report_of(*account));
      AccountReport& report = reports.back();
      report.servers = living_at(view, account->id);
      if (const auto record = view.account(account->id)) {
        describe(report, *record);
        report.problem = account->set_aside;
      }
    }
  });
  return reports;
}

AccountReport account_report(const EngineParts& parts, const std::string& id) {
  for (AccountReport& one : account_reports(parts, {}))
    if (one.id == id) return std::move(one);
  throw Error(Problem::not_found, "account " + id + " was removed meanwhile");
}

}  // namespace berth
