// Log lines: no secret is left, in whatever text it stands. After "%%" the text, before it the
// secret.
#include <cstdint>
#include <string>
#include <string_view>

#include "http/redaction.hpp"
#include "lines.hpp"
#include "request/plain_text.hpp"
#include "require.hpp"

using namespace berth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parts = fuzz::parts_of({reinterpret_cast<const char*>(data), size});
  if (parts.size() < 2) return -1;
  const std::string secret(parts[0]);
  const std::string clean = Redaction({secret}).apply(parts[1]);
  // One that is part of the replacement itself cannot be kept out of it.
  if (secret.size() >= 4 && std::string_view("[redacted]").find(secret) == std::string_view::npos &&
      secret.find_first_of("[]") == std::string::npos)
    fuzz::require(clean.find(secret) == std::string::npos, "a secret is left");
  const std::string line = one_line(parts[1], 100);
  for (const char c : line)
    fuzz::require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a control character");
  fuzz::require(one_line(line, 1'000) == line, "a clean line is changed");
  return 0;
}
