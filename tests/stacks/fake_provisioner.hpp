// A stack provisioner that does what a test says, and the list it stands in.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stacks/provisioners.hpp"

namespace berth {

/// laravel, express; postgresql; nextjs; tailwind. Tailwind needs pages: of laravel or nextjs.
class FakeProvisioner final : public StackProvisioner {
 public:
  Result<StackChoices> choices(Call&) override {
    if (broken) return *broken;
    StackChoices all;
    all.choices = {{"backend", "laravel", "Laravel", {}},
                   {"backend", "express", "Express", {}},
                   {"database", "postgresql", "PostgreSQL", {"postgres"}},
                   {"frontend", "nextjs", "Next.js", {"next"}},
                   {"css", "tailwind", "Tailwind", {}}};
    all.choices.insert(all.choices.end(), more.begin(), more.end());
    all.rules = {
        {"css-needs-pages",
         {{"css", {"tailwind"}}, {"backend", {"none", "express"}}, {"frontend", {"none"}}},
         "css needs pages"},
        {"something",
         {{"backend", {"none"}}, {"database", {"none"}}, {"frontend", {"none"}}, {"css", {"none"}}},
         "a stack needs something"}};
    return all;
  }
  Result<StackPlan> plan(const StackRequest&, Call&) override {
    if (no_plan) return *no_plan;
    return planned;
  }
  Result<Rendering> render(const RenderRequest& request, Call&) override {
    asked.push_back(request);
    if (no_rendering) return *no_rendering;
    Rendering rendering;
    for (const auto& [path, content] : files) {
      RenderedFile file;
      file.path = path;
      file.content = content;
      rendering.files.push_back(file);
    }
    RenderedFile env;
    env.path = ".env";
    env.secret = true;
    env.update = RenderedFile::Update::keys;
    env.content = "PORT=" + std::to_string(request.ports.at("application")) +
                  "\nDATABASE_PASSWORD=" + request.secrets.at("DATABASE_PASSWORD") + "\n";
    rendering.files.push_back(env);
    rendering.credentials = {{"database", "shop"}, {"username", "shop"}};
    rendering.next_steps = {"look around"};
    if (tells_the_password)
      rendering.next_steps.push_back("log in with " + request.secrets.at("DATABASE_PASSWORD"));
    rendering.setup = {"./setup.sh"};
    return rendering;
  }

  static StackPlan a_plan() {
    StackPlan plan;
    plan.template_name = "a-template";
    plan.template_version = "1";
    plan.ports = {{"application", 8080}, {"database", 5433}};
    plan.secrets = {{"DATABASE_PASSWORD", StackSecret::Form::alphanumeric, 32}};
    plan.millicores = 500;
    plan.memory_mib = 512;
    plan.disk_mib = 1024;
    plan.health_path = "/health";
    return plan;
  }

  std::optional<Failure> broken, no_plan, no_rendering;
  std::vector<StackChoice> more;
  StackPlan planned = a_plan();
  std::map<std::string, std::string> files{{"README.md", "# Shop\n"}, {"setup.sh", "exit 0\n"}};
  bool tells_the_password = false;
  std::vector<RenderRequest> asked;
};

inline Failure failure_of(ErrorCode code, const std::string& message) {
  Failure failure;
  failure.code = code;
  failure.message = message;
  return failure;
}

class FakeProvisioners final : public StackProvisioners {
 public:
  [[nodiscard]] std::vector<std::string> ids() const override { return order; }
  Result<StackProvisioner*> open(const std::string& id) override {
    if (missing.count(id) > 0) return failure_of(ErrorCode::unavailable, missing.at(id));
    return static_cast<StackProvisioner*>(&of[id]);
  }
  std::vector<std::string> order{"stacks"};
  std::map<std::string, FakeProvisioner> of;
  std::map<std::string, std::string> missing;  // id -> why
};

}  // namespace berth
