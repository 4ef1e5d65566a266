#include "story.hpp"

#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <tuple>

namespace berth {
namespace {

namespace fs = std::filesystem;

std::string make_folder() {
  std::error_code problem;
  const fs::path memory = "/dev/shm";  // the ledger syncs at every commit: disks are slow
  fs::path parent = fs::is_directory(memory, problem) ? memory : fs::temp_directory_path();
  std::string name = parent / "berth-engine-XXXXXX";
  return mkdtemp(name.data());
}

std::vector<StageSettings> usual_stages() {
  std::vector<StageSettings> stages;
  for (const char* name : {"entitlement", "sizing", "quota", "selection", "approval"}) {
    stages.emplace_back();
    stages.back().stage = name;
  }
  return stages;
}

AccountSettings account(const std::string& id) {
  AccountSettings made;
  made.id = id;
  made.plugin = "cloud-of-" + id;
  made.organizations = {"acme"};
  made.default_region = "r1";
  return made;
}

class InThisThread final : public Workers {
 public:
  void submit(std::function<void()> work) override { work(); }
  void rest(std::int64_t) override {}
};

}  // namespace

std::string CountedEntropy::id() {
  static constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  const std::lock_guard lock(mutex_);
  std::string text;
  for (int number = ++minted_; number > 0; number /= 32)
    text.insert(text.begin(), alphabet[static_cast<std::size_t>(number % 32)]);
  return std::string(26 - text.size(), 'a') + text;
}

std::int64_t CountedEntropy::below(std::int64_t bound) {
  const std::lock_guard lock(mutex_);
  state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
  return static_cast<std::int64_t>((state_ >> 33) % static_cast<std::uint64_t>(bound));
}

void RecordingJournal::write(LogLevel, std::string_view text) {
  const std::lock_guard lock(mutex_);
  text_ += std::string(text) + "\n";
}

std::string RecordingJournal::text() const {
  const std::lock_guard lock(mutex_);
  return text_;
}

std::optional<CachedCatalogue> MemoryCache::catalogue(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = catalogues_.find(key);
  if (found == catalogues_.end()) return std::nullopt;
  return found->second;
}

void MemoryCache::store_catalogue(std::string_view key, const CachedCatalogue& catalogue) {
  const std::lock_guard lock(mutex_);
  catalogues_[std::string(key)] = catalogue;
}

std::vector<OfferRefusal> MemoryCache::refusals(std::int64_t now_unix_ms) {
  const std::lock_guard lock(mutex_);
  std::erase_if(refusals_,
                [&](const OfferRefusal& one) { return one.until_unix_ms <= now_unix_ms; });
  return refusals_;
}

void MemoryCache::store_refusal(const OfferRefusal& refusal) {
  const std::lock_guard lock(mutex_);
  const auto parts = [](const OfferRefusal& one) {
    return std::tie(one.credential, one.account, one.region, one.zone, one.instance_type,
                    one.market, one.family);
  };
  std::erase_if(refusals_, [&](const OfferRefusal& old) { return parts(old) == parts(refusal); });
  refusals_.push_back(refusal);
}

void MemoryCache::store_boot(const BootEntry& entry) {
  const std::lock_guard lock(mutex_);
  std::deque<BootEntry>& boots = boots_[entry.offer_key];
  std::erase_if(boots, [&](const BootEntry& old) { return old.attempt_id == entry.attempt_id; });
  boots.push_front(entry);
  if (boots.size() > 4) boots.pop_back();
}

std::vector<BootEntry> MemoryCache::boots_of(std::string_view offer_key) {
  const std::lock_guard lock(mutex_);
  const auto found = boots_.find(offer_key);
  if (found == boots_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

std::vector<BootEntry> MemoryCache::boots_with_failures() {
  const std::lock_guard lock(mutex_);
  std::vector<BootEntry> found;
  for (const auto& [key, boots] : boots_)
    if (std::any_of(boots.begin(), boots.end(), [](const BootEntry& boot) { return !boot.ready; }))
      found.insert(found.end(), boots.begin(), boots.end());
  return found;
}

Result<Done> FakeNotifier::notify(const Event& event, Call&) {
  {
    const std::lock_guard lock(mutex_);
    ++asked_;
  }
  if (trouble)
    if (auto failed = trouble(event)) return *failed;
  const std::lock_guard lock(mutex_);
  got_.push_back(event);
  return Done{};
}

std::vector<Event> FakeNotifier::got() const {
  const std::lock_guard lock(mutex_);
  return got_;
}

std::vector<std::string> FakeNotifier::types() const {
  std::vector<std::string> types;
  for (const Event& event : got()) types.push_back(event.type);
  return types;
}

int FakeNotifier::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

CommandResult exited(int code, const std::string& output) {
  CommandResult result;
  result.started = true;
  result.exit_code = code;
  result.output_tail = output;
  return result;
}

CommandResult FakeProcesses::run(const Command& command,
                                 const std::function<void(const Session&)>& started,
                                 const std::function<bool()>& cancelled) {
  const Session session{++last_pid_, 7, "boot-1"};
  started(session);
  log.push_back("run " + std::to_string(session.pid));
  ran.push_back(command);
  if (scripts.empty()) return exited(0);
  const auto script = std::move(scripts.front());
  scripts.pop_front();
  return script(cancelled);
}

void FakeProcesses::end(const Session& session) {
  log.push_back("end " + std::to_string(session.pid));
  ended.push_back(session.pid);
}

std::string FakeProcesses::variable(const Command& command, std::string_view name) {
  for (const auto& [key, value] : command.environment)
    if (key == name) return value;
  return "(not set)";
}

void TroubledLedger::write(const std::function<void(LedgerTransaction&)>& body) {
  if (dead_) throw LedgerError(LedgerProblem::io, "this process is dead");
  real_.write([&](LedgerTransaction& tx) {
    body(tx);
    if (full_ > 0) {
      --full_;
      throw LedgerError(LedgerProblem::full, "the disk is full");
    }
    if (at_commit_) at_commit_(tx);
  });
}

void TroubledLedger::read(const std::function<void(const LedgerView&)>& body) {
  if (dead_) throw LedgerError(LedgerProblem::io, "this process is dead");
  real_.read(body);
}

/// One berth process: what dies together.
struct Story::Process {
  struct ItsAccounts final : Accounts {
    explicit ItsAccounts(const Configuration& of) : settings(of) {}
    void refresh(const LedgerView&) override {}
    std::shared_ptr<const AccountList> list() const override {
      auto all = std::make_shared<AccountList>();
      for (const AccountSettings& one : settings.accounts)
        all->push_back(std::make_shared<AccountSettings>(one));
      return all;
    }
    const Configuration& settings;
  };
  struct ItsClouds final : Clouds {
    explicit ItsClouds(Process& of) : process(of) {}
    Result<Cloud> open(const std::string& account) override {
      // Who is dead asks nobody.
      if (process.ledger.dead()) return failure(ErrorCode::cancelled, Effect::unknown, "dead");
      Story& story = process.story;
      FakeCloud& cloud = account == "alpha" ? story.alpha : story.beta;
      const std::shared_ptr<CloudProvider> lent(std::shared_ptr<void>(), &cloud);
      return Cloud{lent, "cloud-of-" + account, "r1"};
    }
    std::string redacted(std::string text) override {
      static const std::string secret = "s3cret";
      for (auto at = text.find(secret); at != text.npos; at = text.find(secret))
        text.replace(at, secret.size(), "[redacted]");
      return text;
    }
    Process& process;
  };
  struct ItsNotifiers final : Notifiers {
    explicit ItsNotifiers(Process& of) : process(of) {}
    Result<Notifier*> open(const std::string&) override {
      if (process.ledger.dead()) return failure(ErrorCode::cancelled, Effect::unknown, "dead");
      return static_cast<Notifier*>(&process.story.pager);
    }
    Process& process;
  };
  struct ItsOwner final : Owners {
    ItsOwner(std::set<std::string>& all, std::string name) : living(all), id(std::move(name)) {}
    const std::string& own() override {
      living.insert(id);
      return id;
    }
    bool alive(std::string_view owner) override { return living.count(std::string(owner)) != 0; }
    std::set<std::string>& living;
    std::string id;
  };

  struct ItsConfiguration final : LiveConfiguration {
    explicit ItsConfiguration(const Story& of) : story(of) {}
    [[nodiscard]] const Configuration& current() const override { return story.settings; }
    [[nodiscard]] std::string fingerprint() const override { return story.config; }
    [[nodiscard]] std::string problem() const override { return story.config_problem; }
    [[nodiscard]] bool still(const std::string& of) const override {
      return of == story.config && story.config_problem.empty();
    }
    const Story& story;
  };

  Process(Story& of, std::string name)
      : story(of),
        ledger(*of.ledger_, of.full_disk, of.at_commit),
        accounts(of.settings),
        clouds(*this),
        notifiers(*this),
        owner(of.living_, std::move(name)),
        in_force(of),
        catalogue(in_force, clouds, of.cache, of.clock, of.journal,
                  [](int) { return std::make_unique<InThisThread>(); }),
        parts{in_force,
              accounts,
              *of.pipeline_,
              ledger,
              of.cache,
              catalogue,
              clouds,
              notifiers,
              of.clock,
              of.entropy_,
              owner,
              of.commands,
              of.network,
              of.shell,
              of.journal,
              stopping,
              [] { return std::vector<std::string>{"CLOUD_TOKEN"}; }},
        engine(parts, [&of](int most) -> std::unique_ptr<Workers> {
          if (of.threads) return thread_workers(most);
          return std::make_unique<InThisThread>();
        }) {}

  Story& story;
  TroubledLedger ledger;
  ItsAccounts accounts;
  ItsClouds clouds;
  ItsNotifiers notifiers;
  ItsOwner owner;
  std::atomic<bool> stopping{false};
  ItsConfiguration in_force;
  OfferCatalogue catalogue;
  EngineParts parts;
  Engine engine;
};

Story::Story(std::uint64_t seed)
    : alpha("alpha", clock),
      beta("beta", clock),
      folder_(make_folder()),
      entropy_(seed),
      stages_(usual_stages()),
      pipeline_(std::make_unique<Pipeline>(stages_)),
      ledger_(open_sqlite_ledger(folder_, "installation-one")) {
  settings.file = "berth.toml";
  settings.accounts = {account("alpha"), account("beta")};
  settings.deploy.command = {"deploy"};
  OrganizationSettings acme;
  acme.id = "acme";
  acme.auto_provisioning = acme.auto_approve_provisioning = true;
  acme.max_servers = 5;
  acme.admins = {"ann"};
  settings.organizations = {acme};
  NotifierSettings told;
  told.id = "pager";
  told.plugin = "log";
  settings.notifiers = {told};
  alpha.sells("cx33", 4, 8, 80, 1200);
  alpha.sells("cx43", 8, 16, 160, 2400);
  beta.sells("s4", 4, 8, 160, 1500);
}

Story::~Story() {
  processes_.clear();
  ledger_.reset();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  fs::remove(folder_ + ".generation", ignored);  // noted beside it
}

Story::Process& Story::process() {
  if (processes_.empty() || processes_.back()->ledger.dead())
    processes_.push_back(std::make_unique<Process>(*this, "owner-" + std::to_string(++born_)));
  return *processes_.back();
}

const EngineParts& Story::parts() { return process().parts; }

void Story::use_stage(const StageSettings& stage) {
  for (StageSettings& each : stages_)
    if (each.stage == stage.stage) each = stage;
  auto pipeline = std::make_unique<Pipeline>(stages_);
  processes_.clear();  // they hold the one before
  pipeline_ = std::move(pipeline);
}

void Story::become_another_process() {
  if (processes_.size() > 1 && !processes_.front()->ledger.dead()) {
    std::swap(processes_.front(), processes_.back());
    return;
  }
  processes_.push_back(std::make_unique<Process>(*this, "owner-" + std::to_string(++born_)));
}

void Story::die() {
  Process& dying = process();
  dying.ledger.die();
  living_.erase(dying.owner.id);
}

std::string Story::deploy(const std::string& application, double cores, double memory_gb,
                          double disk_gb) {
  DeployRequest request;
  request.organization = "acme";
  request.application = application;
  request.millicores = static_cast<std::int64_t>(cores * 1000);
  request.memory_mib = static_cast<std::int64_t>(memory_gb * 1024);
  request.disk_mib = static_cast<std::int64_t>(disk_gb * 1024);
  return deploy(std::move(request));
}

std::string Story::deploy(DeployRequest request) {
  if (request.requested_by.empty()) request.requested_by = "dev";
  return submit(parts(), request);
}

void Story::approve(const std::string& id, const std::string& user) {
  berth::approve(parts(), id, user);
}
void Story::cancel(const std::string& id, const std::string& user) {
  berth::cancel(parts(), id, user);
}
void Story::retry(const std::string& id) { berth::retry(parts(), id, "dev"); }

std::string Story::buy(const std::string& offer, const std::string& user) {
  parts().catalogue.refresh(*parts().accounts.list());
  return buy_server(parts(), "acme", offer, user);
}

std::string Story::add_server(const std::string& name, double cores, double memory_gb,
                              double disk_gb) {
  Server server;
  server.organization = "acme";
  server.name = name;
  server.public_ipv4 = "192.0.2.1";
  server.arch = "x86_64";
  server.capacity = {static_cast<std::int64_t>(cores * 1000),
                     static_cast<std::int64_t>(memory_gb * 1024),
                     static_cast<std::int64_t>(disk_gb * 1024)};
  return berth::add_server(parts(), server, "ann");
}

std::optional<std::int64_t> Story::step(const Scope& scope) {
  Process& acting = process();
  try {
    return acting.engine.step(scope, {});
  } catch (const LedgerError&) {
    if (!acting.ledger.dead()) throw;
    return 0;  // it was killed; the next step is another process's
  }
}

void Story::run(std::int64_t most_ms) {
  const std::int64_t end = clock.now().boot_ms + most_ms;
  for (;;) {
    const auto due = step();
    bool work_left = false;
    look([&](const LedgerView& view) {
      work_left = view.work_left() || view.deployments_that_wait() > 0;
    });
    if (!work_left || clock.now().boot_ms >= end) return;
    clock.pass(std::max<std::int64_t>(due.value_or(1000), 1));
  }
}

void Story::pass(std::int64_t ms) {
  const std::int64_t end = clock.now().boot_ms + ms;
  for (;;) {
    const std::int64_t due = std::max<std::int64_t>(step().value_or(ms), 1);
    const std::int64_t left = end - clock.now().boot_ms;
    if (left <= 0) return;
    clock.pass(std::min(due, left));
  }
}

bool Story::reap(const std::string& account, const std::string& confirmed_by) {
  const std::vector<AskedPass> asked = ask_to_reap(parts(), account, confirmed_by);
  const std::int64_t end = clock.now().boot_ms + 3'600'000;
  for (;;) {
    const auto due = step({{}, true, account});
    bool goes_on = false;
    look([&](const LedgerView& view) { goes_on = is_reaping(view, asked); });
    if (!goes_on) return true;
    if (clock.now().boot_ms >= end) return false;
    clock.pass(std::clamp<std::int64_t>(due.value_or(1000), 1, 1000));
  }
}

void Story::look(const std::function<void(const LedgerView&)>& at) { ledger_->read(at); }

DeploymentRecord Story::deployment(const std::string& id) {
  DeploymentRecord found;
  look([&](const LedgerView& view) { found = view.deployment(id).value(); });
  return found;
}

std::string Story::status(const std::string& id) {
  return std::string(to_word(deployment(id).status));
}
std::string Story::code(const std::string& id) { return deployment(id).reason_code; }

std::vector<Server> Story::servers(bool also_gone) {
  std::vector<Server> found;
  look([&](const LedgerView& view) { found = view.servers("acme", also_gone); });
  return found;
}

Server Story::server_of(const std::string& deployment_id) {
  Server found;
  const std::string id = deployment(deployment_id).server_id;
  look([&](const LedgerView& view) { found = view.server(id).value(); });
  return found;
}

std::vector<AttemptRecord> Story::attempts(const std::string& deployment_id) {
  std::vector<AttemptRecord> found;
  look([&](const LedgerView& view) { found = view.attempts_of(deployment_id); });
  return found;
}

std::vector<HoldRecord> Story::holds(const std::string& application) {
  std::vector<HoldRecord> found;
  look([&](const LedgerView& view) { found = view.holds_of("acme", application); });
  return found;
}

std::vector<EventRecord> Story::event_records(const std::string& deployment_id) {
  std::vector<EventRecord> found;
  look([&](const LedgerView& view) { found = view.events(deployment_id, 0); });
  return found;
}

std::vector<std::string> Story::events(const std::string& deployment_id) {
  std::vector<std::string> types;
  for (const EventRecord& event : event_records(deployment_id)) types.push_back(event.type);
  return types;
}

std::vector<AuditRecord> Story::audit(const std::string& deployment_id) {
  std::vector<AuditRecord> found;
  look([&](const LedgerView& view) {
    AuditFilter filter;
    filter.deployment_id = deployment_id;
    found = view.audit_records(filter);
  });
  return found;
}

std::vector<std::string> Story::audit_words(const std::string& record_id) {
  std::vector<std::string> words;
  look([&](const LedgerView& view) {
    for (const AuditRecord& entry : view.audit_history(record_id))
      if (words.empty() || words.back() != entry.status) words.push_back(entry.status);
  });
  return words;
}

int Story::undelivered() {
  int left = 0;
  look([&](const LedgerView& view) { left = view.undelivered({}); });
  return left;
}

int Story::live_machines() const {
  return static_cast<int>(alpha.live().size() + beta.live().size());
}

}  // namespace berth
