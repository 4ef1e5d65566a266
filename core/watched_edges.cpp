#include "watched_edges.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace berth {
namespace {

/// What a commit may change, as far as it is told in its name.
class Picture {
 public:
  explicit Picture(const LedgerView& view)
      : newest_event_(view.newest_event()), undelivered_(view.undelivered({})) {
    for (const AttemptRecord& attempt : view.live_attempts({}))
      attempts_[attempt.id] = to_word(attempt.status);
    for (const DeploymentRecord& deployment : view.deployments({})) {
      const std::string word(to_word(deployment.status));
      deployments_[deployment.id] = deployment.command_pid != 0 ? word + " with command" : word;
    }
  }

  /// "attempt intended>requested, deployment.accepted": sorted, each once.
  [[nodiscard]] std::string changes_since(const Picture& before, const LedgerView& view) const {
    std::set<std::string> words;
    add_changes(words, "attempt ", before.attempts_, attempts_);
    add_changes(words, "deployment ", before.deployments_, deployments_);
    int told = 0;
    for (const EventRecord& event : view.events({}, before.newest_event_)) {
      words.insert("event " + event.type);
      ++told;
    }
    if (told == 0 && undelivered_ < before.undelivered_) words.insert("delivered");
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text.empty() ? "tasks" : text;
  }

 private:
  using Statuses = std::map<std::string, std::string>;
  static void add_changes(std::set<std::string>& words, const std::string& what,
                          const Statuses& before, const Statuses& after) {
    const auto of = [](const Statuses& statuses, const std::string& id, const char* none) {
      const auto found = statuses.find(id);
      return found == statuses.end() ? std::string(none) : found->second;
    };
    Statuses all = before;
    all.insert(after.begin(), after.end());
    for (const auto& [id, status] : all) {
      const std::string from = of(before, id, "new"), to = of(after, id, "gone");
      if (from != to) words.insert(what + from + ">" + to);
    }
  }

  Statuses attempts_, deployments_;
  std::int64_t newest_event_;
  int undelivered_;
};

class WatchedLedger final : public Ledger {
 public:
  WatchedLedger(std::unique_ptr<Ledger> inside, EdgeWatcher watcher)
      : inside_(std::move(inside)), watcher_(std::move(watcher)) {}

  void write(const std::function<void(LedgerTransaction&)>& body) override {
    std::string name;
    inside_->write([&](LedgerTransaction& tx) {
      const Picture before(tx);
      body(tx);
      name = "commit " + Picture(tx).changes_since(before, tx);
      watcher_(name + ":before");
    });
    watcher_(name + ":after");
  }
  void read(const std::function<void(const LedgerView&)>& body) override { inside_->read(body); }
  std::int64_t data_version() override { return inside_->data_version(); }

 private:
  const std::unique_ptr<Ledger> inside_;
  const EdgeWatcher watcher_;
};

/// What the others have in common.
template <class Interface>
class Watched : public Interface {
 public:
  Watched(std::unique_ptr<Interface> inside, EdgeWatcher watcher)
      : inside_(std::move(inside)), watcher_(std::move(watcher)) {}

 protected:
  void tell(const std::string& name) const { watcher_(name); }
  template <class Body>
  auto around(const std::string& name, Body&& body) const {
    return between_edges(watcher_, name, std::forward<Body>(body));
  }
  template <class Body>
  void around_action(const std::string& name, Body&& body) const {
    tell(name + ":before");
    body();
    tell(name + ":after");
  }
  [[nodiscard]] Interface& inside() const { return *inside_; }

 private:
  const std::unique_ptr<Interface> inside_;
  const EdgeWatcher watcher_;
};

/// Reads of the cache are none of its business; counts of API calls are, as two processes share
/// them.
class WatchedCache final : public Watched<Cache> {
 public:
  using Watched::Watched;
  std::optional<CachedCatalogue> catalogue(std::string_view key) override {
    return inside().catalogue(key);
  }
  void store_catalogue(std::string_view key, const CachedCatalogue& read) override {
    around_action("cache catalogue", [&] { inside().store_catalogue(key, read); });
  }
  std::shared_ptr<void> reading(std::string_view key, std::int64_t patience_ms) override {
    return around("cache reading", [&] { return inside().reading(key, patience_ms); });
  }
  std::vector<OfferRefusal> refusals(std::int64_t now_unix_ms) override {
    return inside().refusals(now_unix_ms);
  }
  void store_refusal(const OfferRefusal& refusal) override {
    around_action("cache refusal", [&] { inside().store_refusal(refusal); });
  }
  void store_boot(const BootEntry& entry) override {
    around_action("cache boot", [&] { inside().store_boot(entry); });
  }
  std::vector<BootEntry> boots_of(std::string_view offer_key) override {
    return inside().boots_of(offer_key);
  }
  std::vector<BootEntry> boots_with_failures() override { return inside().boots_with_failures(); }
  CallGrant take_calls(std::string_view credential, int want, int requests, std::int64_t per_ms,
                       bool deleting, std::int64_t now_unix_ms) override {
    return around("cache take_calls", [&] {
      return inside().take_calls(credential, want, requests, per_ms, deleting, now_unix_ms);
    });
  }
  void pause_calls(std::string_view credential, std::int64_t until_unix_ms) override {
    around_action("cache pause_calls", [&] { inside().pause_calls(credential, until_unix_ms); });
  }
  std::int64_t back_off_calls(std::string_view credential, int jitter,
                              std::int64_t now_unix_ms) override {
    return around("cache back_off_calls",
                  [&] { return inside().back_off_calls(credential, jitter, now_unix_ms); });
  }
  void forgive_calls(std::string_view credential) override {
    around_action("cache forgive_calls", [&] { inside().forgive_calls(credential); });
  }
  void learn_calls(std::string_view credential, std::int64_t remaining, std::int64_t limit,
                   int requests, std::int64_t per_ms, std::int64_t now_unix_ms) override {
    around_action("cache learn_calls", [&] {
      inside().learn_calls(credential, remaining, limit, requests, per_ms, now_unix_ms);
    });
  }
  void settle_calls(std::string_view credential, std::string_view account, std::int64_t spent,
                    std::int64_t unused, std::int64_t now_unix_ms) override {
    around_action("cache settle_calls", [&] {
      inside().settle_calls(credential, account, spent, unused, now_unix_ms);
    });
  }
  std::vector<CallsSpent> calls_spent(std::int64_t now_unix_ms) override {
    return inside().calls_spent(now_unix_ms);
  }
};

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

/// Server ids and the like as "N", so that the name is the same in the next run.
std::string without_ids(std::string_view path) {
  std::string text;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    const bool id = part.size() > 3 && std::all_of(part.begin(), part.end(), is_alnum) &&
                    std::any_of(part.begin(), part.end(), is_digit);
    text += id ? std::string("N") : std::string(part);
    if (end < path.size()) text += '/';
    at = end + 1;
  }
  return text;
}

