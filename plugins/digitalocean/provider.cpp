#include "provider.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api.hpp"
#include "catalogue.hpp"
#include "droplet.hpp"
#include "errors.hpp"
#include "json_api/fields.hpp"
#include "json_api/settings.hpp"
#include "json_api/ssh_key.hpp"

namespace berth::digitalocean {
namespace {

namespace json = boost::json;
using json_api::integer_at;
using json_api::is_number;
using json_api::refused;
using json_api::text_at;

constexpr std::size_t user_data_limit = 64 * 1024;  // bytes; the vendor's droplets_create

/// GPU droplets are in no list but their own.
bool is_gpu(std::string_view size) { return size.compare(0, 4, "gpu-") == 0; }

bool is_fingerprint(std::string_view text) { return text.size() == 47 && text[2] == ':'; }

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    if (dash ? text[at] != '-' : std::isxdigit(static_cast<unsigned char>(text[at])) == 0)
      return false;
  }
  return true;
}

/// 202 is acceptance: the create action tells whether it came to something.
std::string note_of(const json::value& answer) {
  json::object note;
  if (const auto* actions = json_api::list_at(answer, {"links", "actions"}))
    for (const json::value& action : *actions)
      if (const auto id = integer_at(action, {"id"}); id && text_at(action, {"rel"}) == "create")
        note["action"] = *id;
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
  account.vpc_uuid = config.text_or("vpc_uuid", "");
  account.tags = config.list("tags");
  json_api::check_token(account.token);
  json_api::check_endpoint(account.endpoint);
  json_api::check_regions(account.default_region, account.regions);
  json_api::check_image(account.image);
  json_api::check_ssh_keys(account.ssh_keys);
  if (!account.vpc_uuid.empty() && !is_uuid(account.vpc_uuid))
    throw ConfigError("\"vpc_uuid\": \"" + account.vpc_uuid +
                      "\" is no UUID such as 760e09ef-dc84-11e8-981e-3cfdfeaae000");
  for (const std::string& tag : account.tags)
    if (!is_tag(tag))
      throw ConfigError("\"tags\": \"" + tag + "\" is not a tag: at most 255 of [A-Za-z0-9_:-]");
  return account;
}

Provider::Provider(Account account)
    : account_(std::move(account)), api_(account_.endpoint, account_.token, dialect()) {}

Result<AccountCheck> Provider::check(Call& call) {
  const Result<json::value> answer = api::account(api_, call);
  if (!answer.ok()) return answer.failure();
  AccountCheck check;
  check.account = text_at(*answer, {"account", "team", "name"});
  if (check.account.empty()) check.account = text_at(*answer, {"account", "uuid"});
  check.server_limit = integer_at(*answer, {"account", "droplet_limit"});
  const std::string status = text_at(*answer, {"account", "status"});
  if (status.empty() || !check.server_limit)
    return refused(ErrorCode::unavailable,
                   "What answered is not DigitalOcean's API: no account with its status and "
                   "droplet_limit. Is `endpoint` right?");
  const std::string why = text_at(*answer, {"account", "status_message"});
  if (status == "locked")
    return refused(ErrorCode::denied, "DigitalOcean has locked this account: " + why);
  if (status == "warning") check.notes.push_back("DigitalOcean warns about this account: " + why);
  check.notes.emplace_back("A powered-off droplet is billed like a running one.");
  return check;
}

Result<OfferList> Provider::offers(const OffersRequest& request, Call& call) {
  const Result<json_api::Items> known = api::regions(api_, call);
  if (!known.ok()) return known.failure();
  const Result<json_api::Items> sizes = api::sizes(api_, call);
  if (!sizes.ok()) return sizes.failure();
  for (const json_api::Items* list : {&*known, &*sizes})
    if (!list->complete)
      call.log(LogLevel::warning, "DigitalOcean's catalogue is not whole: " + list->gap);

  std::vector<std::string> regions = request.regions;
  if (regions.empty()) regions = account_.regions;
  if (regions.empty()) regions.push_back(account_.default_region);
  OfferList list;
  for (const std::string& region : regions) {
    std::optional<bool> available;
    for (const json::value& item : known->items)
      if (text_at(item, {"slug"}) == region) available = json_api::flag_at(item, {"available"});
    if (!available) call.log(LogLevel::warning, "DigitalOcean knows no region " + region);
    for (const json::value& size : sizes->items)
      for (Offer& offer : offers_of(size, region, available, call.now_unix_ms()))
        list.offers.push_back(std::move(offer));
  }
  if (!sizes->items.empty() && list.offers.empty())
    return refused(ErrorCode::unavailable,
                   "DigitalOcean lists " + std::to_string(sizes->items.size()) +
                       " sizes and sells none of them in " + json_api::joined(regions) +
                       ". Are \"regions\" and default_region regions such as nyc1?");
  return list;
}

