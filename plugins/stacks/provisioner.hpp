// The stack provisioner over folders of templates.
#pragma once

#include <filesystem>
#include <vector>

#include "berth/config.hpp"
#include "berth/stack_provisioner.hpp"
#include "part.hpp"

namespace berth::stacks {

/// Reads the templates once, and is immutable from then on. Threads: any.
class Provisioner final : public StackProvisioner {
 public:
  /// The bundled templates, and those of the folders that `templates` names: a part of theirs takes
  /// the place of one with the same slot and id. Throws ConfigError.
  explicit Provisioner(const PluginConfig& config);
  Provisioner(const std::filesystem::path& bundled, const std::vector<std::string>& more);

  Result<StackChoices> choices(Call& call) override;
  Result<StackPlan> plan(const StackRequest& request, Call& call) override;
  Result<Rendering> render(const RenderRequest& request, Call& call) override;

 private:
  std::vector<Part> parts_;
  StackChoices choices_;
};

}  // namespace berth::stacks
