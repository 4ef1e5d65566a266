// berth.toml: refused with a sentence for each problem, or within every range that is promised.
#include <sys/resource.h>
#include <sys/time.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "berth/config.hpp"
#include "config/load.hpp"
#include "request/request.hpp"
#include "require.hpp"

using namespace berth;

namespace {

constexpr std::int64_t longest_ms = 365LL * 24 * 3'600'000;

const char* environment(const std::string& name) {
  return name.rfind("UNSET", 0) == 0 ? nullptr : "a-secret-of-the-environment";
}

void require_duration(std::int64_t ms, const char* what) {
  fuzz::require(ms > 0 && ms <= longest_ms, what);
}

void require_room(const std::optional<std::int64_t>& amount, std::int64_t most, const char* what) {
  fuzz::require(!amount || (*amount > 0 && *amount <= most), what);
}

void require_sound(const Configuration& config) {
  const ProvisioningSettings& times = config.provisioning;
  require_duration(times.limit_ms, "limit");
  require_duration(times.ready_timeout_ms, "ready_timeout");
  require_duration(times.look_interval_ms, "look_interval");
  require_duration(times.settle_ms, "settle");
  require_duration(times.call_timeout_ms, "call_timeout");
  require_duration(times.approval_ttl_ms, "approval_ttl");
  require_duration(times.catalogue_ttl_ms, "catalogue_ttl");
  require_duration(times.catalogue_max_age_ms, "catalogue_max_age");
  require_duration(times.running_timeout_ms, "running_timeout");
  require_duration(times.reachable_timeout_ms, "reachable_timeout");
  require_duration(config.deploy.timeout_ms, "deploy timeout");
  require_duration(config.reap.every_ms, "reap every");
  require_duration(config.reap.grace_ms, "reap grace");
  fuzz::require(times.tries >= 1, "tries");
  fuzz::require(config.reap.most_servers >= 0, "most_servers");
  fuzz::require(config.reap.most_percent >= 0 && config.reap.most_percent <= 100, "most_percent");
  fuzz::require(!config.currency.empty(), "currency");
  for (const CurrencyRate& rate : config.rates) fuzz::require(rate.nanos > 0, "rate");
  for (const OrganizationSettings& one : config.organizations) {
    fuzz::require(is_name(one.id), "organization");
    fuzz::require(!one.max_servers || *one.max_servers >= 0, "max_servers");
    for (const ApplicationSettings& application : one.applications) {
      fuzz::require(is_name(application.name), "application");
      require_room(application.millicores, 1'024'000, "cpu_cores");
      require_room(application.memory_mib, 32'768LL * 1024, "memory_gb");
      require_room(application.disk_mib, 1'048'576LL * 1024, "disk_gb");
    }
  }
  for (const AccountSettings& one : config.accounts) {
    fuzz::require(!one.id.empty() && !one.plugin.empty(), "account");
    fuzz::require(one.ssh_port >= 1 && one.ssh_port <= 65535, "ssh_port");
    fuzz::require(settings_of_json(one.settings.json).ok(), "the settings are no JSON");
    for (const std::string& id : one.organizations)
      fuzz::require(config.organization(id) != nullptr, "an account of no organization");
  }
  for (const NotifierSettings& one : config.notifiers)
    fuzz::require(settings_of_json(one.settings.json).ok(), "the settings are no JSON");
  bool approval = false;
  for (const StageSettings& stage : config.pipeline)
    approval = approval || stage.stage == "approval";
  fuzz::require(approval, "a pipeline without approval");
}

/// A text that makes the parser call itself for each of its parts, or compare each of its names
/// with each, is found by a short one: the stack is an eighth of the usual, and one input has so
/// many seconds of this process's own work (a sanitizer's included), else it ends with SIGVTALRM.
void limit_this_input() {
  constexpr rlim_t most_stack_bytes = 1024 * 1024;
  constexpr time_t most_seconds = 5;
  rlimit stack{};
  getrlimit(RLIMIT_STACK, &stack);
  if (stack.rlim_cur != most_stack_bytes) {
    stack.rlim_cur = most_stack_bytes;
    fuzz::require(setrlimit(RLIMIT_STACK, &stack) == 0, "the stack could not be limited");
  }
  const itimerval work{{0, 0}, {most_seconds, 0}};
  fuzz::require(setitimer(ITIMER_VIRTUAL, &work, nullptr) == 0, "the time could not be limited");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  limit_this_input();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    require_sound(parse_settings(text, "/fuzz/berth.toml", environment));
  } catch (const ConfigurationError& error) {
    fuzz::require(!error.problems().empty(), "refused without a problem");
    for (const ConfigProblem& problem : error.problems())
      fuzz::require(!problem.sentence.empty() && !problem.place.file.empty(), "no words");
  }
  return 0;
}
