// Draft interface "berth.stack-provisioner/0": renders a project folder for a choice of
// technologies. Not frozen: the host does not load it yet. Std-only, C++17.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "berth/call.hpp"

namespace berth {

inline constexpr const char* stack_provisioner_id = "berth.stack-provisioner/0";

struct Stack {
  std::string backend, database, frontend, css;  // "none" where nothing is chosen
};

struct RenderRequest {
  Stack stack;
  std::string name;                     // the project's slug
  std::map<std::string, int> ports;     // service -> port on 127.0.0.1
};

struct RenderedFile {
  std::string path;  // relative; the host validates it
  std::string content;
  int mode = 0644;
};

struct Rendering {
  std::string template_name;
  std::vector<RenderedFile> files;
  std::map<std::string, std::string> credentials;
  std::vector<std::string> next_steps;
};

/// Pure: writes nothing, asks for no service.
class StackProvisioner {
 public:
  virtual ~StackProvisioner() = default;
  virtual Result<std::vector<Stack>> choices(Call& call) = 0;
  virtual Result<Rendering> render(const RenderRequest& request, Call& call) = 0;
};

}  // namespace berth
