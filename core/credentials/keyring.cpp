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

std::filesystem::path KeyStore::file() const {
  std::error_code ignored;  // what cannot be seen cannot be read either
  if (!named_.empty() || !std::filesystem::exists(of_our_own_, ignored)) return named_;
  return of_our_own_;
}

bool KeyStore::is_named() const {
  return environment_(key_variable) != nullptr || !file().empty();
}

bool KeyStore::in_file() const {
  return environment_(key_variable) == nullptr && !file().empty();
}

void KeyStore::make_if_none() const {
  if (is_named() || of_our_own_.empty()) return;
  try {
    make_key_file(of_our_own_);
  } catch (const KeyProblem&) {
    if (file().empty()) throw;  // else another process was faster
  }
}

Keyring KeyStore::read() const {
  const std::filesystem::path file = this->file();
  std::vector<CredentialKey> keys;
  for (const char* name : {key_variable, old_key_variable})
    if (const char* text = environment_(name))
      keys.push_back(CredentialKey::parsed(text, std::string("$") + name));
  const bool from_environment = environment_(key_variable) != nullptr;
  if (file.empty() && !from_environment)
    throw KeyProblem(
        "there is no key for credentials: make one with `berth accounts new-key FILE` and name the "
        "file in the config, as [credentials] key_file");
  if (file.empty()) return Keyring(std::move(keys));
  std::error_code ignored;
  std::vector<CredentialKey> of_files;
  if (const auto next = next_key_file(file); std::filesystem::exists(next, ignored))
    of_files.push_back(key_of_file(next));
  of_files.push_back(key_of_file(file));
  try {
    if (const auto old = old_key_file(file); std::filesystem::exists(old, ignored))
      of_files.push_back(key_of_file(old));
  } catch (const KeyProblem&) {
    // Nothing needs it but a ledger from a backup; there the row itself says which key is missing.
  }
  // An old key of the environment only opens.
  keys.insert(from_environment ? keys.end() : keys.begin(), of_files.begin(), of_files.end());
  return Keyring(std::move(keys));
}

}  // namespace berth
