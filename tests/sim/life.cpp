#include "life.hpp"

#include <algorithm>

#include "edits.hpp"
#include "engine/adopt.hpp"
#include "engine/reap.hpp"
#include "engine/requests.hpp"
#include "process.hpp"

namespace berth::sim {
namespace {

constexpr std::int64_t second = 1000, minute = 60 * second, hour = 60 * minute;

/// One rule of a fault script; README.md of fakecloud has them.
std::string fault(const std::string& match, const std::string& deed) {
  return R"({"match": {)" + match + R"(}, "do": )" + deed + "}\n";
}

class Life {
 public:
  Life(Stage& stage, std::uint64_t seed, Manner manner, bool trace)
      : world_(stage, seed), dice_(world_.dice), edits_(world_), manner_(manner) {
    world_.trace = trace;
    arrange();
  }

  Outcome live() {
    Baton& baton = world_.baton;
    const int users = static_cast<int>(dice_.between(2, 5));
    users_left_ = users;
    for (int i = 0; i < users; ++i)
      baton.start("user", [this, i] {
        user(i);
        --users_left_;
      });
    if (dice_.chance(0.6)) {  // in the others each `berth deploy` drives its own
      baton.start("run", [this] { daemon(); });
      if (dice_.chance(0.3)) baton.start("run", [this] { daemon(); });
    }
    baton.start("mischief", [this] { mischief(); });
    if (dice_.chance(0.4)) baton.start("edits", [this] { editor(); });
    if (manner_ == Manner::deaths && dice_.chance(0.25))
      baton.start("backups", [this] { keeper(); });
    if (dice_.chance(0.25)) baton.start("console", [this] { console(); });
    baton.start("machine", [this] { machine(); });
    baton.start("end", [this] { end(); });
    for (const std::string& stuck : baton.run())
      world_.witness.broken(stuck + " waits for ever");
    Outcome outcome;
    outcome.complaints = world_.witness.complaints();
    outcome.totals = world_.witness.totals;
    outcome.fingerprint = world_.witness.fingerprint() ^ world_.witness.totals.commits ^
                          static_cast<std::uint64_t>(baton.now());
    return outcome;
  }

 private:
  // --- how it begins

