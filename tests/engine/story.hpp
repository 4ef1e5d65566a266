// The engine's stories: a real engine over a real ledger, in a world that the test plays. Time is
// virtual, effects run in the caller's thread, and a process can die in the middle of one.
//
// acme may have 5 servers, which are bought without asking; ann is its admin. Account alpha sells
// cx33 (4 cores, 8 GB, 80 GB; 12.00 a month) and cx43 (8, 16, 160; 24.00), beta sells s4 (4, 8,
// 160; 15.00). A machine boots in 20 s. "pager" is told everything.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "engine/reap.hpp"
#include "engine/requests.hpp"
#include "fake_cloud.hpp"

namespace berth {

class VirtualClock final : public Clock {
 public:
  [[nodiscard]] Moment now() const override {
    return {1'795'284'000'000 + at_ + wall_, 10'000'000 + at_, "boot-1"};
  }
  void pass(std::int64_t ms) { at_ += ms; }
  /// Somebody sets the wall clock.
  void jump(std::int64_t ms) { wall_ += ms; }

 private:
  std::atomic<std::int64_t> at_{0}, wall_{0};
};

class CountedEntropy final : public Entropy {
 public:
  explicit CountedEntropy(std::uint64_t seed) : state_(seed) {}
  std::string id() override;
  std::int64_t below(std::int64_t bound) override;

 private:
  std::mutex mutex_;
  std::uint64_t state_;
  int minted_ = 0;
};

class RecordingJournal final : public Journal {
 public:
  void write(LogLevel level, std::string_view text) override;
  [[nodiscard]] std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

/// What is out of stock and how boots went, in memory.
class MemoryCache final : public Cache {
 public:
  std::optional<CachedCatalogue> catalogue(std::string_view key) override;
  void store_catalogue(std::string_view key, const CachedCatalogue& catalogue) override;
  std::vector<OfferRefusal> refusals(std::int64_t now_unix_ms) override;
  void store_refusal(const OfferRefusal& refusal) override;
  void store_boot(const BootEntry& entry) override;
  std::vector<BootEntry> boots_of(std::string_view offer_key) override;
  std::vector<BootEntry> boots_with_failures() override;
  CallGrant take_calls(std::string_view, int want, int, std::int64_t, bool, std::int64_t) override {
    return {want, 0};
  }
  void pause_calls(std::string_view, std::int64_t) override {}
  std::int64_t back_off_calls(std::string_view, int, std::int64_t now) override { return now; }
  void forgive_calls(std::string_view) override {}
  void learn_calls(std::string_view, std::int64_t, std::int64_t, int, std::int64_t,
                   std::int64_t) override {}
  void settle_calls(std::string_view, std::string_view, std::int64_t, std::int64_t,
                    std::int64_t) override {}
  std::vector<CallsSpent> calls_spent(std::int64_t) override { return {}; }

 private:
  std::mutex mutex_;
  std::map<std::string, CachedCatalogue, std::less<>> catalogues_;
  std::vector<OfferRefusal> refusals_;
  std::map<std::string, std::deque<BootEntry>, std::less<>> boots_;  // by offer, newest first
};

class FakeNotifier final : public Notifier {
 public:
  Result<Done> notify(const Event& event, Call& call) override;
  std::function<std::optional<Failure>(const Event&)> trouble;  // empty: none
  [[nodiscard]] std::vector<Event> got() const;
  [[nodiscard]] std::vector<std::string> types() const;
  [[nodiscard]] int asked() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Event> got_;
  int asked_ = 0;
};

/// Deploy commands, as the test says they go.
class FakeProcesses final : public Processes {
 public:
  CommandResult run(const Command& command, const std::function<void(const Session&)>& started,
                    const std::function<bool()>& cancelled) override;
  std::string command_problem(const std::vector<std::string>& argv) override {
    if (argv.empty() || argv != broken) return "";
    return "there is no file " + argv.front() + ". Check the path";
  }
  void end(const Session& session) override;

  std::vector<std::string> broken;  // a command that cannot be run
  /// How the next commands go; then (and by default) they exit with 0.
  std::deque<std::function<CommandResult(const std::function<bool()>& cancelled)>> scripts;
  std::vector<Command> ran;
  std::vector<std::int64_t> ended;  // pids of sessions
  /// "run 1001", "end 1001", in order.
  std::vector<std::string> log;

  [[nodiscard]] static std::string variable(const Command& command, std::string_view name);

