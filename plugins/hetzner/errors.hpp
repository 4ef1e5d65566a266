// Hetzner's error codes in berth's closed list.
#pragma once

#include "berth/cloud_provider.hpp"
#include "json_api/api.hpp"

namespace berth::hetzner {

/// How Hetzner spells errors: {"error": {"code", "message", "details": {"fields": […]}}}.
json_api::Dialect dialect();

/// The failure of a refused create, with how much it speaks for and the setting to mend.
Failure refused_create(Failure failure, Arch arch);

/// Taken by another server's name: `create` then looks whose it is.
inline constexpr const char* name_is_taken = "uniqueness_error";

}  // namespace berth::hetzner
