// The values that documents are made of: what is not there is null.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "berth.hpp"

namespace berth::cli {

boost::json::value text_or_null(const std::string& value);
/// Decimal text; null without a currency.
boost::json::value amount_or_null(const Money& money);
/// RFC 3339 in UTC; null for 0.
boost::json::value moment_or_null(std::int64_t unix_ms);
/// A whole number stays one: 4, not 4.0.
boost::json::value number(std::int64_t kept, std::int64_t kept_per_unit);
boost::json::array list_of(const std::vector<std::string>& values);
/// {"cpu_cores", "memory_gb", "disk_gb"}
boost::json::object room_members(const Room& room);

}  // namespace berth::cli
