// A worker that says what the input says, and then ends. Whatever that is, the host's call ends.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "reach/failed.hpp"
#include "reach/worker_session.hpp"
#include "require.hpp"

using namespace berth;

namespace {

class QuietJournal final : public Journal {
 public:
  void write(LogLevel, std::string_view text) override {
    fuzz::require(text.find('\n') == std::string_view::npos, "a line of several lines");
  }
};

class ShortCall final : public Call, private Http {
 public:
  [[nodiscard]] std::int64_t now_unix_ms() const override { return 1'795'000'000'000; }
  [[nodiscard]] std::int64_t remaining_ms() const override { return until_ - steady_ms(); }
  [[nodiscard]] bool cancelled() const override { return false; }
  void log(LogLevel, std::string_view text) override { check(text); }
  void progress(std::string_view text) override { check(text); }
  Http& http() override { return *this; }

 private:
  static void check(std::string_view text) {
    fuzz::require(text.size() < 10'000 && text.find('\n') == std::string_view::npos, "text");
  }
  Result<HttpResponse> exchange(const HttpRequest&) override {
    return HttpResponse{200, {{"x", "y"}}, "hello"};
  }
  const std::int64_t until_ = steady_ms() + 2'000;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = memfd_create("said", 0);
  static const std::string path =
      "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(file);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size))
    std::abort();
  auto process = WorkerProcess::start({"/bin/sh", "-c", "exec cat \"$0\" >&3", path});
  if (!process.ok()) std::abort();
  QuietJournal journal;
  ShortCall call;
  WorkerSession session(std::move(*process), "fuzzed", journal, {2'000, 50, 50});
  const Outcome hello = session.hello(call);
  if (!hello.ok()) {
    fuzz::require(hello.failure().effect == Effect::none, "nothing was asked yet");
    return 0;
  }
  for (const char* const method : {"create", "offers"}) {
    const Exchanged exchanged = session.exchange(FrameLine("call"), "{}", method, call);
    if (exchanged.outcome.ok()) continue;
    fuzz::require(exchanged.outcome.failure().message.size() <= 8192, "no end of words");
  }
  return 0;
}
