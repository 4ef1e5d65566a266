// Ten thousand calls to plugins that do their worst, mixed by chance with a fixed seed: each costs
// itself and no more, and afterwards the host is as it was.
#include <dirent.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <thread>

#include "fakes.hpp"
#include "hostile_kinds.hpp"

namespace berth::test {
namespace {

#ifdef BERTH_SANITIZED
constexpr int calls_by_default = 600;
#else
constexpr int calls_by_default = 10'000;
#endif
constexpr unsigned seed = 20261121;
constexpr std::int64_t ample_ms = 60'000;
constexpr std::int64_t short_ms = 40;
constexpr int threads_at_once = 12;  // most of them wait for a deadline
constexpr int slow_is_rarer_by = 8;  // what waits for its deadline is asked so much less often

/// `./test --hostile` asks for all of them wherever the normal run asks for fewer.
int calls_to_make() {
  const char* const wanted = std::getenv("BERTH_HOSTILE_CALLS");
  return wanted == nullptr ? calls_by_default : std::max(100, std::atoi(wanted));
}

/// Keeps nothing, so that what grows is the host.
class ForgetfulJournal final : public Journal {
 public:
  void write(LogLevel, std::string_view) override {}
};

class ForgetfulCall final : public Call, private Http {
 public:
  explicit ForgetfulCall(std::int64_t time_ms) : until_(steady_ms() + time_ms) {}
  [[nodiscard]] std::int64_t now_unix_ms() const override { return 1'800'000'000'000; }
  [[nodiscard]] std::int64_t remaining_ms() const override { return until_ - steady_ms(); }
  [[nodiscard]] bool cancelled() const override { return false; }
  void log(LogLevel, std::string_view) override {}
  void progress(std::string_view) override {}
  Http& http() override { return *this; }

 private:
  Result<HttpResponse> exchange(const HttpRequest&) override {
    return HttpResponse{200, {{"x-kind", "fake"}}, "hello"};
  }
  const std::int64_t until_;
};

/// A folder of its own; whoever runs a plugin from it can be told by its command line.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / "berth-hostile-XXXXXX") {
    std::string name = path_;
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
    std::filesystem::copy_file(plugin_file("hostile"), library());
    before_ = std::filesystem::current_path();
    std::filesystem::current_path(path_);  // core files would come here
  }
  ~Folder() {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string path() const { return path_; }
  [[nodiscard]] std::string library() const { return path_ / "hostile.so"; }
  [[nodiscard]] long files() const {
    return std::distance(std::filesystem::directory_iterator(path_),
                         std::filesystem::directory_iterator());
  }
  /// Processes, of whatever session, that run something in this folder.
  [[nodiscard]] int processes() const {
    int count = 0;
    std::error_code gone;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", gone)) {
      std::ifstream file(entry.path() / "cmdline");
      const std::string line{std::istreambuf_iterator<char>(file), {}};
      if (line.find(path_.string()) != std::string::npos) ++count;
    }
    return count;
  }

 private:
  std::filesystem::path path_, before_;
};

int open_descriptors() {
  return static_cast<int>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                                        std::filesystem::directory_iterator()));
}

/// Children of any thread, zombies too.
int children() {
  int count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream list(task.path() / "children");
    for (int pid = 0; list >> pid;) ++count;
  }
  return count;
}

long status_kib(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.rfind(name + ":", 0) == 0) return std::atol(line.c_str() + name.size() + 1);
  return 0;
}

long resident_kib() {
  malloc_trim(0);  // what the allocator keeps for the next time is not lost
  return status_kib("VmRSS");
}

struct Tally {
  std::map<std::string, int> calls;
  std::vector<std::string> wrong;
  int lost = 0, unknown = 0;
};

class Hostile {
 public:
  Hostile(const Folder& folder, unsigned chance)
      : library_(instance("hostile", {BERTH_WORKER, folder.library()})),
        wire_(instance("hostile-wire", {BERTH_HOSTILE_WIRE, folder.path()})),
        chance_(chance) {
    for (const auto& [kinds, plugin] : {std::pair{&library_kinds, library_.get()},
                                        std::pair{&wire_kinds, wire_.get()}})
      for (const Kind& kind : *kinds)
        for (int i = 0; i < (kind.ends == Ends::timed_out ? 1 : slow_is_rarer_by); ++i)
          draws_.push_back({kind, plugin});
  }

