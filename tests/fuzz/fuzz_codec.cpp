// Requests and replies of every interface, failures and settings. First line: which; then the JSON.
// What can be read is written again, and reads as the same.
#include <cstdint>
#include <string>
#include <string_view>

#include "berth/codec.hpp"
#include "berth/config.hpp"
#include "lines.hpp"
#include "require.hpp"

using namespace berth;

namespace {

template <class T>
void round_trip(std::string_view json) {
  const Result<T> read = codec::decode<T>(json);
  if (!read) {
    fuzz::require(!read.failure().message.empty(), "refused without a word");
    fuzz::require(read.failure().effect == Effect::none, "reading had an effect");
    return;
  }
  const std::string written = codec::encode(*read);
  const Result<T> again = codec::decode<T>(written);
  fuzz::require(again.ok(), "what was written cannot be read: " + written);
  fuzz::require(codec::encode(*again) == written, "it changes on its way: " + written);
}

void failure(std::string_view json) {
  const Failure read = codec::decode_failure(json);
  fuzz::require(read.message.size() <= 8192 && read.vendor_text.size() <= 8192, "no end of words");
  const std::string written = codec::encode(read);
  fuzz::require(codec::encode(codec::decode_failure(written)) == written, written);
}

/// A double is never a setting: which one it is does not count.
Settings without_doubles(Settings settings) {
  for (auto& [key, value] : settings)
    if (std::holds_alternative<double>(value)) value = 0.0;
  return settings;
}

void settings(std::string_view json) {
  const Result<Settings> read = settings_of_json(json);
  if (!read) return;
  const std::string written = json_of_settings(*read);
  const Result<Settings> again = settings_of_json(written);
  fuzz::require(again.ok() && without_doubles(*again) == without_doubles(*read),
                "settings change on their way: " + written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view which = fuzz::take_line(text);
  if (which == "AccountCheck") round_trip<AccountCheck>(text);
  else if (which == "Offer") round_trip<Offer>(text);
  else if (which == "OffersRequest") round_trip<OffersRequest>(text);
  else if (which == "OfferList") round_trip<OfferList>(text);
  else if (which == "CreateRequest") round_trip<CreateRequest>(text);
  else if (which == "CloudServer") round_trip<CloudServer>(text);
  else if (which == "Created") round_trip<Created>(text);
  else if (which == "FindRequest") round_trip<FindRequest>(text);
  else if (which == "Found") round_trip<Found>(text);
  else if (which == "DestroyRequest") round_trip<DestroyRequest>(text);
  else if (which == "Event") round_trip<Event>(text);
  else if (which == "StackChoices") round_trip<StackChoices>(text);
  else if (which == "StackRequest") round_trip<StackRequest>(text);
  else if (which == "StackPlan") round_trip<StackPlan>(text);
  else if (which == "RenderRequest") round_trip<RenderRequest>(text);
  else if (which == "Rendering") round_trip<Rendering>(text);
  else if (which == "Failure") failure(text);
  else if (which == "Settings") settings(text);
  else return -1;  // not worth keeping
  return 0;
}
