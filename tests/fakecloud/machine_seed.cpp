#include "machine_seed.hpp"

#include <algorithm>

#include "json_text.hpp"

namespace fakecloud {

namespace {

// EC2 names a machine after its private address; the name that its user gave is only a tag.
std::string hostname(const Machine& machine) {
  if (machine.vendor != "aws") return machine.name;
  std::string address = machine.private_address;
  std::replace(address.begin(), address.end(), '.', '-');
  return "ip-" + address;
}

std::string meta_data(const Machine& machine) {
  json::object out;
  out["instance-id"] = machine.id;
  out["local-hostname"] = hostname(machine);
  out["region"] = machine.region;
  if (!machine.zone.empty()) out["availability-zone"] = machine.zone;
  json::array keys;
  for (const auto& key : machine.ssh_keys) keys.emplace_back(key);
  out["public-keys"] = std::move(keys);
  return json_text(out) + "\n";  // JSON is YAML
}

// Who logs in: `admin` in Debian's own images at AWS, root at the others.
std::string vendor_settings(const Machine& machine) {
  if (machine.vendor == "aws")
    return "disable_root: true\n"
           "users: [default]\n"
           "system_info: {default_user: {name: admin}}\n";
  return "disable_root: false\n"
         "users: []\n";
}

}  // namespace

std::vector<SeedFile> machine_seed(const Machine& machine, std::uint16_t ssh_port) {
  const auto port = std::to_string(ssh_port);
  return {{"var/lib/cloud/seed/nocloud/meta-data", meta_data(machine)},
          {"var/lib/cloud/seed/nocloud/user-data", machine.user_data},
          {"etc/cloud/cloud.cfg.d/91-vendor.cfg", vendor_settings(machine)},
          {"etc/ssh/sshd_config.d/00-machine.conf",
           "Port " + port + "\nListenAddress " + machine.address + ":" + port + "\n"}};
}

}  // namespace fakecloud
