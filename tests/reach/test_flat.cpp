// Ten thousand failing calls leave nothing behind; here are some hundred, and a measurement.
#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

#include "fakes.hpp"

namespace berth::test {
namespace {

int open_descriptors() {
  int count = 0;
  DIR* folder = opendir("/proc/self/fd");
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

long resident_kib() {
  std::ifstream statm("/proc/self/statm");
  long total = 0, resident = 0;
  statm >> total >> resident;
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

int children() {
  std::ifstream list("/proc/self/task/" + std::to_string(getpid()) + "/children");
  int count = 0;
  for (int pid = 0; list >> pid;) ++count;
  return count;
}

TEST(Flat, descriptors_memory_and_processes_over_many_failing_calls) {
  RecordedJournal journal;
  const int processes = children();
  const auto plugin = misbehaving_in_worker(journal);
  const auto fail_in_every_way = [&] {
    for (const char* method : {"exits", "throws", "fails", "never_replies", "exits", "echo"}) {
      FakeCall call;
      (void)plugin->call("berth.test/1", method, "{}", call);
    }
  };
  for (int i = 0; i < 10; ++i) fail_in_every_way();
  const int descriptors = open_descriptors();
  const long memory = resident_kib();
  for (int i = 0; i < 50; ++i) fail_in_every_way();
  EXPECT_LE(open_descriptors(), descriptors);
  EXPECT_LE(children(), processes + 1);
#ifndef BERTH_SANITIZED
  EXPECT_LT(resident_kib() - memory, 1024);
#else
  (void)memory;
#endif
}

TEST(Flat, nothing_is_left_after_the_last_instance) {
  RecordedJournal journal;
  const int descriptors = open_descriptors();
  const int processes = children();
  {
    const auto plugin = misbehaving_in_worker(journal);
    FakeCall call;
    ASSERT_TRUE(plugin->call("berth.test/1", "echo", "{}", call).ok());
    EXPECT_EQ(children(), processes + 1);
  }
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_EQ(children(), processes);
}

// Not a limit that a busy machine would break: it prints, for people.
TEST(Flat, what_a_round_trip_costs) {
  constexpr int rounds = 3'000;
  const std::string payload(1024, 'x');
  const auto per_round_us = [&](auto&& round) {
    for (int i = 0; i < 100; ++i) round();
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < rounds; ++i) round();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began)
               .count() /
           rounds;
  };
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  std::thread other([&] {
    std::string buffer(2048, ' ');
    for (ssize_t got = 0; (got = recv(ends[1], buffer.data(), buffer.size(), 0)) > 0;)
      send(ends[1], buffer.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL);
  });
  std::string buffer(2048, ' ');
  const double raw = per_round_us([&] {
    send(ends[0], payload.data(), payload.size(), MSG_NOSIGNAL);
    (void)recv(ends[0], buffer.data(), buffer.size(), 0);
  });
  close(ends[0]);
  other.join();
  close(ends[1]);

  RecordedJournal journal;
  const auto plugin = misbehaving_in_worker(journal);
  FakeCall call(60'000);
  const double isolated =
      per_round_us([&] { (void)plugin->call("berth.test/1", "echo", payload, call); });
  const auto here = misbehaving_in_process();
  const double in_process =
      per_round_us([&] { (void)here->call("berth.test/1", "echo", payload, call); });
  std::printf(
      "1 KiB: raw socket pair %.1f us, isolated call %.1f us (%.1f times), in-process %.2f us\n",
      raw, isolated, isolated / raw, in_process);
  RecordProperty("isolated_us", std::to_string(isolated));
}

}  // namespace
}  // namespace berth::test
