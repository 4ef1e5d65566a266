// Two engines in one process: each has its own ledger, buys a server, deploys there, gives the room
// and then the server back. What a CI runner would do with berth inside.
//   two_engines BERTH.TOML STATE_DIR_A STATE_DIR_B
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

#include <berth.hpp>

namespace {

std::mutex printing;

void say(const std::string& who, const std::string& what) {
  const std::lock_guard lock(printing);
  std::cout << who << ": " << what << std::endl;
}

/// One whole life of a server. Returns whether the deployment succeeded.
bool use_a_server(const std::string& who, const std::string& config, const std::string& state) {
  berth::Options options;
  options.config = config;
  options.state_dir = state;  // the ledger and the cache: what makes this engine its own
  options.user = "ann";       // an admin of acme; only those may destroy servers
  options.plugin_dir = BERTH_PLUGIN_DIR;
  options.worker = BERTH_WORKER;
  options.log = [who](berth::LogLevel, std::string_view line) { say(who, std::string(line)); };
  berth::Berth engine = berth::Berth::open(std::move(options));

  berth::DeployRequest request;
  request.organization = "acme";
  request.application = who;
  request.millicores = 1000;
  request.memory_mib = 2048;
  request.disk_mib = 15 * 1024;
  const std::string id = engine.submit(request);

  berth::Waiting waiting;
  waiting.on_event = [&](const berth::EventReport& event) {
    say(who, event.type + " | " + event.message);
  };
  const berth::DeploymentReport report = engine.wait(id, waiting);
  say(who, report.status + (report.server ? " on " + report.server->ip : " | " + report.reason));
  if (!report.server) return false;

  engine.release("acme", who);
  say(who, "released");
  engine.remove_server(report.server->id);
  engine.run(true, waiting);
  say(who, std::to_string(engine.servers("acme").size()) + " servers left");
  return report.status == "succeeded";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: two_engines BERTH.TOML STATE_DIR_A STATE_DIR_B\n";
    return 2;
  }
  bool good[2] = {false, false};
  const auto run = [&](int which, const char* who) {
    try {
      good[which] = use_a_server(who, argv[1], argv[2 + which]);
    } catch (const berth::Error& problem) {  // config, ledger, plugin …: problem.problem() tells
      say(who, problem.what());
    }
  };
  std::thread other(run, 1, "second");  // berth has no thread of its own; this one is ours
  run(0, "first");
  other.join();
  return good[0] && good[1] ? 0 : 1;
}
