// The berth program with one thing more: it dies where a test says, as if the power of its process
// were cut. What it does otherwise is berth's own code.
//   BERTH_CRASH_LIST=FILE     every edge that is passed is written there, a line each
//   BERTH_CRASH_AT="NAME#N"   SIGKILL at the N-th passing of that edge; NAME "*": of any edge
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <mutex>
#include <string>
#include <string_view>

#include "cli/cli.hpp"

namespace {

class Crash {
 public:
  Crash(const char* list, const char* at) {
    if (list != nullptr)
      list_ = open(list, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (at == nullptr) return;
    const std::string text = at;
    const auto hash = text.rfind('#');
    name_ = text.substr(0, hash);
    number_ = hash == std::string::npos ? 1 : std::stoi(text.substr(hash + 1));
  }

  void pass(std::string_view name) {
    const std::lock_guard lock(mutex_);  // two threads at once are one after the other
    if (list_ >= 0) {
      const std::string line = std::string(name) + "\n";
      if (write(list_, line.data(), line.size()) < 0) std::cerr << "berth-crash: no list\n";
    }
    if (number_ > 0 && (name_ == "*" || name_ == name) && ++passed_ == number_) raise(SIGKILL);
  }

 private:
  std::mutex mutex_;
  int list_ = -1;
  std::string name_;
  int number_ = 0, passed_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Crash crash(std::getenv("BERTH_CRASH_LIST"), std::getenv("BERTH_CRASH_AT"));
  berth::Options options;
  options.at_edge = [&crash](std::string_view name) { crash.pass(name); };
  return berth::cli::run_program(argc, argv, options);
}
