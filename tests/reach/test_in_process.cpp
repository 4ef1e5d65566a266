// A plugin in this process: whatever it does wrong becomes a Failure in words.
#include <gtest/gtest.h>

#include <thread>

#include "fakes.hpp"

namespace berth::test {
namespace {

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

class InProcess : public ::testing::Test {
 protected:
  Outcome ask(const std::string& method, const std::string& request = "{}") {
    return plugin_->call("berth.test/1", method, request, call_);
  }
  FakeCall call_;
  std::unique_ptr<InProcessInstance> plugin_ = misbehaving_in_process();
};

TEST_F(InProcess, an_answer_is_handed_on_as_it_is) {
  Outcome outcome = ask("echo", "{\"any\": [1, 2]}");
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(*outcome, "{\"any\": [1, 2]}");
}

TEST_F(InProcess, a_failure_keeps_its_code_and_effect) {
  const Outcome outcome = ask("fails");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code, ErrorCode::denied);
  EXPECT_EQ(outcome.failure().effect, Effect::none);
}

struct Misbehaviour {
  const char* method;
  const char* words;
};
class Misbehaves : public InProcess, public ::testing::WithParamInterface<Misbehaviour> {};

TEST_P(Misbehaves, and_the_call_fails_as_internal_with_unknown_effect) {
  const Outcome outcome = ask(GetParam().method);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code, ErrorCode::internal);
  EXPECT_EQ(outcome.failure().effect, Effect::unknown);
  EXPECT_SAYS(outcome.failure().message, GetParam().words);
  EXPECT_TRUE(ask("echo").ok()) << "the next call works";
}

INSTANTIATE_TEST_SUITE_P(Here, Misbehaves,
                         ::testing::Values(Misbehaviour{"throws", "threw: oops"},
                                           Misbehaviour{"throws_garbage", "no std::exception"},
                                           Misbehaviour{"replies_twice", "answered 2 times"},
                                           Misbehaviour{"never_replies", "without an answer"},
                                           Misbehaviour{"replies_null", "no text"},
                                           Misbehaviour{"replies_huge", "32 MiB"},
                                           Misbehaviour{"fails_with_garbage", ""}),
                         [](const auto& named) { return std::string(named.param.method); });

TEST_F(InProcess, an_unknown_method_or_interface_is_unsupported) {
  for (const Outcome& outcome : {ask("no_such_method"), ask("has_no_function"),
                                 plugin_->call("no.such/1", "x", "", call_)}) {
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.failure().code, ErrorCode::unsupported);
    EXPECT_EQ(outcome.failure().effect, Effect::none);
  }
}

TEST_F(InProcess, its_http_is_the_hosts) {
  Outcome outcome = ask("fetches", "http://127.0.0.1/x");
  ASSERT_TRUE(outcome.ok()) << outcome.failure().message;
  EXPECT_EQ(*outcome, "{\"status\":200,\"bytes\":5,\"first\":\"x-kind=fake\"}");
  ASSERT_EQ(call_.requests.size(), 1U);
  EXPECT_EQ(call_.requests[0].url, "http://127.0.0.1/x");
  EXPECT_EQ(call_.requests[0].headers[0].first, "X-Token");
}

TEST_F(InProcess, a_failed_exchange_comes_back_with_its_code) {
  call_.answer = [](const HttpRequest&) {
    Failure failure;
    failure.code = ErrorCode::rate_limited;
    failure.effect = Effect::none;
    failure.retry_after_ms = 1234;
    return failure;
  };
  const Outcome outcome = ask("fetches", "http://127.0.0.1/x");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code, ErrorCode::rate_limited);
  EXPECT_EQ(outcome.failure().retry_after_ms, 1234);
}

TEST_F(InProcess, refused_settings_are_told_in_the_plugins_words_at_every_call) {
  plugin_ = misbehaving_in_process(R"({"refuse":true})");
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome = ask("echo");
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.failure().code, ErrorCode::invalid);
    EXPECT_EQ(outcome.failure().effect, Effect::none);
    EXPECT_SAYS(outcome.failure().message, "do not like");
  }
}

