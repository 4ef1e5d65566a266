// Keys that a program of the user's prints: credential_process of a profile.
#pragma once

#include "source.hpp"

namespace berth::aws {

class Process final : public Source {
 public:
  Process(const ChainSettings& settings, std::string command, std::string where)
      : settings_(settings), command_(std::move(command)), where_(std::move(where)) {}
  [[nodiscard]] std::string identity() const override;
  [[nodiscard]] std::string words() const override { return "credential_process of " + where_; }
  [[nodiscard]] Result<Issued> fetch(const Asking& asking) const override;

 private:
  const ChainSettings settings_;
  const std::string command_;  // never shown: it may have a secret in it
  const std::string where_;
};

}  // namespace berth::aws
