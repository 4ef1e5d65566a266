#include "config_findings.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "berth/config.hpp"
#include "berth/did_you_mean.hpp"
#include "config/event_types.hpp"
#include "config/key_places.hpp"
#include "ledger/state_folder.hpp"
#include "offers/call.hpp"

namespace berth {
namespace {

namespace fs = std::filesystem;

bool starts_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

std::string shown(const Place& place, const std::string& sentence) {
  return place.text() + ": " + sentence;
}

void look_at_organizations(const Configuration& config, ConfigReport& report) {
  for (const OrganizationSettings& one : config.organizations) {
    if (!one.auto_provisioning) continue;
    if (!one.auto_approve_provisioning && one.admins.empty())
      report.warnings.push_back(
          shown(one.place, "'" + one.id +
                               "' buys only what was approved, and names no admins: only the user "
                               "who owns the state folder may approve — name them: admins = "
                               "[\"ann\"]"));
    if (!one.max_servers)
      report.warnings.push_back(shown(
          one.place, "'" + one.id +
                         "' has no max_servers: nothing bounds how many servers berth buys for it "
                         "— as in max_servers = 10"));
  }
}

bool is_of_this_machine(std::string_view host) {
  return host == "localhost" || starts_with(host, "127.") || starts_with(host, "[::1]");
}

/// "" for what is no http(s) address of some host.
std::string_view host_of(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"})
    if (starts_with(url, scheme)) {
      url.remove_prefix(scheme.size());
      const std::string_view host = url.substr(0, url.find_first_of("/?#"));
      if (starts_with(host, "[")) return host.substr(0, host.find(']') + 1);
      return host.substr(0, host.find(':'));
    }
  return {};
}

bool is_an_address(std::string_view key) {
  const auto ends = [&](std::string_view end) {
    return key.size() >= end.size() && key.substr(key.size() - end.size()) == end;
  };
  return ends("endpoint") || ends("url");
}

void look_at_addresses(const PluginSettings& settings, const Place& owner, ConfigReport& report) {
  const Result<Settings> all = settings_of_json(settings.json);
  if (!all) return;
  for (const auto& [key, value] : *all) {
    const auto* text = std::get_if<std::string>(&value);
    const bool secret = std::find(settings.secret_keys.begin(), settings.secret_keys.end(), key) !=
                        settings.secret_keys.end();
    if (text == nullptr || text->empty() || secret) continue;
    const auto known = settings.places.find(key);
    const Place& place = known == settings.places.end() ? owner : known->second;
    const std::string_view host = host_of(*text);
    if (is_an_address(key) && host.empty())
      report.problems.push_back(shown(place, "'" + key + "' is '" + *text +
                                                 "', which is no address — it begins with "
                                                 "https:// and names a host"));
    else if (starts_with(*text, "http://") && !is_of_this_machine(host))
      report.warnings.push_back(
          shown(place, "'" + key +
                           "' is plain http: what is sent there can be read, and changed, on its "
                           "way — use https://"));
  }
}

void look_at_events(const Configuration& config, const KeyPlaces& places, ConfigReport& report) {
  for (std::size_t i = 0; i < config.notifiers.size(); ++i) {
    const auto& events = config.notifiers[i].events;
    for (std::size_t j = 0; j < events.size(); ++j) {
      if (names_an_event(events[j])) continue;
      std::vector<std::string> known = event_types();
      for (const std::string& type : event_types())
        known.push_back(type.substr(0, type.find('.')) + ".*");
      const std::string near = nearest_name(events[j], known);
      const Place place =
          places.of("notifier[" + std::to_string(i) + "].events[" + std::to_string(j) + "]");
      report.problems.push_back(
          shown(place, "there is no event '" + events[j] + "', so nothing would be told — " +
                           (near.empty() ? "berth(1) names the events, as in \"deployment.*\""
                                         : "did you mean '" + near + "'?")));
    }
  }
}

/// Has who logs in a key there, as far as the config can tell? An image or user-data of one's own
/// may bring one, and so may a key that the vendor keeps.
bool may_log_in(const AccountSettings& account) {
  if (!account.ssh_public_keys.empty() || !account.user_data.empty() || !account.image.empty())
    return true;
  const auto& keys = account.settings.places;
  return std::any_of(keys.begin(), keys.end(), [](const auto& each) {
    return each.first == "image" || each.first == "ssh_keys" || each.first == "key_name";
  });
}

void look_at_keys(const Configuration& config, ConfigReport& report) {
  const bool marker = config.provisioning.ready == ReadyWhen::marker;
  if (!marker && config.provisioning.ready != ReadyWhen::command) return;
  for (const AccountSettings& account : config.accounts)
    if (account.active && !may_log_in(account))
      report.problems.push_back(
          shown(account.place,
                std::string("with ready = \"") + (marker ? "marker" : "command") +
                    "\" berth logs in to each new server, and '" + account.id +
                    "' gives them no key: none would become ready — as in ssh_public_key_files = "
                    "[\"~/.ssh/id_ed25519.pub\"]"));
}

void look_at_state_folder(const Configuration& config, const fs::path& state_dir,
                          const KeyPlaces& places, ConfigReport& report) {
  const std::string why = state_folder_problem(state_dir.string());
  if (why.empty()) return;
  Place place = places.of("berth.state_dir");
  if (state_dir != config.state_dir) place = {"--state-dir", 0, 0};
  const std::string sentence =
      shown(place, "the state folder " + state_dir.string() + " cannot be used: " + why);
  // Who only checks may be another user than the one that runs berth.
  struct stat facts {};
  const bool of_another =
      ::stat(state_dir.c_str(), &facts) == 0 && facts.st_uid != ::geteuid();
  (of_another ? report.warnings : report.problems).push_back(sentence);
}

void look_at_log_file(const Configuration& config, const KeyPlaces& places,
                      ConfigReport& report) {
  if (config.log_file.empty()) return;
  const std::string why = appending_problem(config.log_file);
  if (why.empty()) return;
  report.problems.push_back(shown(places.of("berth.log_file"),
                                  "log_file names " + config.log_file + ", and " + why +
                                      " — name a file that this user may write, or leave it out"));
}

class AccountLook {
 public:
  AccountLook(const Configuration& config, const AccountSettings& account, Clouds& clouds,
              ConfigReport& report)
      : config_(config), account_(account), clouds_(clouds), report_(report) {}

