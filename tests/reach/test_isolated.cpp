// A plugin in a worker: what it does wrong costs the calls then in flight, and nothing else.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "fakes.hpp"

namespace berth::test {
namespace {

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

using Clock = std::chrono::steady_clock;

std::int64_t ms_since(Clock::time_point began) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count();
}

class Isolated : public ::testing::Test {
 protected:
  Outcome ask(const std::string& method, const std::string& request = "{}") {
    FakeCall call;
    return ask(method, request, call);
  }
  Outcome ask(const std::string& method, const std::string& request, FakeCall& call) {
    return plugin_->call("berth.test/1", method, request, call);
  }
  RecordedJournal journal_;
  std::unique_ptr<IsolatedInstance> plugin_ = misbehaving_in_worker(journal_);
};

TEST_F(Isolated, an_answer_is_handed_on_as_it_is) {
  for (int i = 0; i < 3; ++i) {
    Outcome outcome = ask("echo", "{\"n\": " + std::to_string(i) + "}");
    ASSERT_TRUE(outcome.ok()) << outcome.failure().message;
    EXPECT_EQ(*outcome, "{\"n\": " + std::to_string(i) + "}");
  }
}

TEST_F(Isolated, a_failure_keeps_its_code_and_effect) {
  const Outcome outcome = ask("fails");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code, ErrorCode::denied);
  EXPECT_EQ(outcome.failure().effect, Effect::none);
}

struct Misbehaviour {
  const char* method;
  const char* words;
};
class MisbehavesInWorker : public Isolated, public ::testing::WithParamInterface<Misbehaviour> {};

TEST_P(MisbehavesInWorker, and_only_its_call_fails_with_unknown_effect) {
  const Outcome outcome = ask(GetParam().method);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code, ErrorCode::internal);
  EXPECT_EQ(outcome.failure().effect, Effect::unknown);
  EXPECT_SAYS(outcome.failure().message, GetParam().words);
  EXPECT_TRUE(ask("echo").ok()) << "the next call works";
}

INSTANTIATE_TEST_SUITE_P(
    There, MisbehavesInWorker,
    ::testing::Values(Misbehaviour{"throws", "threw: oops"},
                      Misbehaviour{"throws_garbage", "no std::exception"},
                      Misbehaviour{"replies_twice", "answered 2 times"},
                      Misbehaviour{"never_replies", "without an answer"},
                      Misbehaviour{"replies_null", "no text"},
                      Misbehaviour{"replies_huge", "32 MiB"},
                      Misbehaviour{"segfaults", ""},
                      Misbehaviour{"exits", "status 3"}),
    [](const auto& named) { return std::string(named.param.method); });

#ifndef BERTH_SANITIZED
TEST_F(Isolated, a_crash_is_told_with_its_signal_and_the_method) {
  const Outcome outcome = ask("segfaults");
  ASSERT_FALSE(outcome.ok());
  EXPECT_SAYS(outcome.failure().message, "signal 11");
  EXPECT_SAYS(outcome.failure().message, "segfaults");
}
#endif

TEST_F(Isolated, a_deadline_ends_a_hanging_call_and_the_next_runs_in_a_fresh_worker) {
  ASSERT_TRUE(ask("echo").ok()) << "it has started";
  FakeCall call(150);
  const auto began = Clock::now();
  const Outcome outcome = ask("hangs", "{}", call);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code, ErrorCode::unavailable);
  EXPECT_EQ(outcome.failure().effect, Effect::unknown);
  EXPECT_SAYS(outcome.failure().message, "did not answer in time");
  EXPECT_LT(ms_since(began), 2'000);
  EXPECT_TRUE(ask("echo").ok());
}

TEST_F(Isolated, a_call_that_heeds_its_deadline_keeps_its_worker_and_its_words) {
  ASSERT_TRUE(ask("echo").ok()) << "it has started";
  FakeCall call(100);
  const Outcome outcome = ask("waits_for_cancel", "{}", call);
  ASSERT_FALSE(outcome.ok());
  EXPECT_SAYS(outcome.failure().message, "stopped in time");
}

