// A notifier that appends each event as one JSON line to a file, or to the host's own log.
#pragma once

#include <string>

#include "berth/config.hpp"
#include "berth/notifier.hpp"

namespace berth::notifiers {

/// Threads: any number at once; a line is written by one append, so lines never mix.
class Log final : public Notifier {
 public:
  /// Throws ConfigError.
  explicit Log(const PluginConfig& config);

  Result<Done> notify(const Event& event, Call& call) override;

 private:
  std::string path_;  // absolute; "": the host's log
};

}  // namespace berth::notifiers
