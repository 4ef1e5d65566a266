// DigitalOcean's errors in berth's closed list.
#pragma once

#include "json_api/api.hpp"

namespace berth::digitalocean {

/// How DigitalOcean spells errors: {"id", "message", "request_id"}, on some endpoints {"error",
/// "messages"}.
json_api::Dialect dialect();

/// The create was refused because the account does not know one of its keys (yet).
bool is_unknown_key(const Failure& failure);
/// A key cannot be registered because it is registered already.
bool is_known_key(const Failure& failure);

}  // namespace berth::digitalocean
