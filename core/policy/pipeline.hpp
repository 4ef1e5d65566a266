// The organization's policy: stages in the user's order.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "policy/facts.hpp"
#include "policy/verdict.hpp"

namespace berth {

/// Settings of one [[pipeline]] entry; every stage reads its own (see stage_table.cpp).
struct StageSettings {
  std::string stage;
  int headroom_percent = 20;               // sizing
  Room minimum{1000, 1024, 20 * 1024};     // sizing
  std::optional<Money> price_cap;          // approval before selection; selection: dearest allowed
  std::vector<std::string> providers;      // selection: only these plugins; empty: all
};

/// One rule. Pure: the same facts and decision-so-far give the same verdict; no clock, no I/O.
class Stage {
 public:
  virtual ~Stage() = default;
  [[nodiscard]] virtual Verdict decide(const Facts& facts, Decision& so_far) const = 0;
};

/// The stages that there are, in the order that suits most.
struct StageKind {
  std::string_view name;
  std::string_view help;
  std::unique_ptr<Stage> (*make)(const StageSettings& settings);
};
const std::vector<StageKind>& stage_table();

/// Threads: any. A decision keeps the stages that it began with.
class Pipeline {
 public:
  /// Throws std::invalid_argument with a sentence: unknown stage, the same stage twice, `approval`
  /// before `selection` without a price cap, no `sizing` or `selection`, `selection` before
  /// `sizing`.
  explicit Pipeline(std::vector<StageSettings> stages);
  [[nodiscard]] Decision decide(const Facts& facts) const;
  /// From the next decision on with these stages, which are checked first.
  void replace(std::vector<StageSettings> stages);

 private:
  struct Entry {
    std::string name;
    std::unique_ptr<Stage> stage;
  };
  using Stages = std::vector<Entry>;
  static std::shared_ptr<const Stages> made(const std::vector<StageSettings>& stages);
  mutable std::mutex mutex_;  // guards the pointer
  std::shared_ptr<const Stages> stages_;
};

}  // namespace berth
