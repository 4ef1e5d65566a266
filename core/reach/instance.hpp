// A running instance of a plugin, however it is reached: here in the process or in a worker.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "berth/call.hpp"

namespace berth {

/// The reply's JSON text as the plugin gave it (not yet read), or a Failure.
using Outcome = Result<std::string>;

/// One plugin with one configuration. Threads: any; calls beyond the manifest's "concurrent" wait
/// for their turn within their own deadline. REQUIRES at destruction: no call in flight.
class PluginInstance {
 public:
  virtual ~PluginInstance() = default;

  /// Makes the plugin's object (and its worker) if it is not there; the first call does so too.
  /// The Failure is why it cannot be made: the plugin's own words about its settings, say.
  virtual std::optional<Failure> start(Call& call) = 0;

  /// One method. Uses `call` on this thread only. Never throws; never waits much beyond the call's
  /// time. A call that may have reached the plugin and has no answer fails with effect unknown.
  virtual Outcome call(std::string_view interface_id, std::string_view method,
                       std::string_view request_json, Call& call) = 0;
};

}  // namespace berth
