// The tables that stand once: [berth] [credentials] [currency] [placement] [provisioning] [deploy].
#include <array>
#include <cstdio>

#include "config/read.hpp"
#include "trust/ownership.hpp"

namespace berth {

bool is_currency(std::string_view text) {
  if (text.size() != 3) return false;
  for (const char letter : text)
    if (letter < 'A' || letter > 'Z') return false;
  return true;
}

std::string date_text(const toml::node& node) {
  if (const auto date = node.value_exact<toml::date>()) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", int{date->year}, int{date->month},
                  int{date->day});
    return text.data();
  }
  const auto text = node.value_exact<std::string>();
  constexpr std::string_view form = "dddd-dd-dd";
  if (!text || text->size() != form.size()) return {};
  for (std::size_t i = 0; i < form.size(); ++i) {
    const bool digit = (*text)[i] >= '0' && (*text)[i] <= '9';
    if (form[i] == 'd' ? !digit : (*text)[i] != '-') return {};
  }
  return *text;
}

namespace {

bool is_proxy(const std::string& url) {
  for (const std::string_view scheme : {"http://", "https://", "socks5://", "socks5h://"})
    if (url.size() > scheme.size() && url.compare(0, scheme.size(), scheme) == 0) return true;
  return false;
}

void read_rates(TableReader& currency, Configuration& into) {
  const toml::table* rates = currency.table("rates");
  if (rates == nullptr) return;
  Reading& reading = currency.reading();
  for (const auto& [key, value] : *rates) {
    const std::string code(key.str());
    const Place place = reading.place_of(key.source());
    if (!is_currency(code)) {
      reading.complain(place, "'" + code + "' in [currency.rates] is no currency",
                       "three capital letters, as in EUR");
      continue;
    }
    if (code == into.currency) {
      reading.complain(place, code + " is the currency that offers are compared in (compare_in)",
                       "remove its rate, which is 1");
      continue;
    }
    const auto decimal = decimal_text_of(value);
    const auto nanos = decimal ? nanos_of_decimal(*decimal) : std::nullopt;
    if (!nanos || *nanos <= 0) {
      reading.complain(place, "the rate of " + code + " must be a decimal number above zero",
                       code + " = \"1.17\" says that 1 " + code + " is worth 1.17 " +
                           into.currency);
      continue;
    }
    into.rates.push_back({code, *nanos});
  }
}

void read_weights(TableReader& placement, ScoreWeights& into) {
  const toml::table* table = placement.table("weights");
  if (table == nullptr) return;
  TableReader weights(placement.reading(), *table, "placement.weights");
  ScoreWeights given{0, 0, 0, 0, 0};  // who names weights names all that count
  weights.whole("cpu", 0, 100, given.cpu);
  weights.whole("memory", 0, 100, given.memory);
  weights.whole("disk", 0, 100, given.disk);
  weights.whole("network", 0, 100, given.network);
  weights.whole("load", 0, 100, given.load);
  const int sum = given.cpu + given.memory + given.disk + given.network + given.load;
  if (sum != 100)
    return placement.complain("weights", "sum to " + std::to_string(sum) +
                                             ", and must sum to 100 (what is not named counts 0)");
  into = given;
}

}  // namespace

void read_berth(TableReader& root, Configuration& into) {
  Reading& reading = root.reading();
  into.state_dir = reading.path_of(".berth");
  const toml::table* table = root.table("berth");
  if (table == nullptr) return;
  TableReader berth(reading, *table, "berth");
  berth.path("state_dir", into.state_dir);
  berth.text("instance", into.instance);
  std::vector<std::string> folders;
  berth.texts("plugin_path", folders);
  for (const std::string& folder : folders) into.plugin_path.push_back(reading.path_of(folder));
  berth.word<std::string>(
      "log_level",
      {{"debug", "debug"}, {"info", "info"}, {"warning", "warning"}, {"error", "error"}},
      into.log_level);
  std::filesystem::path log_file;
  berth.path("log_file", log_file);
  into.log_file = log_file.string();
  berth.text("proxy", into.proxy);
  if (!into.proxy.empty() && !is_proxy(into.proxy))
    berth.complain("proxy", "is no address of a proxy", "as in \"http://proxy.example:3128\"");
  std::filesystem::path ca_file;
  berth.path("ca_file", ca_file);
  into.ca_file = ca_file.string();
  std::error_code ignored;  // what cannot be seen cannot be used either
  if (!ca_file.empty() && !std::filesystem::is_regular_file(ca_file, ignored))
    berth.complain("ca_file", "names " + into.ca_file + ", which is no file",
                   "leave it out to trust the system's authorities");
  else if (const auto problem = distrust_of(ca_file); !ca_file.empty() && problem)
    berth.complain("ca_file", "names " + into.ca_file + ": " + problem->words_for(ca_file));
}

