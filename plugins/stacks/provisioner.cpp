#include "provisioner.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <optional>

#include "berth/did_you_mean.hpp"
#include "berth/stack_rules.hpp"
#include "project.hpp"
#include "render.hpp"

namespace berth::stacks {
namespace {

namespace fs = std::filesystem;

/// Beside the folder of the bundled plugins, which this library is in.
fs::path bundled_templates() {
  static const int here = 0;
  Dl_info info{};
  if (dladdr(&here, &info) == 0 || info.dli_fname == nullptr)
    throw ConfigError("where this plugin lies cannot be found out");
  return fs::absolute(info.dli_fname).parent_path().parent_path() / "stacks";
}

void add_parts(std::vector<Part>& parts, const fs::path& root) {
  for (Part& part : read_parts(root)) {
    const auto same = std::find_if(parts.begin(), parts.end(), [&](const Part& other) {
      return other.slot == part.slot && other.id == part.id && other.name == part.name;
    });
    if (same == parts.end())
      parts.push_back(std::move(part));
    else
      *same = std::move(part);
  }
}

std::vector<std::string> ids_of(const std::vector<Part>& parts, std::string_view slot,
                                bool with_pages) {
  std::vector<std::string> ids;
  for (const Part& part : parts)
    if (part.slot == slot && !part.id.empty() && (!with_pages || !part.pages))
      ids.push_back(part.id);
  return ids;
}

/// The rules that every set of parts has, and those that the parts bring.
std::vector<StackRule> rules_of(const std::vector<Part>& parts) {
  StackRule something;
  something.id = "something";
  for (const std::string_view slot : stack_slots) something.when[std::string(slot)] = {"none"};
  something.sentence = "a stack needs at least one technology";
  StackRule pages;
  pages.id = "css-needs-pages";
  pages.when["css"] = ids_of(parts, "css", false);
  pages.when["frontend"] = {"none"};
  pages.when["backend"] = ids_of(parts, "backend", true);
  pages.when["backend"].emplace_back("none");
  pages.sentence = "css needs a frontend, or a backend that renders pages";
  std::vector<StackRule> rules{std::move(something), std::move(pages)};
  for (const Part& part : parts) rules.insert(rules.end(), part.rules.begin(), part.rules.end());
  return rules;
}

StackChoices choices_of(const std::vector<Part>& parts) {
  StackChoices choices;
  for (const std::string_view slot : stack_slots)
    for (const Part& part : parts)
      if (part.slot == slot && !part.id.empty())
        choices.choices.push_back({part.slot, part.id, part.title, part.aliases});
  choices.rules = rules_of(parts);
  return choices;
}

Failure invalid(std::string message) {
  Failure failure;
  failure.code = ErrorCode::invalid;
  failure.effect = Effect::none;
  failure.message = std::move(message);
  return failure;
}

/// nullopt: it can be rendered.
std::optional<Failure> refusal(const StackChoices& choices, const Stack& stack) {
  for (const std::string_view slot : stack_slots) {
    const std::string& id = chosen(stack, slot);
    std::vector<std::string> known{"none"};
    for (const StackChoice& choice : choices.choices)
      if (choice.slot == slot) known.push_back(choice.id);
    if (std::find(known.begin(), known.end(), id) == known.end())
      return invalid("there is no " + std::string(slot) + " \"" + id + "\"" +
                     did_you_mean(id, known));
  }
  if (const StackRule* rule = refusal_of(choices, stack))
    return invalid(stack_text(stack) + ": " + rule->sentence);
  return std::nullopt;
}

}  // namespace

Provisioner::Provisioner(const PluginConfig& config)
    : Provisioner(bundled_templates(), config.list("templates")) {}

Provisioner::Provisioner(const fs::path& bundled, const std::vector<std::string>& more) {
  try {
    add_parts(parts_, bundled);
    for (const std::string& folder : more) {
      if (!fs::path(folder).is_absolute())
        throw ConfigError("templates: " + folder + " is no absolute path");
      add_parts(parts_, folder);
    }
  } catch (const TemplateProblem& problem) {
    throw ConfigError(problem.what());
  }
  choices_ = choices_of(parts_);
}

Result<StackChoices> Provisioner::choices(Call& /*call*/) { return choices_; }

Result<StackPlan> Provisioner::plan(const StackRequest& request, Call& /*call*/) {
  if (auto failure = refusal(choices_, request.stack)) return *std::move(failure);
  return Project(parts_, request.stack).plan();
}

Result<Rendering> Provisioner::render(const RenderRequest& request, Call& /*call*/) {
  if (auto failure = refusal(choices_, request.stack)) return *std::move(failure);
  try {
    return Project(parts_, request.stack).render(request);
  } catch (const std::invalid_argument& problem) {
    return invalid(problem.what());
  } catch (const TemplateProblem& problem) {
    Failure failure = invalid(problem.what());
    failure.code = ErrorCode::internal;
    return failure;
  }
}

}  // namespace berth::stacks
