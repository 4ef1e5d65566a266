// One plugin call through berth-worker beside one raw round trip over a socketpair, both with the
// same opaque payload, between two processes, in turns. Prints JSON: medians in microseconds.
//   isolated_call BERTH_WORKER ECHO.so ROUNDS
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "http/curl_http.hpp"
#include "offers/call.hpp"
#include "reach/open.hpp"

extern char** environ;

namespace {

using namespace berth;

constexpr std::size_t payload_bytes = 1024;
constexpr int calls_a_round = 100;

class NoJournal final : public Journal {
  void write(LogLevel, std::string_view) override {}
};

class NoBudgets final : public RateBudgets {
  class Unlimited final : public RateBudget {
    Grant take(bool, std::int64_t) override { return {}; }
    void observe(const HttpResponse&, std::int64_t) override {}
    std::int64_t refused(std::optional<std::int64_t>, std::int64_t) override { return 0; }
  };
  std::shared_ptr<RateBudget> of(const std::string&, RateLimit, const std::string&) override {
    return std::make_shared<Unlimited>();
  }
};

void exactly(ssize_t (*move)(int, char*, std::size_t), int socket, std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t size = move(socket, bytes.data() + done, bytes.size() - done);
    if (size <= 0) std::_Exit(0);
    done += static_cast<std::size_t>(size);
  }
}
ssize_t receive(int socket, char* to, std::size_t size) { return recv(socket, to, size, 0); }
ssize_t transmit(int socket, char* from, std::size_t size) {
  return send(socket, from, size, MSG_NOSIGNAL);
}

/// The other process of the raw round trip: this program again.
[[noreturn]] void echo_raw() {
  std::string bytes(payload_bytes, ' ');
  for (;;) {
    exactly(receive, 3, bytes);
    exactly(transmit, 3, bytes);
  }
}

double median(std::vector<double>& values) {
  std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

template <class Body>
double microseconds(Body&& body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin)
      .count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string(argv[1]) == "--echo") echo_raw();
  if (argc != 4) return 2;

  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return 1;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, ends[1], 3);
  std::string self = "/proc/self/exe", flag = "--echo";
  char* arguments[] = {self.data(), flag.data(), nullptr};
  pid_t peer = 0;
  if (posix_spawn(&peer, "/proc/self/exe", &files, nullptr, arguments, environ) != 0) return 1;
  close(ends[1]);

  int failed = 0;
  std::vector<double> isolated, raw;
  {
    NoJournal journal;
    NoBudgets budgets;
    CurlTransport transport(CurlOptions{});
    CatalogueOptions options;
    options.worker_program = argv[1];
    options.named.push_back({"echo", argv[2], {}, HowToRun::worker});
    Catalogue catalogue(options, journal);
    PluginOpener opener(catalogue, transport, budgets, journal);
    PluginUse use;
    use.plugin = "echo";
    const OpenedPlugin plugin = opener.open(use);
    const auto clock = system_clock();

    std::string bytes(payload_bytes, 'x');
    const std::string payload = '"' + std::string(payload_bytes - 2, 'x') + '"';
    for (int round = -1; round < std::atoi(argv[3]); ++round) {  // round -1 warms up
      for (int i = 0; i < calls_a_round; ++i) {
        const double us = microseconds([&] {
          exactly(transmit, ends[0], bytes);
          exactly(receive, ends[0], bytes);
        });
        if (round >= 0) raw.push_back(us);
      }
      for (int i = 0; i < calls_a_round; ++i) {
        const double us = microseconds([&] {
          HostCall call(*clock, journal, "echo", 10'000);
          const Outcome outcome = plugin.instance->call("bench.echo/1", "echo", payload, call);
          if (!outcome || *outcome != payload) ++failed;
        });
        if (round >= 0) isolated.push_back(us);
      }
    }
  }
  close(ends[0]);
  waitpid(peer, nullptr, 0);
  if (failed > 0) {
    std::cerr << "isolated_call: " << failed << " calls failed\n";
    return 1;
  }
  std::printf("{\"isolated_us\": %.2f, \"raw_us\": %.2f, \"calls\": %zu}\n", median(isolated),
              median(raw), raw.size());
}
