#include "process.hpp"

#include <algorithm>

namespace berth::sim {
namespace {

Failure failure(ErrorCode code, Effect effect, const std::string& message) {
  Failure made;
  made.code = code;
  made.effect = effect;
  made.message = message;
  return made;
}

Failure of_the_dead() { return failure(ErrorCode::cancelled, Effect::unknown, "it died"); }

[[noreturn]] void refuse_the_dead() {
  throw LedgerError(LedgerProblem::io, "this process is dead");
}

/// "https://cloud.sim/hetzner/v1/servers?page=1" -> "/hetzner/v1/servers?page=1"
std::string target_of(const std::string& url) {
  const auto host = url.find("://");
  const auto path = host == url.npos ? url.npos : url.find('/', host + 3);
  return path == url.npos ? "/" : url.substr(path);
}

fakecloud::Request request_of(const HttpRequest& request) {
  fakecloud::Request made;
  made.method = request.method;
  made.target = target_of(request.url);
  made.headers.assign(request.headers.begin(), request.headers.end());
  if (made.header("host").empty()) made.headers.emplace_back("Host", "cloud.sim");
  made.body = request.body;
  return made;
}

HttpResponse response_of(fakecloud::Response&& answer) {
  HttpResponse made;
  made.status = answer.status;
  made.headers.emplace_back("content-type", answer.content_type);
  for (auto& [name, value] : answer.headers) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    made.headers.emplace_back(std::move(name), std::move(value));
  }
  made.body = std::move(answer.body);
  return made;
}

}  // namespace

class Process::ItsJournal final : public Journal {
 public:
  explicit ItsJournal(Process& process) : process_(process) {}
  void write(LogLevel level, std::string_view text) override {
    if (process_.world_.trace && level >= LogLevel::info)
      process_.world_.say(process_.name_ + ": " + std::string(text));
  }

 private:
  Process& process_;
};

class Process::ItsLedger final : public Ledger {
 public:
  explicit ItsLedger(Process& process) : process_(process), world_(process.world_) {}

  void write(const std::function<void(LedgerTransaction&)>& body) override {
    process_.edge("before a commit");
    if (process_.dead_) refuse_the_dead();
    const bool full = world_.dice.chance(world_.roughness.full_disk);
    world_.ledger->write([&](LedgerTransaction& tx) {
      body(tx);
      if (full) throw LedgerError(LedgerProblem::full, "the disk is full");
      world_.witness.at_commit(tx);
    });
    ++world_.witness.totals.commits;
    world_.committed.notify();
    process_.edge("after a commit");
    if (process_.dead_) refuse_the_dead();
  }

  void read(const std::function<void(const LedgerView&)>& body) override {
    if (process_.dead_) refuse_the_dead();
    world_.ledger->read(body);
  }

  std::int64_t data_version() override {
    return static_cast<std::int64_t>(world_.witness.totals.commits);
  }

 private:
  Process& process_;
  World& world_;
};

class Process::ItsTransport final : public Transport {
 public:
  explicit ItsTransport(Process& process) : process_(process), world_(process.world_) {}

