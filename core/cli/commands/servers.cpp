// The fleet: a group of small commands, so that `berth servers --help` is one page of code too.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/requirements.hpp"
#include "cli/documents.hpp"
#include "cli/exits.hpp"
#include "cli/interrupts.hpp"
#include "cli/progress.hpp"
#include "cli/utf8.hpp"
#include "cli/views.hpp"
#include "request/names.hpp"

namespace berth::cli {
namespace {

Argument server_argument(std::string& server) {
  return {"SERVER", "its name or id", &server, true, {}, Completes::server};
}

/// {"server": "web-1", "status": "draining"} and a line that says the same.
int told(Answer& answer, const std::string& server, const char* status, const std::string& line) {
  boost::json::object document;
  document["server"] = server;
  document["status"] = status;
  answer.document(document);
  answer.print(line);
  return 0;
}

/// `text` as a whole number of a range, for --ssh-port and percentages. Throws Error (usage).
int whole_number(const char* option, const std::string& text, int least, int most) {
  int number = -1;
  for (const char c : text) {
    if (c < '0' || c > '9' || number > most) {
      number = -1;
      break;
    }
    number = std::max(number, 0) * 10 + (c - '0');
  }
  if (number < least || number > most)
    throw Error(Problem::usage, fmt::format("{} needs a whole number from {} to {}, not \"{}\".",
                                            option, least, most, text));
  return number;
}

// --- list ---

Command list_command() {
  struct Words {
    std::string organization;
    bool gone = false;
  };
  auto words = std::make_shared<Words>();
  return {"list",
          "list the servers of the fleet and how full they are",
          "berth servers list --org acme",
          {},
          {{"--org", "ORG", "only of this organization", &words->organization, false, {},
            Completes::organization},
           {"--gone", "", "also those that were destroyed", &words->gone}},
          ToRead{[words](Berth& berth, Answer& answer) {
            const auto servers = berth.servers(words->organization, words->gone);
            answer.document(list_document("servers", servers));
            if (servers.empty())
              answer.print("No servers. `berth servers add --help` shows how to add one.");
            answer.print(servers_text(answer.terminal(), servers));
            return 0;
          }}};
}

// --- add ---

struct AddWords {
  NewServer server;
  std::string cpu, memory, disk, ssh_port = "22";
};

int add(const AddWords& words, Berth& berth, Answer& answer) {
  NewServer server = words.server;
  server.capacity = {quantity("--cpu", words.cpu, parse_cores),
                     quantity("--memory", words.memory, parse_memory_gb),
                     quantity("--disk", words.disk, parse_disk_gb)};
  server.ssh_port = whole_number("--ssh-port", words.ssh_port, 1, 65535);
  const std::string id = berth.add_server(server);
  boost::json::object document;
  document["server_id"] = id;
  document["name"] = server.name;
  document["status"] = "added";
  answer.document(document);
  answer.print(fmt::format("added {} ({}) to {}", server.name, id, server.organization));
  return 0;
}

Command add_command() {
  auto words = std::make_shared<AddWords>();
  NewServer& server = words->server;
  return {
      "add",
      "take a server that exists into the fleet (admins)",
      "berth servers add --org acme --name web-1 --ip 203.0.113.7 --cpu 4 --memory 8 --disk 160",
      {},
      {{"--org",
        "ORG",
        "the organization it belongs to",
        &server.organization,
        true,
        {},
        Completes::organization},
       {"--name", "NAME", "its name", &server.name, true},
       {"--ip", "ADDRESS", "where the deploy command reaches it", &server.ip, true},
       {"--cpu", "CORES", "all of its cores", &words->cpu, true},
       {"--memory", "GB", "all of its memory", &words->memory, true},
       {"--disk", "GB", "all of its disk", &words->disk, true},
       {"--arch", "ARCH", "its processor, else x86_64", &server.arch, false, {"x86_64", "arm64"}},
       {"--ssh-user", "USER", "who logs in, else root", &server.ssh_user},
       {"--ssh-port", "PORT", "else 22", &words->ssh_port},
       {"--host-key", "KEY", "its SSH host key, as known_hosts has it", &server.host_key}},
      ToChange{[words](Berth& berth, Answer& answer) { return add(*words, berth, answer); }}};
}

// --- buy ---

struct BuyWords {
  std::string offer, organization;
  bool wait = false;
};

const ServerReport* find(const std::vector<ServerReport>& servers, const std::string& id) {
  const auto found = std::find_if(servers.begin(), servers.end(),
                                  [&](const ServerReport& server) { return server.id == id; });
  return found == servers.end() ? nullptr : &*found;
}

int buy(const BuyWords& words, Berth& berth, Answer& answer, Interrupts& interrupts) {
  const std::string id = berth.buy_server(words.organization, words.offer);
  int status = 0;
  if (words.wait) {
    interrupts.listen(1);
    Progress progress(answer, "buying " + words.offer);
    berth.run(true, {[&](const EventReport& event) { progress.event(event); },
                     [&] {
                       progress.tick();
                       return interrupts.count() > 0;
                     }});
    if (interrupts.count() > 0) status = exit_of_signal(interrupts.signal());
  }
  const std::vector<ServerReport> servers = berth.servers(words.organization, true);
  const ServerReport* server = find(servers, id);
  const std::string state = server == nullptr ? "" : server->status;
  if (words.wait && status == 0 && state != "ready") status = exit_status("provisioning_failed");
  boost::json::object document;
  document["server_id"] = id;
  document["name"] =
      server == nullptr ? boost::json::value(nullptr) : boost::json::value(server->name);
  document["status"] = state.empty() ? boost::json::value(nullptr) : boost::json::value(state);
  answer.document(document);
  answer.print(fmt::format("{} {}{}", words.offer, id, state.empty() ? "" : " is " + state));
  if (!words.wait)
    answer.print("  `berth run` carries it out; `berth servers list` shows how it stands.");
  return status;
}

Command buy_command() {
  auto words = std::make_shared<BuyWords>();
  return {"buy",
          "buy an offer for an organization (its admins); the quota counts",
          "berth servers buy hetzner-main/nbg1//cx22/on_demand --org acme",
          {{"OFFER", "its name, as `berth offers` shows it", &words->offer, true, {},
            Completes::offer}},
          {{"--org", "ORG", "the organization that gets it", &words->organization, true, {},
            Completes::organization},
           {"--wait", "", "do the work here, all that is due, until it is done", &words->wait}},
          ToDrive{[words](Berth& berth, Answer& answer, Interrupts& interrupts) {
            return buy(*words, berth, answer, interrupts);
          }}};
}

// --- drain, undrain, trust, remove ---

constexpr const char* left_help =
    "also of an organization that left the config (the state's owner)";

Command drain_command() {
  auto server = std::make_shared<std::string>();
  auto confirm = std::make_shared<bool>(false);
  return {"drain",
          "place nothing new on a server (admins); one that berth bought goes when it is empty",
          "berth servers drain web-1",
          {server_argument(*server)},
          {{"--confirm", "", left_help, confirm.get()}},
          ToChange{[server, confirm](Berth& berth, Answer& answer) {
            berth.drain_server(*server, true, *confirm);
            return told(answer, *server, "draining",
                        fmt::format("{} takes no new deployments; `berth servers undrain {}` "
                                    "takes that back",
                                    *server, shell_word(*server)));
          }}};
}

Command undrain_command() {
  auto server = std::make_shared<std::string>();
  return {"undrain",
          "place on a drained server again (admins)",
          "berth servers undrain web-1",
          {server_argument(*server)},
          {},
          ToChange{[server](Berth& berth, Answer& answer) {
            berth.drain_server(*server, false);
            return told(answer, *server, "ready", *server + " takes deployments again");
          }}};
}

Command trust_command() {
  struct Words {
    std::string server, host_key;
  };
  auto words = std::make_shared<Words>();
  return {"trust",
          "accept another host key of a server than the one that it showed first",
          "berth servers trust web-1 --host-key 'ssh-ed25519 AAAA…'",
          {server_argument(words->server)},
          {{"--host-key", "KEY", "its key, as known_hosts has it", &words->host_key, true}},
          ToChange{[words](Berth& berth, Answer& answer) {
            berth.trust_host_key(words->server, words->host_key);
            return told(answer, words->server, "trusted",
                        words->server + ": from now on this is its host key, and no other");
          }}};
}

Command remove_command() {
  struct Words {
    std::string server;
    RemovalQuery how;
  };
  auto words = std::make_shared<Words>();
  return {"remove",
          "take a server out, or back while it boots (admins); one that berth bought is destroyed",
          "berth servers remove web-1",
          {server_argument(words->server)},
          {{"--force", "", "also where applications hold room on it, or deployments wait for it",
            &words->how.force},
           {"--confirm", "", left_help, &words->how.confirm},
           {"--forget", "", "without destroying it: its account left the config",
            &words->how.forget}},
          ToChange{[words](Berth& berth, Answer& answer) {
            const std::string left_to_do = berth.remove_server(words->server, words->how);
            if (!left_to_do.empty())
              return told(answer, words->server, "forgotten",
                          words->server + " is out of the fleet; " + printable(left_to_do));
            return told(answer, words->server, "removed",
                        words->server + " is out of the fleet; if berth bought it, `berth run` or "
                                        "`berth reap` destroys it");
          }}};
}

// --- report ---

struct ReportWords {
  std::string server;
  std::optional<std::string> cpu, memory, disk, network, load, reachable, enabled;
};

/// Unlike a request, what else runs there may be nothing: 0 is a number here.
std::int64_t use_of(const char* option, const std::optional<std::string>& text,
                    std::optional<std::int64_t> (*parse)(std::string_view, std::string&)) {
  if (!text || *text == "0") return 0;
  return quantity(option, *text, parse);
}

std::optional<int> percent(const char* option, const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return whole_number(option, text->ends_with('%') ? text->substr(0, text->size() - 1) : *text, 0,
                      100);
}

std::optional<bool> yes_or_no(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return *text == "yes";
}

int report(const ReportWords& words, Berth& berth, Answer& answer) {
  LoadReport report;
  report.server = words.server;
  report.other_use = {use_of("--cpu", words.cpu, parse_cores),
                      use_of("--memory", words.memory, parse_memory_gb),
                      use_of("--disk", words.disk, parse_disk_gb)};
  report.network_percent = percent("--network", words.network);
  report.load_percent = percent("--load", words.load);
  report.reachable = yes_or_no(words.reachable);
  report.enabled = yes_or_no(words.enabled);
  berth.report_load(report);
  return told(answer, words.server, "reported", words.server + ": noted");
}

Command report_command() {
  auto words = std::make_shared<ReportWords>();
  return {"report",
          "tell berth how busy a server is, besides what berth placed there (admins)",
          "berth servers report web-1 --cpu 0.5 --memory 1 --disk 12 --load 40",
          {server_argument(words->server)},
          {{"--cpu", "CORES", "cores that others use, else 0", &words->cpu},
           {"--memory", "GB", "memory that others use, else 0", &words->memory},
           {"--disk", "GB", "disk that others use, else 0", &words->disk},
           {"--network", "PERCENT", "how much of the network is used", &words->network},
           {"--load", "PERCENT", "the load, 100 is all cores busy", &words->load},
           {"--reachable", "YES", "whether it can be reached", &words->reachable, false,
            {"yes", "no"}},
           {"--enabled", "YES", "whether it may be used", &words->enabled, false, {"yes", "no"}}},
          ToChange{
              [words](Berth& berth, Answer& answer) { return report(*words, berth, answer); }}};
}

}  // namespace

Command servers_command() {
  return {"servers", "the fleet: list, add, buy, drain, undrain, trust, remove, report",
          "", {}, {}, {},
          {list_command(), add_command(), buy_command(), drain_command(), undrain_command(),
           trust_command(), remove_command(), report_command()}};
}

}  // namespace berth::cli
