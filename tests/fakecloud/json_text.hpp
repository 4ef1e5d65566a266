// JSON out: Boost.JSON prints 336 as 3.36E2; the vendors (and readers of the log) do not.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace fakecloud {

namespace json = boost::json;

std::string json_text(const json::value& value);

}  // namespace fakecloud
