// From a CreateRequest to what RunInstances wants.
#pragma once

#include "account.hpp"
#include "api.hpp"
#include "berth/cloud_provider.hpp"
#include "images.hpp"

namespace berth::aws {

/// Checks the request, finds the image and says how to launch. Buys nothing: its failures have no
/// effect.
Result<Launch> launch_of(const CreateRequest& request, const Account& account, Images& images,
                         Api& api, std::int64_t now_unix_ms);

}  // namespace berth::aws
