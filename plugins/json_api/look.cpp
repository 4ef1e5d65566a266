#include "look.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace berth::json_api {
namespace {

/// So many servers that a list does not show are asked for alone in one look: each costs a call.
constexpr std::size_t most_asked_alone = 20;

enum class Answer { there, not_there, unknown };

/// What the cloud said of servers that its list does not show.
struct AskedAlone {
  std::map<const Sought*, Answer> answers;
  std::size_t asked = 0, there = 0, failed = 0;
  std::string problem;  // of the first that failed
};

AskedAlone ask_for(const std::vector<const Sought*>& hidden, Call& call,
                   const AskById& ask_by_id, const std::function<void(const CloudServer&)>& give) {
  AskedAlone alone;
  const std::size_t count = std::min(hidden.size(), most_asked_alone);
  // Of many, some from everywhere, and others at the next look.
  const std::size_t first =
      hidden.size() > count ? static_cast<std::size_t>(call.now_unix_ms() / 1000) : 0;
  bool asking = true;  // until the vendor tells us to stop
  for (std::size_t i = 0; i < count; ++i) {
    const Sought* sought = hidden[(first + i * hidden.size() / count) % hidden.size()];
    Answer& now = alone.answers[sought];
    now = Answer::unknown;
    if (!asking) continue;
    ++alone.asked;
    const Result<CloudServer> answer = ask_by_id(*sought);
    if (answer.ok()) {
      now = Answer::there;
      ++alone.there;
      give(*answer);
      continue;
    }
    const ErrorCode code = answer.failure().code;
    if (code == ErrorCode::not_found) {
      now = Answer::not_there;
      continue;
    }
    asking = code != ErrorCode::rate_limited && code != ErrorCode::cancelled &&
             code != ErrorCode::denied;
    if (++alone.failed == 1) alone.problem = sought->server_id + ": " + answer.failure().message;
  }
  return alone;
}

std::string sentence_on(const AskedAlone& alone, std::size_t hidden, bool partial) {
  std::string text = "the list does not show " + std::to_string(hidden) +
                     (hidden == 1 ? " server" : " servers") + " that berth knows; of " +
                     std::to_string(alone.asked) + " that were asked for alone, " +
                     std::to_string(alone.there) + " are there and " +
                     std::to_string(alone.failed) + " could not be looked up";
  if (!alone.problem.empty()) text += " (" + alone.problem + ")";
  if (partial) text += ". The list is partial: nothing is concluded from what it lacks";
  return text;
}

}  // namespace

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

  std::set<const Sought*> present;
  std::vector<const Sought*> hidden;
  for (const Sought& sought : request.sought) {
    const auto [first, last] = of_attempt.equal_range(sought.attempt_id);
    for (auto it = first; it != last; ++it) {
      give(*it->second);
      present.insert(&sought);
    }
    if (sought.server_id.empty()) continue;
    if (const auto it = of_id.find(sought.server_id); it != of_id.end()) {
      give(*it->second);
      present.insert(&sought);
    } else {
      hidden.push_back(&sought);
    }
  }

  const AskedAlone alone = ask_for(hidden, call, ask_by_id, give);
  const bool many = hidden.size() > most_asked_alone;
  const bool partial = many && alone.there + alone.failed > 0;
  if (alone.failed > 0 || partial) {
    found.complete = false;
    call.log(LogLevel::warning, sentence_on(alone, hidden.size(), partial));
  }
  if (partial || !complete) return found;
  for (const Sought& sought : request.sought) {
    if (present.count(&sought) != 0) continue;
    const auto answer = alone.answers.find(&sought);
    // Of many that the list lacks, none of those that were asked for is there: it tells the truth.
    const bool absent = answer == alone.answers.end() || answer->second == Answer::not_there;
    if (absent) found.absent.push_back(sought.attempt_id);
  }
  return found;
}

}  // namespace berth::json_api
