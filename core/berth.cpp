// libberth's door: each function a few lines over what does the work.
#include "berth.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "account_reports.hpp"
#include "berth/codec.hpp"
#include "berth_parts.hpp"
#include "config/load.hpp"
#include "credentials/key_file.hpp"
#include "engine/adopt.hpp"
#include "engine/decision_document.hpp"
#include "engine/finish.hpp"
#include "engine/leaving.hpp"
#include "engine/permit.hpp"
#include "engine/place.hpp"
#include "engine/reap.hpp"
#include "ledger/backup.hpp"
#include "offers/call.hpp"
#include "plan_reader.hpp"
#include "config_findings.hpp"
#include "plugin_checks.hpp"
#include "policy/ranking.hpp"
#include "reaping.hpp"
#include "reports.hpp"

namespace berth {
namespace {

/// A cloud that does not let go of a server for so long is left to `berth run`.
constexpr std::int64_t reaping_ms = 10 * 60'000;

AccountList accounts_for(const Accounts& accounts, const OfferQuery& query) {
  AccountList found =
      query.organization.empty() ? *accounts.list() : accounts.of(query.organization);
  found.erase(std::remove_if(found.begin(), found.end(),
                             [&](const AccountPointer& account) {
                               return !account->active ||
                                      (!query.account.empty() && account->id != query.account);
                             }),
              found.end());
  return found;
}

OfferReport offer_report(const AccountOffer& offer, const Facts& facts) {
  constexpr std::int64_t least_disk_mib = 20 * 1024;
  const Offer& one = offer.offer;
  OfferReport report;
  PlanRow& row = report.row;
  row.kind = "offer";
  row.name = offer.key();
  row.account = offer.account;
  row.provider = offer.provider;
  row.region = one.region;
  row.zone = one.zone;
  row.instance_type = one.instance_type;
  row.arch = codec::to_word(one.arch);
  row.millicores = one.vcpu * 1000;
  row.memory_mib = one.memory_mib;
  row.disk_mib = one.disk_mib > 0 ? one.disk_mib : least_disk_mib;
  row.excludes = one.excludes;
  row.kept = true;
  row.code = "offered";
  std::string why;
  if (const auto monthly = monthly_price(one, row.disk_mib, why)) {
    row.monthly = *monthly;
    row.sentence = price_note(offer, row.disk_mib, *monthly);
    if (const auto compared = converted(*monthly, facts)) row.monthly_compared = *compared;
  }
  if (row.monthly_compared.currency.empty()) {
    row.kept = false;
    row.code = row.monthly.currency.empty() ? "no_price" : "no_rate";
    row.sentence = row.monthly.currency.empty()
                       ? why
                       : "[currency] rates has no rate for " + row.monthly.currency;
  }
  if (offer.refused_until_unix_ms > facts.now_unix_ms) {
    row.kept = false;
    row.code = "out_of_stock";
    row.sentence = offer.refused_why;
  }
  report.as_of_unix_ms = one.as_of_unix_ms;
  report.availability = codec::to_word(one.availability);
  return report;
}

}  // namespace

int exit_status(std::string_view status) {
  static constexpr std::pair<std::string_view, int> table[] = {
      {"awaiting_approval", 3},   {"denied", 4},    {"insufficient_capacity", 5},
      {"provisioning_failed", 6}, {"cancelled", 7}, {"timed_out", 8},
      {"deploy_failed", 9},       {"error", 1},
  };
  for (const auto& [word, exit] : table)
    if (word == status) return exit;
  return 0;
}

Berth::Berth(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Berth::Berth(Berth&&) noexcept = default;
Berth& Berth::operator=(Berth&&) noexcept = default;
Berth::~Berth() = default;

Berth Berth::open(Options options) {
  return at_the_door([&] { return Berth(std::make_unique<Parts>(std::move(options))); });
}

std::filesystem::path Berth::config_path(const Options& options) {
  return at_the_door([&] { return config_of(options); });
}

ConfigReport Berth::check_config(const Options& options) {
  return at_the_door([&] {
    ConfigReport report;
    std::vector<std::string>& problems = report.problems;
    try {
      const Configuration config = load_settings(config_of(options), environment_of(options));
      report = config_findings(
          config, options.state_dir.empty() ? config.state_dir : options.state_dir);
      try {
        const Pipeline checked(config.pipeline);
      } catch (const std::invalid_argument& problem) {
        problems.push_back(config.file.string() + ": [[pipeline]]: " + problem.what());
      }
      const auto journal = silent_journal();
      Catalogue catalogue(
          catalogue_options(installation_of(options), config, options.bundled_only), *journal);
      for (std::string& problem : command_problems(config)) problems.push_back(std::move(problem));
      for (std::string& problem : plugin_setting_problems(config, catalogue))
        problems.push_back(std::move(problem));
      try {
        const KeyStore keys(config.credentials.key_file, environment_of(options));
        if (keys.is_named()) (void)keys.read();
      } catch (const KeyProblem& problem) {
        problems.push_back(config.file.string() + ": [credentials]: " + problem.what());
      }
    } catch (const ConfigurationError& problem) {
      for (const ConfigProblem& one : problem.problems()) problems.push_back(one.text());
    }
    return report;
  });
}

ConfigReport Berth::check_accounts_of_config() {
  return at_the_door([&] {
    return online_findings(parts_->settings(), parts_->clouds, *parts_->clock, *parts_->journal);
  });
}

std::vector<std::string> Berth::config_warnings(const Options& options) {
  return at_the_door([&]() -> std::vector<std::string> {
    Configuration config;
    try {
      config = load_settings(config_of(options), environment_of(options));
    } catch (const ConfigurationError&) {
      return {};  // check_config() has these
    }
    if (!options.state_dir.empty()) config.state_dir = options.state_dir;
    config = with_admins(config, config.state_dir);
    const std::filesystem::path ledger = config.state_dir / "ledger.db";
    std::error_code unknown;
    if (!std::filesystem::exists(ledger, unknown) && !unknown) return {};
    const std::string where = "ledger not looked at, so what has left the config is not known: ";
    if (unknown) return {where + ledger.string() + ": " + unknown.message()};
    try {
      std::vector<std::string> warnings;
      open_sqlite_ledger(config.state_dir.string(), "", true, config.instance)
          ->read([&](const LedgerView& view) {
            warnings.clear();
            for (const LeftBehind& one : left_behind(config, view))
              warnings.push_back(one.sentence);
          });
      return warnings;
    } catch (const LedgerError& problem) {
      return {where + problem.what()};
    }
  });
}

std::string Berth::submit(const DeployRequest& request) {
  return at_the_door([&] {
    DeployRequest named = parts_->project_changes.filled_in(request);
    if (named.requested_by.empty()) named.requested_by = parts_->caller.name;
    return berth::submit(parts_->parts, named, parts_->caller.uid);
  });
}

Plan Berth::plan(const DeployRequest& request, std::size_t most_rows) {
  return at_the_door([&] {
    parts_->keep_up();
    const DeploymentRecord deployment =
        resolve(parts_->parts, parts_->project_changes.filled_in(request));
    parts_->look_at_accounts();
    std::optional<Preview> found;
    for (int round = 0; round < 2 && !found; ++round) {
      if (round > 0) parts_->offers.refresh(parts_->accounts.of(deployment.organization));
      parts_->ledger->read([&](const LedgerView& view) {
        found = preview(parts_->parts, view, deployment, most_rows, most_rows);
      });
    }
    if (!found) throw Error(Problem::unexpected, "the catalogues went stale while being read");
    return read_plan(decision_document(*found, deployment, parts_->settings(),
                                       parts_->clock->now().unix_ms, most_rows));
  });
}

DeploymentReport Berth::deployment(std::string_view id) {
  return at_the_door([&] { return parts_->report(id); });
}

std::vector<DeploymentReport> Berth::deployments(std::string_view organization,
                                                 std::string_view application, int limit) {
  return at_the_door([&] {
    DeploymentFilter filter;
    filter.organization = organization;
    filter.application = application;
    filter.limit = limit;
    std::vector<DeploymentReport> reports;
    parts_->ledger->read([&](const LedgerView& view) {
      reports.clear();
      for (const DeploymentRecord& deployment : view.deployments(filter))
        reports.push_back(report_of(view, deployment, parts_->settings().placement));
    });
    return reports;
  });
}

std::vector<EventReport> Berth::events(std::string_view deployment_id, std::int64_t after_seq) {
  return at_the_door([&] {
    std::vector<EventReport> reports;
    parts_->ledger->read([&](const LedgerView& view) {
      reports.clear();
      for (const EventRecord& event : view.events(deployment_id, after_seq))
        reports.push_back(report_of(event));
    });
    return reports;
  });
}

std::vector<EventReport> Berth::newest_events(int limit) {
  return at_the_door([&] {
    std::vector<EventReport> reports;
    parts_->ledger->read([&](const LedgerView& view) {
      reports.clear();  // seq has no gaps: nothing leaves the table, and a rollback takes it back
      const std::int64_t before = std::max<std::int64_t>(view.newest_event() - limit, 0);
      for (const EventRecord& event : view.events({}, before, limit))
        reports.push_back(report_of(event));
    });
    return reports;
  });
}

std::vector<std::string> Berth::names(std::string_view kind, std::string_view prefix) {
  return at_the_door([&] {
    constexpr int most = 200;
    static constexpr std::pair<std::string_view, Named> in_ledger[] = {
        {"organization", Named::organization}, {"application", Named::application},
        {"deployment", Named::deployment},     {"server", Named::server},
        {"project", Named::project},
    };
    std::vector<std::string> found;
    for (const auto& [word, named] : in_ledger)
      if (word == kind)
        parts_->ledger->read(
            [&, of = named](const LedgerView& view) { found = view.names(of, prefix, most); });
    const auto add = [&](const std::string& name) {
      if (name.starts_with(prefix)) found.push_back(name);
    };
    if (kind == "organization")
      for (const OrganizationSettings& one : parts_->settings().organizations) add(one.id);
    if (kind == "account") {
      const auto all = parts_->accounts.list();
      for (const AccountPointer& account : *all) add(account->id);
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  });
}

std::optional<std::int64_t> Berth::step(std::string_view deployment_id,
                                        const std::function<bool()>& stop) {
  return at_the_door([&] {
    parts_->keep_up();
    if (deployment_id.empty()) parts_->drive_all();
    return parts_->engine.step({std::string(deployment_id)}, stop);
  });
}

DeploymentReport Berth::wait(std::string_view id, const Waiting& waiting) {
  return at_the_door([&] {
    std::int64_t last_seq = 0;
    const auto look_around = [&] {
      parts_->tell_new(id, last_seq, waiting);
      return waiting.stop && waiting.stop();
    };
    DeploymentReport report = parts_->report(id);
    while (!report.final && report.status != "awaiting_approval") {
      parts_->keep_up();
      const auto due = parts_->engine.step({std::string(id)}, look_around);
      if (look_around()) return parts_->report(id);
      report = parts_->report(id);
      if (report.final || report.status == "awaiting_approval") break;
      parts_->rest(std::clamp<std::int64_t>(due.value_or(200), 1, 200), waiting);
    }
    parts_->tell_new(id, last_seq, waiting);
    parts_->see_off(id, waiting);
    parts_->tell_new(id, last_seq, waiting);
    return report;
  });
}

int Berth::run(bool once, const Waiting& waiting) {
  return at_the_door([&] {
    parts_->drive_all();
    std::int64_t last_seq = parts_->newest_event();
    const auto look_around = [&] {
      parts_->tell_new({}, last_seq, waiting);
      return waiting.stop && waiting.stop();
    };
    std::optional<std::int64_t> idle_since;
    for (;;) {
      parts_->keep_up();
      if (!once) parts_->put_config_on_record();
      const auto due = parts_->engine.step({}, look_around);
      if (look_around()) return 0;
      if (once) {
        bool work_left = false;
        int undelivered = 0;
        int waiting_for_change = 0;
        parts_->ledger->read([&](const LedgerView& view) {
          work_left = view.work_left();
          waiting_for_change = view.deployments_that_wait();
          undelivered = view.undelivered({});
        });
        // Events that cannot be delivered now stay in the outbox; they do not hold up the end.
        const std::int64_t now = parts_->clock->now().boot_ms;
        if (work_left)
          idle_since.reset();
        else if (!idle_since)
          idle_since = now;
        if (!work_left && (undelivered == 0 || now - *idle_since > farewell_ms))
          return waiting_for_change;
      }
      parts_->rest(std::clamp<std::int64_t>(due.value_or(500), 1, 500), waiting);
    }
  });
}

void Berth::reload() { parts_->in_force.ask(); }

void Berth::approve(std::string_view id) {
  at_the_door([&] { berth::approve(parts_->parts, id, parts_->caller); });
}

void Berth::cancel(std::string_view id) {
  at_the_door([&] { berth::cancel(parts_->parts, id, parts_->caller); });
}

void Berth::retry(std::string_view id) {
  at_the_door([&] { berth::retry(parts_->parts, id, parts_->caller); });
}

ReleaseReport Berth::release(std::string_view organization, std::string_view application,
                             const ReleaseQuery& how) {
  return at_the_door([&] {
    const auto asked = berth::release(parts_->parts, organization, application, parts_->caller,
                                      how.confirm, how.force ? Force::yes : Force::no);
    ReleaseReport report;
    parts_->ledger->read(
        [&](const LedgerView& view) { report = report_of_release(view, asked); });
    return report;
  });
}

ReleaseReport Berth::wait_released(const ReleaseReport& begun, const Waiting& waiting) {
  return at_the_door([&] {
    ReleaseReport report = begun;
    std::int64_t last_seq = parts_->newest_event();
    const std::int64_t first_seq = last_seq;
    while (report.status == "releasing") {
      parts_->keep_up();
      std::optional<std::int64_t> due;
      bool stop = false;
      const auto look_around = [&] {
        parts_->tell_new({}, last_seq, waiting);
        return waiting.stop && waiting.stop();
      };
      for (const ReleasedRoom& room : report.rooms)
        if (room.status == "releasing") {
          const auto next = parts_->engine.step({room.deployment_id}, look_around);
          if (next && (!due || *next < *due)) due = next;
          stop = stop || look_around();
        }
      parts_->ledger->read(
          [&](const LedgerView& view) { bring_up_to_date(view, first_seq, report); });
      if (stop) break;
      if (report.status == "releasing")
        parts_->rest(std::clamp<std::int64_t>(due.value_or(200), 1, 200), waiting);
    }
    for (const ReleasedRoom& room : report.rooms) parts_->see_off(room.deployment_id, waiting);
    return report;
  });
}

std::vector<ServerReport> Berth::servers(std::string_view organization, bool also_gone) {
  return at_the_door([&] {
    std::vector<ServerReport> reports;
    parts_->ledger->read([&](const LedgerView& view) {
      reports.clear();
      for (const Server& server : view.servers(organization, also_gone)) {
        reports.push_back(report_of(view, server, parts_->settings().placement));
        ServerReport& report = reports.back();
        if (server.status != ServerStatus::gone && report.reason.empty())
          report.reason = why_left(parts_->settings(), view, server);
      }
    });
    return reports;
  });
}

std::string Berth::add_server(const NewServer& given) {
  return at_the_door([&] {
    Server server;
    server.organization = given.organization;
    server.name = given.name;
    server.public_ipv4 = given.ip;
    server.ssh_user = given.ssh_user;
    server.ssh_port = given.ssh_port;
    server.host_key = given.host_key;
    server.arch = given.arch;
    server.capacity = given.capacity;
    return berth::add_server(parts_->parts, std::move(server), parts_->caller);
  });
}

std::string Berth::buy_server(std::string_view organization, std::string_view offer_name) {
  return at_the_door([&] {
    parts_->look_at_accounts();
    parts_->offers.refresh(parts_->accounts.of(organization));
    return berth::buy_server(parts_->parts, organization, offer_name, parts_->caller);
  });
}

void Berth::drain_server(std::string_view server, bool drain, bool confirm) {
  at_the_door([&] { berth::drain_server(parts_->parts, server, drain, parts_->caller, confirm); });
}

void Berth::trust_host_key(std::string_view server, const std::string& host_key) {
  at_the_door([&] { berth::trust_host_key(parts_->parts, server, host_key, parts_->caller); });
}

std::string Berth::remove_server(std::string_view server, const RemovalQuery& how) {
  return at_the_door([&] {
    return berth::remove_server(parts_->parts, server, {how.force, how.confirm, how.forget},
                                parts_->caller);
  });
}

void Berth::report_load(const LoadReport& report) {
  at_the_door([&] {
    berth::report_server(parts_->parts, report.server,
                         {report.other_use, report.network_percent, report.load_percent,
                          report.reachable, report.enabled},
                         parts_->caller);
  });
}

ReapReport Berth::reap(const ReapQuery& query, const Waiting& waiting) {
  return at_the_door([&] {
    parts_->look_at_accounts();
    if (query.dry_run) return look_before_reaping(parts_->parts, query.account, query.confirm);
    const std::int64_t first_seq = parts_->newest_event();
    std::int64_t last_seq = first_seq;
    const auto look_around = [&] {
      parts_->tell_new({}, last_seq, waiting);
      return waiting.stop && waiting.stop();
    };
    const auto asked =
        ask_to_reap(parts_->parts, query.account, query.confirm ? parts_->caller : Caller());
    const Scope scope{{}, true, query.account};
    const std::int64_t begin = parts_->clock->now().boot_ms;
    for (bool goes_on = true; goes_on;) {
      const auto due = parts_->engine.step(scope, look_around);
      if (look_around()) break;
      parts_->ledger->read([&](const LedgerView& view) { goes_on = is_reaping(view, asked); });
      if (parts_->clock->now().boot_ms - begin > reaping_ms) break;
      if (goes_on) parts_->rest(std::clamp<std::int64_t>(due.value_or(200), 1, 200), waiting);
    }
    std::vector<std::string> accounts;
    for (const AskedPass& one : asked) accounts.push_back(one.account);
    ReapReport report;
    parts_->ledger->read([&](const LedgerView& view) {
      report = report_of_reaping(parts_->parts, view, accounts, query.account.empty(), first_seq);
    });
    return report;
  });
}

AdoptReport Berth::adopt(const AdoptQuery& query) {
  return at_the_door([&] {
    parts_->look_at_accounts();
    const Adoption adoption =
        berth::adopt(parts_->parts, query.organization, parts_->caller, query.dry_run);
    AdoptReport report;
    report.problems = adoption.problems;
    report.paused = adoption.was_paused;
    report.accepted = adoption.accepted;
    report.dry_run = query.dry_run;
    for (const AdoptedServer& one : adoption.servers)
      report.rows.push_back({one.stray.account, one.stray.vendor_id, one.stray.name,
                             one.stray.region, one.stray.instance_type, one.organization,
                             one.application, one.server_id, one.sentence, one.stray.monthly});
    return report;
  });
}

void Berth::backup(const Options& options, const std::filesystem::path& file) {
  at_the_door([&] {
    back_up_ledger(state_folder_of(options).string(), file.string(), system_clock()->now().unix_ms);
  });
}

std::filesystem::path Berth::restore(const Options& options, const std::filesystem::path& file) {
  return at_the_door([&] {
    const std::filesystem::path folder = state_folder_of(options);
    Configuration known;
    try {
      known = load_settings(config_of(options), environment_of(options));
    } catch (const std::exception&) {
      // The folder was named by itself, so no config is needed. None: nobody else is an admin.
    }
    known.state_dir = folder;
    require(with_admins(std::move(known), folder), Act::restore, caller_of(options));
    restore_ledger(file.string(), folder.string(), system_clock()->now().unix_ms);
    return folder;
  });
}

OfferListing Berth::offers(const OfferQuery& query) {
  return at_the_door([&] {
    parts_->look_at_accounts();
    if (!query.account.empty() && parts_->accounts.find(query.account) == nullptr)
      throw Error(Problem::not_found, "there is no account '" + query.account +
                                          "'; `berth accounts list` shows those there are");
    const AccountList accounts = accounts_for(parts_->accounts, query);
    parts_->offers.refresh(accounts, query.refresh);
    OfferListing listing;
    const auto view = parts_->offers.peek(accounts);
    if (!view) return listing;
    Facts facts;
    facts.now_unix_ms = parts_->clock->now().unix_ms;
    facts.currency = parts_->settings().currency;
    facts.rates = parts_->settings().rates;
    for (const AccountOffer& offer : view->offers)
      listing.offers.push_back(offer_report(offer, facts));
    std::stable_sort(listing.offers.begin(), listing.offers.end(),
                     [](const OfferReport& a, const OfferReport& b) {
                       const auto rank = [](const OfferReport& report) {
                         return std::tuple(report.row.monthly_compared.currency.empty(),
                                           report.row.monthly_compared.nanos);
                       };
                       return std::pair(rank(a), a.row.name) < std::pair(rank(b), b.row.name);
                     });
    for (const MissingCatalogue& missing : view->missing)
      listing.problems.push_back(missing.account +
                                 (missing.region.empty() ? "" : " in " + missing.region) + ": " +
                                 missing.why);
    for (const OldCatalogue& old : view->old)
      listing.problems.push_back(old.account + (old.region.empty() ? "" : " in " + old.region) +
                                 ": the offers are those of " + utc_text(old.read_unix_ms) +
                                 ", as they cannot be read: " + old.why);
    listing.api_calls = parts_->calls_of(accounts);
    return listing;
  });
}

std::vector<ApiCallsReport> Berth::api_calls(std::string_view organization) {
  return at_the_door([&] {
    OfferQuery query;
    query.organization = organization;
    parts_->look_at_accounts();
    return parts_->calls_of(accounts_for(parts_->accounts, query));
  });
}

std::vector<AuditReport> Berth::audit(const AuditQuery& query) {
  return at_the_door([&] {
    std::vector<AuditReport> reports;
    parts_->ledger->read([&](const LedgerView& view) {
      reports.clear();
      for (const AuditRecord& record :
           view.audit_records({query.organization, query.application, query.deployment_id,
                               query.status, query.limit}))
        reports.push_back(report_of(view, record));
    });
    return reports;
  });
}

std::vector<AuditReport> Berth::audit_history(std::string_view record_id) {
  return at_the_door([&] {
    std::vector<AuditReport> reports;
    parts_->ledger->read([&](const LedgerView& view) {
      reports.clear();
      for (const AuditRecord& record : view.audit_history(record_id))
        reports.push_back(report_of(view, record));
    });
    return reports;
  });
}

std::vector<AccountReport> Berth::accounts(std::string_view organization) {
  return at_the_door([&] { return account_reports(parts_->parts, organization); });
}

AccountReport Berth::add_account(const AccountChange& account) {
  return at_the_door([&] { return parts_->account_changes.add(account); });
}

AccountReport Berth::update_account(const AccountChange& change) {
  return at_the_door([&] { return parts_->account_changes.update(change); });
}

AccountReport Berth::validate_account(std::string_view account) {
  return at_the_door([&] { return parts_->account_changes.validate(account); });
}

std::string Berth::remove_account(std::string_view account) {
  return at_the_door([&] { return parts_->account_changes.remove(account); });
}

KeyRotation Berth::rotate_credentials_key() {
  return at_the_door([&] { return parts_->account_changes.rotate_key(); });
}

std::string Berth::new_credentials_key(const std::filesystem::path& file) {
  return at_the_door([&] {
    try {
      return make_key_file(file);
    } catch (const KeyProblem& problem) {
      throw Error(Problem::usage, problem.what());
    }
  });
}

std::vector<PluginReport> Berth::plugins() {
  return at_the_door([&] {
    std::vector<PluginReport> reports;
    for (const CatalogueEntry& entry : parts_->catalogue.list())
      reports.push_back({entry.id, entry.name, entry.version, entry.where(),
                         entry.in_process        ? "in-process"
                         : entry.command.empty() ? "worker"
                                                 : "script",
                         entry.interfaces, entry.problem, entry.manifest_json});
    return reports;
  });
}

namespace {

/// The settings that a plugin is tried with: those of the named account, notifier or stack
/// provisioner, or of the first one that uses the plugin, or none.
PluginUse use_for(const Configuration& config, const Accounts& accounts, std::string_view plugin,
                  std::string_view settings_of) {
  const auto all = accounts.list();
  for (const AccountPointer& account : *all)
    if (account->plugin == plugin && (settings_of.empty() || account->id == settings_of))
      return use_of(*account);
  for (const NotifierSettings& notifier : config.notifiers)
    if (notifier.plugin == plugin && (settings_of.empty() || notifier.id == settings_of))
      return use_of(notifier);
  for (const StackProvisionerSettings& one : config.stack_provisioners)
    if (one.plugin == plugin && (settings_of.empty() || one.id == settings_of)) return use_of(one);
  if (!settings_of.empty())
    throw Error(Problem::not_found, "no account, notifier or stack provisioner '" +
                                        std::string(settings_of) + "' uses plugin '" +
                                        std::string(plugin) + "'");
  PluginUse use;
  use.plugin = plugin;
  return use;
}

/// Of those that the plugin has, the one with this method.
std::string interface_of(const Manifest& manifest, std::string_view method) {
  if (method == "notify") return notifier_id;
  const bool of_stacks = method == "choices" || method == "plan" || method == "render";
  return of_stacks && manifest.implements(stack_provisioner_id) ? stack_provisioner_id
                                                                : cloud_provider_id;
}

}  // namespace

std::string Berth::call_plugin(std::string_view plugin_id, std::string_view method,
                               std::string_view request_json, std::string_view settings_of) {
  return at_the_door([&] {
    const OpenedPlugin opened =
        parts_->opener.open(use_for(parts_->settings(), parts_->accounts, plugin_id, settings_of));
    HostCall call(*parts_->clock, *parts_->journal,
                  std::string(plugin_id) + " " + std::string(method),
                  parts_->settings().provisioning.call_timeout_ms);
    const std::string interface = interface_of(opened.manifest, method);
    const Outcome outcome = opened.instance->call(interface, method, request_json, call);
    for (const std::string& line : call.told()) parts_->journal->write(LogLevel::info, line);
    if (!outcome) throw Error(Problem::plugin, codec::encode(outcome.failure()));
    return *outcome;
  });
}

std::vector<CheckLine> Berth::check_plugin(std::string_view plugin_id, bool walk,
                                           std::string_view settings_of) {
  return at_the_door([&] {
    const PluginUse use = use_for(parts_->settings(), parts_->accounts, plugin_id, settings_of);
    return check_conformance(parts_->catalogue.find(plugin_id), parts_->opener.open(use),
                             use.settings_json, walk, parts_->entropy->id(), *parts_->clock,
                             *parts_->journal);
  });
}

const std::string& Berth::user() const { return parts_->caller.name; }

}  // namespace berth