Result<Created> Provider::create(const CreateRequest& request, Call& call) {
  if (request.user_data.size() > user_data_limit)
    return refused(ErrorCode::invalid, "The user-data has " +
                                           std::to_string(request.user_data.size()) +
                                           " bytes; DigitalOcean takes at most 64 KiB.");
  if (request.name.empty() || request.instance_type.empty())
    return refused(ErrorCode::invalid, "A server needs a name and an instance type.");
  if (request.arch != Arch::x86_64)
    return refused(ErrorCode::invalid, "DigitalOcean sells no arm64 droplets.");
  const auto tags = tags_of(request);
  if (!tags)
    return refused(
        ErrorCode::invalid,
        "The ids of installation, organization and attempt must fit DigitalOcean's tags: "
        "[A-Za-z0-9_:-].");
  for (const std::string& key : request.ssh_public_keys)
    if (!json_api::md5_fingerprint(key))
      return refused(ErrorCode::invalid, "A given SSH key is not an OpenSSH public key.");

  // There is no idempotency key and names are not unique, so: look, then create.
  const Result<std::optional<CloudServer>> there = already_there(request, call);
  if (!there.ok()) return there.failure();
  if (there->has_value()) {
    call.log(LogLevel::info,
             "droplet " + (*there)->server_id + " of this attempt was there already");
    return Created{**there, ""};
  }

  json::object body;
  body["name"] = request.name;
  body["region"] = request.region.empty() ? account_.default_region : request.region;
  body["size"] = request.instance_type;
  const std::string& image = request.image.empty() ? account_.image : request.image;
  if (is_number(image)) body["image"] = static_cast<std::int64_t>(std::stoll(image));
  else body["image"] = image;
  json::array all_tags;
  for (const std::string& tag : *tags) all_tags.emplace_back(tag);
  for (const std::string& tag : account_.tags) all_tags.emplace_back(tag);
  body["tags"] = std::move(all_tags);
  if (!request.user_data.empty()) body["user_data"] = request.user_data;
  if (!account_.vpc_uuid.empty()) body["vpc_uuid"] = account_.vpc_uuid;

  Result<json::value> answer = json::value();
  const auto pioneer = lock_for_new_keys(request, call);
  for (const bool second : {false, true}) {
    if (second) {
      const Result<Done> registered = register_keys(request, call);
      if (!registered.ok()) return registered.failure();
      const std::lock_guard<std::mutex> lock(named_keys_guard_);
      named_keys_.clear();  // a key may have been deleted at the vendor and made anew
    }
    Result<json::value> keys = key_references(request, call);
    if (!keys.ok()) return keys.failure();
    body["ssh_keys"] = *keys;
    answer = api::create_droplet(api_, call, body);
    // Keys are named by their fingerprints, in the hope that the account knows them, which saves a
    // request (of ten a minute) in all creates but the first. This refusal made no droplet.
    if (answer.ok() || !is_unknown_key(answer.failure())) break;
  }
  if (pioneer.owns_lock()) tried_keys(request);
  if (!answer.ok()) return answer.failure();

  const json::value* made = json_api::value_at(*answer, {"droplet"});
  std::optional<CloudServer> server = made == nullptr ? std::nullopt : server_of(*made);
  if (!server) {
    Failure failure;  // accepted: a droplet is there, and only a look finds it
    failure.code = ErrorCode::unavailable;
    failure.message = "DigitalOcean accepted the droplet, but its answer names no id.";
    return failure;
  }
  server->state = ServerState::pending;
  // The answer comes before the tags do; these are what was asked for.
  server->installation_id = request.installation_id;
  server->organization_id = request.organization_id;
  server->attempt_id = request.attempt_id;
  server->expires_at_unix_ms = request.expires_at_unix_ms;
  return Created{*server, note_of(*answer)};
}

/// By name, which the attempt's id is part of, and which is there before the tags are.
Result<std::optional<CloudServer>> Provider::already_there(const CreateRequest& request,
                                                           Call& call) {
  const Result<json_api::Items> named = is_gpu(request.instance_type)
                                            ? api::gpu_droplets(api_, call)
                                            : names_.called(api_, call, request.name);
  if (!named.ok()) return named.failure();
  std::vector<CloudServer> untagged;
  for (const json::value& item : named->items) {
    std::optional<CloudServer> server = server_of(item);
    if (!server) continue;
    if (server->attempt_id == request.attempt_id) {
      if (server->installation_id == request.installation_id) return server;
      return refused(ErrorCode::conflict, "Droplet " + server->server_id +
                                              " carries this attempt's tag, but not the "
                                              "installation's.");
    }
    if (server->name == request.name && is_named_after(item, request.attempt_id))
      untagged.push_back(*server);
  }
  if (!named->complete) return api::not_whole(*named);
  if (untagged.size() > 1)
    return refused(ErrorCode::unavailable,
                   "Several droplets are called " + request.name +
                       " and have no tags yet; look again when they have.");
  if (untagged.empty()) return std::optional<CloudServer>();
  untagged.front().attempt_id = request.attempt_id;
  untagged.front().installation_id = request.installation_id;
  untagged.front().organization_id = request.organization_id;
  return std::optional<CloudServer>(untagged.front());
}

