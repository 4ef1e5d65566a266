// Keys that the machine gives to what runs on it: a container's role, an instance's role.
#pragma once

#include "source.hpp"

namespace berth::aws {

/// ECS, EKS Pod Identity, Greengrass: AWS_CONTAINER_CREDENTIALS_{RELATIVE,FULL}_URI.
class ContainerRole final : public Source {
 public:
  /// nullptr: no such variable is set.
  static SourcePointer found(const ChainSettings& settings);
  ContainerRole(const ChainSettings& settings, std::string url)
      : settings_(settings), url_(std::move(url)) {}
  [[nodiscard]] std::string identity() const override;
  [[nodiscard]] std::string words() const override { return "the role of this container"; }
  [[nodiscard]] Result<Issued> fetch(const Asking& asking) const override;

 private:
  const ChainSettings settings_;
  const std::string url_;  // its path is as good as a password
};

/// EC2's metadata service, with session tokens only (IMDSv2).
class InstanceRole final : public Source {
 public:
  /// `otherwise`: what was looked at in vain before, where this is the last place.
  InstanceRole(const ChainSettings& settings, std::string otherwise = {})
      : settings_(settings), otherwise_(std::move(otherwise)) {}
  /// AWS_EC2_METADATA_DISABLED=true
  static bool is_off(const Surroundings& around);
  [[nodiscard]] std::string identity() const override { return "instance"; }
  [[nodiscard]] std::string state() const override { return "instance " + endpoint(); }
  [[nodiscard]] std::string words() const override { return "the role of this EC2 instance"; }
  [[nodiscard]] Result<Issued> fetch(const Asking& asking) const override;

 private:
  [[nodiscard]] std::string endpoint() const;
  [[nodiscard]] Failure nothing(const std::string& why, bool may_pass = false) const;

  const ChainSettings settings_;
  const std::string otherwise_;
};

}  // namespace berth::aws
