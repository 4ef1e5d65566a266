#include "config/table_reader.hpp"

#include <algorithm>
#include <stdexcept>

#include "config/keys.hpp"
#include "request/request.hpp"

namespace berth {

namespace {

/// The table that has such a key, for who wrote it in the wrong one; "": none, or several.
std::string_view only_home_of(std::string_view key) {
  std::string_view home;
  for (const KnownTable& table : known_tables()) {
    if (std::find(table.keys.begin(), table.keys.end(), key) == table.keys.end()) continue;
    if (!home.empty()) return {};
    home = table.name;
  }
  return home;
}

/// What to do about an unknown key.
std::string advice_on(std::string_view key, std::string_view table,
                      const std::vector<std::string>& known) {
  if (std::string near = suggestion_for(key, known); !near.empty()) return near;
  if (const std::string_view home = only_home_of(key); !home.empty())
    return "it belongs in " + table_text(home);
  if (table == "account" || table == "notifier" || table == "stack_provisioner")
    return "settings of the plugin itself belong in [" + std::string(table) + ".settings]";
  return "it may have: " + joined(known);
}

}  // namespace

TableReader::TableReader(Reading& reading, const toml::table& table, std::string_view name)
    : reading_(reading), table_(table), name_(name) {
  refuse_unknown_keys();
}

void TableReader::refuse_unknown_keys() {
  std::vector<std::string> known;
  if (name_.empty()) {  // the file itself: its keys are the tables
    for (const KnownTable& table : known_tables())
      if (table.name.find('.') == std::string_view::npos) known.emplace_back(table.name);
  } else {
    const KnownTable& table = known_table(name_);
    if (table.free) return;
    known.assign(table.keys.begin(), table.keys.end());
  }
  for (const auto& [key, value] : table_) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
    const bool is_table = value.is_table() || value.is_array_of_tables();
    const std::string what = name_.empty() && is_table ? "table" : "key";
    reading_.complain(reading_.place_of(key.source()),
                      "unknown " + what + " '" + std::string(key.str()) + "' in " +
                          table_text(name_),
                      advice_on(key.str(), name_, known));
  }
}

Place TableReader::place() const { return reading_.place_of(table_.source()); }

Place TableReader::place_of(std::string_view key) const {
  const toml::node* node = find(key);
  return node == nullptr ? place() : reading_.place_of(node->source());
}

const toml::node* TableReader::find(std::string_view key) const {
  if (!name_.empty()) {  // a key that is read but not listed would be refused for everybody
    const KnownTable& known = known_table(name_);
    if (!known.free && std::find(known.keys.begin(), known.keys.end(), key) == known.keys.end())
      throw std::logic_error("config: '" + std::string(key) + "' is not in known_tables()");
  }
  return table_.get(key);
}

std::string TableReader::quoted(std::string_view key) const {
  return "'" + std::string(key) + "' in " + table_text(name_);
}

void TableReader::complain(std::string_view key, std::string_view what, std::string suggestion) {
  reading_.complain(place_of(key), quoted(key) + " " + std::string(what), std::move(suggestion));
}

void TableReader::complain_of_type(std::string_view key, std::string_view wanted,
                                   std::string suggestion) {
  complain(key, "must be " + std::string(wanted) + ", not " + std::string(type_text(*find(key))),
           std::move(suggestion));
}

void TableReader::complain_of_word(std::string_view key, const std::string& given,
                                   const std::vector<std::string>& known) {
  complain(key, "is '" + given + "', and must be one of: " + joined(known),
           suggestion_for(given, known));
}

bool TableReader::require(std::string_view key, std::string_view example) {
  if (has(key)) return true;
  reading_.complain(place(), table_text(name_) + " has no '" + std::string(key) + "'",
                    "add " + std::string(key) + " = " + std::string(example));
  return false;
}

void TableReader::text(std::string_view key, std::string& into) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  auto value = node->value_exact<std::string>();
  if (!value) return complain_of_type(key, "a string", "put it in quotes: \"…\"");
  if (value->empty()) return complain(key, "is empty", "leave the key out for the default");
  into = std::move(*value);
}

