#include "provider.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "api.hpp"
#include "catalogue.hpp"
#include "encoding.hpp"
#include "errors.hpp"
#include "launch.hpp"
#include "tags.hpp"

namespace berth::aws {
namespace {

namespace json = boost::json;

// How long EC2's lists may lag behind a create. Within it "not there" means "ask again":
// https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
constexpr std::int64_t settling_ms = 60'000;

// What create hands to find and destroy.
struct Note {
  std::string region;        // "": not our note
  std::int64_t made_ms = 0;  // Unix ms
};

std::string text_of(const Note& note) {
  return json::serialize(json::object{{"region", note.region}, {"made_ms", note.made_ms}});
}

Note note_of(const std::string& text) {
  json::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return {};
  Note note;
  const json::object& object = value.get_object();
  if (const json::value* region = object.if_contains("region"); region && region->is_string())
    note.region = std::string(region->get_string().c_str(), region->get_string().size());
  if (const json::value* made = object.if_contains("made_ms"); made && made->is_int64())
    note.made_ms = made->get_int64();
  return note;
}

// A clock that was set back makes no server young again.
bool is_settling(const Sought& sought, std::int64_t now_ms) {
  const std::int64_t made_ms = note_of(sought.note).made_ms;
  return made_ms > 0 && now_ms >= made_ms && now_ms - made_ms < settling_ms;
}

Filters owned_by(const std::string& installation_id) {
  return {{std::string("tag:") + installation_tag, {tag_text(installation_id)}}};
}

std::vector<std::string> attempts_of(const std::vector<const Sought*>& sought) {
  std::set<std::string> attempts;
  for (const Sought* one : sought)
    if (!one->attempt_id.empty()) attempts.insert(tag_text(one->attempt_id));
  return {attempts.begin(), attempts.end()};
}

// What one region showed.
struct RegionView {
  std::vector<CloudServer> servers;
  std::optional<Failure> list_failure;   // of the list by tags
  std::optional<Failure> by_id_failure;  // of the look at ids that the list did not show
};

bool shows(const RegionView& view, const Sought& sought) {
  return std::any_of(view.servers.begin(), view.servers.end(), [&](const CloudServer& server) {
    return (!sought.server_id.empty() && server.server_id == sought.server_id) ||
           (!sought.attempt_id.empty() && server.attempt_id == tag_text(sought.attempt_id));
  });
}

// One list by tags, and a second one only for known ids that it does not show. By filter and not by
// InstanceId.N: a filter leaves out an id that is gone, InstanceId.N fails for all because of one.
RegionView look_at(Api& api, const std::string& region, const FindRequest& request,
                   const std::vector<const Sought*>& sought) {
  RegionView view;
  std::set<std::string> seen;
  const auto take = [&](const Listing<Instance>& listing) {
    for (const Instance& instance : listing.items)
      if (seen.insert(instance.id).second) view.servers.push_back(server_of(instance, region));
  };

  Filters filters = owned_by(request.installation_id);
  const std::vector<std::string> attempts = attempts_of(sought);
  // A few attempts out of a large fleet: let EC2 pick them.
  if (!request.all && attempts.size() <= most_filter_values && !attempts.empty())
    filters.push_back({std::string("tag:") + attempt_tag, attempts});
  const auto listing = api.describe_instances(region, filters);
  take(listing);
  view.list_failure = listing.failure;

  std::set<std::string> unseen_ids;
  for (const Sought* one : sought)
    if (!one->server_id.empty() && seen.count(one->server_id) == 0)
      unseen_ids.insert(one->server_id);
  const std::vector<std::string> ids(unseen_ids.begin(), unseen_ids.end());
  for (std::size_t first = 0; first < ids.size() && !view.by_id_failure;
       first += most_filter_values) {
    const auto last = std::min(ids.size(), first + most_filter_values);
    const auto found =
        api.describe_instances(region, {{"instance-id",
                                         {ids.begin() + static_cast<std::ptrdiff_t>(first),
                                          ids.begin() + static_cast<std::ptrdiff_t>(last)}}});
    take(found);
    view.by_id_failure = found.failure;
  }
  return view;
}

Failure not_ours(const std::string& server_id) {
  Failure failure;
  failure.code = ErrorCode::conflict;
  failure.effect = Effect::none;
  failure.message = "Server " + server_id +
                    " does not carry this installation's tag, so berth does not destroy it. Is it "
                    "another installation's, or were its tags changed?";
  return failure;
}

}  // namespace

std::string client_token(const std::string& attempt_id, std::int64_t candidate) {
  const std::string plain = "berth-" + attempt_id + "-" + std::to_string(candidate);
  const bool fits = plain.size() <= 64 && std::all_of(plain.begin(), plain.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '-';
                    });
  return fits ? plain : sha256_hex(plain);
}

