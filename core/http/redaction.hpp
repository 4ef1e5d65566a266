// Keeps secrets out of every text that people or files get to see.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth {

/// Replaces known secret values by "[redacted]", also where they stand URL-encoded, JSON-escaped or
/// in base64 (at any of the three alignments). Values shorter than 4 bytes are left alone: they
/// would tear holes into ordinary words. Threads: any; immutable.
class Redaction {
 public:
  Redaction() = default;
  explicit Redaction(const std::vector<std::string>& secrets);

  [[nodiscard]] std::string apply(std::string_view text) const;
  [[nodiscard]] bool empty() const { return forms_.empty(); }

 private:
  std::vector<std::string> forms_;  // longest first, so that no tail of a secret is left standing
};

}  // namespace berth
