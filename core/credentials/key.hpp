// The key that credentials are sealed with.
#pragma once

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace berth {

/// A key cannot be had. what() says where it was looked for, what is wrong and what to do; it never
/// quotes a key.
class KeyProblem : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// 32 bytes that are overwritten when they go. Threads: any; immutable.
class CredentialKey {
 public:
  static constexpr std::size_t size = 32;

  /// By chance.
  static CredentialKey fresh();
  /// From 64 hex digits, or from the base64 of 32 bytes. `where` names the source in a KeyProblem.
  static CredentialKey parsed(std::string_view text, const std::string& where);

  CredentialKey(const CredentialKey&) = default;
  CredentialKey& operator=(const CredentialKey&) = default;
  ~CredentialKey();

  [[nodiscard]] const unsigned char* bytes() const { return bytes_.data(); }
  /// As parsed() reads it; for the file that keeps it, and for nothing else.
  [[nodiscard]] std::string text() const;
  /// Names the key without telling it: 16 hex digits of a hash.
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  using Bytes = std::array<unsigned char, size>;
  explicit CredentialKey(const Bytes& bytes);
  Bytes bytes_;
  std::string id_;
};

/// Overwrites what a text held, then empties it.
void wipe(std::string& text);

}  // namespace berth