 private:
  std::int64_t last_pid_ = 1000;
};

CommandResult exited(int code, const std::string& output = "");

class FakeProbe final : public Probe {
 public:
  std::string reach(const std::string& address, int, std::int64_t) override {
    return deaf.count(address) != 0 ? address + " does not answer" : "";
  }
  std::set<std::string> deaf;
};

/// Servers that anybody may log in to, and what they answer.
class FakeShell final : public Shell {
 public:
  ShellAnswer run(const Login& login, const std::string& command, std::int64_t,
                  const std::function<bool()>&) override {
    logins.push_back(login);
    commands.push_back(command);
    if (answer) return answer(login);
    return {true, 0, "berth: marker=yes\n", "ssh-ed25519 AAAA", ""};
  }
  ShownKey host_key(const Login&, std::int64_t, const std::function<bool()>&) override {
    return {shows, shows.empty() ? "it showed none" : ""};
  }
  std::string fingerprint(const std::string& host_key) override { return "SHA256:" + host_key; }

  std::string shows;  // the host key of all of them; "": none
  std::function<ShellAnswer(const Login&)> answer;
  std::vector<Login> logins;
  std::vector<std::string> commands;
};

/// The ledger as one process has it: it may die, and the disk may be full.
class TroubledLedger final : public Ledger {
 public:
  TroubledLedger(Ledger& real, int& full, std::function<void(const LedgerView&)>& at_commit)
      : real_(real), full_(full), at_commit_(at_commit) {}
  void write(const std::function<void(LedgerTransaction&)>& body) override;
  void read(const std::function<void(const LedgerView&)>& body) override;
  std::int64_t data_version() override { return real_.data_version(); }
  void die() { dead_ = true; }
  [[nodiscard]] bool dead() const { return dead_; }

 private:
  Ledger& real_;
  int& full_;  // so many commits fail yet
  std::function<void(const LedgerView&)>& at_commit_;
  std::atomic<bool> dead_{false};
};

class Story {
 public:
  explicit Story(std::uint64_t seed = 1);
  ~Story();
  Story(const Story&) = delete;
  Story& operator=(const Story&) = delete;

  // The world.
  Configuration settings;
  std::string config = "config-1";  // which one `settings` is
  std::string config_problem;       // why what is in the file cannot be used; ""
  VirtualClock clock;
  FakeCloud alpha, beta;
  FakeNotifier pager;
  FakeProcesses commands;
  FakeProbe network;
  FakeShell shell;
  MemoryCache cache;
  RecordingJournal journal;
  int full_disk = 0;                                 // so many commits fail yet
  std::function<void(const LedgerView&)> at_commit;  // sees what each commit would leave
  bool threads = false;                              // effects run in threads of their own

  // What users do.
  std::string deploy(const std::string& application, double cores = 2, double memory_gb = 4,
                     double disk_gb = 50);
  std::string deploy(DeployRequest request);
  void approve(const std::string& id, const std::string& user = "ann");
  void cancel(const std::string& id, const std::string& user = "ann");
  void retry(const std::string& id);
  std::string buy(const std::string& offer, const std::string& user = "ann");
  std::string add_server(const std::string& name, double cores, double memory_gb, double disk_gb);
  const EngineParts& parts();
  /// From now on this stage is so; the others stay.
  void use_stage(const StageSettings& stage);

  // Time and processes.
  /// All that is due now, once. nullopt: nothing is planned.
  std::optional<std::int64_t> step(const Scope& scope = {});
  /// Until every deployment is final or held and no server is on its way in or out.
  void run(std::int64_t most_ms = 3 * 3'600'000);
  void pass(std::int64_t ms);
  /// What `berth reap` does: asks for it and works until it is over. False: it never was.
  bool reap(const std::string& account = "", const std::string& confirmed_by = "");
  /// kill -9: what this process does from here on has no effect; its locks are free.
  void die();
  /// The process that will act next, for a second one beside it: swaps to another.
  void become_another_process();

  // What is on record.
  DeploymentRecord deployment(const std::string& id);
  std::string status(const std::string& id);
  std::string code(const std::string& id);
  std::vector<Server> servers(bool also_gone = false);
  Server server_of(const std::string& deployment_id);
  std::vector<AttemptRecord> attempts(const std::string& deployment_id);
  std::vector<HoldRecord> holds(const std::string& application);
  std::vector<std::string> events(const std::string& deployment_id);
  std::vector<EventRecord> event_records(const std::string& deployment_id);
  std::vector<AuditRecord> audit(const std::string& deployment_id);
  std::vector<std::string> audit_words(const std::string& record_id);
  int undelivered();
  int live_machines() const;
  void look(const std::function<void(const LedgerView&)>& at);

 private:
  struct Process;
  Process& process();

  std::string folder_;
  CountedEntropy entropy_;
  std::vector<StageSettings> stages_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<Ledger> ledger_;
  std::set<std::string> living_;
  std::vector<std::unique_ptr<Process>> processes_;  // the last one acts; the dead stay in memory
  int born_ = 0;
};

}  // namespace berth
