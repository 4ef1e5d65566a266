// class Berth as tests script it: it answers what it is told to and records what it was asked.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "berth.hpp"
#include "cli/cli.hpp"

namespace berth {

struct Script {
  // What was asked.
  std::optional<Options> opened;
  std::string asked_prefix;
  std::vector<std::string> calls;  // "approve dep1", in order
  DeployRequest request;
  NewServer new_server;
  LoadReport load;
  AuditQuery audit_query;
  OfferQuery offer_query;
  std::string plugin_request;

  // What is answered.
  int deployments_that_wait = 0;
  std::optional<Error> open_fails, submit_fails, approve_fails, cancel_fails, plugin_fails;
  DeploymentReport deployment;
  std::deque<DeploymentReport> waits;  // what each wait() returns, in turn; then `deployment`
  std::vector<EventReport> events;     // wait() and run() tell them all, each time
  std::function<void()> while_waiting; // called by wait() and run() before they ask `stop`
  std::vector<EventReport> events_of_retry;  // come on top once it was retried
  Plan plan;
  std::vector<ServerReport> servers;
  OfferListing offers;
  ReapReport reaped;
  AdoptReport adopted;
  ReleaseReport releases{"released", {}};  // what release() says at once
  ReleaseReport released;                  // and when it was waited for
  ReapQuery reap_query;
  std::vector<AuditReport> audit;
  std::vector<AccountReport> accounts;
  AccountChange account_change;
  KeyRotation rotation;
  std::optional<Error> account_fails;
  StackChoicesReport stack_choices;
  NewProject new_project;
  StackWish stack_wish;
  ProvisionReport provisioned;
  ProjectCredentials credentials;
  std::optional<Error> project_fails;
  std::vector<PluginReport> plugins;
  std::vector<CheckLine> checks;
  std::vector<std::string> config_problems, config_warnings;
  ConfigReport online;
  std::string plugin_reply = "{}";
};

/// The one in use; a test begins with a new one.
Script& script();

namespace cli {

/// Signals that come when a test says so.
class ScriptedInterrupts : public Interrupts {
 public:
  void listen(int) override {}
  [[nodiscard]] int count() const override { return count_; }
  [[nodiscard]] int signal() const override { return signal_; }
  bool another_within(std::int64_t) override {
    if (second_comes) ++count_;
    return second_comes;
  }
  void raise(int signal) {
    ++count_;
    signal_ = signal;
  }
  bool second_comes = false;

 private:
  int count_ = 0;
  int signal_ = 0;
};

/// berth at a fake terminal, or with its output in a pipe (the default).
class Session {
 public:
  Session();
  /// Runs `words` and keeps what was said in out and err.
  int run(const std::vector<std::string>& words);
  void at_terminal(int columns);

  std::ostringstream out, err;
  ScriptedInterrupts interrupts;
  Terminal terminal;
  std::deque<std::string> typed;     // lines at the keyboard
  std::string input;                 // all of stdin
  std::int64_t now_unix_ms = 1'795'280'465'000;  // 2026-11-21 17:01:05 UTC
};

}  // namespace cli
}  // namespace berth