// hostile.so, as far as this process survives it.
class HostileInProcess : public InProcess {
 protected:
  void SetUp() override {
    plugin_ = std::make_unique<InProcessInstance>(load_plugin(plugin_file("hostile")), "hostile",
                                                  "{}", 4);
  }
};

TEST_F(HostileInProcess, a_call_that_is_over_can_be_used_without_harm_and_that_is_told) {
  ASSERT_TRUE(ask("keeps_its_call").ok());
  const Outcome outcome = ask("answers_the_kept_call");
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.value(), "true") << "everything was refused";
  ASSERT_TRUE(ask("echo").ok());
  ASSERT_EQ(call_.logged.size(), 1U);
  EXPECT_SAYS(call_.logged[0], "hostile used a call that was over");
  EXPECT_TRUE(call_.requests.empty());
}

TEST_F(HostileInProcess, a_call_stays_closed_through_hundreds_of_others) {
  ASSERT_TRUE(ask("keeps_its_call").ok());
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(ask("echo").ok());
  EXPECT_EQ(ask("answers_the_kept_call").value(), "true");
}

TEST_F(HostileInProcess, an_answer_from_another_thread_is_none) {
  const Outcome outcome = ask("replies_from_a_thread");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().effect, Effect::unknown);
  EXPECT_SAYS(outcome.failure().message, "without an answer");
}

TEST_F(HostileInProcess, answers_that_come_after_its_return_reach_no_later_call) {
  const Outcome outcome = ask("replies_after_return");
  ASSERT_FALSE(outcome.ok());
  EXPECT_SAYS(outcome.failure().message, "without an answer");
  int answers = 0;
  while (answers < 20) {  // the thread ends with the twentieth
    const Outcome echoed = ask("echo", "\"mine\"");
    ASSERT_TRUE(echoed.ok());
    ASSERT_EQ(echoed.value(), "\"mine\"");
    for (const std::string& line : call_.logged) {
      const auto at = line.find("thread, ");
      ASSERT_NE(at, std::string::npos) << line;
      answers += std::stoi(line.substr(at + 8));
    }
    call_.logged.clear();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST_F(HostileInProcess, misuse_of_the_hosts_services_is_refused_in_words) {
  EXPECT_EQ(ask("misuses_http").value(), "true");
  EXPECT_TRUE(call_.requests.empty());
  EXPECT_TRUE(ask("floods_http").ok());
  EXPECT_TRUE(ask("logs_null").ok());
}

TEST_F(HostileInProcess, an_endless_failure_is_cut) {
  const Outcome outcome = ask("fails_at_length");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code, ErrorCode::denied);
  EXPECT_LE(outcome.failure().message.size(), 4096U);
  EXPECT_LE(outcome.failure().vendor_text.size(), 2048U);
  EXPECT_LE(outcome.failure().retry_after_ms.value_or(0), 24LL * 3600 * 1000);
}

TEST_F(HostileInProcess, an_interface_that_is_too_small_or_has_no_methods_is_none) {
  for (const char* const id : {"berth.too-small/1", "berth.empty/1"}) {
    const Outcome outcome = plugin_->call(id, "echo", "{}", call_);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.failure().code, ErrorCode::unsupported);
  }
}

TEST_F(InProcess, calls_beyond_concurrent_wait_within_their_time) {
  InProcessInstance one(load_plugin(plugin_file("misbehaving")), "misbehaving", "{}", 1);
  FakeCall hanging(400), waiting(100);
  std::thread first([&] { (void)one.call("berth.test/1", "waits_for_cancel", "{}", hanging); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const Outcome outcome = one.call("berth.test/1", "echo", "{}", waiting);
  first.join();
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code, ErrorCode::unavailable);
  EXPECT_EQ(outcome.failure().effect, Effect::none);
  EXPECT_SAYS(outcome.failure().message, "busy");
}

}  // namespace
}  // namespace berth::test
