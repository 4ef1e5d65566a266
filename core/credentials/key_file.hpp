// Files that hold a key, of mode 0600, and how one takes the place of another.
//
// A rotation of FILE has three steps, and all that is sealed opens between any two of them:
//   1. FILE.next is made, with the new key; from here on it seals, and FILE still opens.
//   2. What FILE sealed is sealed anew, in one transaction of the ledger.
//   3. FILE becomes FILE.old (for ledgers restored from a backup), then FILE.next becomes FILE.
// One that died is ended by the next: a FILE.next that is there is used.
#pragma once

#include <filesystem>

#include "credentials/key.hpp"

namespace berth {

std::filesystem::path next_key_file(const std::filesystem::path& file);
std::filesystem::path old_key_file(const std::filesystem::path& file);

/// Throws KeyProblem: it cannot be read, others may read it, or it holds no key.
CredentialKey key_of_file(const std::filesystem::path& file);

/// A new key in a new file, durably. Returns its id. Throws KeyProblem: there is a file already.
std::string make_key_file(const std::filesystem::path& file);

/// One rotation; while it lives, no other process begins one of the same file.
class KeyFileRotation {
 public:
  /// Step 1. Throws KeyProblem, also where another one is under way.
  explicit KeyFileRotation(const std::filesystem::path& file);
  KeyFileRotation(const KeyFileRotation&) = delete;
  KeyFileRotation& operator=(const KeyFileRotation&) = delete;
  ~KeyFileRotation();
  /// Step 3. Throws KeyProblem.
  void end();

 private:
  const std::filesystem::path file_;
  int locked_;  // FILE as it was; the kernel frees it with its holder
};

}  // namespace berth
