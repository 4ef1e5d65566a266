// The keys there are: one that seals, and all that open.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"
#include "credentials/key.hpp"

namespace berth {

/// Names of the environment that hold keys; nothing that berth starts gets them.
inline constexpr const char* key_variable = "BERTH_CREDENTIALS_KEY";
inline constexpr const char* old_key_variable = "BERTH_CREDENTIALS_OLD_KEY";

/// Threads: any; immutable.
class Keyring {
 public:
  /// The first one seals. REQUIRES: one at least.
  explicit Keyring(std::vector<CredentialKey> keys) : keys_(std::move(keys)) {}

  [[nodiscard]] const CredentialKey& sealing() const { return keys_.front(); }
  /// nullptr: there is none of this id.
  [[nodiscard]] const CredentialKey* find(std::string_view id) const;

 private:
  std::vector<CredentialKey> keys_;
};

/// Where the keys are kept. Threads: any.
class KeyStore {
 public:
  /// `named`: [credentials] key_file; "" where the config names none. `of_our_own`: then the file
  /// that make_if_none() makes, used once it is there; "": there is none.
  KeyStore(std::filesystem::path named, Environment environment,
           std::filesystem::path of_our_own = {})
      : named_(std::move(named)),
        of_our_own_(std::move(of_our_own)),
        environment_(std::move(environment)) {}

  /// Reads them anew: a rotation by another process may be under way. The environment's key seals
  /// where there is one, else the file's; those of both open. Throws KeyProblem: there is none, or
  /// one that is named cannot be used.
  [[nodiscard]] Keyring read() const;

  /// Where nobody named a key: makes one in a file of our own. Throws KeyProblem.
  void make_if_none() const;

  /// Somebody meant there to be a key.
  [[nodiscard]] bool is_named() const;
  /// The key is the file's, so that it can be replaced here.
  [[nodiscard]] bool in_file() const;
  /// "": there is none.
  [[nodiscard]] std::filesystem::path file() const;

 private:
  std::filesystem::path named_, of_our_own_;
  Environment environment_;
};

}  // namespace berth
