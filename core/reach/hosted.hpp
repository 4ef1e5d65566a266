// What the host puts around every instance, however it is reached: its HTTP, and what makes
// everything a plugin says fit to be kept: no secret in it, and no control character.
#pragma once

#include <memory>
#include <string>

#include "http/budgeted_http.hpp"
#include "reach/instance.hpp"

namespace berth {

/// A Journal whose lines have lost their secrets. Threads: any.
class RedactedJournal final : public Journal {
 public:
  RedactedJournal(Journal& journal, Redaction redaction)
      : journal_(journal), redaction_(std::move(redaction)) {}
  void write(LogLevel level, std::string_view text) override {
    journal_.write(level, redaction_.apply(text));
  }

 private:
  Journal& journal_;
  const Redaction redaction_;
};

/// An instance whose calls get budgeted HTTP over `transport`, and whose log lines, progress and
/// failures are redacted and made plain (request/plain_text.hpp). Replies are not: they are data;
/// proxies.cpp cleans the names and words in those of a cloud. Threads: as the instance inside.
class HostedInstance final : public PluginInstance {
 public:
  /// `journal` must be redacted already; it lives as long as what `inside` was given. `pause` waits
  /// for the budget.
  HostedInstance(std::unique_ptr<Journal> journal, std::unique_ptr<PluginInstance> inside,
                 Transport& transport, std::shared_ptr<RateBudget> budget, Redaction redaction,
                 Pause pause)
      : journal_(std::move(journal)), inside_(std::move(inside)), transport_(transport),
        budget_(std::move(budget)), redaction_(std::move(redaction)),
        pause_(std::move(pause)) {}

  std::optional<Failure> start(Call& call) override;
  Outcome call(std::string_view interface_id, std::string_view method,
               std::string_view request_json, Call& call) override;

 private:
  class HostedCall;

  const std::unique_ptr<Journal> journal_;
  const std::unique_ptr<PluginInstance> inside_;  // ends before its journal
  Transport& transport_;
  const std::shared_ptr<RateBudget> budget_;
  const Redaction redaction_;
  const Pause pause_;
};

}  // namespace berth