  void make(int calls, Tally& tally) {
    for (int i = 0; i < calls; ++i) {
      const auto& [kind, plugin] =
          draws_[std::uniform_int_distribution<std::size_t>(0, draws_.size() - 1)(chance_)];
      ++tally.calls[(plugin == wire_.get() ? "wire: " : "library: ") + std::string(kind.method)];
      one(kind, *plugin, tally);
    }
  }

 private:
  struct Draw {
    Kind kind;
    IsolatedInstance* plugin;
  };

  std::unique_ptr<IsolatedInstance> instance(const char* name, std::vector<std::string> argv) {
    IsolatedOptions options;
    options.name = name;
    options.argv = std::move(argv);
    options.concurrent = 4;
    options.first_delay_ms = 1;
    options.longest_delay_ms = 1;
    options.patience.hello_ms = ample_ms;
    options.patience.deadline_ms = 20;
    options.patience.cancel_ms = 20;
    return std::make_unique<IsolatedInstance>(std::move(options), "{}", journal_);
  }

  void one(const Kind& kind, IsolatedInstance& plugin, Tally& tally) {
    const bool slow = kind.ends == Ends::timed_out;
    ForgetfulCall starting(ample_ms);
    if (slow) (void)plugin.start(starting);
    ForgetfulCall call(slow ? short_ms : ample_ms);
    const Outcome outcome = plugin.call("berth.test/1", kind.method, "{}", call);
    const std::string problem = judge(kind, outcome);
    if (!problem.empty()) tally.wrong.push_back(std::string(kind.method) + ": " + problem);
    if (!outcome.ok()) ++tally.lost;
    if (!outcome.ok() && outcome.failure().effect == Effect::unknown) ++tally.unknown;
  }

  static std::string judge(const Kind& kind, const Outcome& outcome) {
    if (kind.ends == Ends::replied)
      return outcome.ok() ? "" : "was lost: " + outcome.failure().message;
    if (outcome.ok()) return "replied " + outcome.value().substr(0, 100);
    const Failure& failure = outcome.failure();
    if (failure.message.empty() || failure.message.size() > 8192)
      return "says " + std::to_string(failure.message.size()) + " bytes";
    if (kind.ends == Ends::failed_itself)
      return failure.code == ErrorCode::denied && failure.effect == Effect::none ? ""
                                                                                  : failure.message;
    if (failure.effect == Effect::unknown) return {};
    // On a busy machine the time may be up before a new worker has read the call.
    const bool never_sent = failure.code == ErrorCode::unavailable &&
                            (failure.message.find("did not start") != std::string::npos ||
                             failure.message.find("took no call") != std::string::npos ||
                             failure.message.find("hello") != std::string::npos);
    if (kind.ends == Ends::timed_out && never_sent) return {};
    return "no effect, it says: " + failure.message;
  }

  ForgetfulJournal journal_;
  std::unique_ptr<IsolatedInstance> library_, wire_;
  std::vector<Draw> draws_;
  std::minstd_rand chance_;
};

void make_calls(const Folder& folder, int calls, unsigned chance, Tally& all) {
  std::vector<Tally> tallies(threads_at_once);
  std::vector<std::thread> threads;
  for (int t = 0; t < threads_at_once; ++t)
    threads.emplace_back([&, t] {
      Hostile plugins(folder, chance + static_cast<unsigned>(t));
      const int share = calls / threads_at_once + (t < calls % threads_at_once ? 1 : 0);
      plugins.make(share, tallies[static_cast<std::size_t>(t)]);
    });
  for (std::thread& thread : threads) thread.join();
  for (const Tally& tally : tallies) {
    for (const auto& [method, count] : tally.calls) all.calls[method] += count;
    all.wrong.insert(all.wrong.end(), tally.wrong.begin(), tally.wrong.end());
    all.lost += tally.lost;
    all.unknown += tally.unknown;
  }
}