  Result<HttpResponse> send(const HttpRequest& request, Call& call) override {
    process_.edge("before a request");
    if (process_.dead_) return of_the_dead();
    travel(world_.dice.between(2, 150));
    // Whether it had left when the process died, nobody knows.
    if (process_.dead_ && world_.dice.chance(0.5)) return of_the_dead();
    if (!process_.dead_ && call.cancelled())
      return failure(ErrorCode::cancelled, Effect::none, "cancelled before it was sent");
    fakecloud::Response answer =
        world_.clouds->answer(request_of(request), world_.clock.true_unix_ms());
    if (world_.trace)
      world_.say(process_.name_ + ": " + request.method + " " + target_of(request.url) + " -> " +
                 (answer.dropped ? "dropped" : std::to_string(answer.status) + " " +
                                                   answer.error_code) +
                 " " + request.body.substr(0, 300));
    std::int64_t back = world_.dice.between(2, 300) + answer.delay_ms;
    if (world_.dice.chance(world_.roughness.slow)) back += world_.dice.below(60'000);
    const std::int64_t left = std::max<std::int64_t>(call.remaining_ms(), 0);
    travel(std::min(back, left));
    process_.edge("after a request");
    if (process_.dead_) return of_the_dead();
    if (back > left)
      return failure(ErrorCode::unavailable, Effect::unknown, "no answer came in time");
    if (answer.dropped || answer.cut)
      return failure(ErrorCode::unavailable, Effect::unknown, "the connection was lost");
    return response_of(std::move(answer));
  }

  /// Nothing else happens while catalogues are read: threads of berth wait for each other there by
  /// a lock, which the baton does not see.
  bool at_once = false;

 private:
  void travel(std::int64_t ms) {
    if (!at_once) world_.baton.sleep(ms);
  }

  Process& process_;
  World& world_;
};

/// A plugin that is slow, forgets what it did, or says what is not so, within what the contract
/// lets a broken one say: it never claims that nothing happened when something did.
class Process::LyingProvider final : public CloudProvider {
 public:
  LyingProvider(Process& process, std::string account, std::shared_ptr<CloudProvider> honest)
      : process_(process),
        world_(process.world_),
        account_(std::move(account)),
        kept_(std::move(honest)),
        honest_(*kept_) {}

  [[nodiscard]] bool is_over(const std::shared_ptr<CloudProvider>& honest) const {
    return kept_ == honest;
  }

  Result<AccountCheck> check(Call& call) override { return honest_.check(call); }

  Result<OfferList> offers(const OffersRequest& request, Call& call) override {
    auto& transport = static_cast<ItsTransport&>(*process_.transport_);
    transport.at_once = true;
    Result<OfferList> list = honest_.offers(request, call);
    transport.at_once = false;
    return list;
  }

  Result<Created> create(const CreateRequest& request, Call& call) override {
    world_.witness.create_begins(request.attempt_id);
    if (lies() && world_.dice.chance(0.3))
      return failure(ErrorCode::internal, Effect::unknown, "it lost its mind before it asked");
    Result<Created> created = honest_.create(request, call);
    if (lies()) return failure(ErrorCode::internal, Effect::unknown, "its answer was no JSON");
    return created;
  }

  Result<Found> find(const FindRequest& request, Call& call) override {
    Result<Found> found = honest_.find(request, call);
    if (found && request.all && !process_.dead_)
      for (const CloudServer& server : found->servers)
        if (world_.hidden[account_ + " " + server.server_id] < world_.baton.now())
          world_.witness.shown(process_.name_, account_, server.server_id,
                               server.state == ServerState::stopped);
    if (found) hide_some(*found);
    // A part of a cloud that cannot be seen stays so for a while: one look more shows no more.
    const std::int64_t now = world_.baton.now();
    if (now >= blind_until_ms_ && lies())
      blind_until_ms_ = now + world_.dice.below(longest_blind_ms);
    if (!found || now >= blind_until_ms_) return found;
    Found part = *std::move(found);
    part.complete = false;  // it says that it saw only a part, and names the rest as absent
    while (!part.servers.empty() && world_.dice.chance(0.8)) {
      part.absent.push_back(part.servers.back().attempt_id);
      part.servers.pop_back();
    }
    return part;
  }

  Result<Done> destroy(const DestroyRequest& request, Call& call) override {
    // Who is told that it is destroyed and sees it in no list cannot know better.
    std::int64_t& until = world_.hidden[account_ + " " + request.server.server_id];
    if (until < world_.baton.now() && lies()) {
      until = std::max<std::int64_t>(until, 1);
      world_.say(process_.name_ + ": a plugin only says that it destroyed something");
      return Done{};
    }
    return honest_.destroy(request, call);
  }