  void arrange() {
    Configuration settings;
    settings.currency = "USD";
    settings.rates = {{"EUR", 1'170'000'000}};
    settings.rates_as_of = "2026-08-14";
    settings.state_owner = "ann";  // who adopts and confirms, whoever is an admin just now
    std::vector<std::string> vendors{"hetzner", "digitalocean", "aws"};
    const auto first = static_cast<std::size_t>(dice_.below(3));
    settings.accounts = {edits_.account_at(vendors[first])};
    for (std::size_t i = 1; i < 3; ++i)
      if (dice_.chance(0.5))
        settings.accounts.push_back(edits_.account_at(vendors[(first + i) % 3]));
    OrganizationSettings acme;
    acme.id = "acme";
    acme.auto_provisioning = acme.auto_approve_provisioning = true;
    acme.max_servers = static_cast<int>(dice_.between(2, 6));
    acme.admins = {"ann"};
    OrganizationSettings careful = acme;
    careful.id = "careful";
    careful.auto_approve_provisioning = false;
    careful.max_servers = static_cast<int>(dice_.between(1, 3));
    settings.organizations = {acme, careful};
    NotifierSettings pager;
    pager.id = "pager";
    pager.plugin = "log";
    settings.notifiers = {pager};
    if (dice_.chance(0.8)) settings.deploy.command = {"deploy"};
    ProvisioningSettings& rules = settings.provisioning;
    rules.approval_ttl_ms = dice_.chance(0.5) ? 10 * minute : 2 * hour;
    rules.ready = dice_.chance(0.5)   ? ReadyWhen::reachable
                  : dice_.chance(0.5) ? ReadyWhen::running
                                      : ReadyWhen::marker;
    settings.reap.most_percent = 100;  // the breaker has stories of its own
    settings.reap.most_servers = 1000;
    ScaleDownRules& down = settings.scale_down;
    if (dice_.chance(0.4)) down.idle_ms = dice_.between(1, 60) * minute;
    if (dice_.chance(0.2)) down.max_age_ms = dice_.between(20, 300) * minute;
    if (dice_.chance(0.2)) down.max_uses = static_cast<int>(dice_.between(1, 3));
    if (dice_.chance(0.2)) down.drain_ms = dice_.between(1, 30) * minute;
    for (const char* name : {"entitlement", "sizing", "quota", "selection", "approval"}) {
      settings.pipeline.emplace_back();
      settings.pipeline.back().stage = name;
    }
    world_.config.write(std::move(settings));

    fakecloud::Options options;
    options.seed = dice_.bits();
    options.boot_ms = dice_.between(5, 60) * second;
    options.delete_ms = dice_.between(1, 20) * second;
    options.server_limit = dice_.chance(0.1) ? 2 : 100;
    options.rate_limits = dice_.chance(0.5);
    world_.clouds =
        std::make_unique<fakecloud::Cloud>(world_.prices, options, &world_.witness);
    world_.open_ledger();

    const bool rough = dice_.chance(0.85);
    Roughness& rates = world_.roughness;
    const auto sometimes = [&](double share, double most) {
      const bool at_all = rough && dice_.chance(share);
      return at_all ? most * static_cast<double>(dice_.below(1000)) / 1000 : 0;
    };
    if (manner_ == Manner::deaths) rates.death = sometimes(0.7, 0.03);
    rates.full_disk = sometimes(0.3, 0.02);
    rates.slow = sometimes(0.5, 0.05);
    rates.lying = sometimes(0.4, 0.1);
    rates.hiding = sometimes(0.3, 0.05);
    rates.notifier = sometimes(0.5, 0.3);
    rates.command = sometimes(0.5, 0.3);
    if (rough) world_.clouds->set_faults(some_faults());
  }

  /// What may go wrong at a cloud. Lists that are late or lack something stay within the settling
  /// time and the time-out of a call, which is all that anybody can be sure of.
  std::vector<fakecloud::Rule> some_faults() {
    std::string script;
    const auto add = [&](const std::string& match, const std::string& deed) {
      script += fault(match, deed);
    };
    const auto share = [&] { return R"("probability": 0.)" + std::to_string(dice_.between(1, 6)); };
    const auto times = [&] { return R"("times": )" + std::to_string(dice_.between(1, 3)); };
    const std::string create = R"("operation": "create", )";
    const std::string listing = R"("operation": "list", )";
    const std::string deleting = R"("operation": "delete", )";
    const int count = static_cast<int>(dice_.below(5));
    for (int i = 0; i < count; ++i) {
      const std::string often = dice_.chance(0.5) ? share() : times();
      switch (dice_.below(28)) {
        case 0: add(create + often, R"("drop_before")"); break;
        case 1: add(create + often, R"("drop_after")"); break;
        case 2: add(create + often, R"({"error": "out_of_stock"})"); break;
        case 3: add(create + often, R"({"error": "unavailable"})"); break;
        case 4: add(create + often, R"({"error": "rate_limited"})"); break;
        case 5: add(create + times(), R"({"error": "quota_reached"})"); break;
        case 6: add(create + often, R"("truncate")"); break;
        case 7: add(create + often, R"("cut")"); break;
        case 8: add(create + often, R"("html")"); break;
        case 9:
          add(create + often,
              R"({"late_success": )" + std::to_string(dice_.between(100, 40'000)) + "}");
          break;
        case 10: add(create + R"("times": 1)", R"("duplicate")"); break;
        case 11: add(create + often, R"({"delay_ms": )" +
                                         std::to_string(dice_.between(100, 80'000)) + "}"); break;
        case 12: add(create + times(), R"("name_taken")"); break;
        case 13: add(create + often, R"("boot_never")"); break;
        case 14: add(create + often, R"("boot_fails")"); break;
        case 15: add(create + often, R"("unreachable")"); break;
        case 16: add(create + often, R"({"slow_boot": )" +
                                         std::to_string(dice_.between(10, 400) * second) + "}");
          break;
        case 17: add(listing + share(), R"({"error": "unavailable"})"); break;
        case 18:
          add(listing + share(), R"({"stale_list": )" +
                                     std::to_string(dice_.between(100, 9'000)) + "}");
          break;
        case 19: add(listing + R"("times": 1)", R"({"partial_list": 0.7})"); break;
        case 20: add(deleting + often, dice_.chance(0.5) ? R"("drop_before")"
                                                         : R"("drop_after")"); break;
        case 21: add(deleting + often, dice_.chance(0.5) ? R"({"error": "unavailable"})"
                                                         : R"({"error": "locked"})"); break;
        case 22: add(create + often, R"({"error": "invalid"})"); break;
        case 23: add(create + times(), R"({"error": "denied"})"); break;
        case 24: add(create + often, R"({"error": "unknown_code"})"); break;
        case 26:
          add(create + R"("vendor": "hetzner", )" + times(), R"({"makes_region": "hel1"})");
          break;
        case 27:
          add(create + R"("vendor": "hetzner", )" + times(), R"({"makes_type": "cx43"})");
          break;
        case 25: add(R"("operation": "offers", )" + often, R"({"error": "unavailable"})"); break;
      }
    }
    world_.say("faults:\n" + script);
    return fakecloud::parse_faults(script, "life");
  }

  // --- users

  std::string organization() { return dice_.chance(0.75) ? "acme" : "careful"; }
  std::string application() { return "app" + std::to_string(dice_.below(5)); }

  DeployRequest some_request() {
    DeployRequest request;
    request.organization = organization();
    request.application = application();
    request.millicores = dice_.between(1, 3) * 500;
    request.memory_mib = dice_.between(1, 4) * 512;
    request.disk_mib = dice_.between(10, 30) * 1024;
    request.requested_by = "dev";
    if (dice_.chance(0.1)) request.strategy = Strategy::blue_green;
    if (dice_.chance(0.1)) request.ttl_ms = dice_.between(5, 60) * minute;
    if (dice_.chance(0.5)) request.idempotency_key = "key" + std::to_string(++keys_);
    return request;
  }

  /// A process of its own for one command, once the machine is on.
  template <class Body>
  void command(const std::string& what, Body&& body) {
    while (!world_.ledger || world_.disk.off()) world_.baton.sleep(second);
    if (!world_.config.usable()) return world_.say(what + ": the config cannot be used");
    Process process(world_, what + "-" + std::to_string(++born_));
    try {
      body(process);
    } catch (const Refusal& refusal) {
      world_.say(process.name() + ": refused: " + refusal.what());
    } catch (const LedgerError& problem) {
      world_.ledger_failed(problem);
    }
  }

  void user(int number) {
    const int deeds = static_cast<int>(dice_.between(2, 6));
    for (int i = 0; i < deeds; ++i) {
      world_.baton.sleep(dice_.below((number == 0 ? 2 : 8) * minute));
      const std::int64_t deed = i == 0 ? 0 : dice_.below(16);
      if (deed < 8) {
        deploy(some_request());
      } else if (deed < 10) {
        with_some_deployment("approve", [&](Process& process, const std::string& id) {
          approve(process.parts(), id, "ann");
        });
      } else if (deed == 10) {
        with_some_deployment("cancel", [&](Process& process, const std::string& id) {
          cancel(process.parts(), id, "ann");
        });
      } else if (deed == 11) {
        with_some_deployment("retry", [&](Process& process, const std::string& id) {
          retry(process.parts(), id, "dev");
        });
      } else if (deed == 12) {
        command("release", [&](Process& process) {
          release(process.parts(), organization(), application(), "dev");
        });
      } else if (deed == 13) {
        reap("", "");
      } else {
        with_some_server([&](Process& process, const Server& server) {
          if (dice_.chance(0.5))
            drain_server(process.parts(), server.id, dice_.chance(0.7), "ann");
          else
            remove_server(process.parts(), server.id, {dice_.chance(0.3)}, "ann");
        });
      }
    }
  }

  void with_some_deployment(const std::string& what,
                            const std::function<void(Process&, const std::string&)>& body) {
    command(what, [&](Process& process) {
      std::vector<DeploymentRecord> all;
      process.read([&](const LedgerView& view) { all = view.deployments({}); });
      // Those that wait for an approval are of most interest to those who approve.
      std::erase_if(all, [&](const DeploymentRecord& one) {
        return what == "approve" && one.status != DeploymentStatus::awaiting_approval;
      });
      if (all.empty()) return;
      body(process, all[static_cast<std::size_t>(
                            dice_.below(static_cast<std::int64_t>(all.size())))].id);
    });
  }

  void with_some_server(const std::function<void(Process&, const Server&)>& body) {
    command("server", [&](Process& process) {
      std::vector<Server> all;
      process.read([&](const LedgerView& view) { all = view.servers(""); });
      if (all.empty()) return;
      body(process,
           all[static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(all.size())))]);
    });
  }

  /// `berth deploy`; whoever had no answer asks again with the same key.
  void deploy(const DeployRequest& request) {
    for (int tries = 0; tries < 5; ++tries) {
      std::string id;
      command("deploy", [&](Process& process) {
        id = submit(process.parts(), request);
        world_.witness.acknowledged(id, request.idempotency_key);
        if (dice_.chance(0.7)) wait_for(process, id);
      });
      if (!id.empty() || request.idempotency_key.empty()) return;
      world_.baton.sleep(dice_.below(minute));
    }
  }

  void wait_for(Process& process, const std::string& id) {
    const std::int64_t patience = dice_.chance(0.1) ? dice_.below(5 * minute) : 4 * hour;
    const std::int64_t begin = world_.baton.now();
    for (;;) {
      const auto due = process.step({id});
      if (!due) return;  // it died, or the ledger failed: the program ends
      DeploymentRecord deployment;
      process.read([&](const LedgerView& view) { deployment = view.deployment(id).value(); });
      if (is_final(deployment.status)) {
        world_.witness.told_final(deployment);
        break;
      }
      if (deployment.status == DeploymentStatus::awaiting_approval) break;
      if (world_.baton.now() - begin > patience) return process.interrupt();
      process.rest(std::clamp<std::int64_t>(*due, 1, 5000));
    }
    // What it leaves behind: its last events, and servers it gave up.
    const std::int64_t until = world_.baton.now() + minute;
    while (world_.baton.now() < until) {
      const auto due = process.step({id});
      if (!due) return;
      bool left = false;
      process.read([&](const LedgerView& view) {
        left = view.undelivered(id) > 0;
        for (const AttemptRecord& attempt : view.attempts_of(id))
          left = left || attempt.status == AttemptStatus::destroying;
      });
      if (!left) return;
      process.rest(std::clamp<std::int64_t>(*due, 10, 5000));
    }
  }

  void reap(const std::string& account, const std::string& confirmed_by) {
    command("reap", [&](Process& process) {
      if (!confirmed_by.empty()) world_.witness.confirmed();
      const std::vector<AskedPass> asked = ask_to_reap(process.parts(), account, confirmed_by);
      const std::int64_t until = world_.baton.now() + hour;
      for (bool goes_on = true; goes_on && world_.baton.now() < until;) {
        const auto due = process.step({{}, true, account});
        if (!due) return;
        process.read([&](const LedgerView& view) { goes_on = is_reaping(view, asked); });
        if (goes_on) process.rest(std::clamp<std::int64_t>(*due, 1, 5000));
      }
    });
  }

  /// `berth run`, and whoever starts it again when it died.
  void daemon() {
    while (!peace_) {
      command("run", [&](Process& process) { run(process, false); });
      world_.baton.sleep(1 + dice_.below(2 * minute));
    }
  }

  void run(Process& process, bool once) {
    keep_reaping(process.parts());
    while (once || !peace_) {
      const auto due = process.step({});
      if (!due) return;
      if (once) {
        bool left = false;
        process.read([&](const LedgerView& view) {
          left = view.work_left() || view.deployments_that_wait() > 0 || view.undelivered({}) > 0;
        });
        if (!left) return;
      }
      process.rest(std::clamp<std::int64_t>(*due, 1, once ? 5000 : 30'000));
    }
  }

  // --- what goes wrong

  void mischief() {
    while (users_left_ > 0) {
      world_.baton.sleep(dice_.below(6 * minute));
      if (!world_.ledger || users_left_ == 0) continue;
      switch (dice_.below(8)) {
        case 0:
        case 1: kill_somebody(); break;
        case 2: world_.clouds->set_faults(some_faults()); break;
        case 3: world_.clouds->set_faults({}); break;
        case 4:
          if (dice_.chance(0.3)) {
            world_.clock.set_wall(dice_.chance(0.5)
                                      ? dice_.between(-3 * hour, 3 * hour)
                                      : dice_.between(-60 * hour, 60 * hour));
            world_.say("somebody sets the clock");
          }
          break;
        case 5: world_.clock.set_wall(0); break;
        default: cut_the_power(); break;
      }
    }
  }

  void editor() {
    while (users_left_ > 0) {
      world_.baton.sleep(dice_.below(5 * minute));
      if (users_left_ == 0) break;
      switch (dice_.below(8)) {
        case 0: edits_.make_a_mistake(); break;
        case 1: edits_.rotate_a_token(); break;
        case 2: edits_.change_prices(); break;
        default: edits_.change_a_rule(); break;
      }
    }
  }

  void console() {
    while (users_left_ > 0) {
      world_.baton.sleep(dice_.below(8 * minute));
      if (users_left_ > 0) edits_.stop_a_server();
    }
  }

  void keeper() {
    for (;;) {
      world_.baton.sleep(dice_.below(6 * minute));
      if (users_left_ == 0) return;
      world_.say("somebody makes a backup");
      world_.disk.keep();
      world_.witness.backed_up();
      world_.baton.sleep(dice_.below(15 * minute));
      if (users_left_ == 0) return;
      restore();
      if (dice_.chance(0.5)) continue;
      world_.baton.sleep(dice_.below(20 * minute));
      if (users_left_ > 0) adopt_all();
    }
  }

  /// The state folder of a while ago takes the place of the one that is used.
  void restore() {
    world_.say("the backup is put back");
    for (Process* process : world_.running) process->die();
    while (!world_.running.empty()) world_.baton.sleep(100);
    std::int64_t had_come_to = 0;
    world_.ledger->read(
        [&](const LedgerView& view) { had_come_to = view.identity().generation; });
    world_.put_the_backup_back();
    ++world_.witness.totals.restores;
    world_.ledger->read(
        [&](const LedgerView& view) { world_.witness.restored(view, had_come_to); });
  }

  /// A person looks at what this ledger does not know, and says that it is the one that counts.
  void adopt_all() {
    command("adopt", [&](Process& process) {
      world_.witness.confirmed();
      const Adoption found = adopt(process.parts(), "acme", "ann", false);
      world_.say("adopted " + std::to_string(found.servers.size()) +
                 (found.accepted ? "; it goes on" : "; it stays paused"));
    });
  }

  void kill_somebody() {
    if (manner_ != Manner::deaths || world_.running.empty()) return;
    std::vector<std::string> names;  // addresses are no order that replays
    for (const Process* process : world_.running)
      if (!process->dead()) names.push_back(process->name());
    if (names.empty()) return;
    std::sort(names.begin(), names.end());
    const std::string name =
        names[static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(names.size())))];
    for (Process* process : world_.running)
      if (process->name() == name) process->die();
    world_.say(name + ": is killed");
    ++world_.witness.totals.deaths;
  }

  void cut_the_power() {
    if (manner_ != Manner::power_cuts) return;
    world_.say("the power will fail");
    if (dice_.chance(0.2)) {
      world_.disk.power_off();
      world_.power.notify();
    } else {
      world_.disk.fail_after(dice_.below(60));
    }
  }

  /// Off when the power fails; some time later everything starts again from what the disk kept.
  void machine() {
    while (!over_) {
      world_.baton.wait(world_.power, 30 * second);
      if (!world_.disk.off()) {
        world_.ledger->read([&](const LedgerView& view) { world_.witness.now_and_then(view); });
        continue;
      }
      ++world_.witness.totals.power_cuts;
      world_.say("the power is off");
      for (Process* process : world_.running) process->die();
      for (auto& [pid, session] : world_.sessions) session.ended = true;
      while (!world_.running.empty()) world_.baton.sleep(100);
      world_.close_ledger();
      world_.disk.power_on();
      world_.baton.sleep(dice_.between(1, 120) * second);
      world_.clock.reboot();
      world_.open_ledger();
      world_.say("the power is on");
    }
  }

  // --- how it ends

  void end() {
    while (users_left_ > 0) world_.baton.sleep(10 * second);
    world_.say("peace");
    world_.roughness = {};
    world_.hidden.clear();
    world_.clouds->set_faults({});
    world_.clock.set_wall(0);
    world_.disk.fail_after(-1);
    edits_.mend();
    while (!world_.ledger || world_.disk.off()) world_.baton.sleep(second);
    over_ = peace_ = true;
    // Half a day; and two more, since what was asked for while the wall clock was a day ahead, and
    // survived the machine, ends by that clock.
    const std::int64_t until = world_.baton.now() + 60 * hour;
    settle(until);
    world_.baton.sleep(30 * minute);  // older than any grace
    for (int i = 0; i < 5 && is_paused(); ++i) adopt_all();
    for (int i = 0; i < 3; ++i) reap("", "ann");
    settle(until);
    world_.ledger->read([&](const LedgerView& view) { world_.witness.at_end(view); });
  }

  [[nodiscard]] bool is_paused() const {
    bool paused = false;
    world_.ledger->read(
        [&](const LedgerView& view) { paused = !view.identity().paused.empty(); });
    return paused;
  }

  /// `berth run --once`, until all is over, also what waits for an approval that nobody gives.
  void settle(std::int64_t until) {
    for (;;) {
      command("once", [&](Process& process) { run(process, true); });
      bool waits = false;
      world_.ledger->read([&](const LedgerView& view) {
        DeploymentFilter pending;
        pending.statuses = {DeploymentStatus::awaiting_approval};
        waits = view.work_left() || view.deployments_that_wait() > 0 || view.undelivered({}) > 0 ||
                !view.deployments(pending).empty();
      });
      if (!waits || world_.baton.now() > until) return;
      world_.baton.sleep(minute);
    }
  }

  World world_;
  Dice& dice_;
  Edits edits_;
  const Manner manner_;
  int users_left_ = 0, born_ = 0, keys_ = 0;
  bool peace_ = false, over_ = false;
};

}  // namespace

Outcome live(Stage& stage, std::uint64_t seed, Manner manner, bool trace) {
  return Life(stage, seed, manner, trace).live();
}

}  // namespace berth::sim
