// Provider::find: one list, what it does not show by id, and what became of the actions.
#include "provider.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "api.hpp"
#include "json_api/fields.hpp"
#include "json_api/look.hpp"
#include "server.hpp"

namespace berth::hetzner {
namespace {

namespace json = boost::json;
using json_api::refused;
using json_api::text_at;

constexpr int looks_at_off_servers = 10;  // see judge_unfinished

std::vector<std::string> actions_of(const std::string& note) {
  std::vector<std::string> ids;
  boost::system::error_code ignored;  // a note that is not ours only tells nothing
  const json::value parsed = json::parse(note, ignored);
  if (const auto* actions = json_api::list_at(parsed, {"actions"}))
    for (const json::value& id : *actions)
      if (std::string text = json_api::id_at(id, {}); !text.empty()) ids.push_back(std::move(text));
  return ids;
}

/// Whether its create asked for a private network. It is known by its address there.
bool lacks_network(const CloudServer& server, const std::string& note) {
  if (server.state != ServerState::running || !server.private_ipv4.empty()) return false;
  boost::system::error_code ignored;
  return !text_at(json::parse(note, ignored), {"network"}).empty();
}

/// What a list of actions says of a server that is not running.
void judge(CloudServer& server, const std::vector<const json::value*>& actions) {
  for (const json::value* action : actions) {
    const std::string status = text_at(*action, {"status"});
    if (status == "error") {
      server.state = ServerState::failed;
      server.detail = text_at(*action, {"command"}) + " failed: " +
                      text_at(*action, {"error", "code"}) + ": " +
                      text_at(*action, {"error", "message"});
      return;
    }
    if (status == "running" && server.state == ServerState::stopped)
      server.state = ServerState::pending;
  }
}

}  // namespace

Result<Found> Provider::find(const FindRequest& request, Call& call) {
  if (request.installation_id.empty() || !is_label_value(request.installation_id))
    return refused(ErrorCode::invalid, "The installation id does not fit a Hetzner label.");
  // One attempt out of a large fleet is one page; all others together cost as many as there are.
  const bool only_one = !request.all && request.sought.size() == 1 &&
                        is_label_value(request.sought.front().attempt_id);
  const Result<json_api::Items> list =
      only_one ? api::servers_by_label(api_, call, "attempt", request.sought.front().attempt_id)
               : api::servers_by_label(api_, call, installation_label, request.installation_id);
  if (!list.ok()) return list.failure();
  bool complete = list->complete;
  if (!complete)
    call.log(LogLevel::warning, "Hetzner's list of servers is not whole: " + list->gap);

  std::vector<CloudServer> listed;
  for (const json::value& item : list->items) {
    std::optional<CloudServer> server = server_of(item);
    if (!server) complete = false;
    else if (server->installation_id == request.installation_id) listed.push_back(*server);
  }
  Found found = json_api::look(
      request, call, std::move(listed), complete, [&](const Sought& sought) -> Result<CloudServer> {
        const Result<json::value> answer = api::server(api_, call, sought.server_id);
        if (!answer.ok()) return answer.failure();
        const json::value* item = json_api::value_at(*answer, {"server"});
        const auto server = item == nullptr ? std::nullopt : server_of(*item);
        if (!server) return refused(ErrorCode::unavailable, "the answer holds no server");
        return *server;
      });
  judge_unfinished(request, found.servers, call);
  return found;
}

/// A server whose creation or start failed is merely "off" (or for ever "initializing") by its
/// status; the actions that create noted tell. One request for up to 50 actions. Servers that are
/// off and have no note (adopted after a lost reply) are asked one by one, a few a look.
void Provider::judge_unfinished(const FindRequest& request, std::vector<CloudServer>& servers,
                                Call& call) const {
  std::map<std::string, std::vector<std::string>> noted;  // server id -> action ids
  for (const Sought& sought : request.sought)
    for (const CloudServer& server : servers)
      if (sought.server_id.empty() ? sought.attempt_id == server.attempt_id
                                   : sought.server_id == server.server_id)
        noted[server.server_id] = actions_of(sought.note);

  // A server runs all the same when it could not join its network: it is not whole until it has.
  for (const Sought& sought : request.sought)
    for (CloudServer& server : servers)
      if ((sought.server_id.empty() ? sought.attempt_id == server.attempt_id
                                    : sought.server_id == server.server_id) &&
          lacks_network(server, sought.note)) {
        server.state = ServerState::pending;
        server.detail = "running, and not yet in its private network";
        server.lacks = "is not in its private network";
      }

  std::vector<std::string> ids;
  int single_looks = 0;
  for (CloudServer& server : servers) {
    if (server.state != ServerState::pending && server.state != ServerState::stopped) continue;
    const auto known = noted.find(server.server_id);
    if (known == noted.end()) continue;  // not sought: nobody waits for it
    if (!known->second.empty()) {
      ids.insert(ids.end(), known->second.begin(), known->second.end());
    } else if (server.state == ServerState::stopped && ++single_looks <= looks_at_off_servers) {
      const Result<json::value> answer = api::server_actions(api_, call, server.server_id);
      const auto* actions = answer.ok() ? json_api::list_at(*answer, {"actions"}) : nullptr;
      if (actions == nullptr) continue;
      std::vector<const json::value*> starts;  // a person's own stop is no failed start
      for (const json::value& action : *actions) {
        const std::string command = text_at(action, {"command"});
        if (command != "create_server" && command != "start_server") continue;
        if (text_at(action, {"status"}) == "success" && command == "start_server") starts.clear();
        else starts.push_back(&action);
      }
      judge(server, starts);
    }
  }

  std::map<std::string, json::value> told;  // action id -> action
  for (std::size_t at = 0; at < ids.size(); at += api::actions_at_once) {
    const auto first = ids.begin() + static_cast<std::ptrdiff_t>(at);
    const auto count = std::min(api::actions_at_once, ids.size() - at);
    const std::vector<std::string> batch(first, first + static_cast<std::ptrdiff_t>(count));
    const Result<json::value> answer = api::actions(api_, call, batch);
    if (!answer.ok()) {
      call.log(LogLevel::debug, "actions could not be read: " + answer.failure().message);
      return;  // the states stand as they are, and the next look asks again
    }
    if (const auto* actions = json_api::list_at(*answer, {"actions"}))
      for (const json::value& action : *actions)
        told.emplace(json_api::id_at(action, {"id"}), action);
  }
  for (CloudServer& server : servers) {
    if (server.state != ServerState::pending && server.state != ServerState::stopped) continue;
    const auto known = noted.find(server.server_id);
    if (known == noted.end()) continue;
    std::vector<const json::value*> actions;
    for (const std::string& id : known->second)
      if (const auto it = told.find(id); it != told.end()) actions.push_back(&it->second);
    judge(server, actions);
  }
}

}  // namespace berth::hetzner
