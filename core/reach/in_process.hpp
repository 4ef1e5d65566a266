// A plugin that runs in this process, called through its C table.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "berth/plugin.h"
#include "reach/doors.hpp"
#include "reach/instance.hpp"
#include "reach/slots.hpp"

namespace berth {

/// The host's side of plugin.h. Also what berth-worker runs inside itself, over a Call that speaks
/// the wire.
///
/// A crash of the plugin is a crash of the process, and a call that hangs cannot be ended: what is
/// not trusted belongs into a worker (isolated.hpp). What a plugin does wrong and C allows to
/// notice (no answer, two answers, an exception, an answer that is no text) is an `internal`
/// Failure of unknown effect, in words. What it says after its method has returned, or from another
/// thread, is ignored, and told at the next call.
class InProcessInstance final : public PluginInstance {
 public:
  /// `table` must live as long as this (load_plugin's does). `name` is for messages.
  InProcessInstance(const berth_plugin& table, std::string name, std::string config_json,
                    std::int64_t concurrent);
  ~InProcessInstance() override;
  InProcessInstance(const InProcessInstance&) = delete;
  InProcessInstance& operator=(const InProcessInstance&) = delete;

  std::optional<Failure> start(Call& call) override;
  Outcome call(std::string_view interface_id, std::string_view method,
               std::string_view request_json, Call& call) override;

 private:
  const berth_plugin& table_;
  const std::string name_;
  const std::string config_json_;
  Slots slots_;
  Doors doors_;
  std::mutex start_mutex_;
  bool started_ = false;
  void* self_ = nullptr;
};

}  // namespace berth
