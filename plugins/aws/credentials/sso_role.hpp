// A role of IAM Identity Center, by the login that `aws sso login` keeps.
#pragma once

#include "source.hpp"

namespace berth::aws {

struct SsoLogin {
  std::string profile;  // whose login it is, for people
  std::string start_url, region;
  std::string session;  // [sso-session NAME]; "": the profile's own, as it was before
  std::string account_id, role_name;
};

/// The login is read each time, and not renewed: `aws sso login` and the AWS CLI do that.
class SsoRole final : public Source {
 public:
  SsoRole(const ChainSettings& settings, SsoLogin login)
      : settings_(settings), login_(std::move(login)) {}
  [[nodiscard]] std::string identity() const override;
  [[nodiscard]] std::string words() const override;
  [[nodiscard]] Result<Issued> fetch(const Asking& asking) const override;

 private:
  [[nodiscard]] Failure log_in_again(const std::string& why) const;

  const ChainSettings settings_;
  const SsoLogin login_;
};

}  // namespace berth::aws