/// "POST /aws/ RunInstances": no host, no query; a form's Action, where the path says nothing.
std::string name_of(const HttpRequest& request) {
  std::string_view url = request.url;
  const auto scheme = url.find("://");
  url.remove_prefix(scheme == url.npos ? 0 : scheme + 3);
  url.remove_prefix(std::min(url.find('/'), url.size()));
  std::string name = "http " + request.method + " " + without_ids(url.substr(0, url.find('?')));
  static constexpr std::string_view key = "Action=";
  const auto action = request.body.find(key);
  if (action != request.body.npos) {
    const auto begin = request.body.begin() + static_cast<std::ptrdiff_t>(action + key.size());
    name += " " + std::string(begin, std::find_if_not(begin, request.body.end(), is_alnum));
  }
  return name;
}

class WatchedTransport final : public Watched<Transport> {
 public:
  using Watched::Watched;
  Result<HttpResponse> send(const HttpRequest& request, Call& call) override {
    return around(name_of(request), [&] { return inside().send(request, call); });
  }
};

class WatchedOwners final : public Watched<Owners> {
 public:
  using Watched::Watched;
  [[nodiscard]] const std::string& own() override {
    tell("owner taken:before");
    const std::string& own = inside().own();
    tell("owner taken:after");
    return own;
  }
  bool alive(std::string_view owner) override {
    return around("owner looked at", [&] { return inside().alive(owner); });
  }
};

class WatchedProcesses final : public Watched<Processes> {
 public:
  using Watched::Watched;
  CommandResult run(const Command& command, const std::function<void(const Session&)>& started,
                    const std::function<bool()>& cancelled) override {
    return around("command", [&] {
      return inside().run(
          command,
          [&](const Session& session) {
            around_action("command at its gate", [&] { started(session); });
          },
          cancelled);
    });
  }
  std::string command_problem(const std::vector<std::string>& argv) override {
    return inside().command_problem(argv);
  }
  void end(const Session& session) override {
    around_action("session ended", [&] { inside().end(session); });
  }
};

class WatchedProbe final : public Watched<Probe> {
 public:
  using Watched::Watched;
  std::string reach(const std::string& address, int port, std::int64_t timeout_ms) override {
    return around("probe", [&] { return inside().reach(address, port, timeout_ms); });
  }
};

class WatchedShell final : public Watched<Shell> {
 public:
  using Watched::Watched;
  ShellAnswer run(const Login& login, const std::string& command, std::int64_t timeout_ms,
                  const std::function<bool()>& cancelled) override {
    return around("shell", [&] { return inside().run(login, command, timeout_ms, cancelled); });
  }
};

template <class Watching, class Interface>
std::unique_ptr<Interface> put_around(std::unique_ptr<Interface> inside,
                                      const EdgeWatcher& watcher) {
  if (!watcher) return inside;
  return std::make_unique<Watching>(std::move(inside), watcher);
}

}  // namespace

std::unique_ptr<Ledger> watched(std::unique_ptr<Ledger> inside, const EdgeWatcher& watcher) {
  return put_around<WatchedLedger>(std::move(inside), watcher);
}
std::unique_ptr<Cache> watched(std::unique_ptr<Cache> inside, const EdgeWatcher& watcher) {
  return put_around<WatchedCache>(std::move(inside), watcher);
}
std::unique_ptr<Transport> watched(std::unique_ptr<Transport> inside, const EdgeWatcher& watcher) {
  return put_around<WatchedTransport>(std::move(inside), watcher);
}
std::unique_ptr<Owners> watched(std::unique_ptr<Owners> inside, const EdgeWatcher& watcher) {
  return put_around<WatchedOwners>(std::move(inside), watcher);
}
std::unique_ptr<Processes> watched(std::unique_ptr<Processes> inside, const EdgeWatcher& watcher) {
  return put_around<WatchedProcesses>(std::move(inside), watcher);
}
std::unique_ptr<Probe> watched(std::unique_ptr<Probe> inside, const EdgeWatcher& watcher) {
  return put_around<WatchedProbe>(std::move(inside), watcher);
}
std::unique_ptr<Shell> watched(std::unique_ptr<Shell> inside, const EdgeWatcher& watcher) {
  return put_around<WatchedShell>(std::move(inside), watcher);
}

}  // namespace berth
