#include "fake_berth.hpp"

#include <cstdlib>
#include <ctime>
#include <utility>

namespace berth {

Script& script() {
  static Script current;
  return current;
}

namespace {

void record(std::string call) { script().calls.push_back(std::move(call)); }

void fail_with(const std::optional<Error>& error) {
  if (error) throw Error(*error);
}

}  // namespace

/// As berth.hpp says; libberth's own test holds its table against the same page.
int exit_status(std::string_view status) {
  constexpr std::pair<std::string_view, int> table[] = {
      {"error", 1},      {"awaiting_approval", 3},     {"denied", 4},
      {"cancelled", 7},  {"insufficient_capacity", 5}, {"provisioning_failed", 6},
      {"timed_out", 8},  {"deploy_failed", 9}};
  for (const auto& [word, exit] : table)
    if (word == status) return exit;
  return 0;
}

struct Berth::Parts {
  std::string user;
};

Berth::Berth(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Berth::Berth(Berth&&) noexcept = default;
Berth& Berth::operator=(Berth&&) noexcept = default;
Berth::~Berth() = default;

Berth Berth::open(Options options) {
  fail_with(script().open_fails);
  script().opened = options;
  auto parts = std::make_unique<Parts>();
  parts->user = options.user.empty() ? "ada" : options.user;
  return Berth(std::move(parts));
}

std::filesystem::path Berth::config_path(const Options& options) {
  return options.config.empty() ? "/etc/berth/berth.toml" : options.config;
}

ConfigReport Berth::check_config(const Options& options) {
  record("check_config " + options.config.string());
  return {script().config_problems, {}};
}

ConfigReport Berth::check_accounts_of_config() {
  record("check_accounts_of_config");
  return script().online;
}

std::vector<std::string> Berth::config_warnings(const Options&) {
  return script().config_warnings;
}

std::string Berth::submit(const DeployRequest& request) {
  record("submit");
  script().request = request;
  fail_with(script().submit_fails);
  return script().deployment.id;
}

Plan Berth::plan(const DeployRequest& request, std::size_t) {
  record("plan");
  script().request = request;
  return script().plan;
}

DeploymentReport Berth::deployment(std::string_view id) {
  if (id != script().deployment.id)
    throw Error(Problem::not_found, "There is no deployment " + std::string(id) + ".");
  return script().deployment;
}

std::vector<DeploymentReport> Berth::deployments(std::string_view, std::string_view, int) {
  if (script().deployment.id.empty()) return {};
  return {script().deployment};
}

std::vector<EventReport> Berth::events(std::string_view, std::int64_t) { return script().events; }

std::optional<std::int64_t> Berth::step(std::string_view, const std::function<bool()>&) {
  return std::nullopt;
}

DeploymentReport Berth::wait(std::string_view id, const Waiting& waiting) {
  record("wait " + std::string(id));
  for (const EventReport& event : script().events)
    if (waiting.on_event) waiting.on_event(event);
  if (script().while_waiting) script().while_waiting();
  if (waiting.stop) waiting.stop();
  if (!script().waits.empty()) {
    script().deployment = script().waits.front();
    script().waits.pop_front();
  }
  return script().deployment;
}

int Berth::run(bool once, const Waiting& waiting) {
  record(once ? "run once" : "run");
  for (const EventReport& event : script().events) waiting.on_event(event);
  if (script().while_waiting) script().while_waiting();
  waiting.stop();
  return script().deployments_that_wait;
}

void Berth::approve(std::string_view id) {
  record("approve " + std::string(id));
  fail_with(script().approve_fails);
}
void Berth::cancel(std::string_view id) {
  record("cancel " + std::string(id));
  fail_with(script().cancel_fails);
}
void Berth::reload() {}

void Berth::retry(std::string_view id) {
  record("retry " + std::string(id));
  for (const EventReport& event : script().events_of_retry) script().events.push_back(event);
}
ReleaseReport Berth::release(std::string_view organization, std::string_view application,
                             const ReleaseQuery& how) {
  record((how.force ? "release by force " : "release ") + std::string(organization) + " " +
         std::string(application) + (how.confirm ? " confirmed" : ""));
  return script().releases;
}
ReleaseReport Berth::wait_released(const ReleaseReport&, const Waiting& waiting) {
  record("wait_released");
  waiting.stop();
  return script().released;
}

std::vector<EventReport> Berth::newest_events(int) { return script().events; }
std::vector<std::string> Berth::names(std::string_view kind, std::string_view prefix) {
  script().asked_prefix = prefix;
  return kind == "server" ? std::vector<std::string>{"auto-acme-att1"}
                          : std::vector<std::string>{"acme"};
}
std::vector<ServerReport> Berth::servers(std::string_view, bool) { return script().servers; }
std::string Berth::add_server(const NewServer& server) {
  record("add_server " + server.name);
  script().new_server = server;
  return "srv1";
}
std::string Berth::buy_server(std::string_view organization, std::string_view offer) {
  record("buy_server " + std::string(organization) + " " + std::string(offer));
  return "srv1";
}
void Berth::drain_server(std::string_view server, bool drain, bool confirm) {
  record((drain ? "drain " : "undrain ") + std::string(server) + (confirm ? " confirmed" : ""));
}
void Berth::trust_host_key(std::string_view server, const std::string& host_key) {
  record("trust " + std::string(server) + " " + host_key);
}
std::string Berth::remove_server(std::string_view server, const RemovalQuery& how) {
  record((how.force ? "remove by force " : "remove ") + std::string(server) +
         (how.confirm ? " confirmed" : ""));
  return how.forget ? "berth destroyed nothing." : "";
}
void Berth::report_load(const LoadReport& report) {
  record("report_load " + report.server);
  script().load = report;
}

AdoptReport Berth::adopt(const AdoptQuery& query) {
  record(query.dry_run ? "adopt --dry-run" : "adopt " + query.organization);
  return script().adopted;
}

void Berth::backup(const Options&, const std::filesystem::path& file) {
  record("backup " + file.string());
}

std::filesystem::path Berth::restore(const Options& options, const std::filesystem::path& file) {
  record("restore " + file.string());
  return options.state_dir;
}

ReapReport Berth::reap(const ReapQuery& query, const Waiting& waiting) {
  record("reap");
  script().reap_query = query;
  if (script().while_waiting) script().while_waiting();
  waiting.stop();
  return script().reaped;
}

OfferListing Berth::offers(const OfferQuery& query) {
  script().offer_query = query;
  return script().offers;
}
std::vector<ApiCallsReport> Berth::api_calls(std::string_view) { return script().offers.api_calls; }
std::vector<AuditReport> Berth::audit(const AuditQuery& query) {
  script().audit_query = query;
  return script().audit;
}
std::vector<AuditReport> Berth::audit_history(std::string_view record_id) {
  record("audit_history " + std::string(record_id));
  return script().audit;
}

std::vector<AccountReport> Berth::accounts(std::string_view organization) {
  record("accounts " + std::string(organization));
  return script().accounts;
}
AccountReport Berth::add_account(const AccountChange& account) {
  record("add_account " + account.account);
  script().account_change = account;
  fail_with(script().account_fails);
  return script().accounts.front();
}
AccountReport Berth::update_account(const AccountChange& change) {
  record("update_account " + change.account);
  script().account_change = change;
  return script().accounts.front();
}
AccountReport Berth::validate_account(std::string_view account) {
  record("validate_account " + std::string(account));
  return script().accounts.front();
}
std::string Berth::remove_account(std::string_view account) {
  record("remove_account " + std::string(account));
  return std::string(account);
}
KeyRotation Berth::rotate_credentials_key() { return script().rotation; }
std::string Berth::new_credentials_key(const std::filesystem::path& file) {
  record("new_key " + file.string());
  return "0123456789abcdef";
}

StackChoicesReport Berth::stack_choices() { return script().stack_choices; }
ProjectReport Berth::new_project(const NewProject& project) {
  script().new_project = project;
  fail_with(script().project_fails);
  return script().provisioned.project;
}
std::vector<ProjectReport> Berth::projects(std::string_view organization) {
  record("projects " + std::string(organization));
  return {script().provisioned.project};
}
ProjectReport Berth::project(std::string_view project) {
  record("project " + std::string(project));
  return script().provisioned.project;
}
ProvisionReport Berth::save_stack(const StackWish& wish, const std::function<bool()>&) {
  script().stack_wish = wish;
  fail_with(script().project_fails);
  return script().provisioned;
}
ProvisionReport Berth::provision_project(std::string_view project,
                                         const std::optional<std::string>& start,
                                         const std::function<bool()>&) {
  record("provision " + std::string(project) + " " + start.value_or("-"));
  return script().provisioned;
}
ProvisionReport Berth::preview_stack(const StackWish& wish) {
  script().stack_wish = wish;
  return script().provisioned;
}
ProjectCredentials Berth::project_credentials(std::string_view project) {
  record("credentials " + std::string(project));
  return script().credentials;
}
ProjectReport Berth::remove_project(std::string_view project) {
  record("remove_project " + std::string(project));
  return script().provisioned.project;
}

std::vector<PluginReport> Berth::plugins() { return script().plugins; }
std::string Berth::call_plugin(std::string_view id, std::string_view method,
                               std::string_view request, std::string_view settings_of) {
  record("call " + std::string(id) + " " + std::string(method) + " " + std::string(settings_of));
  script().plugin_request = request;
  fail_with(script().plugin_fails);
  return script().plugin_reply;
}
std::vector<CheckLine> Berth::check_plugin(std::string_view id, bool walk, std::string_view) {
  record((walk ? "walk " : "check ") + std::string(id));
  return script().checks;
}

const std::string& Berth::user() const { return parts_->user; }

namespace cli {

Session::Session() : terminal{out, err} {
  setenv("TZ", "UTC", 1);  // events show local time
  tzset();
  script() = Script();
  terminal.columns = [] { return 80; };
  terminal.now_unix_ms = [this] { return now_unix_ms; };
  terminal.read_line = [this]() -> std::optional<std::string> {
    if (typed.empty()) return std::nullopt;
    std::string line = typed.front();
    typed.pop_front();
    return line;
  };
  terminal.read_input = [this] { return input; };
}

void Session::at_terminal(int columns) {
  terminal.in_is_tty = terminal.out_is_tty = terminal.err_is_tty = true;
  terminal.moves_cursor = true;
  terminal.columns = [columns] { return columns; };
}

int Session::run(const std::vector<std::string>& words) {
  out.str("");
  err.str("");
  return run_cli(words, terminal, interrupts);
}

}  // namespace cli
}  // namespace berth
