// Where STS and the SSO portal are asked.
#pragma once

#include <string>

#include "source.hpp"

namespace berth::aws {

/// The account's sts_endpoint; where that is AWS's own, $AWS_ENDPOINT_URL_STS comes before it.
std::string sts_url(const ChainSettings& settings);

/// GetRoleCredentials lies below it. $AWS_ENDPOINT_URL_SSO, else AWS's own of that region.
std::string sso_portal_url(const ChainSettings& settings, const std::string& sso_region);

}  // namespace berth::aws
