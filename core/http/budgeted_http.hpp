// The Http that a plugin's call gets: the rate budget, then the network, then a line in the
// journal.
#pragma once

#include <functional>

#include "http/rate_budget.hpp"
#include "http/redaction.hpp"
#include "http/transport.hpp"
#include "journal/journal.hpp"

namespace berth {

/// Waits up to the given milliseconds; wakes early or not, both are fine.
using Pause = std::function<void(std::int64_t)>;

/// Really waits.
void sleep_ms(std::int64_t milliseconds);

/// Http for one call. Lives as long as the call; refers to all it is given. Threads: the call's.
///
/// A short wait for the budget (under 5 s, and within the call's time) is waited, and ends early
/// when the call is cancelled; a longer one fails with `rate_limited`, effect none. The journal
/// gets method, host, path, status and milliseconds at debug; never headers, queries or bodies.
class BudgetedHttp final : public Http {
 public:
  BudgetedHttp(Transport& transport, RateBudget& budget, const Redaction& redaction,
               Journal& journal, Call& call, Pause pause = sleep_ms)
      : transport_(transport),
        budget_(budget),
        redaction_(redaction),
        journal_(journal),
        call_(call),
        pause_(std::move(pause)) {}

  Result<HttpResponse> exchange(const HttpRequest& request) override;

  /// A request of this call was refused here, without asking the vendor.
  [[nodiscard]] bool budget_was_used_up() const { return used_up_; }
  /// The vendor answered one of them with 429 or 503.
  [[nodiscard]] bool was_refused() const { return refused_; }

 private:
  std::optional<Failure> wait_for_budget(const HttpRequest& request);
  void note(const HttpRequest& request, const Result<HttpResponse>& result, std::int64_t took_ms);

  Transport& transport_;
  RateBudget& budget_;
  const Redaction& redaction_;
  Journal& journal_;
  Call& call_;
  Pause pause_;
  bool used_up_ = false;
  bool refused_ = false;
};

}  // namespace berth
