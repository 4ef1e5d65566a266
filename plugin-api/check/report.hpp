// Collects the results of a run of checks. Private to the kit.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "berth/conformance.hpp"

namespace berth::conformance {

class Report {
 public:
  explicit Report(const Options& options)
      : starting_(options.starting), finished_(options.finished) {}

  /// Names the check that runs now.
  void begin(std::string name) {
    name_ = std::move(name);
    if (starting_) starting_(name_);
  }
  void ok() { add(Outcome::ok, ""); }
  void fail(std::string reason) { add(Outcome::failed, std::move(reason)); }
  void skip(std::string reason) { add(Outcome::skipped, std::move(reason)); }
  /// ok when `problem` is "".
  bool judge(std::string problem) {
    const bool good = problem.empty();
    good ? ok() : fail(std::move(problem));
    return good;
  }

  std::vector<CheckResult> take() { return std::move(results_); }

 private:
  void add(Outcome outcome, std::string reason) {
    results_.push_back({name_, outcome, std::move(reason)});
    if (finished_) finished_(results_.back());
  }

  std::function<void(const std::string& name)> starting_;
  std::function<void(const CheckResult& result)> finished_;
  std::string name_;
  std::vector<CheckResult> results_;
};

/// "denied: the token is wrong (401)": a failure in one line.
std::string in_words(const Failure& failure);

}  // namespace berth::conformance
