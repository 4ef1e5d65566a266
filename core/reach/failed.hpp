// Short ways to say what reach says often.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "berth/failure.hpp"

namespace berth {

/// A Failure of the host's own, with no vendor in it.
inline Failure failed(ErrorCode code, Effect effect, std::string message) {
  Failure failure;
  failure.code = code;
  failure.effect = effect;
  failure.message = std::move(message);
  return failure;
}

/// Milliseconds that only ever go forward.
inline std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace berth
