// What the ledger's tests share: a folder of their own, records with something in every field.
#pragma once

#include <string>
#include <vector>

#include "ledger/ledger.hpp"

namespace berth {

/// Removed with all that is in it at the end.
class Folder {
 public:
  Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  /// Every file's name, with its bytes.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> contents() const;

 private:
  std::string path_;
};

/// Acts as a user without root's rights until it is destroyed; nothing changes for another user.
class AsNobody {
 public:
  explicit AsNobody(const std::string& folder_to_own = "");
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  ~AsNobody();

 private:
  bool was_root_;
};

inline constexpr const char* boot = "boot-1";
inline Moment at(std::int64_t ms, const char* boot_id = boot) {
  return {1'000'000'000'000 + ms, ms, boot_id};
}

DeploymentRecord a_deployment(const std::string& id);
AttemptRecord an_attempt(const std::string& id);
Server a_server(const std::string& id);
HoldRecord a_hold(const std::string& id, const std::string& server, const std::string& application,
                  const Room& room);

/// The problem that opening this folder ends with, and the text; nullopt: it opens.
struct Refusal {
  LedgerProblem problem;
  std::string text;
};
std::optional<Refusal> refusal_of(const std::string& folder, bool read_only = false);
std::optional<Refusal> refusal_of(const std::function<void()>& action);

/// Parts of the test program that run as processes of their own; see main.cpp.
int write_as_a_process(const std::string& folder, int transactions);
int measure(const std::string& folder);

}  // namespace berth
