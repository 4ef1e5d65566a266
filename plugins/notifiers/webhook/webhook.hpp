// A notifier that posts each event, signed, to an address.
#pragma once

#include <string>
#include <vector>

#include "berth/config.hpp"
#include "berth/notifier.hpp"

namespace berth::notifiers {

/// Threads: any number at once; it keeps nothing but its settings.
class Webhook final : public Notifier {
 public:
  /// Throws ConfigError.
  explicit Webhook(const PluginConfig& config);

  /// Done on a 2xx. `invalid` (never tried again) on a 4xx other than 408, 425 and 429, else
  /// `unavailable`. The effect is unknown where the receiver may have got it: `webhook-id`, which
  /// is signed, tells it a repetition.
  Result<Done> notify(const Event& event, Call& call) override;

 private:
  std::string url_;  // may hold a secret in its path: never in a message
  std::vector<std::string> keys_;  // the secret's, then the old secret's where there is one
};

}  // namespace berth::notifiers
