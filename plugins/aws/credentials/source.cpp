#include "source.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <cstdio>

#include "aws/ec2_query.hpp"

namespace berth::aws {
namespace {

namespace json = boost::json;

bool is_one_word(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

std::string text_in(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

Failure no_keys(std::string message) {
  Failure failure;
  failure.code = ErrorCode::denied;
  failure.effect = Effect::none;
  failure.scope = StockScope::credential;
  failure.message = std::move(message);
  return failure;
}

Failure keys_not_now(std::string message) {
  Failure failure;
  failure.code = ErrorCode::unavailable;
  failure.effect = Effect::none;
  failure.message = std::move(message);
  return failure;
}

Result<Issued> usable(Issued issued, const std::string& about) {
  const Credentials& keys = issued.keys;
  if (keys.access_key_id.empty() || keys.secret_access_key.empty())
    return no_keys(about + " has no access key id, or no secret access key.");
  if (!is_one_word(keys.access_key_id) || !is_one_word(keys.secret_access_key) ||
      !is_one_word(keys.session_token))
    return no_keys(about + " has a key with a blank, a line break or a letter beyond ASCII in it.");
  return issued;
}

Result<Issued> issued_by_json(const std::string& text, const char* token_member,
                              const std::string& about) {
  json::error_code error;
  const json::value value = json::parse(text, error);
  const json::object* object = error ? nullptr : value.if_object();
  if (object == nullptr) return keys_not_now(about + " gave no JSON object.");
  Issued issued;
  issued.keys = {text_in(*object, "AccessKeyId"), text_in(*object, "SecretAccessKey"),
                 text_in(*object, token_member)};
  const std::string expires = text_in(*object, "Expiration");
  issued.expires_unix_ms = unix_ms_of_expiry(expires);
  if (!expires.empty() && issued.expires_unix_ms == 0)
    return no_keys(about + " gave an Expiration that is no time in ISO 8601.");
  return usable(std::move(issued), about);
}

std::int64_t unix_ms_of_expiry(const std::string& text) {
  const std::int64_t local = unix_ms_of_iso(text);
  if (local == 0) return 0;
  const auto at = text.find_first_of("+-", text.find('T'));
  if (at == std::string::npos) return local;
  int hours = 0, minutes = 0;
  if (std::sscanf(text.c_str() + at + 1, "%2d:%2d", &hours, &minutes) != 2 &&
      std::sscanf(text.c_str() + at + 1, "%2d%2d", &hours, &minutes) != 2)
    return 0;
  const std::int64_t ahead = (hours * 60 + minutes) * std::int64_t{60'000};
  return text[at] == '+' ? local - ahead : local + ahead;
}

std::string without_keys(std::string text, const Credentials& keys) {
  for (const std::string* secret :
       {&keys.secret_access_key, &keys.session_token, &keys.access_key_id}) {
    if (secret->empty()) continue;
    for (auto at = text.find(*secret); at != std::string::npos; at = text.find(*secret, at + 3))
      text.replace(at, secret->size(), "***");
  }
  return text;
}

}  // namespace berth::aws
