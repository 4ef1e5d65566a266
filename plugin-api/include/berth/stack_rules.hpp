// The rules of stacks, as host, provisioners and checks alike read them. Std-only, C++17.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "berth/stack_provisioner.hpp"

namespace berth {

inline constexpr std::array<std::string_view, 4> stack_slots{"backend", "database", "frontend",
                                                             "css"};

/// Whether `word` is one of `stack_slots`.
bool is_slot(std::string_view word);

/// What stands in a slot of `stack_slots`; throws std::invalid_argument for any other.
std::string& chosen(Stack& stack, std::string_view slot);
const std::string& chosen(const Stack& stack, std::string_view slot);

/// "laravel + postgresql + none + tailwind".
std::string stack_text(const Stack& stack);

/// The choice that a word means: its id or an alias, whatever its case and with '-', '_', '.' and
/// spaces left out ("Next.js", "None"). "" where there is none.
std::string choice_of(const StackChoices& choices, std::string_view slot, std::string_view word);

/// The first rule that refuses the stack; nullptr: none does.
const StackRule* refusal_of(const StackChoices& choices, const Stack& stack);

/// Every stack that no rule refuses, "none" in any slot among them.
std::vector<Stack> stacks_of(const StackChoices& choices);

/// The stack that no rule refuses and that differs from `stack` in the fewest slots, among those
/// the one that keeps the earlier slots; `stack` itself where there is none.
Stack nearest_to(const StackChoices& choices, const Stack& stack);

/// "" where `path` may be that of a file in a project, or what is wrong with it: "is absolute".
std::string path_problem(const std::string& path);

/// "" where each of the secrets stands only in files that are marked as secret, or which one stands
/// where else: what else a rendering says is shown, and kept unsealed.
std::string secret_problem(const Rendering& rendering,
                           const std::map<std::string, std::string>& secrets);

}  // namespace berth
