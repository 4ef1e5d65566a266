// One project: the parts of its stack, put together.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "berth/stack_provisioner.hpp"
#include "part.hpp"

namespace berth::stacks {

/// The parts that a stack is made of, database first, what every project has last. What it refers
/// to outlives it.
class Project {
 public:
  /// REQUIRES: each choice of `stack` is "none" or has a part.
  Project(const std::vector<Part>& parts, const Stack& stack);

  [[nodiscard]] StackPlan plan() const;

  /// Throws TemplateProblem; std::invalid_argument where a port or a secret of the plan is missing.
  [[nodiscard]] Rendering render(const RenderRequest& request) const;

 private:
  /// What a template can name, but for the services and what else is itself a template.
  [[nodiscard]] boost::json::object view_of(const RenderRequest& request) const;
  void add_lists(boost::json::object& view) const;
  [[nodiscard]] const FileNote* note_of(const Part& part, const std::string& path,
                                        bool& wanted) const;

  const std::vector<Part>& all_;
  const Stack stack_;
  std::vector<const Part*> parts_;
};

}  // namespace berth::stacks
