// Where the program's own log lines go. Std-only; journal.cpp is the only file with spdlog.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "berth/call.hpp"

namespace berth {

/// Threads: any.
class Journal {
 public:
  virtual ~Journal() = default;
  virtual void write(LogLevel level, std::string_view text) = 0;
};

/// Lines on stderr, or appended to `file` where one is named: "2026-11-21T17:00:00.123Z info text".
/// Lines below `least` are dropped.
std::unique_ptr<Journal> open_journal(LogLevel least, const std::string& file = {});

/// Drops everything.
std::unique_ptr<Journal> silent_journal();

}  // namespace berth