void read_currency(TableReader& root, Configuration& into) {
  const toml::table* table = root.table("currency");
  if (table == nullptr) return;
  TableReader currency(root.reading(), *table, "currency");
  std::string compare_in = into.currency;
  currency.text("compare_in", compare_in);
  if (is_currency(compare_in))
    into.currency = compare_in;
  else
    currency.complain("compare_in", "is '" + compare_in + "', which is no currency",
                      "three capital letters, as in USD");
  read_rates(currency, into);
  if (const toml::node* as_of = currency.find("as_of")) {
    into.rates_as_of = date_text(*as_of);
    if (into.rates_as_of.empty())
      currency.complain("as_of", "must be the date of the rates", "as in 2026-11-20");
  }
}

void read_placement(TableReader& root, Configuration& into) {
  const toml::table* table = root.table("placement");
  if (table == nullptr) return;
  TableReader placement(root.reading(), *table, "placement");
  PlacementRules& rules = into.placement;
  placement.word<PlacementStyle>(
      "style", {{"spread", PlacementStyle::spread}, {"pack", PlacementStyle::pack}}, rules.style);
  placement.whole("buffer_percent", 0, 100, rules.buffer_percent);
  placement.whole("warning_percent", 1, 100, rules.warning_percent);
  placement.whole("critical_percent", 1, 100, rules.critical_percent);
  if (rules.warning_percent > rules.critical_percent)
    placement.complain(placement.has("warning_percent") ? "warning_percent" : "critical_percent",
                       "leaves no room for a warning: warning_percent is " +
                           std::to_string(rules.warning_percent) + ", critical_percent " +
                           std::to_string(rules.critical_percent),
                       "warn before it is critical");
  read_weights(placement, rules.weights);
}

void read_provisioning(TableReader& root, Configuration& into) {
  const toml::table* table = root.table("provisioning");
  if (table == nullptr) return;
  TableReader provisioning(root.reading(), *table, "provisioning");
  ProvisioningSettings& settings = into.provisioning;
  provisioning.duration("limit", settings.limit_ms);
  provisioning.duration("ready_timeout", settings.ready_timeout_ms);
  provisioning.whole("tries", 1, 10, settings.tries);
  provisioning.duration("look_interval", settings.look_interval_ms);
  provisioning.duration("settle", settings.settle_ms);
  provisioning.duration("call_timeout", settings.call_timeout_ms);
  provisioning.duration("approval_ttl", settings.approval_ttl_ms);
  provisioning.duration("catalogue_ttl", settings.catalogue_ttl_ms);
  provisioning.duration("catalogue_max_age", settings.catalogue_max_age_ms);
  provisioning.whole("dearer_percent", 0, 1000, settings.dearer_percent);
  provisioning.duration("config_patience", settings.config_patience_ms);
  provisioning.duration("boot_failure_pause", settings.boot_failure_pause_ms);
  provisioning.duration("running_timeout", settings.running_timeout_ms);
  provisioning.duration("reachable_timeout", settings.reachable_timeout_ms);
  provisioning.word<ReadyWhen>("ready",
                               {{"running", ReadyWhen::running},
                                {"reachable", ReadyWhen::reachable},
                                {"marker", ReadyWhen::marker},
                                {"command", ReadyWhen::command}},
                               settings.ready);
  provisioning.text("ready_command", settings.ready_command);
  provisioning.boolean("docker", settings.docker);
  if (settings.ready == ReadyWhen::command && settings.ready_command.empty())
    provisioning.complain("ready", "is 'command', and there is no ready_command",
                          "as in ready_command = \"systemctl is-active my-agent\"");
  if (settings.ready != ReadyWhen::command && !settings.ready_command.empty())
    provisioning.complain("ready_command", "is not run: ready is not 'command'",
                          "add ready = \"command\", or leave ready_command out");
  if (settings.ready == ReadyWhen::running && settings.docker)
    provisioning.complain("docker", "cannot be asked for where a server that runs is ready",
                          "leave ready out, or docker");
  if (settings.ready_timeout_ms > settings.limit_ms)
    provisioning.complain(provisioning.has("ready_timeout") ? "ready_timeout" : "limit",
                          "overlap: one server may take " +
                              duration_text(settings.ready_timeout_ms) +
                              " to be ready (ready_timeout), and all of it only " +
                              duration_text(settings.limit_ms) + " (limit)",
                          "half of limit, or less, leaves time for another offer");
}

void read_deploy(TableReader& root, Configuration& into) {
  const toml::table* table = root.table("deploy");
  if (table == nullptr) return;
  TableReader deploy(root.reading(), *table, "deploy");
  deploy.command("command", into.deploy.command);
  deploy.duration("timeout", into.deploy.timeout_ms);
  deploy.command("release_command", into.deploy.release_command);
}

void read_credentials(TableReader& root, Configuration& into) {
  const toml::table* table = root.table("credentials");
  if (table == nullptr) return;
  TableReader credentials(root.reading(), *table, "credentials");
  credentials.path("key_file", into.credentials.key_file);
}

}  // namespace berth
