// Renders stacks into folders, for those who judge what comes out:
//
//   berth-stack-render TEMPLATES OUT                        every stack that no rule refuses
//   berth-stack-render TEMPLATES OUT BACKEND DATABASE FRONTEND CSS
//
// A folder of OUT is called after its stack, "laravel-postgresql-none-tailwind"; its name is a line
// of stdout. Ports and secrets are made up: the first ports, and secrets that are easy to find.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "berth/stack_rules.hpp"
#include "plugin-api/fake_call.hpp"
#include "provisioner.hpp"

namespace {

namespace fs = std::filesystem;
using namespace berth;

std::string folder_of(const Stack& stack) {
  return stack.backend + "-" + stack.database + "-" + stack.frontend + "-" + stack.css;
}

RenderRequest request_for(const Stack& stack, const StackPlan& plan) {
  RenderRequest request;
  request.stack = stack;
  // The same for all: who judges a text once need not judge it in every stack.
  request.name = "my-shop";
  request.title = "It's <my> & \"shop\" $HOME `id` {{ 7 }} {x} #1 \\";
  std::int64_t more = 0;  // apart from each other, whatever they begin from
  for (const StackPort& port : plan.ports) request.ports[port.name] = port.from + 10 * more++;
  for (const StackSecret& secret : plan.secrets)
    request.secrets[secret.name] =
        secret.form == StackSecret::Form::base64
            ? "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0ISEhISE="
            : "Secret" + std::string(static_cast<std::size_t>(secret.length) - 6, 'x');
  return request;
}

void write(const fs::path& folder, const Rendering& rendering) {
  for (const RenderedFile& file : rendering.files) {
    const fs::path path = folder / file.path;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << file.content;
    fs::permissions(path, static_cast<fs::perms>(file.secret       ? 0600
                                                 : file.executable ? 0755
                                                                   : 0644));
  }
}

template <class T>
T value_of(Result<T> result, const Stack& stack) {
  if (result) return *std::move(result);
  std::cerr << stack_text(stack) << ": " << result.failure().message << "\n";
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 7) {
    std::cerr << "usage: berth-stack-render TEMPLATES OUT [BACKEND DATABASE FRONTEND CSS]\n";
    return 2;
  }
  try {
    stacks::Provisioner provisioner(argv[1], {});
    FakeCall call;
    std::vector<Stack> wanted{Stack()};
    if (argc == 7)
      for (std::size_t i = 0; i < stack_slots.size(); ++i)
        chosen(wanted[0], stack_slots[i]) = argv[3 + i];
    else
      wanted = stacks_of(value_of(provisioner.choices(call), Stack()));
    for (const Stack& stack : wanted) {
      const StackPlan plan = value_of(provisioner.plan({stack}, call), stack);
      const Rendering rendering =
          value_of(provisioner.render(request_for(stack, plan), call), stack);
      write(fs::path(argv[2]) / folder_of(stack), rendering);
      std::cout << folder_of(stack) << "\n";
    }
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << "\n";
    return 1;
  }
}
