// Interface "berth.notifier/1": tells people or programs what happened. Std-only, C++17.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "berth/call.hpp"

namespace berth {

inline constexpr const char* notifier_id = "berth.notifier/1";

/// One event. Delivered at least once, in order per deployment; `event_id` tells a repetition.
struct Event {
  std::string event_id;
  std::string type;           // "server.auto-provisioned", "deployment.succeeded", …
  std::int64_t at_unix_ms = 0;
  std::string installation_id, organization_id, deployment_id;
  std::string message;        // one sentence for a person
  std::map<std::string, std::string> recipients;  // user -> why ("admin"); may be empty
  std::string fields_json;    // an object: the event's own fields ({"server_id": …})
};

class Notifier {
 public:
  virtual ~Notifier() = default;
  /// Hands the event on. A Failure is tried again later, except `invalid` and `unsupported`.
  virtual Result<Done> notify(const Event& event, Call& call) = 0;
};

}  // namespace berth