void TableReader::boolean(std::string_view key, bool& into) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto value = node->value_exact<bool>();
  if (!value) return complain_of_type(key, "true or false", "write it without quotes");
  into = *value;
}

void TableReader::whole(std::string_view key, std::int64_t least, std::int64_t most, int& into) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto value = node->value_exact<std::int64_t>();
  if (!value) return complain_of_type(key, "a whole number");
  if (*value < least || *value > most)
    return complain(key, "is " + std::to_string(*value) + ", and must be from " +
                             std::to_string(least) + " to " + std::to_string(most));
  into = static_cast<int>(*value);
}

void TableReader::duration(std::string_view key, std::int64_t& into_ms) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto value = node->value_exact<std::string>();
  if (!value)
    return complain_of_type(key, "a duration in quotes",
                            "write the unit with it: \"10m\", \"90s\"");
  std::string why;
  const auto ms = parse_duration_ms(*value, why);
  if (!ms) return complain(key, "cannot be used: " + why);
  into_ms = *ms;
}

void TableReader::path(std::string_view key, std::filesystem::path& into) {
  std::string given;
  text(key, given);
  if (!given.empty()) into = reading_.path_of(given);
}

std::vector<PlacedText> TableReader::placed_texts(std::string_view key, bool may_be_empty) {
  const toml::node* node = find(key);
  if (node == nullptr) return {};
  const toml::array* list = node->as_array();
  if (list == nullptr) {
    complain_of_type(key, "a list of strings", "write [\"…\"]");
    return {};
  }
  std::vector<PlacedText> found;
  for (const toml::node& element : *list) {
    const Place place = reading_.place_of(element.source());
    auto value = element.value_exact<std::string>();
    if (!value || (value->empty() && !may_be_empty)) {
      reading_.complain(place, quoted(key) + " must hold strings only, and here is " +
                                   (value ? "an empty one" : std::string(type_text(element))));
      continue;
    }
    found.push_back({std::move(*value), place});
  }
  return found;
}

void TableReader::texts(std::string_view key, std::vector<std::string>& into) {
  if (!has(key)) return;
  into.clear();
  Names seen;
  for (PlacedText& each : placed_texts(key)) {
    if (seen.add(each.text, each.place) != nullptr)
      reading_.complain(each.place, quoted(key) + " has '" + each.text + "' twice");
    else
      into.push_back(std::move(each.text));
  }
}

void TableReader::command(std::string_view key, std::vector<std::string>& into) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (node->is_string())
    return complain_of_type(key, "a list: program and arguments",
                            "write [\"sh\", \"-c\", \"…\"] for a line of shell");
  into.clear();
  for (PlacedText& each : placed_texts(key, true)) into.push_back(std::move(each.text));
  if (!into.empty() && into.front().empty()) complain(key, "has an empty program");
}

void TableReader::room(std::string_view key, Parse parse, std::optional<std::int64_t>& into) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  const auto decimal = decimal_text_of(*node);
  if (!decimal) return complain_of_type(key, "a number such as 2 or 0.5");
  std::string why;
  const auto amount = parse(*decimal, why);
  if (!amount) return complain(key, "cannot be used: " + why);
  into = amount;
}

const toml::table* TableReader::table(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return nullptr;
  if (const toml::table* found = node->as_table()) return found;
  if (name_.empty() && node->is_array_of_tables())
    reading_.complain(place_of(key), "[[" + std::string(key) + "]] stands once only",
                      "write [" + std::string(key) + "]");
  else
    complain_of_type(key, "a table");
  return nullptr;
}

std::vector<const toml::table*> TableReader::tables(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return {};
  const std::string full = name_.empty() ? std::string(key) : name_ + "." + std::string(key);
  const toml::array* list = node->as_array();
  std::vector<const toml::table*> found;
  if (list != nullptr)
    for (const toml::node& element : *list)
      if (const toml::table* each = element.as_table()) found.push_back(each);
  if (list == nullptr || found.size() != list->size())
    reading_.complain(place_of(key), "'" + full + "' is a list of tables",
                      "write [[" + full + "]] above each");
  return found;
}

}  // namespace berth
