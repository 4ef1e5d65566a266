// Who watches: what the cloud's log, the ledger and the clients' own memory say of each other.
// Every rule that is broken is written down with its moment; a life with an entry has failed.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fakecloud/oracle.hpp"
#include "ledger/ledger.hpp"

namespace berth::sim {

class World;

/// A machine as the cloud's own log tells of it.
struct SeenMachine {
  std::string vendor, id, attempt, organization, type, region, cause;
  bool live = true;  // no delete was accepted
};

struct Totals {
  std::uint64_t deployments = 0, succeeded = 0, machines = 0, requests = 0, deaths = 0,
                power_cuts = 0, commits = 0, commands = 0, duplicates = 0, restores = 0;
  void add(const Totals& other);
};

class Witness final : public fakecloud::LogSink {
 public:
  explicit Witness(World& world) : world_(world) {}

  // The cloud's log, as it is written.
  void append(std::string_view line) override;

  // The ledger: what each commit leaves.
  void at_commit(const LedgerView& view);

  /// A look of this process showed the account's server: off, or not.
  void shown(const std::string& process, const std::string& account, const std::string& vendor_id,
             bool off);
  /// It died: what it saw just now it may have told nobody.
  void forget_looks(const std::string& process);

  /// A provider is about to ask for what this attempt intends.
  void create_begins(const std::string& attempt_id);

  /// The ledger was copied as it is.
  void backed_up();
  /// The ledger was replaced by that copy; the one before had come to that generation.
  void restored(const LedgerView& view, std::int64_t had_come_to);
  /// A person takes that one for the one that counts.
  void confirmed() { before_restore_.clear(); }

  /// What need not be asked at each commit.
  void now_and_then(const LedgerView& view);

  // What clients were told.
  void acknowledged(const std::string& deployment_id, const std::string& key);
  void told_final(const DeploymentRecord& deployment);

  // Effects that no cloud logs.
  void command_begins(const std::string& deployment_id);
  void notified(const std::string& notifier, const std::string& event_id);

  /// When all is over: faults have ended, everything had its time, and reap has run.
  void at_end(const LedgerView& view);

  void broken(const std::string& rule);
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }

  /// Of all that was written down.
  [[nodiscard]] std::uint64_t fingerprint() const { return fingerprint_; }

  Totals totals;

 private:
  void remember(std::string_view line);
  void created(const SeenMachine& machine);
  void destroyed(const std::string& id);
  void forget_the_terminated();
  void check_quota(const AttemptRecord& attempt);
  void check_intents(const LedgerView& view);
  void check_new_holds(const LedgerView& view);
  void check_rules(const LedgerView& view, const AttemptRecord& attempt,
                   const SeenMachine& machine);
  [[nodiscard]] int most_servers_since(const std::string& organization, std::int64_t ms) const;
  void check_price(const LedgerView& view, const AttemptRecord& attempt,
                   const SeenMachine& machine);
  void events_in_order(const LedgerView& view);
  void tell_changes(const LedgerView& view);

  World& world_;
  std::vector<std::string> complaints_;
  std::map<std::string, SeenMachine> machines_;  // by vendor/id
  std::set<std::string> acknowledged_;
  std::map<std::string, std::string> by_key_;
  std::map<std::string, std::map<std::string, std::size_t>> heard_;  // notifier -> event -> when
  std::uint64_t fingerprint_ = 14695981039346656037ULL;
  std::set<std::string> strangers_;
  std::map<std::string, std::string> told_;
  std::map<std::string, std::int64_t> intended_ms_, create_ms_;  // by attempt, of the baton
  struct Off {
    std::string process;
    std::int64_t since_ms = 0;
  };
  std::map<std::string, Off> off_;  // "account id" of what was shown as stopped, since when
  std::set<std::string> holds_;     // on servers that are off
  std::map<std::string, int> counted_;                           // servers of an organization
  std::set<std::string> at_backup_;       // machines that were made by then
  std::set<std::string> before_restore_;  // machines that nobody has confirmed since
};

}  // namespace berth::sim
