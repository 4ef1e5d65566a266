// fakecloud's fault scripts: refused with a line, or usable.
#include <cstdint>
#include <string>
#include <string_view>

#include "fakecloud/faults.hpp"
#include "require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    auto rules = fakecloud::parse_faults(text, "fuzz");
    for (const fakecloud::Rule& rule : rules) {
      fuzz::require(rule.after >= 0 && rule.times >= -1, "a count below zero");
      fuzz::require(rule.probability >= 0 && rule.probability <= 1, "probability");
      fuzz::require(rule.fault.delay_ms >= 0 && rule.fault.stale_list >= 0, "a time below zero");
      fuzz::require(rule.fault.partial_list >= 0 && rule.fault.partial_list <= 1, "share");
    }
    fakecloud::Faults faults;
    faults.replace(std::move(rules));
    fakecloud::Random random(1);
    fakecloud::Operation operation;
    for (int i = 0; i < 3; ++i) (void)faults.choose("hetzner", operation, random);
  } catch (const fakecloud::ScriptError& error) {
    fuzz::require(std::string(error.what()).rfind("fuzz:", 0) == 0, error.what());
  }
  return 0;
}
