// The process's own signals. Each in a process of its own (a death test): handlers stay.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "cli/interrupts.hpp"

namespace berth::cli {
namespace {

TEST(SignalInterruptsDeathTest, AreCountedAndTheNumberIsKept) {
  EXPECT_EXIT(
      {
        SignalInterrupts interrupts;
        interrupts.listen(2);
        raise(SIGINT);
        raise(SIGTERM);
        std::exit(interrupts.count() == 2 && interrupts.signal() == SIGTERM ? 42 : 1);
      },
      testing::ExitedWithCode(42), "");
}

TEST(SignalInterruptsDeathTest, BeyondPatienceTheyKill) {
  EXPECT_EXIT(
      {
        SignalInterrupts interrupts;
        interrupts.listen(2);
        for (int i = 0; i < 3; ++i) raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "");
}

TEST(SignalInterruptsDeathTest, AHangupOfARunIsCountedByItselfAndEndsNothing) {
  EXPECT_EXIT(
      {
        SignalInterrupts interrupts;
        interrupts.listen(1);
        interrupts.outlive_hangups();
        for (int i = 0; i < 3; ++i) raise(SIGHUP);
        std::exit(interrupts.hangups() == 3 && interrupts.count() == 0 ? 42 : 1);
      },
      testing::ExitedWithCode(42), "");
}

TEST(SignalInterruptsDeathTest, ThatNobodyListensToKillAtOnce) {
  EXPECT_EXIT(
      {
        SignalInterrupts interrupts;
        raise(SIGTERM);
      },
      testing::KilledBySignal(SIGTERM), "");
}

TEST(SignalInterruptsDeathTest, AClosedPipeIsAFailedWrite) {
  EXPECT_EXIT(
      {
        outlive_closed_pipes();
        raise(SIGPIPE);
        std::exit(42);
      },
      testing::ExitedWithCode(42), "");
}

TEST(SignalInterrupts, WaitForOneMoreOnlySoLong) {
  SignalInterrupts interrupts;
  EXPECT_FALSE(interrupts.another_within(1));
}

}  // namespace
}  // namespace berth::cli
