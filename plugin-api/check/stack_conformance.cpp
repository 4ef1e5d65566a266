// What a stack provisioner promises, tried with every stack it allows.
#include <algorithm>
#include <set>

#include "berth/codec.hpp"
#include "berth/conformance.hpp"
#include "berth/stack_rules.hpp"
#include "report.hpp"

namespace berth::conformance {
namespace {

bool is_id(const std::string& text) {
  if (text.empty() || text.size() > 40 || text[0] < 'a' || text[0] > 'z') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string choices_problem(const StackChoices& choices) {
  std::set<std::string> known;
  for (const StackChoice& choice : choices.choices) {
    if (!is_slot(choice.slot)) return "there is no slot \"" + choice.slot + "\"";
    if (!is_id(choice.id) || choice.id == "none") return "\"" + choice.id + "\" is no id";
    if (!known.insert(choice.slot + " " + choice.id).second) return choice.id + " stands twice";
  }
  for (const StackChoice& choice : choices.choices)
    for (const std::string& alias : choice.aliases)
      if (choice_of(choices, choice.slot, alias) != choice.id)
        return "alias \"" + alias + "\" of " + choice.id + " means another choice";
  for (const StackRule& rule : choices.rules) {
    if (rule.when.empty() || rule.sentence.empty()) return "rule " + rule.id + " says nothing";
    for (const auto& [slot, ids] : rule.when) {
      if (!is_slot(slot)) return "rule " + rule.id + ": there is no slot \"" + slot + "\"";
      for (const std::string& id : ids)
        if (id != "none" && known.count(slot + " " + id) == 0)
          return "rule " + rule.id + ": there is no " + slot + " \"" + id + "\"";
    }
  }
  return stacks_of(choices).empty() ? "every stack is refused" : "";
}

std::string rendering_problem(const Rendering& rendering, const RenderRequest& request) {
  std::set<std::string> paths;
  if (rendering.files.empty()) return "no files";
  for (const RenderedFile& file : rendering.files) {
    if (const std::string problem = path_problem(file.path); !problem.empty())
      return "path \"" + file.path + "\" " + problem;
    if (!paths.insert(file.path).second) return file.path + " stands twice";
  }
  for (const RenderedFile& file : rendering.files)  // a file where another needs a folder
    for (std::size_t at = file.path.find('/'); at != std::string::npos;
         at = file.path.find('/', at + 1))
      if (paths.count(file.path.substr(0, at)) > 0)
        return file.path.substr(0, at) + " is a file and a folder";
  return secret_problem(rendering, request.secrets);
}

RenderRequest request_for(const Stack& stack, const StackPlan& plan) {
  RenderRequest request;
  request.stack = stack;
  request.name = "conformance-check";
  request.title = "Conformance: \"Check\" & <more>";
  for (const StackPort& port : plan.ports) request.ports[port.name] = port.from;
  for (const StackSecret& secret : plan.secrets)
    request.secrets[secret.name] =
        (secret.name + std::string(static_cast<std::size_t>(secret.length), 'x'))
            .substr(0, static_cast<std::size_t>(secret.length));
  return request;
}

class Tries {
 public:
  Tries(StackProvisioner& provisioner, const CallFactory& calls)
      : provisioner_(provisioner), calls_(calls) {}

  /// "" or what is wrong with this stack. Counts those that have a template.
  std::string one(const Stack& stack) {
    const auto planning = calls_();
    const Result<StackPlan> plan = provisioner_.plan({stack}, *planning);
    if (!plan && plan.failure().code == ErrorCode::unsupported) return "";
    if (!plan) return "plan: " + in_words(plan.failure());
    const RenderRequest request = request_for(stack, *plan);
    const auto first = calls_();
    const Result<Rendering> rendering = provisioner_.render(request, *first);
    if (!rendering) return "render: " + in_words(rendering.failure());
    if (std::string problem = rendering_problem(*rendering, request); !problem.empty())
      return problem;
    const auto second = calls_();
    const Result<Rendering> again = provisioner_.render(request, *second);
    if (!again || codec::encode(*again) != codec::encode(*rendering))
      return "the same request has another answer the second time";
    ++rendered_;
    return "";
  }

  [[nodiscard]] int rendered() const { return rendered_; }

 private:
  StackProvisioner& provisioner_;
  const CallFactory& calls_;
  int rendered_ = 0;
};

}  // namespace

std::vector<CheckResult> run_conformance(StackProvisioner& provisioner, const CallFactory& calls,
                                         const Options& options) {
  Report report(options);
  report.begin("choices");
  const auto call = calls();
  const Result<StackChoices> choices = provisioner.choices(*call);
  if (!report.judge(choices ? choices_problem(*choices) : in_words(choices.failure())))
    return report.take();
  report.begin("plan.unknown-choice");
  Stack unknown;
  unknown.backend = "no-such-technology";
  const auto asking = calls();
  const Result<StackPlan> planned = provisioner.plan({unknown}, *asking);
  if (planned)
    report.fail("planned a backend that is not known");
  else
    report.judge(planned.failure().code == ErrorCode::invalid ? "" : in_words(planned.failure()));
  report.begin("render.every-stack");
  Tries tries(provisioner, calls);
  std::string problem;
  for (const Stack& stack : stacks_of(*choices))
    if (problem.empty())
      if (const std::string found = tries.one(stack); !found.empty())
        problem = stack_text(stack) + ": " + found;
  if (problem.empty() && tries.rendered() == 0) problem = "no stack has a template";
  report.judge(problem);
  return report.take();
}

}  // namespace berth::conformance