  void run(const Clock& clock, Journal& journal) {
    const Result<Cloud> cloud = clouds_.open(account_.id);
    if (!cloud) return complain(account_.place, "cannot be used", cloud.failure());
    const auto timeout_ms = config_.provisioning.call_timeout_ms;
    HostCall check(clock, journal, account_.id + " check", timeout_ms);
    if (const auto answer = cloud->provider->check(check); !answer)
      return complain(account_.place, "was refused", answer.failure());
    std::vector<std::string> regions = account_.regions;
    if (regions.empty()) regions.push_back(cloud->default_region);
    for (std::size_t i = 0; i < regions.size(); ++i) {
      HostCall call(clock, journal, account_.id + " offers", timeout_ms);
      look_at_region(regions[i], cloud->provider->offers({{regions[i]}}, call));
    }
  }

 private:
  void look_at_region(const std::string& region, const Result<OfferList>& answer) {
    if (!answer)
      return complain(account_.place, "cannot be asked what it sells in region '" + region + "'",
                      answer.failure());
    if (answer->offers.empty())
      report_.problems.push_back(
          shown(account_.place, "'" + account_.id + "' sells nothing in region '" + region +
                                    "' — check the region's name; `berth offers` shows what is "
                                    "sold where"));
    for (const Offer& offer : answer->offers) look_at_currency(offer.currency);
  }

  void look_at_currency(const std::string& currency) {
    const bool known =
        currency.empty() || currency == config_.currency ||
        std::any_of(config_.rates.begin(), config_.rates.end(),
                    [&](const CurrencyRate& rate) { return rate.currency == currency; });
    if (known || std::find(told_.begin(), told_.end(), currency) != told_.end()) return;
    told_.push_back(currency);
    report_.problems.push_back(
        shown(account_.place, "'" + account_.id + "' sells in " + currency +
                                  ", and [currency] has no rate for it: none of that is bought — "
                                  "as in rates = { " + currency + " = \"1.17\" }"));
  }

  void complain(const Place& place, const std::string& what, const Failure& failure) {
    report_.problems.push_back(shown(
        place, clouds_.redacted("'" + account_.id + "' " + what + " (" +
                                std::string(to_word(failure.code)) + "): " +
                                (failure.message.empty() ? failure.vendor_text
                                                         : failure.message))));
  }

  const Configuration& config_;
  const AccountSettings& account_;
  Clouds& clouds_;
  ConfigReport& report_;
  std::vector<std::string> told_;
};

}  // namespace

ConfigReport config_findings(const Configuration& config, const fs::path& state_dir) {
  ConfigReport report;
  const KeyPlaces places(config);
  look_at_state_folder(config, state_dir, places, report);
  look_at_log_file(config, places, report);
  look_at_organizations(config, report);
  look_at_keys(config, report);
  for (const AccountSettings& account : config.accounts)
    look_at_addresses(account.settings, account.place, report);
  for (const NotifierSettings& notifier : config.notifiers)
    look_at_addresses(notifier.settings, notifier.place, report);
  look_at_events(config, places, report);
  return report;
}

ConfigReport online_findings(const Configuration& config, Clouds& clouds, const Clock& clock,
                             Journal& journal) {
  ConfigReport report;
  for (const AccountSettings& account : config.accounts)
    if (account.active) AccountLook(config, account, clouds, report).run(clock, journal);
  return report;
}

}  // namespace berth
