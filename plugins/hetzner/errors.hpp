// Hetzner's error codes in berth's closed list.
#pragma once

#include "json_api/api.hpp"

namespace berth::hetzner {

/// How Hetzner spells errors: {"error": {"code", "message", "details": {"fields": […]}}}.
json_api::Dialect dialect();

/// Taken by another server's name: `create` then looks whose it is.
inline constexpr const char* name_is_taken = "uniqueness_error";

}  // namespace berth::hetzner