std::vector<std::string> Provider::regions_of(const Sought& sought) const {
  for (const std::string& region : {sought.region, note_of(sought.note).region})
    if (is_region(region)) return {region};
  return account_.all_regions();
}

Result<AccountCheck> Provider::check(Call& call) {
  Api api(account_, call);
  const auto identity = api.get_caller_identity(account_.default_region);
  if (!identity) return identity.failure();
  AccountCheck check;
  check.account = identity->account;
  check.notes.push_back("Acts as " + identity->arn + ".");
  // "arn:aws:iam::123456789012:root"
  const std::string root = ":root";
  if (identity->arn.size() > root.size() &&
      identity->arn.compare(identity->arn.size() - root.size(), root.size(), root) == 0)
    check.notes.push_back("These are the root user's keys: an IAM user's are safer.");
  if (account_.chain)
    check.notes.push_back("Its credentials come from " + account_.chain->words() + ".");
  else if (!account_.credentials.session_token.empty())
    check.notes.push_back("The keys are temporary: berth stops when their session ends.");
  check.notes.push_back("AWS limits vCPUs by family and not servers: see Service Quotas.");

  // A key may be valid and yet be kept out of EC2, or a region not be enabled.
  for (const std::string& region : account_.all_regions()) {
    const auto listing = api.describe_instances(
        region, {{"tag:managed_by", {"berth"}}, {"instance-state-name", {"pending", "running"}}});
    if (listing.failure) return *listing.failure;
  }
  return check;
}

Result<std::string> Provider::identity(Call&) {
  return account_.chain ? account_.chain->identity() : std::string();
}

Result<OfferList> Provider::offers(const OffersRequest& request, Call& call) {
  Api api(account_, call);
  OfferList list;
  for (const std::string& region :
       request.regions.empty() ? account_.buying_regions() : request.regions) {
    if (!is_region(region)) {
      return invalid_request("\"" + region +
                             "\" is not an AWS region. Name one such as us-east-1.");
    }
    auto offers = region_offers(api, account_, region);
    if (!offers) return offers.failure();
    std::move(offers->begin(), offers->end(), std::back_inserter(list.offers));
  }
  return list;
}

Result<Created> Provider::create(const CreateRequest& request, Call& call) {
  Api api(account_, call);
  const auto launch = launch_of(request, account_, images_, api, call.now_unix_ms());
  if (!launch) return launch.failure();
  if (const std::int64_t wait =
          pace_.wait_ms(request.region, launch->client_token, call.now_unix_ms());
      wait > 0) {
    Failure early;
    early.code = ErrorCode::rate_limited;
    early.effect = Effect::none;
    early.message = "EC2 takes two launches a second; the turn of this one is in " +
                    std::to_string((wait + 999) / 1000) + " s.";
    early.retry_after_ms = wait;
    return early;
  }
  const auto instance = api.run_instances(request.region, *launch);
  const std::string note = text_of({request.region, call.now_unix_ms()});
  if (instance) return Created{server_of(*instance, request.region), note};

  Failure failure = instance.failure();
  if (failure.vendor_code == "IdempotentParameterMismatch") {
    // This attempt's token is used, and a parameter differs: the newest image changed in between,
    // say. The server it made is the one that was asked for, if it is there.
    Filters filters = owned_by(request.installation_id);
    filters.push_back({std::string("tag:") + attempt_tag, {tag_text(request.attempt_id)}});
    filters.push_back({"client-token", {launch->client_token}});
    const auto listing = api.describe_instances(request.region, filters);
    for (const Instance& made : listing.items)
      if (made.state != "terminated" && made.state != "shutting-down")
        return Created{server_of(made, request.region), note};
  }
  if (failure.vendor_code.compare(0, 12, "InvalidAMIID") == 0) images_.forget();
  return refused_create(std::move(failure), request, !account_.subnet_id.empty());
}

