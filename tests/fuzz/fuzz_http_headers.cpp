// What a vendor says of its limits in headers: one "name: value" a line.
#include <cstdint>
#include <string>
#include <string_view>

#include "http/rate_budget.hpp"
#include "lines.hpp"
#include "require.hpp"

using namespace berth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::int64_t now = 1'795'000'000'000;
  TokenBucket budget({100, 60});
  for (const std::string_view part : fuzz::parts_of(text)) {
    HttpResponse response;
    std::string_view lines = part;
    const std::string_view status = fuzz::take_line(lines);
    response.status = status == "429" ? 429 : status == "503" ? 503 : 200;
    while (!lines.empty()) {
      const std::string_view line = fuzz::take_line(lines);
      const auto colon = std::min(line.find(": "), line.size());
      response.headers.emplace_back(line.substr(0, colon),
                                    line.substr(std::min(colon + 2, line.size())));
    }
    const auto count = vendor_count(response);
    fuzz::require(!count || (count->limit > 0 && count->remaining >= 0 &&
                             count->remaining <= count->limit), "count");
    fuzz::require(retry_after_ms(response, now) >= 0, "retry-after");
    budget.observe(response, now);
    const std::int64_t wait = budget.take(false, now).wait_ms;
    fuzz::require(wait >= 0 && wait <= longest_pause_ms, "wait");
    now += 1'000;
  }
  return 0;
}
