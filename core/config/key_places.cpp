#include "config/key_places.hpp"

#include <toml++/toml.h>

namespace berth {

struct KeyPlaces::File {
  toml::table all;
};

KeyPlaces::KeyPlaces(const Configuration& config)
    : name_(config.file.string()), file_(std::make_unique<File>()) {
  if (config.read_from.empty()) return;
  try {  // the text that was read, which was good TOML and not too deep
    file_->all = toml::parse(config.read_from.front().found);
  } catch (const toml::parse_error&) {
    file_->all.clear();
  }
}

KeyPlaces::~KeyPlaces() = default;

Place KeyPlaces::of(std::string_view key) const {
  const auto found = toml::at_path(static_cast<const toml::node&>(file_->all), key);
  if (!found) return {name_, 0, 0};
  const toml::source_position at = found.node()->source().begin;
  return {name_, static_cast<std::int64_t>(at.line), static_cast<std::int64_t>(at.column)};
}

}  // namespace berth
