// Interface "berth.credential/1": whose credential a provider uses where no setting of the account
// holds it. Optional, and beside berth.cloud-provider/1 only. Std-only, C++17.
#pragma once

#include <string>

#include "berth/call.hpp"
#include "berth/failure.hpp"

namespace berth {

inline constexpr const char* outside_credential_id = "berth.credential/1";

/// Implemented by a provider's class itself. Threads: any.
class OutsideCredential {
 public:
  virtual ~OutsideCredential() = default;
  /// Whose credential the next request would have: a key's id, a role's name. No secret. The same
  /// for all keys that one role gets in turn: what a vendor refuses to one of them it refuses to
  /// the next. "": there is none, or the settings hold it. Asked often: it looks at files and the
  /// environment, sends nothing, and waits for nothing.
  virtual Result<std::string> identity(Call& call) = 0;
};

}  // namespace berth
