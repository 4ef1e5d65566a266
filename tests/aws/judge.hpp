// Runs a Python script that judges our output by somebody else's code: botocore, cloud-init.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace berth::aws::test {

class Judge {
 public:
  explicit Judge(std::string script) : script_(std::move(script)) {}

  void add(const boost::json::object& one) { lines_ += boost::json::serialize(one) + "\n"; }

  /// What it said, and its exit status: 0 agreed, 77 cannot judge here.
  std::pair<std::string, int> verdict() const {
    const auto path = std::filesystem::temp_directory_path() /
                      ("berth-judged-" + std::to_string(getpid()) + ".jsonl");
    std::ofstream(path) << lines_;
    // Debian's Python, which sees Debian's packages; never another one of the PATH.
    const std::string command = "/usr/bin/python3 " + script_ + " " + path.string() + " 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return {"no shell", 77};
    std::string said;
    std::array<char, 4096> piece{};
    while (const auto size = fread(piece.data(), 1, piece.size(), pipe))
      said.append(piece.data(), size);
    const int status = pclose(pipe);
    std::filesystem::remove(path);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    return {said, code == 127 ? 77 : code};  // 127: there is no /usr/bin/python3
  }

 private:
  std::string script_;
  std::string lines_;
};

}  // namespace berth::aws::test

#define EXPECT_AGREED(judge)                                \
  do {                                                      \
    const auto [said, code] = (judge).verdict();            \
    if (code == 77) GTEST_SKIP() << "NOT JUDGED: " << said; \
    EXPECT_EQ(code, 0) << said;                             \
  } while (false)
