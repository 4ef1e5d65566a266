// Durations, amounts, sizes and names as people write them. First line: which; then the text.
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "berth/money.hpp"
#include "lines.hpp"
#include "request/request.hpp"
#include "require.hpp"

using namespace berth;

namespace {

__extension__ typedef __int128 Wide;

void duration(std::string_view text) {
  std::string why;
  const auto ms = parse_duration_ms(text, why);
  if (!ms) return fuzz::require(!why.empty(), "refused without a word");
  fuzz::require(*ms > 0 && *ms <= 365LL * 24 * 3'600'000, "duration out of range");
  fuzz::require(parse_duration_ms(duration_text(*ms), why) == ms, "duration changes on its way");
}

void decimal(std::string_view text) {
  const auto nanos = nanos_of_decimal(text);
  if (!nanos) return;
  const std::string written = decimal_of_nanos(*nanos);
  fuzz::require(nanos_of_decimal(written) == nanos, "amount changes on its way: " + written);
}

using Parse = std::optional<std::int64_t> (*)(std::string_view, std::string&);

void size_of(std::string_view text, Parse parse, std::int64_t most,
             std::string (*write)(std::int64_t)) {
  std::string why;
  const auto amount = parse(text, why);
  if (!amount) return fuzz::require(!why.empty(), "refused without a word");
  fuzz::require(*amount > 0 && *amount <= most, "size out of range");
  fuzz::require(!write(*amount).empty(), "size without a text");
}

void number(std::string_view bytes) {
  double value = 0;
  std::int64_t parts[3] = {0, 0, 1};
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
  std::memcpy(parts, bytes.data(), std::min(bytes.size(), sizeof parts));
  if (const auto nanos = nanos_of_double(value)) decimal(decimal_of_nanos(*nanos));
  const auto scaled_nanos = scaled(parts[0], parts[1], parts[2]);
  if (!scaled_nanos || parts[2] == 0) return;
  // Half a unit off at most, by exact arithmetic.
  const Wide off =
      static_cast<Wide>(parts[0]) * parts[1] - static_cast<Wide>(*scaled_nanos) * parts[2];
  const Wide by = parts[2];
  fuzz::require((off < 0 ? -off : off) * 2 <= (by < 0 ? -by : by), "scaled is not exact");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view which = fuzz::take_line(text);
  if (which == "duration") duration(text);
  else if (which == "decimal") decimal(text);
  else if (which == "cores") size_of(text, parse_cores, 1'024'000, cores_text);
  else if (which == "memory") size_of(text, parse_memory_gb, 32'768LL * 1024, gigabytes_text);
  else if (which == "disk") size_of(text, parse_disk_gb, 1'048'576LL * 1024, gigabytes_text);
  else if (which == "name") fuzz::require(!is_name(text) || text.size() <= 40, "name");
  else if (which == "number") number(text);
  else return -1;
  return 0;
}
