#include "engine/refusals.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <set>

namespace berth {
namespace {

namespace json = boost::json;

/// So many refusals of one kind by one account, and it is left alone.
constexpr std::ptrdiff_t refusals_that_leave = 2;
/// So many families denied, and it is not the family.
constexpr std::size_t families_that_deny = 3;
/// A deployment keeps no more of them: the newest say enough.
constexpr std::size_t most_kept = 32;

std::string text_in(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::vector<RefusedCreate> refusals_in(const std::string& text) {
  std::vector<RefusedCreate> found;
  boost::system::error_code problem;
  const json::value value = json::parse(text, problem);
  if (problem || !value.is_array()) return found;
  for (const json::value& each : value.get_array())
    if (const json::object* one = each.if_object())
      found.push_back({text_in(*one, "account"), text_in(*one, "code"), text_in(*one, "text"),
                       text_in(*one, "family"), text_in(*one, "why")});
  return found;
}

std::string json_of(const std::vector<RefusedCreate>& refusals) {
  json::array all;
  for (const RefusedCreate& one : refusals)
    all.push_back(json::object{{"account", one.account},
                               {"code", one.code},
                               {"text", one.text},
                               {"family", one.family},
                               {"why", one.why}});
  return json::serialize(all);
}

void take_out(std::string& text, std::string name) {
  constexpr std::size_t shortest = 2;
  if (name.size() < shortest) return;
  for (char& letter : name)
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at))
    text.replace(at, name.size(), "*");
}

bool is_word(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-' || letter == '_';
}

/// Words with a digit in them name something: a request, a size, an image's id.
std::string without_numbered_words(const std::string& text) {
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_word(text[at])) {
      kept += text[at++];
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && is_word(text[at])) ++at;
    const std::string word = text.substr(begin, at - begin);
    const bool numbered = std::any_of(
        word.begin(), word.end(), [](unsigned char letter) { return std::isdigit(letter) != 0; });
    kept += numbered ? "*" : word;
  }
  return kept;
}

/// Would another offer of the account hear the same? Not where it is about what this one is, nor
/// where it passes.
bool speaks_of_the_account(const Failure& failure) {
  switch (failure.code) {
    case ErrorCode::out_of_stock:
    case ErrorCode::quota_reached:
    case ErrorCode::conflict: return false;
    case ErrorCode::denied: {
      const StockScope scope = scope_of(failure);
      return scope == StockScope::request || scope == StockScope::account ||
             scope == StockScope::credential || scope == StockScope::region;
    }
    default: return !is_passing(failure);
  }
}

}  // namespace

std::string text_without_names(const Failure& failure, const Offer& offer,
                               std::string_view server_name) {
  std::string text = failure.vendor_text.empty() ? failure.message : failure.vendor_text;
  for (char& letter : text)
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  take_out(text, std::string(server_name));
  for (const std::string* name : {&offer.zone, &offer.instance_type, &offer.region})
    take_out(text, *name);
  for (const std::string& family : offer.families) take_out(text, family);
  return without_numbered_words(text);
}

std::string words_of(const Failure& failure) {
  std::string text = failure.message.empty() ? std::string(to_word(failure.code)) : failure.message;
  if (!failure.vendor_code.empty() && text.find(failure.vendor_code) == std::string::npos)
    text += " (" + failure.vendor_code + ")";
  while (!text.empty() && text.back() == '.') text.pop_back();
  return text;
}

bool is_passing(const Failure& failure) {
  return failure.code == ErrorCode::unavailable || failure.code == ErrorCode::rate_limited ||
         failure.code == ErrorCode::cancelled;
}

StockScope note_refusal(DeploymentRecord& deployment, const AccountOffer& offer,
                        const Failure& failure, std::string_view server_name,
                        const std::string& why) {
  const bool narrow_denial = failure.code == ErrorCode::denied && !speaks_of_the_account(failure);
  if (!narrow_denial && !speaks_of_the_account(failure)) return scope_of(failure);
  std::vector<RefusedCreate> refusals = refusals_in(deployment.refusals_json);
  RefusedCreate one;
  one.account = offer.account;
  one.code = std::string(to_word(failure.code)) + " " + failure.vendor_code;
  one.text = text_without_names(failure, offer.offer, server_name);
  if (narrow_denial)
    one.family = failure.scope_name.empty() ? family_of(offer.offer) : failure.scope_name;
  one.why = why;
  refusals.push_back(std::move(one));
  if (refusals.size() > most_kept) refusals.erase(refusals.begin());
  deployment.refusals_json = json_of(refusals);
  if (!narrow_denial) return scope_of(failure);
  std::set<std::string> families;
  for (const RefusedCreate& each : refusals)
    if (each.account == offer.account && !each.family.empty()) families.insert(each.family);
  return families.size() < families_that_deny ? scope_of(failure) : StockScope::credential;
}

std::vector<LeftAccount> left_accounts(const DeploymentRecord& deployment) {
  std::vector<LeftAccount> left;
  const std::vector<RefusedCreate> refusals = refusals_in(deployment.refusals_json);
  for (const RefusedCreate& one : refusals) {
    if (!one.family.empty()) continue;
    const auto alike = std::count_if(refusals.begin(), refusals.end(), [&](const auto& other) {
      return other.family.empty() && other.account == one.account && other.code == one.code &&
             other.text == one.text;
    });
    const bool known = std::any_of(left.begin(), left.end(), [&](const LeftAccount& other) {
      return other.account == one.account;
    });
    if (alike >= refusals_that_leave && !known) left.push_back({one.account, one.why});
  }
  return left;
}

}  // namespace berth
