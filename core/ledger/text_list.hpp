// Lists of texts in one column, as a JSON array of strings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth {

/// Keeps every byte: what is no valid UTF-8 goes in and comes out unchanged.
std::string json_of_texts(const std::vector<std::string>& texts);
/// nullopt: not an array of strings.
std::optional<std::vector<std::string>> texts_of_json(std::string_view json);

}  // namespace berth