/// The request's keys by fingerprint; the settings' by id, fingerprint, or the id of their name.
Result<json::value> Provider::key_references(const CreateRequest& request, Call& call) {
  json::array keys;
  for (const std::string& public_key : request.ssh_public_keys)
    keys.emplace_back(*json_api::md5_fingerprint(public_key));
  for (const std::string& key : account_.ssh_keys) {
    if (is_number(key)) {
      keys.emplace_back(static_cast<std::int64_t>(std::stoll(key)));
      continue;
    }
    if (is_fingerprint(key)) {
      keys.emplace_back(key);
      continue;
    }
    // One listing at a time, so that forty creations at once cost one request.
    const std::lock_guard<std::mutex> lock(named_keys_guard_);
    if (named_keys_.count(key) == 0) {
      const Result<json_api::Items> list = api::keys(api_, call);
      if (!list.ok()) return list.failure();
      for (const json::value& item : list->items)
        if (const auto id = integer_at(item, {"id"})) named_keys_[text_at(item, {"name"})] = *id;
    }
    if (named_keys_.count(key) == 0)
      return refused(ErrorCode::invalid, "DigitalOcean knows no SSH key called \"" + key + "\".");
    keys.emplace_back(named_keys_[key]);
  }
  return json::value(std::move(keys));
}

/// Forty creations at once with a key that the vendor does not know would be refused forty times.
/// The first one with a key goes alone: after it the key is known, or registered.
std::unique_lock<std::timed_mutex> Provider::lock_for_new_keys(const CreateRequest& request,
                                                               Call& call) {
  constexpr std::chrono::milliseconds look_again{50};
  std::unique_lock<std::timed_mutex> lock(pioneer_, std::defer_lock);
  const auto is_tried = [&] {
    const std::lock_guard<std::mutex> guard(named_keys_guard_);
    return std::all_of(request.ssh_public_keys.begin(), request.ssh_public_keys.end(),
                       [&](const std::string& key) { return tried_keys_.count(key) > 0; });
  };
  while (!is_tried() && !call.cancelled() && call.remaining_ms() > 0)
    if (lock.try_lock_for(look_again)) break;
  if (lock.owns_lock() && is_tried()) lock.unlock();
  return lock;
}

void Provider::tried_keys(const CreateRequest& request) {
  const std::lock_guard<std::mutex> guard(named_keys_guard_);
  tried_keys_.insert(request.ssh_public_keys.begin(), request.ssh_public_keys.end());
}

Result<Done> Provider::register_keys(const CreateRequest& request, Call& call) const {
  for (const std::string& public_key : request.ssh_public_keys) {
    json::object body;
    body["name"] = json_api::key_name_of(*json_api::md5_fingerprint(public_key));
    body["public_key"] = public_key;
    const Result<json::value> answer = api::create_key(api_, call, body);
    if (answer.ok() || is_known_key(answer.failure())) continue;
    Failure failure = answer.failure();
    failure.effect = Effect::none;  // no droplet was made
    return failure;
  }
  return Done{};
}

Result<Done> Provider::destroy(const DestroyRequest& request, Call& call) {
  const Sought& sought = request.server;
  if (sought.server_id.empty()) return refused(ErrorCode::invalid, "No droplet id was given.");
  // Looked at first in any case: only what carries our tag, or our attempt's name, may be ended.
  const Result<json::value> answer = api::droplet(api_.for_destroying(), call, sought.server_id);
  if (!answer.ok()) {
    if (answer.failure().code == ErrorCode::not_found) return Done{};
    return answer.failure();
  }
  const json::value* item = json_api::value_at(*answer, {"droplet"});
  const std::optional<CloudServer> server = item == nullptr ? std::nullopt : server_of(*item);
  if (!server) return refused(ErrorCode::unavailable, "DigitalOcean's answer holds no droplet.");
  const bool ours =
      !request.installation_id.empty() && server->installation_id == request.installation_id;
  if (!ours && !is_named_after(*item, sought.attempt_id))
    return refused(ErrorCode::conflict,
                   "Droplet " + server->server_id + " (" + server->name +
                       ") does not carry this installation's tag; it is left alone.");
  const Result<json::value> deleted = api::delete_droplet(api_, call, server->server_id);
  if (!deleted.ok() && deleted.failure().code != ErrorCode::not_found) return deleted.failure();
  return Done{};
}

}  // namespace berth::digitalocean
