// What a plugin call answers: a value, or a Failure from a closed list. Std-only, C++17.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace berth {

/// The closed list of what can go wrong in a plugin call. A host treats an unknown word as
/// `internal`: it never stops failover to the next offer.
enum class ErrorCode {
  invalid,        // the request is wrong: the same call can never succeed (drop the offer)
  denied,         // the credentials may not do this
  not_found,      //
  conflict,       // a name or token is taken by something that is not ours
  out_of_stock,   // the vendor has none of these just now (see Failure::scope)
  quota_reached,  // the vendor's limit of this account
  rate_limited,   // too many calls (see Failure::retry_after_ms)
  unavailable,    // the vendor or the way to it is down: try again later
  cancelled,      //
  unsupported,    // this plugin does not implement the method
  internal,       // a defect in the plugin, or anything not known
};

/// Whether a failed create or destroy may have happened all the same.
enum class Effect { none, unknown };

/// How much a refusal of a create speaks for. Where a plugin does not say, a host takes `zone` for
/// out_of_stock, `account` for quota_reached, rate_limited and denied, and `request` for the rest.
enum class StockScope {
  zone,           // this instance type in this zone
  region,         // everything in this region
  account,        // everything of this account
  request,        // this one request, and nothing else
  instance_type,  // this instance type in this region
  family,         // the types in the region with Failure::scope_name among their Offer::families
  credential,     // everything that this credential may do, in every account that shares it
};

struct Failure {
  ErrorCode code = ErrorCode::internal;
  Effect effect = Effect::unknown;
  std::string message;      // one sentence for a person; no secrets
  std::string vendor_code;  // the vendor's own code, raw; may be empty
  std::string vendor_text;  // the vendor's own words, raw, at most 2 KB; no secrets
  std::optional<std::int64_t> retry_after_ms;
  std::optional<StockScope> scope;  // empty: what the code implies
  std::string scope_name;           // of `family`: one of the offer's families
};

/// A value or a Failure.
template <class T>
class Result {
 public:
  Result(T value) : held_(std::move(value)) {}                // NOLINT(google-explicit-constructor)
  Result(Failure failure) : held_(std::move(failure)) {}      // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// REQUIRES: ok().
  T& value() { return std::get<0>(held_); }
  const T& value() const { return std::get<0>(held_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// REQUIRES: !ok().
  const Failure& failure() const { return std::get<1>(held_); }

 private:
  std::variant<T, Failure> held_;
};

/// For methods that answer nothing but "done".
struct Done {};

std::string_view to_word(ErrorCode code);
std::string_view to_word(Effect effect);
std::string_view to_word(StockScope scope);

/// Unknown words become `internal` / `unknown` / no scope: a newer plugin never stops an older
/// host.
ErrorCode error_code_of(std::string_view word);
Effect effect_of(std::string_view word);
std::optional<StockScope> stock_scope_of(std::string_view word);

}  // namespace berth
