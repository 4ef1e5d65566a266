// Which source an account's keys come from: AWS's own order.
#pragma once

#include "source.hpp"
#include "static_keys.hpp"

namespace berth::aws {

/// Looks at the environment and at files; asks nobody. The order is botocore's
/// (create_credential_resolver), without its two oldest files:
///
/// 1. the environment's keys, unless the account names a profile
/// 2. the profile's role_arn with source_profile or credential_source
/// 3. a web identity: the environment's, unless the account names a profile, or the profile's
/// 4. the profile's SSO login
/// 5. the profile's keys in the credentials file
/// 6. its credential_process
/// 7. its keys in the config file
/// 8. the container's role
/// 9. the EC2 instance's role
FoundSource resolve(const ChainSettings& settings);

}  // namespace berth::aws
