#include "credentials/keyring.hpp"

#include <algorithm>
#include <system_error>

#include "credentials/key_file.hpp"

namespace berth {

const CredentialKey* Keyring::find(std::string_view id) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(),
                                  [&](const CredentialKey& key) { return key.id() == id; });
  return found == keys_.end() ? nullptr : &*found;
}

bool KeyStore::is_named() const { return environment_(key_variable) != nullptr || !file_.empty(); }

bool KeyStore::in_file() const { return environment_(key_variable) == nullptr && !file_.empty(); }

Keyring KeyStore::read() const {
  std::vector<CredentialKey> keys;
  for (const char* name : {key_variable, old_key_variable})
    if (const char* text = environment_(name))
      keys.push_back(CredentialKey::parsed(text, std::string("$") + name));
  const bool from_environment = environment_(key_variable) != nullptr;
  if (file_.empty() && !from_environment)
    throw KeyProblem(
        "there is no key for credentials: make one with `berth accounts new-key FILE` and name the "
        "file in the config, as [credentials] key_file");
  if (file_.empty()) return Keyring(std::move(keys));
  std::error_code ignored;
  std::vector<CredentialKey> of_files;
  if (const auto next = next_key_file(file_); std::filesystem::exists(next, ignored))
    of_files.push_back(key_of_file(next));
  of_files.push_back(key_of_file(file_));
  try {
    if (const auto old = old_key_file(file_); std::filesystem::exists(old, ignored))
      of_files.push_back(key_of_file(old));
  } catch (const KeyProblem&) {
    // Nothing needs it but a ledger from a backup; there the row itself says which key is missing.
  }
  // An old key of the environment only opens.
  keys.insert(from_environment ? keys.end() : keys.begin(), of_files.begin(), of_files.end());
  return Keyring(std::move(keys));
}

}  // namespace berth
