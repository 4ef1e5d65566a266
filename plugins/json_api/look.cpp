#include "look.hpp"

#include <map>
#include <set>
#include <utility>

namespace berth::json_api {

Found look(const FindRequest& request, Call& call, std::vector<CloudServer> listed, bool complete,
           const AskById& ask_by_id) {
  Found found;
  found.complete = complete;

  std::multimap<std::string, const CloudServer*> of_attempt;
  std::map<std::string, const CloudServer*> of_id;
  for (const CloudServer& server : listed) {
    if (!server.attempt_id.empty()) of_attempt.emplace(server.attempt_id, &server);
    of_id.emplace(server.server_id, &server);
  }

  std::set<std::string> given;
  const auto give = [&](const CloudServer& server) {
    if (given.insert(server.server_id).second) found.servers.push_back(server);
  };
  if (request.all)
    for (const CloudServer& server : listed) give(server);

  bool asking = true;  // until the vendor tells us to stop
  for (const Sought& sought : request.sought) {
    bool present = false;
    bool unknown = false;
    const auto [first, last] = of_attempt.equal_range(sought.attempt_id);
    for (auto it = first; it != last; ++it) {
      give(*it->second);
      present = true;
    }
    if (!sought.server_id.empty()) {
      if (const auto it = of_id.find(sought.server_id); it != of_id.end()) {
        give(*it->second);
        present = true;
      } else if (!asking) {
        unknown = true;
      } else {
        const Result<CloudServer> answer = ask_by_id(sought);
        if (answer.ok()) {
          give(*answer);
          present = true;
        } else if (answer.failure().code != ErrorCode::not_found) {
          unknown = true;
          const ErrorCode code = answer.failure().code;
          asking = code != ErrorCode::rate_limited && code != ErrorCode::cancelled &&
                   code != ErrorCode::denied;
          call.log(LogLevel::warning, "server " + sought.server_id +
                                          " could not be looked up: " + answer.failure().message);
        }
      }
    }
    if (unknown) found.complete = false;
    if (!present && !unknown && complete) found.absent.push_back(sought.attempt_id);
  }
  return found;
}

}  // namespace berth::json_api
