#include "endpoints.hpp"

#include "aws/account.hpp"

namespace berth::aws {
namespace {

/// The variable's value; "": not set, or these variables are not to count.
std::string named(const ChainSettings& settings, const char* variable) {
  const std::string ignore = settings.around->variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
  return ignore == "true" ? "" : settings.around->variable(variable);
}

}  // namespace

std::string sts_url(const ChainSettings& settings) {
  const std::string elsewhere =
      settings.sts_endpoint_is_set ? "" : named(settings, "AWS_ENDPOINT_URL_STS");
  return endpoint_in(elsewhere.empty() ? settings.sts_endpoint : elsewhere, settings.region);
}

std::string sso_portal_url(const ChainSettings& settings, const std::string& sso_region) {
  const std::string elsewhere = named(settings, "AWS_ENDPOINT_URL_SSO");
  return endpoint_in(elsewhere.empty() ? "https://portal.sso.{region}.{suffix}" : elsewhere,
                     sso_region);
}

}  // namespace berth::aws
