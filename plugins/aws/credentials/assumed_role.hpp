// Roles that STS gives keys for: to other keys (AssumeRole), or to a token of an identity provider
// (AssumeRoleWithWebIdentity).
#pragma once

#include "source.hpp"

namespace berth::aws {

struct Role {
  std::string arn, session_name, external_id, duration_s;  // "": not said
};

class AssumedRole final : public Source {
 public:
  AssumedRole(const ChainSettings& settings, Role role, SourcePointer source, std::string where)
      : settings_(settings),
        role_(std::move(role)),
        source_(std::move(source)),
        where_(std::move(where)) {}
  [[nodiscard]] std::string identity() const override;
  [[nodiscard]] std::string state() const override;
  [[nodiscard]] std::string words() const override;
  [[nodiscard]] Result<Issued> fetch(const Asking& asking) const override;

 private:
  const ChainSettings settings_;
  const Role role_;
  const SourcePointer source_;
  const std::string where_;
};

class WebIdentityRole final : public Source {
 public:
  WebIdentityRole(const ChainSettings& settings, Role role, std::string token_file,
                  std::string where)
      : settings_(settings),
        role_(std::move(role)),
        token_file_(std::move(token_file)),
        where_(std::move(where)) {}
  [[nodiscard]] std::string identity() const override;
  [[nodiscard]] std::string words() const override;
  [[nodiscard]] Result<Issued> fetch(const Asking& asking) const override;

 private:
  const ChainSettings settings_;
  const Role role_;
  const std::string token_file_;
  const std::string where_;
};

}  // namespace berth::aws