TEST_F(Isolated, a_cancelled_call_that_heeds_it_keeps_its_worker_and_its_words) {
  ASSERT_TRUE(ask("echo").ok()) << "it has started";
  FakeCall call;
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    call.cancel();
  });
  const auto began = Clock::now();
  const Outcome outcome = ask("waits_for_cancel", "{}", call);
  canceller.join();
  ASSERT_FALSE(outcome.ok());
  EXPECT_SAYS(outcome.failure().message, "stopped in time");
  EXPECT_LT(ms_since(began), 1'000);
}

TEST_F(Isolated, a_cancelled_call_that_ignores_it_costs_its_worker) {
  ASSERT_TRUE(ask("echo").ok()) << "it has started";
  FakeCall call;
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    call.cancel();
  });
  const Outcome outcome = ask("hangs", "{}", call);
  canceller.join();
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code, ErrorCode::cancelled);
  EXPECT_EQ(outcome.failure().effect, Effect::unknown);
  EXPECT_TRUE(ask("echo").ok());
}

TEST_F(Isolated, a_crash_costs_every_call_in_flight_and_no_other) {
  ASSERT_TRUE(ask("echo").ok());
  Outcome napping = std::string();
  std::thread sleeper([&] { napping = ask("hangs"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  Outcome crashing = ask("exits");
  sleeper.join();
  for (const Outcome* outcome : {&napping, &crashing}) {
    ASSERT_FALSE(outcome->ok());
    EXPECT_EQ(outcome->failure().effect, Effect::unknown);
    EXPECT_SAYS(outcome->failure().message, "status 3");
  }
  EXPECT_SAYS(napping.failure().message, "while hangs ran");
  EXPECT_TRUE(ask("echo").ok());
}

TEST_F(Isolated, calls_of_a_concurrent_plugin_overlap) {
  ASSERT_TRUE(ask("echo").ok());
  const auto began = Clock::now();
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] { good += ask("naps").ok() ? 1 : 0; });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 8);
  EXPECT_LT(ms_since(began), 1'000) << "8 naps of 200 ms one after the other take 1600";
}

TEST_F(Isolated, many_threads_get_each_their_own_answers) {
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const std::string mine = std::to_string(t) + "/" + std::to_string(i);
        const Outcome outcome = ask("echo", mine);
        if (!outcome.ok() || *outcome != mine) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(Isolated, http_is_done_by_the_host_on_the_callers_thread) {
  FakeCall call;
  const auto own = std::this_thread::get_id();
  call.answer = [&](const HttpRequest&) {
    EXPECT_EQ(std::this_thread::get_id(), own);
    return HttpResponse{201, {{"x-a", "caf\xe9"}}, std::string(100'000, '\0')};
  };
  Outcome outcome = ask("fetches", "https://example.org/\"quoted\"", call);
  ASSERT_TRUE(outcome.ok()) << outcome.failure().message;
  EXPECT_EQ(*outcome, "{\"status\":201,\"bytes\":100000,\"first\":\"x-a=caf\xef\xbf\xbd\"}");
  ASSERT_EQ(call.requests.size(), 1U);
  EXPECT_EQ(call.requests[0].url, "https://example.org/\"quoted\"");
}

TEST_F(Isolated, a_failed_exchange_comes_back_with_its_code) {
  FakeCall call;
  call.answer = [](const HttpRequest&) {
    Failure failure;
    failure.code = ErrorCode::rate_limited;
    failure.effect = Effect::none;
    failure.retry_after_ms = 1234;
    return failure;
  };
  const Outcome outcome = ask("fetches", "https://example.org/", call);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code, ErrorCode::rate_limited);
  EXPECT_EQ(outcome.failure().retry_after_ms, 1234);
}

TEST_F(Isolated, what_it_prints_becomes_journal_lines) {
  ASSERT_TRUE(ask("prints").ok());
  ASSERT_TRUE(ask("echo").ok());
  EXPECT_SAYS(journal_.text(), "misbehaving prints: printed with");
}

TEST_F(Isolated, too_much_output_is_cut_and_said_so) {
  ASSERT_TRUE(ask("prints_a_lot").ok());
  plugin_.reset();
  EXPECT_SAYS(journal_.text(), "more than 256 KiB a minute");
  EXPECT_LT(journal_.text().size(), 600'000U);
}

TEST_F(Isolated, log_and_progress_reach_the_call_as_single_clean_lines) {
  FakeCall call;
  ASSERT_TRUE(ask("logs", "{}", call).ok());
  ASSERT_EQ(call.logged.size(), 2U);
  EXPECT_EQ(call.logged[1], "two lines \uFFFD[31mred");
  ASSERT_EQ(call.progressed.size(), 1U);
}

TEST_F(Isolated, a_flood_of_log_lines_does_not_stop_the_answer) {
  FakeCall call;
  EXPECT_TRUE(ask("logs_a_lot", "{}", call).ok());
  EXPECT_FALSE(call.logged.empty());
}

TEST_F(Isolated, a_large_answer_arrives_whole) {
  Outcome outcome = ask("replies_large");
  ASSERT_TRUE(outcome.ok()) << outcome.failure().message;
  EXPECT_EQ(outcome->size(), (20U << 20U) + 2);
}

TEST_F(Isolated, a_large_request_arrives_whole) {
  const std::string request(20U << 20U, 'r');
  FakeCall call(120'000);
  Outcome outcome = ask("echo", request, call);
  ASSERT_TRUE(outcome.ok()) << outcome.failure().message;
  EXPECT_EQ(*outcome, request);
}

TEST_F(Isolated, refused_settings_are_told_in_the_plugins_words) {
  plugin_ = misbehaving_in_worker(journal_, R"({"refuse":true})");
  FakeCall call;
  const auto failure = plugin_->start(call);
  ASSERT_TRUE(failure.has_value());
  EXPECT_EQ(failure->code, ErrorCode::invalid);
  EXPECT_EQ(failure->effect, Effect::none);
  EXPECT_SAYS(failure->message, "do not like");
}

TEST_F(Isolated, a_crash_loop_says_so_and_does_not_start_over_and_over) {
  IsolatedOptions options;
  options.name = "misbehaving";
  options.argv = {BERTH_WORKER, plugin_file("misbehaving").string()};
  options.first_delay_ms = 60'000;
  options.longest_delay_ms = 60'000;
  IsolatedInstance looping(options, R"({"crash":true})", journal_);
  FakeCall call;
  EXPECT_FALSE(looping.call("berth.test/1", "echo", "", call).ok());
  EXPECT_FALSE(looping.call("berth.test/1", "echo", "", call).ok());
  const auto began = Clock::now();
  const Outcome outcome = looping.call("berth.test/1", "echo", "", call);
  EXPECT_LT(ms_since(began), 100);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code, ErrorCode::unavailable);
  EXPECT_EQ(outcome.failure().effect, Effect::none);
  EXPECT_GT(outcome.failure().retry_after_ms.value_or(0), 20'000);
  EXPECT_SAYS(outcome.failure().message, "2 times in a row");
}

TEST_F(Isolated, a_worker_that_was_killed_while_idle_is_replaced_unnoticed) {
  for (int i = 0; i < 3; ++i) {
    plugin_ = bad_frames(journal_);
    ASSERT_TRUE(ask("echo").ok());
    EXPECT_FALSE(ask("closes").ok());
    EXPECT_TRUE(ask("echo").ok());
  }
}

TEST_F(Isolated, a_program_that_is_not_there_is_named) {
  IsolatedOptions options;
  options.name = "lost";
  options.argv = {"/no/such/berth-worker", "x.so"};
  IsolatedInstance lost(options, "{}", journal_);
  FakeCall call;
  const Outcome outcome = lost.call("berth.test/1", "echo", "", call);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().effect, Effect::none);
  EXPECT_SAYS(outcome.failure().message, "/no/such/berth-worker");
}

// Scripts, which write their frames themselves.

class Script : public Isolated {
 protected:
  void SetUp() override { plugin_ = bad_frames(journal_); }
};

struct Misuse {
  const char* method;
  const char* words;
};
class MisusesTheWire : public Script, public ::testing::WithParamInterface<Misuse> {};

TEST_P(MisusesTheWire, and_its_worker_is_ended_and_replaced) {
  const Outcome outcome = ask(GetParam().method);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code, ErrorCode::internal);
  EXPECT_EQ(outcome.failure().effect, Effect::unknown);
  EXPECT_SAYS(outcome.failure().message, GetParam().words);
  EXPECT_TRUE(ask("echo").ok());
}

INSTANTIATE_TEST_SUITE_P(Wire, MisusesTheWire,
                         ::testing::Values(Misuse{"garbage", "not a frame"},
                                           Misuse{"endless_line", "64 KiB"},
                                           Misuse{"too_many_bytes", "99999999"},
                                           Misuse{"closes", "closed its connection"},
                                           Misuse{"half_a_frame", "status 0"},
                                           Misuse{"leaves_a_child", "status 4"}),
                         [](const auto& named) { return std::string(named.param.method); });

TEST_F(Script, frames_for_nobody_are_reported_and_ignored) {
  EXPECT_TRUE(ask("unknown_n").ok());
  EXPECT_SAYS(journal_.text(), "not in flight");
}

TEST_F(Script, a_second_reply_is_reported_and_ignored) {
  Outcome first = ask("twice");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(*first, "1");
  Outcome next = ask("echo", "3");
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(*next, "3");
  EXPECT_SAYS(journal_.text(), "not in flight");
}

TEST_F(Script, it_inherits_no_secret_and_no_descriptor) {
  setenv("BERTH_TEST_SECRET", "s3cret-t0ken", 1);
  const Outcome outcome = ask("environment");
  unsetenv("BERTH_TEST_SECRET");
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->find("BERTH_TEST_SECRET"), std::string::npos) << *outcome;
  EXPECT_SAYS(*outcome, "\"PATH\"");
  EXPECT_SAYS(*outcome, "\"descriptors\": [0, 1, 2, 3, 4]");  // 4: the listing itself
}

TEST_F(Script, signals_are_not_inherited_blocked) {
  sigset_t pipe_only, before;
  sigemptyset(&pipe_only);
  sigaddset(&pipe_only, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
  FakeCall call(100);
  const auto began = Clock::now();
  EXPECT_FALSE(ask("no_answer_at_all", "{}", call).ok());
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_LT(ms_since(began), 2'000);
}

Outcome hello_of(const std::string& how, std::int64_t time_ms = 5'000) {
  RecordedJournal journal;
  FakeCall call(time_ms);
  return describe_worker(script("bad_frames.py", how), "bad-frames", journal, call);
}

TEST(Hello, is_the_manifest) {
  Outcome outcome = hello_of("");
  ASSERT_TRUE(outcome.ok()) << outcome.failure().message;
  EXPECT_SAYS(*outcome, "\"id\":\"bad-frames\"");
}
TEST(Hello, a_script_that_does_not_start_is_told_in_its_last_words) {
  const Outcome outcome = hello_of("no_module");
  ASSERT_FALSE(outcome.ok());
  EXPECT_SAYS(outcome.failure().message, "ModuleNotFoundError");
}
TEST(Hello, something_else_is_quoted) {
  const Outcome outcome = hello_of("no_hello");
  ASSERT_FALSE(outcome.ok());
  EXPECT_SAYS(outcome.failure().message, "good morning");
}
TEST(Hello, a_newer_wire_names_both_versions) {
  const Outcome outcome = hello_of("newer_wire");
  ASSERT_FALSE(outcome.ok());
  EXPECT_SAYS(outcome.failure().message, "version 2");
}
TEST(Hello, none_in_time_ends_the_worker) {
  const Outcome outcome = hello_of("silent", 300);
  ASSERT_FALSE(outcome.ok());
  EXPECT_SAYS(outcome.failure().message, "hello in time");
}

}  // namespace
}  // namespace berth::test
