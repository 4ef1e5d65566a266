// What a server answers to the readiness script, over SSH.
#include <cstdint>
#include <string_view>

#include "engine/ready_check.hpp"
#include "require.hpp"

using namespace berth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view output(reinterpret_cast<const char*>(data), size);
  const Room bought{4'000, 8'192, 81'920};
  for (const ReadyRules& rules :
       {ReadyRules{}, ReadyRules{"b4k2m7p3q5r6s2t4v7w3x5y2za", "", false},
        ReadyRules{"", "systemctl is-system-running", true}}) {
    const Readiness said = readiness_of(rules, bought, output);
    fuzz::require(said.ready == said.why.empty(), "ready and a reason why not");
    fuzz::require(!(said.ready && said.hopeless), "ready and hopeless");
  }
  return 0;
}
