// Where keys come from: one place of the chain, perhaps on top of another.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "aws/sigv4.hpp"
#include "berth/call.hpp"
#include "berth/failure.hpp"
#include "surroundings.hpp"

namespace berth::aws {

struct Issued {
  Credentials keys;
  std::int64_t expires_unix_ms = 0;  // by AWS's clock; 0: they last
};

/// A call that asks for keys.
struct Asking {
  Call& call;
  bool deleting = false;  // it is to end a server: its requests may use the share kept for that
};

/// What is as it is for the whole account.
struct ChainSettings {
  std::string profile;               // of the account's settings; "": $AWS_PROFILE, else "default"
  std::string region;                // where STS is asked
  std::string sts_endpoint;          // with {region} and {suffix}
  bool sts_endpoint_is_set = false;  // by the account: $AWS_ENDPOINT_URL_STS counts no more
  std::shared_ptr<const Surroundings> around;
  std::shared_ptr<std::atomic<std::int64_t>> clock_error_ms;
};

/// Immutable: what is written elsewhere now is another source. Threads: any.
class Source {
 public:
  virtual ~Source() = default;
  /// Whose the keys are, without a secret in it. The same for all keys that are issued for one
  /// role: what AWS refuses to one of them it refuses to the next.
  [[nodiscard]] virtual std::string identity() const = 0;
  /// The same where just the same would be asked for, or used. Holds no secret.
  [[nodiscard]] virtual std::string state() const { return identity(); }
  /// Where they come from, for people: "profile shop of /home/a/.aws/credentials".
  [[nodiscard]] virtual std::string words() const = 0;
  /// Can asking again give other keys, though nothing was written elsewhere?
  [[nodiscard]] virtual bool issues() const { return true; }
  /// Its failures have no effect, and name no secret.
  [[nodiscard]] virtual Result<Issued> fetch(const Asking& asking) const = 0;
};

using SourcePointer = std::shared_ptr<const Source>;

/// A person has to mend it: no keys, or none that can be used.
Failure no_keys(std::string message);
/// It may be over in a moment.
Failure keys_not_now(std::string message);

/// The keys of an answer in JSON, as metadata services and credential_process give them:
/// AccessKeyId, SecretAccessKey, `token_member`, Expiration. `about` begins the failure's words.
Result<Issued> issued_by_json(const std::string& text, const char* token_member,
                              const std::string& about);

/// The same with keys that cannot be sent refused: a header has to hold them.
Result<Issued> usable(Issued issued, const std::string& about);

/// A time in ISO 8601 ("Z", "UTC", "+01:00") as Unix ms; 0: it is none.
std::int64_t unix_ms_of_expiry(const std::string& text);

/// `text` without these keys in it.
std::string without_keys(std::string text, const Credentials& keys);

}  // namespace berth::aws
