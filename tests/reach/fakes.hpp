// What the stories of reach need: a Call that records, a Journal that records, HTTP without
// network.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/transport.hpp"
#include "journal/journal.hpp"
#include "reach/in_process.hpp"
#include "reach/isolated.hpp"
#include "reach/library.hpp"

namespace berth::test {

inline std::filesystem::path plugin_file(const std::string& name) {
  return std::filesystem::path(BERTH_TEST_PLUGINS) / name / (name + ".so");
}

inline std::vector<std::string> script(const std::string& name, const std::string& how = {}) {
  std::vector<std::string> command{"python3", std::string(BERTH_TEST_SCRIPTS) + "/" + name};
  if (!how.empty()) command.push_back(how);
  return command;
}

class RecordedJournal final : public Journal {
 public:
  void write(LogLevel, std::string_view text) override {
    const std::lock_guard lock(mutex_);
    text_ += text;
    text_ += '\n';
    ++lines_;
  }
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  [[nodiscard]] int lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
  int lines_ = 0;
};

/// A call with so much time; its HTTP answers what `answer` says. Records what the plugin says.
class FakeCall final : public Call, private Http {
 public:
  explicit FakeCall(std::int64_t time_ms = 10'000) : until_(now() + time_ms) {}

  [[nodiscard]] std::int64_t now_unix_ms() const override { return 1'800'000'000'000; }
  [[nodiscard]] std::int64_t remaining_ms() const override { return until_ - now(); }
  [[nodiscard]] bool cancelled() const override { return cancelled_; }
  void log(LogLevel, std::string_view text) override { logged.emplace_back(text); }
  void progress(std::string_view text) override { progressed.emplace_back(text); }
  Http& http() override { return *this; }

  void cancel() { cancelled_ = true; }

  std::vector<std::string> logged, progressed;
  std::vector<HttpRequest> requests;
  std::function<Result<HttpResponse>(const HttpRequest&)> answer = [](const HttpRequest&) {
    return HttpResponse{200, {{"x-kind", "fake"}}, "hello"};
  };

 private:
  Result<HttpResponse> exchange(const HttpRequest& request) override {
    requests.push_back(request);
    return answer(request);
  }
  static std::int64_t now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
  const std::int64_t until_;
  std::atomic<bool> cancelled_{false};
};

/// The network of a host: records what leaves.
class FakeTransport final : public Transport {
 public:
  Result<HttpResponse> send(const HttpRequest& request, Call&) override {
    const std::lock_guard lock(mutex_);
    requests.push_back(request);
    return HttpResponse{200, {{"x-kind", "fake"}}, "the account"};
  }
  std::vector<HttpRequest> requests;

 private:
  std::mutex mutex_;
};

/// misbehaving.so in a worker.
inline std::unique_ptr<IsolatedInstance> misbehaving_in_worker(Journal& journal,
                                                               const std::string& config = "{}") {
  IsolatedOptions options;
  options.name = "misbehaving";
  options.argv = {BERTH_WORKER, plugin_file("misbehaving").string()};
  options.concurrent = 8;
  options.first_delay_ms = 1;
  options.longest_delay_ms = 1;
  options.patience.deadline_ms = 100;
  options.patience.cancel_ms = 100;
  return std::make_unique<IsolatedInstance>(std::move(options), config, journal);
}

inline std::unique_ptr<InProcessInstance> misbehaving_in_process(const std::string& config = "{}") {
  return std::make_unique<InProcessInstance>(load_plugin(plugin_file("misbehaving")), "misbehaving",
                                             config, 8);
}

/// bad_frames.py in a process of its own.
inline std::unique_ptr<IsolatedInstance> bad_frames(Journal& journal) {
  IsolatedOptions options;
  options.name = "bad-frames";
  options.argv = script("bad_frames.py");
  options.concurrent = 2;
  options.first_delay_ms = 1;
  options.longest_delay_ms = 1;
  return std::make_unique<IsolatedInstance>(std::move(options), "{}", journal);
}

}  // namespace berth::test