TEST(Hostile, calls_cost_themselves_and_leave_the_host_as_it_was) {
  // One heap, and large bodies outside of it: what stays is then kept by berth, not by chance.
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 256 * 1024);
  const Folder folder;
  const int all = calls_to_make();
  const int children_before = children();
  const long files = folder.files();
  Tally tally;
  const auto began = std::chrono::steady_clock::now();
  make_calls(folder, all / 10, seed, tally);
  const int descriptors = open_descriptors();
  const long memory = resident_kib();
  constexpr int parts = 3;
  long after = memory;
  for (int part = 1; part <= parts; ++part) {
    make_calls(folder, (all - all / 10) / parts, seed + 100U * static_cast<unsigned>(part), tally);
    after = resident_kib();
    std::printf("part %d of %d: %ld KiB resident, %d descriptors\n", part, parts, after,
                open_descriptors());
  }
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began);

  int made = 0;
  for (const auto& [method, count] : tally.calls) made += count;
  std::printf("%d calls in %ld s, of %zu kinds: %d lost, %d of them with unknown outcome;\n"
              "resident %ld KiB after the first tenth, %ld KiB at the end, %ld KiB at most\n",
              made, static_cast<long>(seconds.count()), tally.calls.size(), tally.lost,
              tally.unknown, memory, after, status_kib("VmHWM"));
  for (std::size_t i = 0; i < std::min<std::size_t>(tally.wrong.size(), 20); ++i)
    ADD_FAILURE() << tally.wrong[i];
  EXPECT_EQ(tally.wrong.size(), 0U);
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_EQ(children(), children_before) << "a child is left, or a zombie";
  for (int i = 0; i < 1000 && folder.processes() > 0; ++i)  // one outside ends by its closed socket
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(folder.processes(), 0) << "a process of a plugin lives on";
  EXPECT_EQ(folder.files(), files) << "a file is left in " << folder.path();
#ifndef BERTH_SANITIZED
  EXPECT_LT(after - memory, 2 * 1024) << "KiB more";
  EXPECT_LT(status_kib("VmHWM"), 512 * 1024) << "KiB at the worst moment";
#endif
}

// Each kind by itself, so that a failure has a name.
struct Each {
  Kind kind;
  bool library;
};
class HostileKind : public ::testing::TestWithParam<Each> {};

TEST_P(HostileKind, is_followed_by_a_call_that_works) {
  RecordedJournal journal;
  const bool library = GetParam().library;
  IsolatedOptions options;
  options.name = "hostile";
  options.argv = library ? std::vector<std::string>{BERTH_WORKER, plugin_file("hostile")}
                         : std::vector<std::string>{BERTH_HOSTILE_WIRE};
  options.first_delay_ms = 1;
  options.longest_delay_ms = 1;
  options.patience.deadline_ms = 100;
  IsolatedInstance plugin(options, "{}", journal);
  const Kind& kind = GetParam().kind;
  ForgetfulCall starting(ample_ms);
  ASSERT_FALSE(plugin.start(starting).has_value());
  ForgetfulCall call(kind.ends == Ends::timed_out ? 300 : ample_ms);
  const Outcome outcome = plugin.call("berth.test/1", kind.method, "{}", call);
  EXPECT_EQ(outcome.ok(), kind.ends == Ends::replied);
  if (!outcome.ok()) {
    EXPECT_EQ(outcome.failure().effect,
              kind.ends == Ends::failed_itself ? Effect::none : Effect::unknown)
        << outcome.failure().message;
    std::printf("%s\n", outcome.failure().message.substr(0, 300).c_str());
  }
  ForgetfulCall next(ample_ms);
  const Outcome echoed = plugin.call("berth.test/1", "echo", "\"alive\"", next);
  ASSERT_TRUE(echoed.ok()) << echoed.failure().message;
  EXPECT_EQ(echoed.value(), "\"alive\"");
  EXPECT_LT(journal.text().size(), 2'000'000U) << "what it prints is bounded";
}

std::vector<Each> each_kind() {
  std::vector<Each> all;
  for (const Kind& kind : library_kinds) all.push_back({kind, true});
  for (const Kind& kind : wire_kinds) all.push_back({kind, false});
  return all;
}

INSTANTIATE_TEST_SUITE_P(One, HostileKind, ::testing::ValuesIn(each_kind()),
                         [](const auto& named) {
                           return std::string(named.param.library ? "library_" : "wire_") +
                                  std::string(named.param.kind.method);
                         });

}  // namespace
}  // namespace berth::test
