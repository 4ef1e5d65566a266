// A plugin's manifest, and after "%%" the settings of an account that are checked against it.
#include <cstdint>
#include <string_view>

#include "berth/manifest.hpp"
#include "lines.hpp"
#include "require.hpp"

using namespace berth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parts = fuzz::parts_of({reinterpret_cast<const char*>(data), size});
  const Result<Manifest> manifest = parse_manifest(parts[0]);
  if (!manifest) {
    fuzz::require(!manifest.failure().message.empty(), "refused without a word");
    return 0;
  }
  fuzz::require(!manifest->id.empty() && manifest->id.size() <= 63, "id");
  fuzz::require(manifest->concurrent >= 1, "concurrent");
  fuzz::require(!manifest->rate || (manifest->rate->requests > 0 && manifest->rate->per_s > 0),
                "rate");
  const Result<Settings> settings = settings_of_json(parts.size() > 1 ? parts[1] : "{}");
  if (!settings) return 0;
  if (!settings_problems(*manifest, *settings).empty()) return 0;
  const Settings filled = with_defaults(*manifest, *settings);
  fuzz::require(settings_problems(*manifest, filled).empty(), "the defaults are refused");
  for (const Setting& setting : manifest->config)
    fuzz::require(!setting.required || filled.count(setting.key) == 1, "a required key is missing");
  return 0;
}