 private:
  /// A list that calls itself complete, and is not: for minutes it lacks a server that is there, in
  /// every process. One whose id was told is spared until the ledger knows that id: before, nobody
  /// could tell it from one that was never made.
  void hide_some(Found& found) {
    if (process_.dead_) return;
    std::set<std::string> known;
    process_.ledger_->read([&](const LedgerView& view) {
      for (const AttemptRecord& one : view.live_attempts(account_)) known.insert(one.vendor_id);
    });
    std::erase_if(found.servers, [&](const CloudServer& server) {
      if (known.count(server.server_id) == 0 || server.state == ServerState::gone) return false;
      std::int64_t& until = world_.hidden[account_ + " " + server.server_id];
      if (until == 0 && world_.dice.chance(world_.roughness.hiding)) {
        until = world_.baton.now() + world_.dice.below(longest_hidden_ms);
        world_.say(account_ + ": lists hide " + server.server_id);
      }
      if (world_.baton.now() >= until) return false;
      if (!server.attempt_id.empty()) found.absent.push_back(server.attempt_id);
      return true;
    });
  }

  bool lies() { return world_.dice.chance(world_.roughness.lying); }

  static constexpr std::int64_t longest_blind_ms = 3 * 60'000;
  static constexpr std::int64_t longest_hidden_ms = 20 * 60'000;

  Process& process_;
  World& world_;
  const std::string account_;
  const std::shared_ptr<CloudProvider> kept_;
  CloudProvider& honest_;
  std::int64_t blind_until_ms_ = 0;
};

class Process::ItsClouds final : public Clouds {
 public:
  explicit ItsClouds(Process& process) : process_(process) {}
  Result<Cloud> open(const std::string& account) override {
    if (process_.dead_) return of_the_dead();
    Result<Cloud> cloud = process_.configured_.open(account);
    if (!cloud) return cloud;
    auto& lying = providers_[account];
    if (!lying || !lying->is_over(cloud->provider))  // another token, another instance
      lying = std::make_shared<LyingProvider>(process_, account, cloud->provider);
    cloud->provider = lying;
    return cloud;
  }
  std::string redacted(std::string text) override {
    return process_.configured_.redacted(std::move(text));
  }

 private:
  Process& process_;
  std::map<std::string, std::shared_ptr<LyingProvider>> providers_;
};

class Process::Teller final : public Notifier {
 public:
  Teller(Process& process, std::string id) : process_(process), id_(std::move(id)) {}
  Result<Done> notify(const Event& event, Call&) override {
    World& world = process_.world_;
    process_.edge("before a delivery");
    if (process_.dead_) return of_the_dead();
    world.baton.sleep(world.dice.between(1, 400));
    if (process_.dead_ && world.dice.chance(0.5)) return of_the_dead();
    const bool fails = world.dice.chance(world.roughness.notifier);
    if (!fails || world.dice.chance(0.5)) world.witness.notified(id_, event.event_id);
    process_.edge("after a delivery");
    if (process_.dead_) return of_the_dead();
    if (fails) return failure(ErrorCode::unavailable, Effect::unknown, "nobody is at home");
    return Done{};
  }

 private:
  Process& process_;
  const std::string id_;
};

class Process::ItsNotifiers final : public Notifiers {
 public:
  explicit ItsNotifiers(Process& process) : process_(process) {}
  Result<Notifier*> open(const std::string& id) override {
    if (process_.dead_) return of_the_dead();
    auto& teller = tellers_[id];
    if (!teller) teller = std::make_unique<Teller>(process_, id);
    return static_cast<Notifier*>(teller.get());
  }

 private:
  Process& process_;
  std::map<std::string, std::unique_ptr<Teller>> tellers_;
};

class Process::ItsOwners final : public Owners {
 public:
  explicit ItsOwners(Process& process) : process_(process) {}
  const std::string& own() override {
    if (!process_.dead_) process_.world_.living.insert(process_.name_);
    return process_.name_;
  }
  bool alive(std::string_view owner) override {
    return process_.world_.living.count(std::string(owner)) != 0;
  }

