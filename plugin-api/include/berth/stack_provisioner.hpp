// Interface "berth.stack-provisioner/1": the technologies that projects can be made of, and the
// files of a project. Std-only, C++17.
//
// Pure: a provisioner writes no file, opens no port and keeps nothing. The host keeps the ports and
// the secrets of a project and gives the same ones again, so the same request has the same answer:
// only so can a newer template be told from what a user changed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "berth/call.hpp"

namespace berth {

inline constexpr const char* stack_provisioner_id = "berth.stack-provisioner/1";

/// One choice for each slot, by id; "none" where nothing is wanted.
struct Stack {
  std::string backend = "none", database = "none", frontend = "none", css = "none";

  bool operator==(const Stack& other) const {
    return backend == other.backend && database == other.database && frontend == other.frontend &&
           css == other.css;
  }
  bool operator!=(const Stack& other) const { return !(*this == other); }
};

/// A technology that can stand in a slot. "none" stands in every slot and is not listed.
struct StackChoice {
  std::string slot;                  // "backend", "database", "frontend" or "css"
  std::string id;                    // "postgresql": [a-z][a-z0-9-]*, at most 40
  std::string title;                 // "PostgreSQL 17"
  std::vector<std::string> aliases;  // other spellings, folded like ids: "postgres"
};

/// A combination that is refused: every slot in `when` has one of the ids beside it.
struct StackRule {
  std::string id;                                        // "css-needs-pages"
  std::map<std::string, std::vector<std::string>> when;  // {"css": ["tailwind"], …}
  std::string sentence;  // for a person: "css needs a frontend, or a backend that renders pages"
};

/// At most 20,000 stacks of all choices together, 256 rules and 4,096 ids in these.
struct StackChoices {
  std::vector<StackChoice> choices;
  std::vector<StackRule> rules;
};

/// A port of 127.0.0.1 that the project needs for itself.
struct StackPort {
  std::string name;       // "application"; credentials name it "application_port"
  std::int64_t from = 0;  // the first free one from here on: 1024..65535
};

/// A text that the host makes by chance, once, for the project.
struct StackSecret {
  enum class Form { alphanumeric, base64 };  // base64 is that of `length` bytes
  std::string name;  // "DATABASE_PASSWORD": that one is shown as the password
  Form form = Form::alphanumeric;
  std::int64_t length = 32;  // 24..256
};

/// What a stack needs before it can be rendered.
struct StackPlan {
  std::string template_name;     // "laravel-postgresql-tailwind"
  std::string template_version;  // "1.2.0": another one where anything about its files changed
  std::vector<StackPort> ports;
  std::vector<StackSecret> secrets;
  std::int64_t millicores = 0, memory_mib = 0, disk_mib = 0;  // to run all of it
  std::string health_path;  // of the application's port: "/health"
};

struct StackRequest {
  Stack stack;
};

struct RenderRequest {
  Stack stack;
  std::string name;                            // the project's slug: ^[a-z][a-z0-9-]{0,40}$
  std::string title;                           // as its user wrote it
  std::map<std::string, std::int64_t> ports;   // those of the plan
  std::map<std::string, std::string> secrets;  // those of the plan
};

struct RenderedFile {
  /// What becomes of it where the project has such a file already: `merge` joins what the user and
  /// what the template changed; `keys` only adds lines KEY=VALUE whose KEY is missing.
  enum class Update { merge, keys };
  std::string path;  // relative, with '/', without "." and ".."
  std::string content;
  bool executable = false;
  bool secret = false;  // mode 0600
  Update update = Update::merge;
};

struct Rendering {
  std::vector<RenderedFile> files;
  std::map<std::string, std::string> credentials;  // "database", "username": what is no secret
  std::vector<std::string> next_steps;             // for a person, in order
  /// The command that starts it, run in its folder; empty: none. With "--native" after it, it
  /// starts without containers.
  std::vector<std::string> setup;
};

/// Threads: any.
class StackProvisioner {
 public:
  virtual ~StackProvisioner() = default;
  virtual Result<StackChoices> choices(Call& call) = 0;
  /// `unsupported`: no template for this combination, though every choice is known. `invalid`: a
  /// choice is not known, or a rule refuses it.
  virtual Result<StackPlan> plan(const StackRequest& request, Call& call) = 0;
  /// Fails as plan() does; `invalid` also where a port or a secret of the plan is missing.
  virtual Result<Rendering> render(const RenderRequest& request, Call& call) = 0;
};

}  // namespace berth
