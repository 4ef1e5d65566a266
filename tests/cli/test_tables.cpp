// Tables and single lines, as wide as the terminal.
#include <gtest/gtest.h>

#include <sstream>

#include "cli/table.hpp"
#include "cli/utf8.hpp"
#include "cli/wording.hpp"
#include "fake_berth.hpp"

namespace berth::cli {
namespace {

Table servers() {
  Table table({{"SERVER", false, true}, {"CPU", true}, {"NOTE"}, {"WHY", false, true}});
  table.add({{"web-1"}, {"12"}, {""}, {"has room"}});
  table.add({{"zürich-2"}, {"4"}, {""}, {"needs 2.2 cores with the buffer, 1.5 are free"}});
  return table;
}

TEST(Tables, AlignAndLeaveOutWhatNobodyFilled) {
  Session session;
  EXPECT_EQ(
      "SERVER    CPU  WHY\n"
      "web-1      12  has room\n"
      "zürich-2    4  needs 2.2 cores with the buffer, 1.5 are free\n",
      servers().drawn(session.terminal));
}

TEST(Tables, AreCutToTheTerminal) {
  Session session;
  session.at_terminal(30);
  EXPECT_EQ(
      "SERVER    CPU  WHY\n"
      "web-1      12  has room\n"
      "zürich-2    4  needs 2.2 core…\n",
      servers().drawn(session.terminal));
}

TEST(Tables, WithoutRowsSayNothing) {
  Session session;
  EXPECT_EQ("", Table({{"A"}}).drawn(session.terminal));
}

TEST(Tables, ColourDoesNotCountAsWidth) {
  Session session;
  session.terminal.colour = true;
  Table table({{"A"}, {"B"}});
  table.add({{"ok", Tone::good}, {"x"}});
  EXPECT_EQ("\x1b[1mA\x1b[0m   \x1b[1mB\x1b[0m\n\x1b[32mok\x1b[0m  x\n",
            table.drawn(session.terminal));
}

TEST(Tables, NobodysTextMovesTheCursor) {
  Session session;
  Table table({{"NAME"}});
  table.add({{"evil\x1b[2J\nname\xFF"}});
  EXPECT_EQ("NAME\nevil\uFFFD[2J name\uFFFD\n", table.drawn(session.terminal));
}

TEST(Facts, LeaveOutWhatIsEmptyAndIndentLaterLines) {
  Session session;
  Facts facts;
  facts.add("status", "ready");
  facts.add("nothing", "");
  facts.add("ip", "a\nb");
  EXPECT_EQ("status  ready\nip      a\n        b\n", facts.drawn(session.terminal));
}

TEST(Utf8, CountsColumnsNotBytes) {
  EXPECT_EQ(6, display_width("Zürich"));
  EXPECT_EQ(1, display_width("e\u0301"));
  EXPECT_EQ(4, display_width("東京"));
  EXPECT_EQ("Zür…", shortened("Zürich", 4));
  EXPECT_EQ("Zürich", shortened("Zürich", 6));
  EXPECT_EQ("", shortened("Zürich", 0));
}

TEST(Utf8, RefusesWhatOnlyLooksLikeIt) {
  EXPECT_EQ("\uFFFD\uFFFD", valid_utf8("\xC0\x80"));              // overlong
  EXPECT_EQ("\uFFFD\uFFFD\uFFFD", valid_utf8("\xED\xA0\x80"));    // a surrogate
  EXPECT_EQ("\uFFFD", valid_utf8("\xE2"));                        // cut
  EXPECT_EQ("\U0010FFFF", valid_utf8("\xF4\x8F\xBF\xBF"));
}

TEST(Wording, MoneyIsRoundedForPeopleButNeverToNothing) {
  EXPECT_EQ("4.51 EUR", money_text({4'514'999'999, "EUR"}));
  EXPECT_EQ("4.52 EUR", money_text({4'515'000'000, "EUR"}));
  EXPECT_EQ("0.0042 USD", money_text({4'200'000, "USD"}));
  EXPECT_EQ("", money_text({0, ""}));
}

TEST(Wording, DurationsAreShort) {
  EXPECT_EQ("0s", duration_text(-5));
  EXPECT_EQ("42s", duration_text(42'900));
  EXPECT_EQ("3m 05s", duration_text(185'000));
  EXPECT_EQ("2h 10m", duration_text(7'800'000));
  EXPECT_EQ("5d 3h", duration_text(442'800'000));
}

}  // namespace
}  // namespace berth::cli
