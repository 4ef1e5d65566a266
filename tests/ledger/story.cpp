#include "story.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace berth {
namespace fs = std::filesystem;

Folder::Folder() {
  std::string name = fs::temp_directory_path() / "berth-ledger-XXXXXX";
  path_ = mkdtemp(name.data());
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<std::pair<std::string, std::string>> Folder::contents() const {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& entry : fs::directory_iterator(path_)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files.emplace_back(entry.path().filename(),
                       std::string(std::istreambuf_iterator<char>(file), {}));
  }
  std::sort(files.begin(), files.end());
  return files;
}

AsNobody::AsNobody(const std::string& folder_to_own) : was_root_(geteuid() == 0) {
  constexpr uid_t nobody = 65534;
  if (!was_root_) return;
  if (!folder_to_own.empty() && chown(folder_to_own.c_str(), nobody, nobody) != 0) abort();
  if (seteuid(nobody) != 0) abort();
}

AsNobody::~AsNobody() {
  if (was_root_ && seteuid(0) != 0) abort();
}

DeploymentRecord a_deployment(const std::string& id) {
  DeploymentRecord deployment;
  deployment.id = id;
  deployment.organization = "acme";
  deployment.application = "web";
  deployment.requirements.room = {2000, 4096, 51200};
  return deployment;
}

AttemptRecord an_attempt(const std::string& id) {
  AttemptRecord attempt;
  attempt.id = id;
  attempt.organization = "acme";
  attempt.account = "hetzner-main";
  return attempt;
}

Server a_server(const std::string& id) {
  Server server;
  server.id = id;
  server.organization = "acme";
  server.name = "name-of-" + id;
  server.capacity = {8000, 16384, 163840};
  return server;
}

HoldRecord a_hold(const std::string& id, const std::string& server, const std::string& application,
                  const Room& room) {
  HoldRecord hold;
  hold.id = id;
  hold.organization = "acme";
  hold.application = application;
  hold.server_id = server;
  hold.deployment_id = "deployment-of-" + id;
  hold.room = room;
  return hold;
}

std::optional<Refusal> refusal_of(const std::function<void()>& action) {
  try {
    action();
    return std::nullopt;
  } catch (const LedgerError& error) {
    return Refusal{error.problem(), error.what()};
  }
}

std::optional<Refusal> refusal_of(const std::string& folder, bool read_only) {
  return refusal_of([&] { open_sqlite_ledger(folder, "installation", read_only); });
}

}  // namespace berth
