#include "cli/members.hpp"

#include <cmath>

#include "cli/wording.hpp"

namespace berth::cli {

namespace json = boost::json;

json::value text_or_null(const std::string& value) {
  return value.empty() ? json::value(nullptr) : json::value(value);
}

json::value amount_or_null(const Money& money) {
  return money.currency.empty() ? json::value(nullptr) : json::value(decimal_of_nanos(money.nanos));
}

json::value moment_or_null(std::int64_t unix_ms) {
  return unix_ms == 0 ? json::value(nullptr) : json::value(utc_text(unix_ms));
}

json::value number(std::int64_t kept, std::int64_t kept_per_unit) {
  if (kept % kept_per_unit == 0) return kept / kept_per_unit;
  const double exact = static_cast<double>(kept) / static_cast<double>(kept_per_unit);
  return std::round(exact * 1000) / 1000;
}

json::array list_of(const std::vector<std::string>& values) {
  json::array elements;
  for (const std::string& value : values) elements.emplace_back(value);
  return elements;
}

json::object room_members(const Room& room) {
  json::object members;
  members["cpu_cores"] = number(room.millicores, 1000);
  members["memory_gb"] = number(room.memory_mib, 1024);
  members["disk_gb"] = number(room.disk_mib, 1024);
  return members;
}

}  // namespace berth::cli
