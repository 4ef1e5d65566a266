// Workers that do not listen, do not stop, or have nothing left to say: each once cost more than
// its own call.
#include <gtest/gtest.h>
#include <time.h>

#include <atomic>
#include <thread>

#include "fakes.hpp"

namespace berth::test {
namespace {

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

std::unique_ptr<IsolatedInstance> instance(Journal& journal, std::vector<std::string> argv) {
  IsolatedOptions options;
  options.name = "stubborn";
  options.argv = std::move(argv);
  options.concurrent = 4;
  options.patience.deadline_ms = 100;
  options.patience.cancel_ms = 100;
  return std::make_unique<IsolatedInstance>(std::move(options), "{}", journal);
}

std::int64_t cpu_ms_of_this_thread() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return used.tv_sec * 1000 + used.tv_nsec / 1'000'000;
}

class Stubborn : public ::testing::Test {
 protected:
  RecordedJournal journal_;
  std::unique_ptr<IsolatedInstance> library_ =
      instance(journal_, {BERTH_WORKER, plugin_file("hostile")});
  std::unique_ptr<IsolatedInstance> wire_ = instance(journal_, {BERTH_HOSTILE_WIRE});
};

// Both ends of the output were closed, which made it readable for ever.
TEST_F(Stubborn, a_worker_that_closed_its_output_is_waited_for_without_spinning) {
  FakeCall starting;
  ASSERT_FALSE(library_->start(starting).has_value());
  FakeCall call(1'500);
  const std::int64_t before = cpu_ms_of_this_thread();
  EXPECT_FALSE(library_->call("berth.test/1", "closes_its_output_and_hangs", "{}", call).ok());
  EXPECT_LT(cpu_ms_of_this_thread() - before, 500) << "ms of CPU for 1500 ms of waiting";
}

// Whoever wrote first kept everybody else waiting, beyond their deadlines and cancellations.
TEST_F(Stubborn, a_worker_that_does_not_read_holds_up_no_call_beyond_its_own_time) {
  FakeCall starting;
  ASSERT_FALSE(wire_->start(starting).has_value());
  FakeCall deaf(120'000), large(120'000);
  std::thread first([&] { (void)wire_->call("berth.test/1", "does_not_read", "{}", deaf); });
  std::atomic<bool> over{false};
  Outcome outcome = std::string();
  std::thread second([&] {
    outcome = wire_->call("berth.test/1", "echo", std::string(20U << 20U, 'r'), large);
    over = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));  // it is stuck in its write by now
  FakeCall third(200);
  EXPECT_FALSE(wire_->call("berth.test/1", "echo", "{}", third).ok());
  EXPECT_FALSE(over) << "the other two minutes were not waited for";
  large.cancel();
  second.join();
  ASSERT_FALSE(outcome.ok());
  deaf.cancel();
  first.join();
  FakeCall next;
  EXPECT_TRUE(wire_->call("berth.test/1", "echo", "{}", next).ok());
}

// Each kept the other busy with reading what it said, and no deadline was looked at.
TEST_F(Stubborn, two_calls_that_never_stop_talking_both_end) {
  FakeCall starting;
  ASSERT_FALSE(library_->start(starting).has_value());
  FakeCall one(300), other(300);
  Outcome outcome = std::string();
  std::thread talking([&] {
    outcome = library_->call("berth.test/1", "reports_progress_for_ever", "{}", one);
  });
  EXPECT_FALSE(library_->call("berth.test/1", "reports_progress_for_ever", "{}", other).ok());
  talking.join();
  EXPECT_FALSE(outcome.ok());
  FakeCall next;
  EXPECT_TRUE(library_->call("berth.test/1", "echo", "{}", next).ok());
}

TEST_F(Stubborn, the_first_one_of_a_worker_that_used_an_old_call_is_told) {
  FakeCall call;
  ASSERT_TRUE(library_->call("berth.test/1", "keeps_its_call", "{}", call).ok());
  const Outcome refused = library_->call("berth.test/1", "answers_the_kept_call", "{}", call);
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused.value(), "true");
  ASSERT_TRUE(library_->call("berth.test/1", "echo", "{}", call).ok());
  ASSERT_EQ(call.logged.size(), 1U);
  EXPECT_SAYS(call.logged[0], "used a call that was over");
}

}  // namespace
}  // namespace berth::test
