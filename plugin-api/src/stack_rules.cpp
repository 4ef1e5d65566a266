#include "berth/stack_rules.hpp"

#include <algorithm>
#include <stdexcept>

namespace berth {
namespace {

constexpr std::string_view none = "none";
constexpr std::size_t longest_path = 512;

std::string folded(std::string_view word) {
  std::string text;
  for (const char c : word) {
    if (c == '-' || c == '_' || c == '.' || c == ' ') continue;
    text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text;
}

bool applies(const StackRule& rule, const Stack& stack) {
  return !rule.when.empty() &&
         std::all_of(rule.when.begin(), rule.when.end(), [&](const auto& slot_and_ids) {
           const auto& ids = slot_and_ids.second;
           return std::find(ids.begin(), ids.end(), chosen(stack, slot_and_ids.first)) != ids.end();
         });
}

}  // namespace

bool is_slot(std::string_view word) {
  return std::find(stack_slots.begin(), stack_slots.end(), word) != stack_slots.end();
}

const std::string& chosen(const Stack& stack, std::string_view slot) {
  if (slot == stack_slots[0]) return stack.backend;
  if (slot == stack_slots[1]) return stack.database;
  if (slot == stack_slots[2]) return stack.frontend;
  if (slot == stack_slots[3]) return stack.css;
  throw std::invalid_argument("a stack has no slot \"" + std::string(slot) + "\"");
}

std::string& chosen(Stack& stack, std::string_view slot) {
  return const_cast<std::string&>(chosen(static_cast<const Stack&>(stack), slot));
}

std::string stack_text(const Stack& stack) {
  return stack.backend + " + " + stack.database + " + " + stack.frontend + " + " + stack.css;
}

std::string choice_of(const StackChoices& choices, std::string_view slot, std::string_view word) {
  const std::string wanted = folded(word);
  if (wanted == none) return wanted;
  for (const StackChoice& choice : choices.choices) {
    if (choice.slot != slot) continue;
    if (folded(choice.id) == wanted) return choice.id;
    for (const std::string& alias : choice.aliases)
      if (folded(alias) == wanted) return choice.id;
  }
  return "";
}

const StackRule* refusal_of(const StackChoices& choices, const Stack& stack) {
  for (const StackRule& rule : choices.rules)
    if (applies(rule, stack)) return &rule;
  return nullptr;
}

std::vector<Stack> stacks_of(const StackChoices& choices) {
  std::vector<Stack> stacks{Stack()};
  for (const std::string_view slot : stack_slots) {
    std::vector<Stack> more;
    for (const Stack& stack : stacks) {
      more.push_back(stack);
      for (const StackChoice& choice : choices.choices) {
        if (choice.slot != slot) continue;
        more.push_back(stack);
        chosen(more.back(), slot) = choice.id;
      }
    }
    stacks = std::move(more);
  }
  stacks.erase(
      std::remove_if(stacks.begin(), stacks.end(),
                     [&](const Stack& stack) { return refusal_of(choices, stack) != nullptr; }),
      stacks.end());
  return stacks;
}

Stack nearest_to(const StackChoices& choices, const Stack& stack) {
  // A change weighs so that one more slot is worse than any choice of slots, and an earlier slot
  // is worse than a later one.
  const auto distance = [&](const Stack& other) {
    int far = 0;
    int weight = 1 << 3;
    for (const std::string_view slot : stack_slots) {
      if (chosen(other, slot) != chosen(stack, slot)) far += (1 << 4) + weight;
      weight >>= 1;
    }
    return far;
  };
  const std::vector<Stack> allowed = stacks_of(choices);
  const auto best =
      std::min_element(allowed.begin(), allowed.end(),
                       [&](const Stack& a, const Stack& b) { return distance(a) < distance(b); });
  return best == allowed.end() ? stack : *best;
}

std::string path_problem(const std::string& path) {
  if (path.empty()) return "is empty";
  if (path.size() > longest_path) return "is over 512 bytes long";
  for (const char c : path)
    if (static_cast<unsigned char>(c) < 0x20 || c == '\x7f' || c == '\\')
      return "has a character that no file of a project has";
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    if (part.empty()) return path.front() == '/' ? "is absolute" : "has an empty part";
    if (part == "." || part == "..") return "has '" + part + "' in it";
    if (part == ".berth" || part == ".git") return "is in " + part + ", which is not a template's";
    begin = end + 1;
  }
  return "";
}

std::string secret_problem(const Rendering& rendering,
                           const std::map<std::string, std::string>& secrets) {
  for (const auto& [name, secret] : secrets) {
    const auto holds = [&secret = secret](const std::string& text) {
      return text.find(secret) != std::string::npos;
    };
    for (const RenderedFile& file : rendering.files) {
      if (holds(file.path)) return "the path of a file holds " + name;
      if (!file.secret && holds(file.content))
        return file.path + " holds " + name + " and is not marked as a secret";
    }
    for (const auto& [key, text] : rendering.credentials)
      if (holds(text)) return "credential " + key + " holds " + name;
    if (std::any_of(rendering.next_steps.begin(), rendering.next_steps.end(), holds))
      return "a next step holds " + name;
    if (std::any_of(rendering.setup.begin(), rendering.setup.end(), holds))
      return "the setup command holds " + name;
  }
  return "";
}

}  // namespace berth
