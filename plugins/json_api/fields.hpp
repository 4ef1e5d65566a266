// Reading fields of a vendor's JSON without trusting it: absent, null and wrongly typed all read as
// absent (Boost.JSON throws on each, and its text does not name the field).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace berth::json_api {

namespace json = boost::json;
using Path = std::initializer_list<std::string_view>;

/// The value at `path`; nullptr when any step is absent, null or not an object.
const json::value* value_at(const json::value& value, Path path);

/// "" when absent or not a string.
std::string text_at(const json::value& value, Path path);
/// A whole number, also when the vendor wrote it as 4.0.
std::optional<std::int64_t> integer_at(const json::value& value, Path path);
std::optional<double> number_at(const json::value& value, Path path);
std::optional<bool> flag_at(const json::value& value, Path path);
const json::array* list_at(const json::value& value, Path path);
/// An id as text, whether the vendor wrote a number or a string; "" when absent.
std::string id_at(const json::value& value, Path path);

/// A number as the vendors' ids are: digits only, and fit for 64 bits.
bool is_number(std::string_view text);

/// "2026-01-30T23:55:00Z" or "…+00:00" -> Unix milliseconds. nullopt: not such a time.
std::optional<std::int64_t> unix_ms_of_rfc3339(std::string_view text);

}  // namespace berth::json_api
