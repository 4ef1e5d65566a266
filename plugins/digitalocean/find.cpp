// Provider::find: the lists, what they do not show by id, and what became of the create actions.
#include "provider.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "api.hpp"
#include "droplet.hpp"
#include "json_api/fields.hpp"
#include "json_api/look.hpp"

namespace berth::digitalocean {
namespace {

namespace json = boost::json;
using json_api::refused;
using json_api::text_at;

constexpr int single_actions_a_look = 10;  // see judge_unfinished

std::string action_of(const std::string& note) {
  boost::system::error_code ignored;  // a note that is not ours only tells nothing
  const json::value parsed = json::parse(note, ignored);
  return json_api::id_at(parsed, {"action"});
}

}  // namespace

Result<Found> Provider::find(const FindRequest& request, Call& call) {
  const std::string tag = installation_tag(request.installation_id);
  if (request.installation_id.empty() || !is_tag(tag))
    return refused(ErrorCode::invalid, "The installation id does not fit a DigitalOcean tag.");
  // One attempt out of a large fleet is one page; all others together cost as many as there are.
  const bool only_one = !request.all && request.sought.size() == 1 &&
                        is_tag(attempt_tag(request.sought.front().attempt_id));
  const Result<json_api::Items> list = api::droplets_by_tag(
      api_, call, only_one ? attempt_tag(request.sought.front().attempt_id) : tag);
  if (!list.ok()) return list.failure();
  bool complete = list->complete;
  if (!complete) call.log(LogLevel::warning, api::not_whole(*list).message);

  std::vector<CloudServer> listed;
  const auto take = [&](const json_api::Items& items) {
    for (const json::value& item : items.items) {
      const std::optional<CloudServer> server = server_of(item);
      if (!server) complete = false;
      else if (server->installation_id == request.installation_id) listed.push_back(*server);
    }
  };
  take(*list);

  // A GPU droplet whose id we do not know may be in its own list only.
  const bool anything_missing = std::any_of(
      request.sought.begin(), request.sought.end(), [&listed](const Sought& sought) {
        return sought.server_id.empty() &&
               std::none_of(listed.begin(), listed.end(), [&sought](const CloudServer& server) {
                 return server.attempt_id == sought.attempt_id;
               });
      });
  if (request.all || anything_missing) {
    const Result<json_api::Items> gpus = api::gpu_droplets(api_, call);
    // An account that may not see GPU droplets has none.
    const bool none = !gpus.ok() && (gpus.failure().code == ErrorCode::invalid ||
                                     gpus.failure().code == ErrorCode::denied ||
                                     gpus.failure().code == ErrorCode::not_found);
    if (gpus.ok()) take(*gpus);
    if (gpus.ok() ? !gpus->complete : !none) complete = false;
  }

  Found found = json_api::look(
      request, call, std::move(listed), complete, [&](const Sought& sought) -> Result<CloudServer> {
        const Result<json::value> answer = api::droplet(api_, call, sought.server_id);
        if (!answer.ok()) return answer.failure();
        const json::value* item = json_api::value_at(*answer, {"droplet"});
        std::optional<CloudServer> server = item == nullptr ? std::nullopt : server_of(*item);
        if (!server) return refused(ErrorCode::unavailable, "the answer holds no droplet");
        if (is_named_after(*item, sought.attempt_id)) server->attempt_id = sought.attempt_id;
        return *server;
      });
  judge_unfinished(request, found.servers, call);
  return found;
}

/// A droplet whose creation failed stays "new"; its create action, which the note holds, says
/// "errored". One request shows the account's newest 200 actions; the few that are not among them
/// are asked for one by one.
void Provider::judge_unfinished(const FindRequest& request, std::vector<CloudServer>& servers,
                                Call& call) const {
  std::map<std::string, CloudServer*> waited_for;  // action id -> server
  for (const Sought& sought : request.sought) {
    const std::string action = action_of(sought.note);
    if (action.empty()) continue;
    for (CloudServer& server : servers)
      if (server.state == ServerState::pending && server.server_id == sought.server_id)
        waited_for[action] = &server;
  }
  if (waited_for.empty()) return;

  const auto judge = [&](const json::value& action) {
    const auto it = waited_for.find(json_api::id_at(action, {"id"}));
    if (it == waited_for.end()) return;
    if (text_at(action, {"status"}) == "errored") {
      it->second->state = ServerState::failed;
      it->second->detail = "DigitalOcean's create action " + it->first + " errored";
    }
    waited_for.erase(it);
  };
  const Result<json::value> recent = api::recent_actions(api_, call);
  if (!recent.ok()) {
    call.log(LogLevel::debug, "actions could not be read: " + recent.failure().message);
    return;  // the states stand as they are, and the next look asks again
  }
  if (const auto* actions = json_api::list_at(*recent, {"actions"}))
    for (const json::value& action : *actions) judge(action);
  for (int asked = 0; asked < single_actions_a_look && !waited_for.empty(); ++asked) {
    const std::string id = waited_for.begin()->first;
    const Result<json::value> answer = api::action(api_, call, id);
    if (answer.ok())
      if (const json::value* action = json_api::value_at(*answer, {"action"})) judge(*action);
    waited_for.erase(id);
  }
}

}  // namespace berth::digitalocean
