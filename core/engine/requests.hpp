// What users ask of the engine: each one write transaction that wakes the work.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "engine/parts.hpp"

namespace berth {

enum class Refused { usage, not_found, not_allowed };

/// A request that is not carried out; nothing was changed. what() is for people.
class Refusal : public std::runtime_error {
 public:
  Refusal(Refused kind, const std::string& text) : std::runtime_error(text), kind_(kind) {}
  [[nodiscard]] Refused kind() const { return kind_; }

 private:
  Refused kind_;
};

/// Throws Refusal: there is no such organization, or `user` is none of its admins. `what`:
/// "approve".
void require_admin(const EngineParts& parts, std::string_view organization, const std::string& user,
                   const std::string& what);

/// The request with the application's defaults filled in, checked. Throws Refusal.
DeploymentRecord resolve(const EngineParts& parts, const DeployRequest& request);

std::string submit(const EngineParts& parts, const DeployRequest& request);
void approve(const EngineParts& parts, std::string_view deployment_id, const std::string& user);
void cancel(const EngineParts& parts, std::string_view deployment_id, const std::string& user);
void retry(const EngineParts& parts, std::string_view deployment_id, const std::string& user);
void release(const EngineParts& parts, std::string_view organization,
             std::string_view application);

/// A server of the organization's own. Returns its id.
std::string add_server(const EngineParts& parts, Server server);
/// `offer_name`: account/region/zone/type/market, as `berth offers` lists it.
/// REQUIRES: the catalogues of the organization's accounts are fresh.
std::string buy_server(const EngineParts& parts, std::string_view organization,
                       std::string_view offer_name, const std::string& user);
/// One that was bought is destroyed when nothing runs there any more; that takes an admin.
void drain_server(const EngineParts& parts, std::string_view server, bool drain,
                  const std::string& user = {});
void remove_server(const EngineParts& parts, std::string_view server, bool force,
                   const std::string& user);

}  // namespace berth
