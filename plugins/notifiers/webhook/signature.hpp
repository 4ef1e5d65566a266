// How a receiver knows that an event came from this berth, and when.
#pragma once

#include <string>
#include <string_view>

namespace berth::notifiers {

/// "v1=" and the hex HMAC-SHA256 of "{timestamp}.{body}" under `secret`. The timestamp is signed
/// too, so that a recorded delivery cannot be sent again later.
std::string signature_of(std::string_view secret, std::string_view timestamp,
                         std::string_view body);

}  // namespace berth::notifiers
