// JSON as text: always valid, also where a value is not.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace berth::cli {

/// Boost.JSON 1.81 prints NaN, bad UTF-8 and 2.5E0, and has no indented form: this does not and
/// has. Bad UTF-8 becomes U+FFFD, a number that is not finite null. No line break at the end.
std::string json_text(const boost::json::value& value, bool indented);

}  // namespace berth::cli
