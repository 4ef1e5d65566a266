// What berth reads back from its own databases. First line: which; then the text of the column.
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include "engine/offer_codec.hpp"
#include "ledger/text_list.hpp"
#include "lines.hpp"
#include "plan_reader.hpp"
#include "require.hpp"

using namespace berth;

namespace {

void offers(std::string_view json) {
  std::vector<RankedOffer> read;
  try {
    read = decode_offers(json);
  } catch (const std::runtime_error&) {
    return;
  }
  const std::string written = encode_offers(read);
  fuzz::require(encode_offers(decode_offers(written)) == written, "offers change on their way");
  for (std::size_t i = 0; i < read.size(); ++i)
    fuzz::require(encode_offers({decode_offer(written, static_cast<int>(i))}) ==
                      encode_offers({read[i]}), "one offer is not the one of all");
}

void one_offer(std::string_view json) {
  for (const int candidate : {0, 1, -1, 7}) {
    try {
      (void)decode_offer(json, candidate);
    } catch (const std::runtime_error&) {  // it says so
    }
  }
}

void plan(std::string_view json) {
  try {
    (void)read_plan(json);
  } catch (const Error& error) {
    fuzz::require(std::string(error.what()).size() > 5, "no words");
  }
}

void texts(std::string_view json) {
  const auto read = texts_of_json(json);
  if (read) fuzz::require(texts_of_json(json_of_texts(*read)) == read, "texts change");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view which = fuzz::take_line(text);
  if (which == "offers") offers(text);
  else if (which == "offer") one_offer(text);
  else if (which == "plan") plan(text);
  else if (which == "texts") texts(text);
  else return -1;
  return 0;
}