Result<Found> Provider::find(const FindRequest& request, Call& call) {
  Api api(account_, call);
  std::map<std::string, std::vector<const Sought*>> by_region;
  if (request.all)
    for (const std::string& region :
         request.regions.empty() ? account_.all_regions() : request.regions)
      if (is_region(region)) by_region[region];
  for (const Sought& sought : request.sought)
    for (const std::string& region : regions_of(sought)) by_region[region].push_back(&sought);

  std::map<std::string, RegionView> views;
  Found found;
  found.complete = true;
  bool read_anything = by_region.empty();
  std::optional<Failure> first_failure;
  for (const auto& [region, sought] : by_region) {
    const RegionView& view = views[region] = look_at(api, region, request, sought);
    for (const auto& failure : {view.list_failure, view.by_id_failure}) {
      if (!failure) continue;
      found.complete = false;
      call.log(LogLevel::warning, failure->message);
      if (!first_failure) first_failure = failure;
    }
    if (!view.list_failure || !view.servers.empty()) read_anything = true;
    found.servers.insert(found.servers.end(), view.servers.begin(), view.servers.end());
  }
  if (!read_anything) return *first_failure;

  for (const Sought& sought : request.sought) {
    if (sought.attempt_id.empty() || is_settling(sought, call.now_unix_ms())) continue;
    const auto regions = regions_of(sought);
    // Absent: every region was asked to the end, and none shows it.
    const bool absent = std::all_of(regions.begin(), regions.end(), [&](const auto& region) {
      const RegionView& view = views.at(region);
      return !view.list_failure && (sought.server_id.empty() || !view.by_id_failure) &&
             !shows(view, sought);
    });
    if (absent) found.absent.push_back(sought.attempt_id);
  }
  return found;
}

Result<Done> Provider::destroy(const DestroyRequest& request, Call& call) {
  Api api(account_, call, /*deleting=*/true);
  const Sought& sought = request.server;
  if (request.installation_id.empty() || sought.server_id.empty())
    return invalid_request("Destroying needs an installation_id and a server_id.");
  const auto terminate = [&](const std::string& region) -> Result<Done> {
    const auto done = api.terminate_instance(region, sought.server_id);
    if (done) return Done{};
    Failure failure = done.failure();
    if (failure.code != ErrorCode::not_found) return failure;
    if (!is_settling(sought, call.now_unix_ms())) return Done{};  // it is gone
    failure.code = ErrorCode::unavailable;
    failure.retry_after_ms = 5'000;
    failure.message =
        "EC2 does not know its new server " + sought.server_id + " yet. Try again in a moment.";
    return failure;
  };
  for (const std::string& region : regions_of(sought)) {
    // Looked at first in any case: only what carries our tag may be ended.
    const auto listing = api.describe_instances(region, {{"instance-id", {sought.server_id}}});
    if (listing.failure) return *listing.failure;
    const auto instance =
        std::find_if(listing.items.begin(), listing.items.end(),
                     [&](const Instance& one) { return one.id == sought.server_id; });
    if (instance != listing.items.end()) {
      if (server_of(*instance, region).installation_id != tag_text(request.installation_id))
        return not_ours(instance->id);
      if (instance->state == "terminated" || instance->state == "shutting-down") return Done{};
      return terminate(region);
    }
    // EC2's lists lag behind its creates. An id that came with our own create's note is ours, so it
    // is ended unseen; if it really is gone, EC2 says NotFound.
    if (note_of(sought.note).region == region) return terminate(region);
  }
  return Done{};
}

}  // namespace berth::aws
