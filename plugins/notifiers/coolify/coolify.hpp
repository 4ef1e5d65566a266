// Tells a Coolify what servers there are: one that got ready is registered there, one that is gone
// is taken off its list. Facts: Coolify's OpenAPI of 2026-08, /servers.
#pragma once

#include <string>

#include "berth/config.hpp"
#include "berth/notifier.hpp"
#include "json_api/api.hpp"

namespace berth::notifiers {

/// Threads: any; it keeps nothing but its settings.
class Coolify final : public Notifier {
 public:
  explicit Coolify(const PluginConfig& config);

  /// Registers on server.auto-provisioned and takes off on server.destroyed; every other event is
  /// none of its business. A repeated event finds what the first one did.
  Result<Done> notify(const Event& event, Call& call) override;

 private:
  Result<Done> add(const Event& event, Call& call) const;
  Result<Done> remove(const Event& event, Call& call) const;
  /// The uuid of the server that carries our mark; "" if none does.
  Result<std::string> registered(const std::string& server_id, Call& call) const;

  json_api::Api api_;
  std::string private_key_uuid_, proxy_type_;
  bool validate_;
};

}  // namespace berth::notifiers
