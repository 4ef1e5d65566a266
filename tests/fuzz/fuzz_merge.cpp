// What a project's user, the template then and the template now have of one file, joined.
// Parts: the base, mine, theirs.
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "lines.hpp"
#include "require.hpp"
#include "stacks/merge.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parts = fuzz::parts_of({reinterpret_cast<const char*>(data), size});
  if (parts.size() != 3) return -1;
  const std::string base(parts[0]), mine(parts[1]), theirs(parts[2]);
  const berth::Merged both = berth::merged(base, mine, theirs);
  if (both.text.find('\0') != std::string::npos)
    fuzz::require(both.text == mine, "what is no text was changed");
  // A side that changed nothing takes what the other has; two that changed alike agree.
  for (const auto& [left, right, wanted] :
       {std::tie(base, theirs, theirs), std::tie(mine, base, mine), std::tie(mine, mine, mine)}) {
    const berth::Merged one = berth::merged(base, left, right);
    const bool text = (base + left + right).find('\0') == std::string::npos;
    fuzz::require(!text || (one.text == wanted && !one.conflicts), "joined into: " + one.text);
  }
  const std::string diff = berth::diff_of("a/file.txt", base, mine);
  fuzz::require(diff.empty() == (base == mine), "a difference that is not shown: " + diff);
  return 0;
}
