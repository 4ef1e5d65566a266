// Every key that berth.toml may have, in one readable table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth {

struct KnownTable {
  std::string_view name;    // "organization.application"
  bool repeated = false;    // written [[name]], once for each
  bool free = false;        // any key: its words are the user's or the plugin's
  std::vector<std::string_view> keys;
};

/// In the order of config/berth.toml, which explains each key.
const std::vector<KnownTable>& known_tables();

/// REQUIRES: there is such a table.
const KnownTable& known_table(std::string_view name);

/// As a person writes it: "[provisioning]", "[[account]]", "[account.settings]".
std::string table_text(std::string_view name);

}  // namespace berth
