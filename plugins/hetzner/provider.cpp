#include "provider.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api.hpp"
#include "catalogue.hpp"
#include "errors.hpp"
#include "json_api/fields.hpp"
#include "json_api/settings.hpp"
#include "json_api/ssh_key.hpp"
#include "server.hpp"

namespace berth::hetzner {
namespace {

namespace json = boost::json;
using json_api::integer_at;
using json_api::is_number;
using json_api::refused;
using json_api::text_at;

constexpr std::size_t user_data_limit = 32 * 1024;  // bytes; the vendor's create_server

/// What went wrong before the create was sent made no server.
Failure before_create(Failure failure) {
  failure.effect = Effect::none;
  return failure;
}

/// The actions that must end well before the server is whole, and the network that it was asked to
/// join, for find().
std::string note_of(const json::value& answer, const std::string& network) {
  json::array actions;
  if (const auto id = integer_at(answer, {"action", "id"})) actions.emplace_back(*id);
  if (const auto* next = json_api::list_at(answer, {"next_actions"}))
    for (const json::value& action : *next)
      if (const auto id = integer_at(action, {"id"})) actions.emplace_back(*id);
  json::object note;
  note["actions"] = std::move(actions);
  if (!network.empty()) note["network"] = network;
  return json::serialize(note);
}

}  // namespace

Account account_of(const PluginConfig& config) {
  Account account;
  account.token = config.text("token");
  account.endpoint = config.text_or("endpoint", account.endpoint);
  account.default_region = config.text_or("default_region", account.default_region);
  account.regions = config.list("regions");
  account.image = config.text_or("image", account.image);
  account.ssh_keys = config.list("ssh_keys");
  account.network = config.text_or("network", "");
  account.tags = config.list("tags");
  json_api::check_token(account.token);
  json_api::check_endpoint(account.endpoint);
  json_api::check_regions(account.default_region, account.regions);
  json_api::check_image(account.image);
  json_api::check_ssh_keys(account.ssh_keys);
  if (!account.network.empty() && !is_number(account.network))
    throw ConfigError("\"network\" must be the network's id, a number");
  for (const std::string& tag : account.tags) {
    const std::size_t equals = tag.find('=');
    if (!is_label_key(tag.substr(0, equals)) ||
        (equals != std::string::npos && !is_label_value(tag.substr(equals + 1))))
      throw ConfigError("\"tags\": \"" + tag +
                        "\" is no label for Hetzner: KEY or KEY=VALUE, each at most 63 of "
                        "[A-Za-z0-9_.-] with a letter or digit at both ends");
  }
  return account;
}

Provider::Provider(Account account)
    : account_(std::move(account)), api_(account_.endpoint, account_.token, dialect()) {}

Result<AccountCheck> Provider::check(Call& call) {
  const Result<json::value> answer = api::first_server(api_, call);
  if (!answer.ok()) return answer.failure();
  AccountCheck check;  // the API tells neither the project's name nor its server limit
  if (json_api::list_at(*answer, {"servers"}) == nullptr ||
      !integer_at(*answer, {"meta", "pagination", "page"}))
    return refused(ErrorCode::unavailable, "What answered is not Hetzner's API: it sent no page of "
                                           "servers. Is `endpoint` right?");
  if (const auto count = integer_at(*answer, {"meta", "pagination", "total_entries"}))
    check.notes.push_back("The project has " + std::to_string(*count) + " servers.");
  check.notes.emplace_back(
      "Hetzner does not tell whether a token may write, nor how many servers the project may have: "
      "a read-only token shows at the first create.");
  return check;
}

Result<OfferList> Provider::offers(const OffersRequest& request, Call& call) {
  const Result<json_api::Items> types = api::server_types(api_, call);
  if (!types.ok()) return types.failure();
  const Result<json::value> pricing = api::pricing(api_, call);
  if (!pricing.ok()) return pricing.failure();
  if (text_at(*pricing, {"pricing", "currency"}).empty())
    return refused(ErrorCode::unavailable, "Hetzner's /pricing does not name a currency.");
  if (!types->complete)
    call.log(LogLevel::warning, "Hetzner's list of server types is not whole: " + types->gap);

  std::vector<std::string> regions = request.regions;
  if (regions.empty()) regions = account_.regions;
  if (regions.empty()) regions.push_back(account_.default_region);
  OfferList list;
  for (const std::string& region : regions)
    for (const json::value& type : types->items)
      for (Offer& offer : offers_of(type, *pricing, region, call.now_unix_ms()))
        list.offers.push_back(std::move(offer));
  if (!types->items.empty() && list.offers.empty())
    return refused(ErrorCode::unavailable,
                   "Hetzner lists " + std::to_string(types->items.size()) +
                       " server types and sells none of them in " + json_api::joined(regions) +
                       ". Are \"regions\" and default_region locations such as nbg1?");
  return list;
}

Result<Created> Provider::create(const CreateRequest& request, Call& call) {
  if (request.user_data.size() > user_data_limit)
    return refused(ErrorCode::invalid, "The user-data has " +
                                           std::to_string(request.user_data.size()) +
                                           " bytes; Hetzner takes at most 32 KiB.");
  if (request.name.empty() || request.instance_type.empty())
    return refused(ErrorCode::invalid, "A server needs a name and an instance type.");
  auto labels = labels_of(request);
  if (!labels)
    return refused(ErrorCode::invalid,
                   "The ids of installation, organization and attempt must fit Hetzner's labels: 1 "
                   "to 63 of [A-Za-z0-9_.-].");

  Result<json::value> keys = key_ids(request, call);
  if (!keys.ok()) return before_create(keys.failure());

  json::object body;
  body["name"] = request.name;
  body["server_type"] = request.instance_type;
  body["image"] = request.image.empty() ? account_.image : request.image;
  body["location"] = request.region.empty() ? account_.default_region : request.region;
  body["start_after_create"] = true;
  body["ssh_keys"] = *keys;
  if (!request.user_data.empty()) body["user_data"] = request.user_data;
  if (!account_.network.empty()) {
    json::array networks;
    networks.emplace_back(static_cast<std::int64_t>(std::stoll(account_.network)));
    body["networks"] = std::move(networks);
  }
  json::object spelled;
  for (const std::string& tag : account_.tags) {
    const std::size_t equals = tag.find('=');
    spelled[tag.substr(0, equals)] = equals == std::string::npos ? "" : tag.substr(equals + 1);
  }
  for (const auto& [key, value] : *labels) spelled[key] = value;  // ownership wins over tags
  body["labels"] = std::move(spelled);

  Result<json::value> answer = api::create_server(api_, call, body);
  if (!answer.ok() && forget_keys(answer.failure())) {
    // This refusal made no server, and a key that was known may have been deleted at the vendor.
    keys = key_ids(request, call);
    if (!keys.ok()) return before_create(keys.failure());
    body["ssh_keys"] = *keys;
    answer = api::create_server(api_, call, body);
  }
  if (!answer.ok()) {
    if (answer.failure().vendor_code == name_is_taken)
      return adopted(request, answer.failure(), call);
    return refused_create(answer.failure(), request.arch);
  }
  const json::value* made = json_api::value_at(*answer, {"server"});
  std::optional<CloudServer> server = made == nullptr ? std::nullopt : server_of(*made);
  if (!server) {
    Failure failure;  // accepted: a server is there, and only a look finds it
    failure.code = ErrorCode::unavailable;
    failure.message = "Hetzner accepted the server, but its answer names no server id.";
    return failure;
  }
  server->state = ServerState::pending;
  return Created{*server, note_of(*answer, account_.network)};
}

/// A name is unique in its project, and derived from the attempt: a taken name is this attempt's
/// own server (an earlier reply was lost), or a stranger's.
Result<Created> Provider::adopted(const CreateRequest& request, const Failure& refusal,
                                  Call& call) const {
  const Result<json_api::Items> list = api::servers_by_name(api_, call, request.name);
  if (!list.ok()) {
    Failure failure = list.failure();
    failure.effect = Effect::unknown;  // the server of this name may be ours
    return failure;
  }
  for (const json::value& item : list->items) {
    std::optional<CloudServer> server = server_of(item);
    if (!server || server->name != request.name) continue;
    if (server->installation_id != request.installation_id ||
        server->attempt_id != request.attempt_id) {
      Failure failure = refusal;
      failure.code = ErrorCode::conflict;
      failure.effect = Effect::none;
      failure.message = "The name " + request.name + " is taken by server " + server->server_id +
                        ", which does not carry this attempt's labels.";
      return failure;
    }
    call.log(LogLevel::info, "server " + server->server_id + " of this attempt was there already");
    return Created{*server, note_of(json::value(), account_.network)};
  }
  Failure failure = refusal;  // there a moment ago, and not in the list: look again
  failure.code = ErrorCode::unavailable;
  failure.effect = Effect::unknown;
  failure.message = "Hetzner says the name " + request.name +
                    " is taken, and lists no server of that name.";
  return failure;
}

/// True: there were some, and they may be the reason.
bool Provider::forget_keys(const Failure& refusal) {
  if (refusal.code != ErrorCode::invalid && refusal.code != ErrorCode::not_found) return false;
  if (refusal.vendor_text.find("ssh") == std::string::npos &&
      refusal.vendor_text.find("key") == std::string::npos)
    return false;
  const std::lock_guard<std::mutex> lock(keys_guard_);
  const bool any = !key_names_.empty();
  key_names_.clear();
  return any;
}

Result<json::value> Provider::key_ids(const CreateRequest& request, Call& call) {
  json::array keys;
  for (const std::string& public_key : request.ssh_public_keys) {
    // One look-up at a time, so that a hundred creations at once cost one.
    const std::lock_guard<std::mutex> lock(keys_guard_);
    const auto known = key_names_.find(public_key);
    if (known != key_names_.end()) {
      keys.emplace_back(known->second);
      continue;
    }
    Result<std::string> name = key_id(public_key, call);
    if (!name.ok()) return name.failure();
    key_names_[public_key] = *name;
    keys.emplace_back(*name);
  }
  // The API takes ids as integers and names as strings.
  for (const std::string& key : account_.ssh_keys) {
    if (is_number(key)) keys.emplace_back(static_cast<std::int64_t>(std::stoll(key)));
    else keys.emplace_back(key);
  }
  return json::value(std::move(keys));
}

/// The vendor's name of a key, registered once: the fingerprint decides, so that a key that
/// somebody registered under another name is used as it is.
Result<std::string> Provider::key_id(const std::string& public_key, Call& call) const {
  const auto fingerprint = json_api::md5_fingerprint(public_key);
  if (!fingerprint)
    return refused(ErrorCode::invalid, "A given SSH key is not an OpenSSH public key.");
  const auto look = [&]() -> Result<std::string> {
    const Result<json::value> answer = api::ssh_keys_by_fingerprint(api_, call, *fingerprint);
    if (!answer.ok()) return answer.failure();
    if (const auto* keys = json_api::list_at(*answer, {"ssh_keys"}))
      for (const json::value& key : *keys)
        if (text_at(key, {"fingerprint"}) == *fingerprint) return text_at(key, {"name"});
    return std::string();
  };
  Result<std::string> known = look();
  if (!known.ok() || !known->empty()) return known;

  json::object body;
  body["name"] = json_api::key_name_of(*fingerprint);
  body["public_key"] = public_key;
  json::object labels;
  labels["managed_by"] = "berth";
  body["labels"] = std::move(labels);
  const Result<json::value> answer = api::create_ssh_key(api_, call, body);
  if (answer.ok()) return json_api::key_name_of(*fingerprint);
  if (answer.failure().vendor_code != name_is_taken) return answer.failure();
  known = look();  // somebody registered it in between
  if (!known.ok() || !known->empty()) return known;
  return answer.failure();
}

Result<Done> Provider::destroy(const DestroyRequest& request, Call& call) {
  const std::string& id = request.server.server_id;
  if (id.empty()) return refused(ErrorCode::invalid, "No server id was given.");
  // Looked at first in any case: only what carries our label may be ended.
  const Result<json::value> answer = api::server(api_.for_destroying(), call, id);
  if (!answer.ok()) {
    if (answer.failure().code == ErrorCode::not_found) return Done{};
    return answer.failure();
  }
  const json::value* item = json_api::value_at(*answer, {"server"});
  const auto server = item == nullptr ? std::nullopt : server_of(*item);
  if (!server) return refused(ErrorCode::unavailable, "Hetzner's answer holds no server.");
  if (request.installation_id.empty() || server->installation_id != request.installation_id)
    return refused(ErrorCode::conflict,
                   "Server " + server->server_id + " (" + server->name +
                       ") does not carry this installation's label; it is left alone.");
  if (server->detail == "deleting") return Done{};
  const Result<json::value> deleted = api::delete_server(api_, call, server->server_id);
  if (!deleted.ok() && deleted.failure().code != ErrorCode::not_found) return deleted.failure();
  return Done{};
}

}  // namespace berth::hetzner
