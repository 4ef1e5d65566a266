// Many processes on one file: nobody sees BUSY, nothing is lost, nobody waits long.
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>

#include "story.hpp"

extern char** environ;

namespace berth {
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t us_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start).count();
}

pid_t start(const std::string& folder, int transactions) {
  std::string flag = "--write-as-a-process";
  std::string path = folder;
  std::string count = std::to_string(transactions);
  std::string name = "test_ledger";
  char* arguments[] = {name.data(), flag.data(), path.data(), count.data(), nullptr};
  pid_t pid = 0;
  return posix_spawn(&pid, "/proc/self/exe", nullptr, nullptr, arguments, environ) == 0 ? pid : -1;
}

}  // namespace

// Adds to one counter that all share, and leaves its longest wait (in us) in a row of its own.
int write_as_a_process(const std::string& folder, int transactions) {
  try {
    auto ledger = open_sqlite_ledger(folder, "installation");
    std::int64_t longest_us = 0;
    for (int i = 0; i < transactions; ++i) {
      const auto asked = Clock::now();
      ledger->write([&](LedgerTransaction& change) {
        longest_us = std::max(longest_us, us_since(asked));
        auto counter = change.deployment("counter").value_or(a_deployment("counter"));
        ++counter.tries;
        change.save(counter);
        change.schedule(TaskKind::look, "x", at(i), true);
      });
    }
    ledger->write([&](LedgerTransaction& change) {
      DeploymentRecord waits = a_deployment("process-" + std::to_string(getpid()));
      waits.application = "waits";
      waits.ttl_ms = longest_us;
      change.save(waits);
    });
    return 0;
  } catch (const std::exception& error) {
    fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

// How fast are grouped commits? A measurement, not a test: disks differ.
int measure(const std::string& folder) {
  auto ledger = open_sqlite_ledger(folder, "installation");
  constexpr int tasks = 12'000, batch = 64;
  ledger->write([&](LedgerTransaction& change) {
    for (int i = 0; i < tasks; ++i) {
      const std::string id = "d" + std::to_string(100'000 + i * 7919 % tasks);
      change.save(a_deployment(id));
      change.schedule(TaskKind::deployment, id, at(i));
    }
  });
  const auto run = [&](const char* what, const std::function<void(LedgerTransaction&)>& body,
                       int transactions) {
    const auto begun = Clock::now();
    const std::clock_t busy = std::clock();
    for (int i = 0; i < transactions; ++i) ledger->write(body);
    printf("%-40s %5d transactions %8.3f s, of that %.3f s of CPU\n", what, transactions,
           static_cast<double>(us_since(begun)) / 1e6,
           static_cast<double>(std::clock() - busy) / CLOCKS_PER_SEC);
  };
  constexpr int batches = (tasks + batch - 1) / batch;
  run("claim 64", [&](LedgerTransaction& c) { (void)c.claim_due({}, at(tasks), "me", batch); },
      batches);
  int next = 0;
  const auto id_of = [&] { return "d" + std::to_string(100'000 + next++ % tasks); };
  run("settle 64", [&](LedgerTransaction& c) {
        for (int i = 0; i < batch; ++i) c.settle(TaskKind::deployment, id_of(), at(0));
      }, batches);
  run("load and save 64 deployments", [&](LedgerTransaction& c) {
        for (int i = 0; i < batch; ++i) {
          DeploymentRecord deployment = *c.deployment(id_of());
          deployment.status = DeploymentStatus::provisioning;
          c.save(deployment);
        }
      }, batches);
  run("claim 64, and save and settle each", [&](LedgerTransaction& c) {
        for (const TaskRecord& task : c.claim_due({}, at(tasks), "me", batch)) {
          DeploymentRecord deployment = *c.deployment(task.subject);
          deployment.status = DeploymentStatus::deploying;
          c.save(deployment);
          c.settle(task.kind, task.subject, at(2 * tasks));
        }
      }, batches);
  run("settle 1 (for comparison)", [&](LedgerTransaction& c) {
        c.settle(TaskKind::deployment, id_of(), at(0));
      }, 1000);
  ledger->write([](LedgerTransaction& change) {
    for (int s = 0; s < 1000; ++s) {
      const std::string server = "s" + std::to_string(s);
      change.save(a_server(server));
      for (int h = 0; h < 10; ++h) {
        const std::string hold = server + "h" + std::to_string(h);
        change.save(a_hold(hold, server, "app" + std::to_string(h), {100, 100, 100}));
      }
    }
  });
  const auto begun = Clock::now();
  ledger->read([](const LedgerView& view) { (void)view.servers("acme"); });
  printf("list 1000 servers with 10 holds each: %.1f ms\n",
         static_cast<double>(us_since(begun)) / 1e3);
  return 0;
}

namespace {

TEST(Processes, write_one_ledger_without_an_error_or_a_loss) {
  const Folder folder;
  constexpr int processes = 64, transactions = 20;
  const auto begun = Clock::now();
  std::vector<pid_t> started;
  for (int i = 0; i < processes; ++i) started.push_back(start(folder.file("new"), transactions));
  for (const pid_t pid : started) {
    int status = -1;
    ASSERT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
  }
  const std::int64_t all_us = us_since(begun);
  std::int64_t longest_us = 0;
  open_sqlite_ledger(folder.file("new"), "installation")->read([&](const LedgerView& view) {
    EXPECT_EQ(view.deployment("counter")->tries, processes * transactions);
    const auto waits = view.deployments({"", "waits", {}, 1000});
    EXPECT_EQ(waits.size(), std::size_t{processes});
    for (const auto& wait : waits) longest_us = std::max(longest_us, wait.ttl_ms);
  });
  printf("64 processes, 20 transactions each: %.2f s in all, the longest wait for one %.2f s\n",
         static_cast<double>(all_us) / 1e6, static_cast<double>(longest_us) / 1e6);
}

}  // namespace
}  // namespace berth
