#include "stacks/provisioners.hpp"

#include <algorithm>

#include "berth/did_you_mean.hpp"
#include "request/request.hpp"

namespace berth {
namespace {

/// The ids of a slot at all provisioners, each once, "none" first.
std::vector<std::string> ids_of(const OfferedChoices& offered, std::string_view slot) {
  std::vector<std::string> ids{"none"};
  for (const auto& [provisioner, choices] : offered.of)
    for (const StackChoice& choice : choices.choices)
      if (choice.slot == slot && std::find(ids.begin(), ids.end(), choice.id) == ids.end())
        ids.push_back(choice.id);
  return ids;
}

/// The stack that the words are at one provisioner; nullopt: it does not know them all.
std::optional<Stack> stack_of(const StackChoices& choices, const Stack& words) {
  Stack stack;
  for (const std::string_view slot : stack_slots) {
    const std::string& word = chosen(words, slot);
    if (word.empty()) continue;
    const std::string id = choice_of(choices, slot, word);
    if (id.empty()) return std::nullopt;
    chosen(stack, slot) = id;
  }
  return stack;
}

[[noreturn]] void refuse_unknown(const OfferedChoices& offered, const Stack& words) {
  for (const std::string_view slot : stack_slots) {
    const std::string& word = chosen(words, slot);
    if (word.empty()) continue;
    const bool known =
        std::any_of(offered.of.begin(), offered.of.end(), [&](const auto& provisioner) {
          return !choice_of(provisioner.second, slot, word).empty();
        });
    if (known) continue;
    const std::vector<std::string> ids = ids_of(offered, slot);
    const std::string near = nearest_name(word, ids);
    throw StackRefusal(StackRefused::unknown,
                       "there is no " + std::string(slot) + " '" + word + "'" +
                           (near.empty() ? "" : "; did you mean '" + near + "'?") +
                           " There is: " + joined(ids));
  }
  throw StackRefusal(StackRefused::together,
                     "no provisioner of the config knows all of these technologies; `berth stack "
                     "choices` shows which knows which");
}

}  // namespace

OfferedChoices offered_choices(StackProvisioners& provisioners, const WithCall& with_call) {
  OfferedChoices offered;
  for (const std::string& id : provisioners.ids()) {
    const Result<StackProvisioner*> opened = provisioners.open(id);
    if (!opened) {
      offered.problems.push_back(id + ": " + opened.failure().message);
      continue;
    }
    with_call(id + " choices", [&](Call& call) {
      Result<StackChoices> choices = (*opened)->choices(call);
      if (choices)
        offered.of.emplace_back(id, *std::move(choices));
      else
        offered.problems.push_back(id + ": " + choices.failure().message);
    });
  }
  return offered;
}

ChosenStack plan_again(StackProvisioners& provisioners, const std::string& provisioner,
                       const Stack& stack, const WithCall& with_call) {
  ChosenStack found{provisioner, stack, Failure{}};
  const Result<StackProvisioner*> opened = provisioners.open(provisioner);
  if (!opened) {
    found.plan = opened.failure();
    return found;
  }
  with_call(provisioner + " plan",
            [&](Call& call) { found.plan = (*opened)->plan({stack}, call); });
  return found;
}

ChosenStack choose_stack(StackProvisioners& provisioners, const Stack& words,
                         const WithCall& with_call) {
  const OfferedChoices offered = offered_choices(provisioners, with_call);
  if (offered.of.empty())
    throw StackRefusal(StackRefused::unusable,
                       "no stack provisioner can be used: " + joined(offered.problems));
  std::string refusal;
  std::optional<ChosenStack> without_template;
  for (const auto& [id, choices] : offered.of) {
    const std::optional<Stack> stack = stack_of(choices, words);
    if (!stack) continue;
    if (const StackRule* rule = refusal_of(choices, *stack)) {
      if (refusal.empty())
        refusal = stack_text(*stack) + " cannot be: " + rule->sentence +
                  ". The nearest that can: " + stack_text(nearest_to(choices, *stack));
      continue;
    }
    ChosenStack found = plan_again(provisioners, id, *stack, with_call);
    // One that fails is not gone round: the next one's project would be another one.
    if (found.plan || found.plan.failure().code != ErrorCode::unsupported) return found;
    if (!without_template) without_template = std::move(found);
  }
  if (without_template) return *std::move(without_template);
  if (!refusal.empty()) throw StackRefusal(StackRefused::together, refusal);
  refuse_unknown(offered, words);
}

}  // namespace berth
