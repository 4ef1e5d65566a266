// The stack provisioners of the config, and which of them makes a stack.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "berth/stack_provisioner.hpp"
#include "berth/stack_rules.hpp"

namespace berth {

/// Threads: any.
class StackProvisioners {
 public:
  virtual ~StackProvisioners() = default;
  /// In the order of the config.
  [[nodiscard]] virtual std::vector<std::string> ids() const = 0;
  /// One that cannot be loaded is a Failure in words.
  virtual Result<StackProvisioner*> open(const std::string& id) = 0;
};

/// Gives a call to a body that needs one; `about` leads its log lines.
using WithCall = std::function<void(const std::string& about, const std::function<void(Call&)>&)>;

/// Which provisioner makes what.
struct ChosenStack {
  std::string provisioner;
  Stack stack;
  Result<StackPlan> plan;  // `unsupported`: there is no template for this combination
};

enum class StackRefused {
  unknown,   // a word is no technology that anybody knows
  together,  // a rule refuses the combination
  unusable,  // no provisioner can be asked
};

/// A wish that is no stack. what() names what offends and what is nearest.
class StackRefusal : public std::runtime_error {
 public:
  StackRefusal(StackRefused kind, const std::string& text)
      : std::runtime_error(text), kind_(kind) {}
  [[nodiscard]] StackRefused kind() const { return kind_; }

 private:
  StackRefused kind_;
};

/// What the provisioners offer; of those that fail, why.
struct OfferedChoices {
  std::vector<std::pair<std::string, StackChoices>> of;  // provisioner -> its choices
  std::vector<std::string> problems;
};
OfferedChoices offered_choices(StackProvisioners& provisioners, const WithCall& with_call);

/// The plan of a stack that was saved before. `provisioner`: whose it is.
ChosenStack plan_again(StackProvisioners& provisioners, const std::string& provisioner,
                       const Stack& stack, const WithCall& with_call);

/// The first provisioner that covers the words makes the stack: ids as people write them, and ""
/// stands for "none". Throws StackRefusal.
ChosenStack choose_stack(StackProvisioners& provisioners, const Stack& words,
                         const WithCall& with_call);

}  // namespace berth