 private:
  Process& process_;
};

class Process::ItsProcesses final : public Processes {
 public:
  explicit ItsProcesses(Process& process) : process_(process), world_(process.world_) {}

  CommandResult run(const Command& command, const std::function<void(const Session&)>& started,
                    const std::function<bool()>& cancelled) override {
    CommandResult result;
    process_.edge("before a command");
    if (process_.dead_) return result;
    std::string deployment;
    for (const auto& [name, value] : command.environment)
      if (name == "BERTH_DEPLOYMENT_ID") deployment = value;
    const std::int64_t pid = ++world_.last_pid;
    started({pid, 7, world_.clock.now().boot_id});
    const bool fails = world_.dice.chance(world_.roughness.command);
    const bool hangs = fails && world_.dice.chance(0.5);
    world_.witness.command_begins(deployment);
    world_.sessions[pid] = {deployment,
                            world_.baton.now() + (hangs ? 20 * 60'000
                                                        : world_.dice.between(10, 20'000)),
                            false};
    SimSession& session = world_.sessions[pid];
    const std::int64_t deadline = world_.baton.now() + command.timeout_ms;
    result.started = true;
    while (!process_.dead_ && !session.ended && world_.baton.now() < session.until_ms) {
      world_.baton.sleep(std::min<std::int64_t>(session.until_ms - world_.baton.now(), 1000));
      if (process_.dead_) break;  // the command goes on
      result.cancelled = cancelled();
      result.timed_out = world_.baton.now() >= deadline;
      if (result.cancelled || result.timed_out) session.ended = true;
    }
    process_.edge("after a command");
    result.exit_code = session.ended ? 137 : fails ? 3 : 0;
    session.ended = session.ended || world_.baton.now() >= session.until_ms;
    return result;
  }

  void end(const Session& session) override {
    process_.edge("before a command is ended");
    if (process_.dead_) return;
    const auto found = world_.sessions.find(session.pid);
    if (found != world_.sessions.end() && session.boot_id == world_.clock.now().boot_id)
      found->second.ended = true;
  }

 private:
  Process& process_;
  World& world_;
};

class Process::ItsProbe final : public Probe {
 public:
  explicit ItsProbe(Process& process) : process_(process) {}
  std::string reach(const std::string& address, int, std::int64_t) override {
    World& world = process_.world_;
    world.baton.sleep(world.dice.between(1, 50));
    if (process_.dead_) return "it died";
    return world.ssh_answers(address) ? "" : address + " does not answer";
  }

 private:
  Process& process_;
};

class Process::ItsShell final : public Shell {
 public:
  explicit ItsShell(Process& process) : process_(process) {}
  ShellAnswer run(const Login& login, const std::string&, std::int64_t,
                  const std::function<bool()>&) override {
    World& world = process_.world_;
    process_.edge("before a login");
    world.baton.sleep(world.dice.between(50, 3000));
    ShellAnswer answer;
    answer.problem = login.address + " does not answer";
    if (process_.dead_ || !world.ssh_answers(login.address)) return answer;
    return {true, 0, "berth: marker=yes\n", "ssh-ed25519 AAAA", ""};
  }

 private:
  Process& process_;
};

class Process::ItsWorkers final : public Workers {
 public:
  explicit ItsWorkers(Process& process) : process_(process), ended_(process.world_.baton) {}
  ~ItsWorkers() override {
    while (under_way_ > 0) process_.world_.baton.wait(ended_, Baton::for_ever);
  }
  void submit(std::function<void()> work) override {
    ++under_way_;
    process_.world_.baton.start(process_.name_, [this, work = std::move(work)] {
      work();
      --under_way_;
      ended_.notify();
    });
  }
  void rest(std::int64_t ms) override {
    // Who is dead or alone has nothing to look for before an effect ends.
    process_.world_.baton.wait(ended_, process_.dead_ ? Baton::for_ever : 10 * ms);
  }

 private:
  Process& process_;
  Signal ended_;
  int under_way_ = 0;
};

Process::Process(World& world, std::string name)
    : world_(world),
      name_(std::move(name)),
      journal_(std::make_unique<ItsJournal>(*this)),
      started_with_(world.config.load()),
      pipeline_(started_with_.pipeline),
      in_force_(started_with_, [&world] { return world.config.load(); }, world.clock, *journal_,
                [this](const Configuration& now) { pipeline_.replace(now.pipeline); }),
      ledger_(under(in_force_, std::make_unique<ItsLedger>(*this))),
      transport_(std::make_unique<ItsTransport>(*this)),
      owners_(std::make_unique<ItsOwners>(*this)),
      processes_(std::make_unique<ItsProcesses>(*this)),
      probe_(std::make_unique<ItsProbe>(*this)),
      shell_(std::make_unique<ItsShell>(*this)),
      budgets_(*world.cache, world.clock, world.entropy),
      opener_(world.stage.plugins, *transport_, budgets_, *journal_,
              [this](std::int64_t ms) {
                if (!static_cast<ItsTransport&>(*transport_).at_once) world_.baton.sleep(ms);
              }),
      keys_({}, [](const std::string&) -> const char* { return nullptr; }),
      accounts_(in_force_, keys_, world.clock, *journal_),
      configured_(in_force_, accounts_, opener_),
      clouds_(std::make_unique<ItsClouds>(*this)),
      notifiers_(std::make_unique<ItsNotifiers>(*this)),
      catalogue_(in_force_, *clouds_, *world.cache, world.clock, *journal_,
                 [](int) -> std::unique_ptr<Workers> {
                   class InThisThread final : public Workers {
                     void submit(std::function<void()> work) override { work(); }
                     void rest(std::int64_t) override {}
                   };
                   return std::make_unique<InThisThread>();
                 }),
      parts_{in_force_,
             accounts_,
             pipeline_,
             *ledger_,
             *world.cache,
             catalogue_,
             *clouds_,
             *notifiers_,
             world.clock,
             world.entropy,
             *owners_,
             *processes_,
             *probe_,
             *shell_,
             *journal_,
             stopping_,
             [] { return std::vector<std::string>{}; }},
      engine_(parts_, [this](int) { return std::make_unique<ItsWorkers>(*this); }) {
  world_.running.insert(this);
}

Process::~Process() {
  die();
  world_.running.erase(this);
}

void Process::die() {
  if (!dead_) world_.witness.forget_looks(name_);
  dead_ = true;
  stopping_ = true;
  world_.living.erase(name_);
}

void Process::edge(const char* where) {
  if (world_.disk.off()) die();
  if (dead_ || !world_.dice.chance(world_.roughness.death)) return;
  world_.say(name_ + ": dies " + where);
  ++world_.witness.totals.deaths;
  die();
}

std::optional<std::int64_t> Process::step(const Scope& scope) {
  if (dead_) return std::nullopt;
  try {
    keep_up();
    return engine_.step(scope, [this] { return interrupted_; }).value_or(60'000);
  } catch (const LedgerError& problem) {
    world_.ledger_failed(problem);
    return std::nullopt;
  }
}

void Process::keep_up() {
  in_force_.look();
  if (!in_force_.has_another()) return;
  ledger_->write([](LedgerTransaction&) {});  // between two transactions
  ledger_->read([this](const LedgerView& view) { accounts_.refresh(view); });
}

void Process::rest(std::int64_t ms) {
  world_.baton.wait(world_.committed, ms);
  world_.baton.sleep(world_.dice.below(50));  // commits are noticed by asking now and then
}

void Process::read(const std::function<void(const LedgerView&)>& body) { ledger_->read(body); }

}  // namespace berth::sim
