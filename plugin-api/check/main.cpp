// berth-plugin-check: does FILE.so keep the plugin contract? Needs no host.
#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <random>

#include "berth/conformance.hpp"
#include "berth/table_call.hpp"
#include "exported_symbols.hpp"
#include "kit_call.hpp"

namespace {

using berth::conformance::CheckResult;
using berth::conformance::Outcome;

constexpr const char* usage =
    R"(usage: berth-plugin-check FILE.so [--config JSON] [--http] [--walk] [--region R] [--verbose]

Checks a plugin against the contract, without a host. One line a check:
  ok|failed|skipped  name  reason

  --config JSON  its settings, e.g. '{"token": "…"}'; what is required and missing is made up
  --http         lets it do HTTP; without, calls that need it are skipped
  --walk         buys the cheapest server that is offered, finds it and destroys it (costs money);
                 for a notifier: sends one event
  --region R     where to walk; else the provider's default
  --verbose      the plugin's log on stderr

exit status: 0 nothing failed, 1 something failed, 2 usage or the file cannot be loaded
)";

constexpr unsigned longest_check_s = 180;

struct Arguments {
  std::string file, config = "{}", region;
  bool http = false, walk = false, verbose = false;
};

[[noreturn]] void stop_with(const std::string& problem) {
  std::cerr << "berth-plugin-check: " << problem << '\n';
  std::exit(2);
}

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto value = [&] {
      if (i + 1 == argc) stop_with(std::string(word) + " needs a value; see --help");
      return std::string(argv[++i]);
    };
    if (word == "--help") {
      std::cout << usage;
      std::exit(0);
    } else if (word == "--config") {
      arguments.config = value();
    } else if (word == "--region") {
      arguments.region = value();
    } else if (word == "--http") {
      arguments.http = true;
    } else if (word == "--walk") {
      arguments.walk = true;
    } else if (word == "--verbose") {
      arguments.verbose = true;
    } else if (word.rfind("--", 0) == 0 || !arguments.file.empty()) {
      stop_with("unexpected argument " + std::string(word) + "; see --help");
    } else {
      arguments.file = word;
    }
  }
  if (arguments.file.empty()) stop_with("which file? see --help");
  return arguments;
}

/// The check that runs, for the signal handler: a crash or a hang is the plugin's.
std::array<char, 128> running{};

void blame(int signal) {
  const char* running_check = running.data();
  // Only write() is safe here; there is nobody to tell if it fails.
  for (const char* text :
       {"failed  ", running_check, signal == SIGALRM ? "  hangs\n" : "  crashed\n"})
    if (write(STDOUT_FILENO, text, std::strlen(text)) < 0) break;
  _exit(1);
}

void watch_for_crashes() {
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM})
    std::signal(signal, blame);
}

void note_running(const std::string& name) {
  const std::size_t length = std::min(name.size(), running.size() - 1);
  std::memcpy(running.data(), name.data(), length);
  running[length] = '\0';
  alarm(longest_check_s);
}

bool anything_failed = false;

void print(const CheckResult& result) {
  std::cout << to_word(result.outcome) << "  " << result.name;
  if (!result.reason.empty()) std::cout << "  " << result.reason;
  std::cout << std::endl;  // at once: the next check may crash
  if (result.outcome == Outcome::failed) anything_failed = true;
}

std::string minted_attempt_id() {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz234567";
  std::random_device entropy;
  std::string id;
  while (id.size() < 26) id += letters[entropy() % letters.size()];
  return id;
}

CheckResult check_symbols(const std::string& path) {
  try {
    const auto names = berth::conformance::exported_symbols(path);
    if (names == std::vector<std::string>{"berth_plugin_v1"}) return {"symbols", Outcome::ok, ""};
    if (std::count(names.begin(), names.end(), "berth_plugin_v1") == 0)
      return {"symbols", Outcome::failed, "berth_plugin_v1 is not exported"};
    return {"symbols", Outcome::failed,
            "exports " + std::to_string(names.size()) + " symbols instead of one; first: " +
                (names[0] == "berth_plugin_v1" ? names[1] : names[0]) +
                "; build it with berth_add_plugin()"};
  } catch (const std::exception& error) {
    return {"symbols", Outcome::failed, error.what()};
  }
}

berth_plugin_v1_function load(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) stop_with(std::string("cannot load it: ") + dlerror());
  void* symbol = dlsym(library, "berth_plugin_v1");
  if (symbol == nullptr) stop_with("no plugin of this contract: it has no berth_plugin_v1");
  return reinterpret_cast<berth_plugin_v1_function>(symbol);
}

/// Runs the interfaces' checks over a fresh instance.
void check_interfaces(const berth_plugin& plugin, const berth::Settings& config,
                      const berth::conformance::CallFactory& calls,
                      const berth::conformance::Options& options) {
  if (plugin.manifest_json == nullptr) return;  // told before, as all that ends this early
  const auto manifest = berth::parse_manifest(plugin.manifest_json);
  if (!manifest) return;
  const auto settings = berth::conformance::completed(*manifest, config);
  void* self = nullptr;
  const auto call = calls();
  berth::TableCall lent(*call);
  if (!lent.answer(plugin.create(berth::json_of_settings(settings).c_str(), lent.raw(), &self)))
    return;
  if (manifest->implements(berth::cloud_provider_id)) {
    berth::CloudProviderProxy provider(berth::table_caller(plugin, self));
    run_conformance(provider, calls, options);
  }
  if (manifest->implements(berth::notifier_id)) {
    berth::NotifierProxy notifier(berth::table_caller(plugin, self));
    run_conformance(notifier, calls, options);
  }
  if (manifest->implements(berth::stack_provisioner_id)) {
    berth::StackProvisionerProxy provisioner(berth::table_caller(plugin, self));
    run_conformance(provisioner, calls, options);
  }
  plugin.destroy(self);
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = parse(argc, argv);
  const berth::Result<berth::Settings> settings = berth::settings_of_json(arguments.config);
  if (!settings) stop_with("--config: " + settings.failure().message);
  const std::unique_ptr<char, void (*)(void*)> path(realpath(arguments.file.c_str(), nullptr),
                                                    free);
  if (!path) stop_with("no such file: " + arguments.file);

  berth::conformance::NoHttp no_http;
  const auto curl_http = arguments.http ? berth::conformance::make_curl_http() : nullptr;
  if (arguments.http && !curl_http) stop_with("--http: this program was built without libcurl");
  berth::Http& http = curl_http ? *curl_http : static_cast<berth::Http&>(no_http);
  const berth::conformance::CallFactory calls = [&] {
    return std::make_unique<berth::conformance::KitCall>(http, arguments.verbose);
  };
  berth::conformance::Options options;
  options.walk = arguments.walk;
  options.region = arguments.region;
  options.attempt_id = minted_attempt_id();
  options.starting = note_running;
  options.finished = print;

  watch_for_crashes();
  note_running("load");
  print(check_symbols(path.get()));
  const berth_plugin* plugin = load(path.get())();
  check_library(plugin, *settings, calls, options);
  if (plugin != nullptr) check_interfaces(*plugin, *settings, calls, options);
  return anything_failed ? 1 : 0;
}
