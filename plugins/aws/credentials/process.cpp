#include "process.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "aws/encoding.hpp"
#include "words.hpp"

namespace berth::aws {
namespace {

namespace json = boost::json;

constexpr std::int64_t longest_ms = 60'000;

}  // namespace

std::string Process::identity() const { return "process " + where_ + " " + sha256_hex(command_); }

Result<Issued> Process::fetch(const Asking& asking) const {
  const auto argv = shell_words(command_);
  if (!argv || argv->empty())
    return no_keys(words() + " is no command: a quote is not closed, or it is empty.");
  if (const std::string why = settings_.around->objection_to(*argv); !why.empty())
    return no_keys(words() + " is not run: " + why + ".");
  Call& call = asking.call;
  const Surroundings::Ran ran =
      settings_.around->run(*argv, std::min(longest_ms, call.remaining_ms()),
                            [&] { return call.cancelled() || call.remaining_ms() <= 0; });
  if (!ran.why.empty())
    return no_keys(words() + " gave no keys: " + ran.why + ". Run it by hand to see why.");
  json::error_code error;
  const json::value value = json::parse(ran.out, error);
  const json::value* version =
      error || !value.is_object() ? nullptr : value.get_object().if_contains("Version");
  if (version == nullptr || !version->is_int64() || version->get_int64() != 1)
    return no_keys(words() + " did not print a JSON object with \"Version\": 1.");
  auto issued = issued_by_json(ran.out, "SessionToken", words());
  if (issued || issued.failure().code == ErrorCode::denied) return issued;
  return no_keys(issued.failure().message);
}

}  // namespace berth::aws
