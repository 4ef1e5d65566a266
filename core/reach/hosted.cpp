#include "reach/hosted.hpp"

#include "request/plain_text.hpp"

namespace berth {
namespace {

/// What a plugin or its vendor says, as it may be kept and shown: redacted first, since a secret
/// may have any bytes in it.
std::string told(std::string_view text, const Redaction& redaction) {
  return plain_line(redaction.empty() ? std::string(text) : redaction.apply(text));
}

Failure told(Failure failure, const Redaction& redaction) {
  for (std::string* text : {&failure.message, &failure.vendor_code, &failure.vendor_text,
                            &failure.scope_name})
    *text = told(*text, redaction);
  return failure;
}

}  // namespace

// The caller's Call, with the host's HTTP in it.
class HostedInstance::HostedCall final : public Call {
 public:
  HostedCall(const HostedInstance& host, Call& outer)
      : outer_(outer), redaction_(host.redaction_),
        http_(host.transport_, *host.budget_, host.redaction_, *host.journal_, outer,
              host.pause_) {}

  [[nodiscard]] std::int64_t now_unix_ms() const override { return outer_.now_unix_ms(); }
  [[nodiscard]] std::int64_t remaining_ms() const override { return outer_.remaining_ms(); }
  [[nodiscard]] bool cancelled() const override { return outer_.cancelled(); }
  void log(LogLevel level, std::string_view text) override {
    outer_.log(level, told(text, redaction_));
  }
  void progress(std::string_view text) override { outer_.progress(told(text, redaction_)); }
  Http& http() override { return http_; }

  /// Some vendors say in a body that there were too many requests (EC2's codes), or when to come
  /// back in a header of their own; only the plugin can read that, and everybody has to know.
  [[nodiscard]] Failure learned(Failure failure, RateBudget& budget) const {
    // A plugin that only keeps a pace of its own has heard nothing from the vendor.
    const bool heard = !failure.vendor_code.empty() || http_.was_refused();
    if (failure.code != ErrorCode::rate_limited || !heard || http_.budget_was_used_up())
      return failure;
    failure.retry_after_ms = budget.refused(failure.retry_after_ms, now_unix_ms());
    return failure;
  }

 private:
  Call& outer_;
  const Redaction& redaction_;
  BudgetedHttp http_;
};

std::optional<Failure> HostedInstance::start(Call& call) {
  HostedCall hosted(*this, call);
  if (auto failure = inside_->start(hosted)) return told(std::move(*failure), redaction_);
  return {};
}

Outcome HostedInstance::call(std::string_view interface_id, std::string_view method,
                             std::string_view request_json, Call& call) {
  HostedCall hosted(*this, call);
  Outcome outcome = inside_->call(interface_id, method, request_json, hosted);
  if (!outcome.ok()) return told(hosted.learned(outcome.failure(), *budget_), redaction_);
  return outcome;
}

}  // namespace berth
