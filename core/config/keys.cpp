#include "config/keys.hpp"

#include <stdexcept>

namespace berth {

const std::vector<KnownTable>& known_tables() {
  constexpr bool repeated = true;
  constexpr bool free = true;
  static const std::vector<KnownTable> tables{
      {"berth", !repeated, !free,
       {"state_dir", "instance", "plugin_path", "log_level", "log_file", "proxy", "ca_file"}},
      {"currency", !repeated, !free, {"compare_in", "rates", "as_of"}},
      {"currency.rates", !repeated, free, {}},
      {"placement",
       !repeated,
       !free,
       {"style", "buffer_percent", "warning_percent", "critical_percent", "weights"}},
      {"placement.weights", !repeated, !free, {"cpu", "memory", "disk", "network", "load"}},
      {"provisioning",
       !repeated,
       !free,
       {"limit", "ready_timeout", "tries", "look_interval", "settle", "call_timeout",
        "approval_ttl", "catalogue_ttl", "catalogue_max_age", "boot_failure_pause",
        "dearer_percent", "config_patience",
        "ready", "ready_command", "docker", "running_timeout", "reachable_timeout"}},
      {"deploy", !repeated, !free, {"command", "timeout", "release_command"}},
      {"reap", !repeated, !free, {"every", "grace", "most_servers", "most_percent"}},
      {"scale_down", !repeated, !free, {"idle", "max_age", "max_uses", "drain", "keep"}},
      {"organization",
       repeated,
       !free,
       {"id", "auto_provisioning", "auto_approve_provisioning", "max_servers", "admins",
        "application"}},
      {"organization.application",
       repeated,
       !free,
       {"name", "cpu", "memory", "disk", "arch", "strategy", "command", "release_command"}},
      {"account",
       repeated,
       !free,
       {"id", "plugin", "organizations", "default_region", "regions", "active", "isolation",
        "image", "ssh_public_key_files", "ssh_public_keys", "user_data_file", "ssh_user",
        "ssh_port", "ssh_identity_file", "host_key", "settings", "discount"}},
      {"account.settings", !repeated, free, {}},
      {"account.discount",
       repeated,
       !free,
       {"instance_types", "regions", "percent", "hourly", "currency", "as_of"}},
      {"credentials", !repeated, !free, {"key_file"}},
      {"notifier",
       repeated,
       !free,
       {"id", "plugin", "events", "organizations", "isolation", "settings"}},
      {"notifier.settings", !repeated, free, {}},
      {"stacks",
       !repeated,
       !free,
       {"projects_dir", "host_dir", "start", "setup_timeout", "deploy_command", "release_command"}},
      {"stack_provisioner", repeated, !free, {"id", "plugin", "isolation", "settings"}},
      {"stack_provisioner.settings", !repeated, free, {}},
      {"plugin", repeated, !free, {"id", "path", "command", "isolation"}},
      {"pipeline",
       repeated,
       !free,
       {"stage", "headroom_percent", "minimum", "price_cap", "providers"}},
      {"pipeline.minimum", !repeated, !free, {"cpu", "memory", "disk"}},
      {"pipeline.price_cap", !repeated, !free, {"amount", "currency"}},
  };
  return tables;
}

const KnownTable& known_table(std::string_view name) {
  for (const KnownTable& table : known_tables())
    if (table.name == name) return table;
  throw std::logic_error("config: no table '" + std::string(name) + "' in known_tables()");
}

std::string table_text(std::string_view name) {
  if (name.empty()) return "the config";
  const bool repeated = known_table(name).repeated;
  return (repeated ? "[[" : "[") + std::string(name) + (repeated ? "]]" : "]");
}

}  // namespace berth
