#include "fields.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace berth::json_api {

const json::value* value_at(const json::value& value, Path path) {
  const json::value* here = &value;
  for (const std::string_view step : path) {
    const json::object* object = here->if_object();
    if (object == nullptr) return nullptr;
    here = object->if_contains(json::string_view(step.data(), step.size()));
    if (here == nullptr) return nullptr;
  }
  return here->is_null() ? nullptr : here;
}

std::string text_at(const json::value& value, Path path) {
  const json::value* found = value_at(value, path);
  if (found == nullptr || !found->is_string()) return {};
  return {found->get_string().data(), found->get_string().size()};
}

std::optional<double> number_at(const json::value& value, Path path) {
  const json::value* found = value_at(value, path);
  if (found == nullptr) return std::nullopt;
  if (found->is_double()) return found->get_double();
  if (found->is_int64()) return static_cast<double>(found->get_int64());
  if (found->is_uint64()) return static_cast<double>(found->get_uint64());
  return std::nullopt;
}

std::optional<std::int64_t> integer_at(const json::value& value, Path path) {
  const json::value* found = value_at(value, path);
  if (found == nullptr) return std::nullopt;
  if (found->is_int64()) return found->get_int64();
  const std::optional<double> number = number_at(value, path);
  // 2^53: beyond it a double no longer tells whole numbers apart.
  if (!number || std::floor(*number) != *number || std::fabs(*number) > 9007199254740992.0)
    return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

std::optional<bool> flag_at(const json::value& value, Path path) {
  const json::value* found = value_at(value, path);
  if (found == nullptr || !found->is_bool()) return std::nullopt;
  return found->get_bool();
}

const json::array* list_at(const json::value& value, Path path) {
  const json::value* found = value_at(value, path);
  return found == nullptr ? nullptr : found->if_array();
}

std::string id_at(const json::value& value, Path path) {
  if (const auto number = integer_at(value, path)) return std::to_string(*number);
  return text_at(value, path);
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 18 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> unix_ms_of_rfc3339(std::string_view text) {
  const std::string copy(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
  if (std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute,
                  &second, &used) != 6 ||
      used == 0 || year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
    return std::nullopt;
  std::size_t at = static_cast<std::size_t>(used);
  if (at < copy.size() && copy[at] == '.') {
    ++at;
    while (at < copy.size() && copy[at] >= '0' && copy[at] <= '9') ++at;
  }
  const std::string zone = copy.substr(at);
  std::int64_t offset_s = 0;
  int zone_hours = 0, zone_minutes = 0;
  char sign = 0;
  if (std::sscanf(zone.c_str(), "%c%2d:%2d", &sign, &zone_hours, &zone_minutes) == 3 &&
      (sign == '+' || sign == '-')) {
    offset_s = (zone_hours * 3600 + zone_minutes * 60) * (sign == '-' ? -1 : 1);
  } else if (zone != "Z") {
    return std::nullopt;
  }
  // Days since 1970-01-01 (Howard Hinnant's days_from_civil); timegm is no part of C++17.
  const std::int64_t y = year - (month <= 2 ? 1 : 0);
  const std::int64_t era = y / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t days =
      era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
  return (days * 86400 + hour * 3600 + minute * 60 + second - offset_s) * 1000;
}

}  // namespace berth::json_api
