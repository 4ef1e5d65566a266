#include <algorithm>
#include <array>
#include <charconv>

#include "berth/did_you_mean.hpp"
#include "config/table_reader.hpp"
#include "config/text_file.hpp"

namespace berth {

Place Reading::place_of(const toml::source_region& source) const {
  return {file_name, static_cast<std::int64_t>(source.begin.line),
          static_cast<std::int64_t>(source.begin.column)};
}

void Reading::complain(Place place, std::string sentence, std::string suggestion) {
  problems.push_back({std::move(place), std::move(sentence), std::move(suggestion)});
}

std::filesystem::path Reading::path_of(std::string_view text) const {
  if (text.substr(0, 2) == "~/")
    if (const char* home = environment("HOME"); home != nullptr && *home != '\0')
      return (std::filesystem::path(home) / text.substr(2)).lexically_normal();
  return (folder / text).lexically_normal();
}

const Place* Names::add(const std::string& name, const Place& place) {
  const auto [known, is_new] = places_.try_emplace(name, place);
  return is_new ? nullptr : &known->second;
}

std::string Names::suggestion_for(std::string_view word) const {
  constexpr std::size_t most = 200;  // who has more would wait for it at each mistyped name
  if (places_.size() > most) return {};
  std::vector<std::string> known;
  for (const auto& [name, place] : places_) known.push_back(name);
  std::sort(known.begin(), known.end());
  return berth::suggestion_for(word, known);
}

std::optional<std::string> Reading::text_in(const std::filesystem::path& file,
                                            std::size_t most_bytes, std::string& why) {
  auto text = read_text_file(file, most_bytes, why);
  files.push_back({file, most_bytes, text ? *text : why});
  return text;
}

Secret Reading::secret_in(const std::filesystem::path& file) {
  Secret secret = secret_from_file(file);
  files.push_back({file, 0, secret.why.empty() ? secret.value : secret.why});
  return secret;
}

std::string_view type_text(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a decimal number";
    case toml::node_type::boolean: return "true or false";
    case toml::node_type::array: return "a list";
    case toml::node_type::table: return "a table";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time: return "a date or time";
    case toml::node_type::none: break;
  }
  return "nothing";
}

std::optional<std::string> decimal_text_of(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return text;
  if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  const auto number = node.value_exact<double>();
  if (!number) return std::nullopt;
  std::array<char, 512> text{};  // the smallest double has 345 characters in fixed notation
  const auto end = std::to_chars(text.data(), text.data() + text.size(), *number,
                                 std::chars_format::fixed);
  return std::string(text.data(), end.ptr);
}

std::string suggestion_for(std::string_view word, const std::vector<std::string>& known) {
  const std::string nearest = nearest_name(word, known);
  return nearest.empty() ? nearest : "did you mean '" + nearest + "'?";
}

}  // namespace berth
