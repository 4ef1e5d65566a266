// How a receiver knows that an event came from this berth, and when: the Standard Webhooks scheme
// (https://www.standardwebhooks.com), so that receivers need no code of ours.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::notifiers {

/// The bytes that sign: what follows "whsec_", decoded from base64; of any other text the text
/// itself. "" where base64 was said and it is none.
std::string key_of(std::string_view secret);

/// The value of `webhook-signature`: for each key "v1," and the base64 of the HMAC-SHA256 of
/// "{id}.{timestamp}.{body}", separated by blanks. All three are signed, so that a recorded
/// delivery can neither be sent again later nor pass for another event.
std::string signatures_of(const std::vector<std::string>& keys, std::string_view id,
                          std::string_view timestamp, std::string_view body);

}  // namespace berth::notifiers
