// A part of somebody's own: its part.toml, and a file of it. Parts: the manifest, the file, the
// project's title. What can be read is planned and rendered.
#include <stdlib.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "berth/codec.hpp"
#include "lines.hpp"
#include "plugin-api/fake_call.hpp"
#include "provisioner.hpp"
#include "require.hpp"

using namespace berth;

namespace {

namespace fs = std::filesystem;

/// A folder of templates with one part in it, in memory where there is some.
class Folder {
 public:
  Folder() {
    const fs::path memory = "/dev/shm";
    std::string name = (fs::is_directory(memory) ? memory : fs::temp_directory_path()) /
                       "berth-fuzz-templates-XXXXXX";
    fuzz::require(mkdtemp(name.data()) != nullptr, "no folder at " + name);
    root_ = name;
    fs::create_directories(root_ / "backend/own/files");
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  void write(std::string_view manifest, std::string_view file) const {
    std::ofstream(root_ / "backend/own/part.toml", std::ios::binary) << manifest;
    std::ofstream(root_ / "backend/own/files/file.txt", std::ios::binary) << file;
  }
  [[nodiscard]] const fs::path& root() const { return root_; }

 private:
  fs::path root_;
};

RenderRequest request_for(const Stack& stack, const StackPlan& plan, std::string_view title) {
  RenderRequest request;
  request.stack = stack;
  request.name = "project";
  request.title = codec::valid_utf8(std::string(title));
  for (const StackPort& port : plan.ports) request.ports[port.name] = port.from;
  for (const StackSecret& secret : plan.secrets)
    request.secrets[secret.name] = std::string(static_cast<std::size_t>(secret.length), 'S');
  return request;
}

template <class T>
bool answered(const Result<T>& answer) {
  if (answer) return true;
  fuzz::require(!answer.failure().message.empty(), "refused without a word");
  fuzz::require(answer.failure().effect == Effect::none, "rendering had an effect");
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Folder folder;
  const auto parts = fuzz::parts_of({reinterpret_cast<const char*>(data), size});
  if (parts.size() != 3) return -1;
  folder.write(parts[0], parts[1]);
  try {
    stacks::Provisioner provisioner(folder.root(), {});
    FakeCall call;
    const Stack stack{"own", "none", "none", "none"};
    const Result<StackPlan> plan = provisioner.plan({stack}, call);
    if (!answered(plan)) return 0;
    const RenderRequest request = request_for(stack, *plan, parts[2]);
    const Result<Rendering> rendering = provisioner.render(request, call);
    if (!answered(rendering)) return 0;
    const Result<Rendering> again = provisioner.render(request, call);
    fuzz::require(again.ok() && codec::encode(*again) == codec::encode(*rendering),
                  "another answer the second time");
  } catch (const ConfigError& refused) {
    fuzz::require(std::string_view(refused.what()).find("backend/own") != std::string_view::npos,
                  std::string("refused without saying where: ") + refused.what());
  }
  return 0;
}
