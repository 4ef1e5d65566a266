#include "policy/pipeline.hpp"

#include <algorithm>
#include <stdexcept>

#include "berth/did_you_mean.hpp"
#include "policy/bound.hpp"

namespace berth {

namespace {

const StageKind& kind_named(const std::string& name) {
  std::vector<std::string_view> known;
  for (const StageKind& kind : stage_table()) {
    if (kind.name == name) return kind;
    known.push_back(kind.name);
  }
  std::string all;
  for (const std::string_view each : known) all += (all.empty() ? "" : ", ") + std::string(each);
  throw std::invalid_argument("there is no stage '" + name + "' (there are: " + all + ")" +
                              did_you_mean(name, known));
}

/// Where `stage` stands; `stages.size()`: nowhere.
std::size_t place_of(const std::vector<StageSettings>& stages, std::string_view stage) {
  const auto found = std::find_if(stages.begin(), stages.end(), [&](const StageSettings& settings) {
    return settings.stage == stage;
  });
  return static_cast<std::size_t>(found - stages.begin());
}

void check_order(const std::vector<StageSettings>& stages) {
  for (std::size_t i = 0; i < stages.size(); ++i)
    if (place_of(stages, stages[i].stage) != i)
      throw std::invalid_argument("the stage '" + stages[i].stage +
                                  "' stands in the pipeline twice");
  const std::size_t nowhere = stages.size();
  const std::size_t sizing = place_of(stages, "sizing");
  const std::size_t selection = place_of(stages, "selection");
  const std::size_t approval = place_of(stages, "approval");
  if (sizing == nowhere)
    throw std::invalid_argument("the pipeline has no 'sizing': nothing says how large a server is");
  if (selection == nowhere)
    throw std::invalid_argument("the pipeline has no 'selection': nothing ranks the offers");
  if (selection < sizing)
    throw std::invalid_argument("'selection' stands before 'sizing': it needs the size");
  if (approval == nowhere)
    throw std::invalid_argument(
        "the pipeline has no 'approval': money would be spent without anybody's yes (an "
        "organization "
        "that wants that sets auto_approve_provisioning)");
  if (approval < selection && !stages[approval].price_cap)
    throw std::invalid_argument(
        "'approval' stands before 'selection' and has no price_cap: without one nobody knows what "
        "is approved");
}

}  // namespace

std::shared_ptr<const Pipeline::Stages> Pipeline::made(const std::vector<StageSettings>& stages) {
  auto entries = std::make_shared<Stages>();
  for (const StageSettings& settings : stages)
    entries->push_back({settings.stage, kind_named(settings.stage).make(settings)});
  check_order(stages);
  return entries;
}

Pipeline::Pipeline(std::vector<StageSettings> stages) : stages_(made(stages)) {}

void Pipeline::replace(std::vector<StageSettings> stages) {
  auto others = made(stages);
  const std::lock_guard lock(mutex_);
  stages_ = std::move(others);
}

Decision Pipeline::decide(const Facts& facts) const {
  const auto stages = [&] {
    const std::lock_guard lock(mutex_);
    return stages_;
  }();
  Decision decision;
  for (const Entry& entry : *stages) {
    Verdict verdict = entry.stage->decide(facts, decision);
    decision.stages.push_back({entry.name, verdict});
    if (verdict.kind != VerdictKind::proceed) {
      decision.outcome = std::move(verdict);
      if (decision.outcome.kind == VerdictKind::hold)
        decision.outcome.sentence += decision.left_out + decision.old_prices;
      return decision;
    }
  }
  Verdict bound = check_bound(facts, decision);
  decision.stages.push_back({"bound", bound});
  if (bound.kind != VerdictKind::proceed) {
    decision.outcome = std::move(bound);
    return decision;
  }
  decision.outcome = {VerdictKind::proceed, "proceed",
                      "Every stage of the pipeline agrees." + decision.left_out +
                          decision.old_prices};
  return decision;
}

}  // namespace berth
