#include "request/request.hpp"

#include <gtest/gtest.h>

namespace berth {
namespace {

std::string refusal(std::optional<std::int64_t> (*parse)(std::string_view, std::string&),
                    std::string_view text) {
  std::string why;
  EXPECT_FALSE(parse(text, why).has_value()) << text;
  return why;
}

std::optional<std::int64_t> parsed(std::optional<std::int64_t> (*parse)(std::string_view,
                                                                        std::string&),
                                   std::string_view text) {
  std::string why;
  const auto amount = parse(text, why);
  EXPECT_EQ(why, "") << text;
  return amount;
}

TEST(ParseCores, ReadsPlainDecimalsExactly) {
  EXPECT_EQ(parsed(parse_cores, "2"), 2000);
  EXPECT_EQ(parsed(parse_cores, "0.5"), 500);
  EXPECT_EQ(parsed(parse_cores, "1.50"), 1500);
  EXPECT_EQ(parsed(parse_cores, "0.1"), 100);
  EXPECT_EQ(parsed(parse_cores, "0.001"), 1);
  EXPECT_EQ(parsed(parse_cores, "1024"), 1'024'000);
  EXPECT_EQ(parsed(parse_cores, "0002.000"), 2000);
}

TEST(ParseMemory, ReadsGigabytesAsMib) {
  EXPECT_EQ(parsed(parse_memory_gb, "4"), 4096);
  EXPECT_EQ(parsed(parse_memory_gb, "1.5"), 1536);
  EXPECT_EQ(parsed(parse_disk_gb, "50"), 51'200);
}

TEST(ParseMemory, RoundsUpWhatIsFinerThanAMib) {
  EXPECT_EQ(parsed(parse_memory_gb, "0.1"), 103);  // 102.4
  EXPECT_EQ(parsed(parse_memory_gb, "0.0000000000001"), 1);
  EXPECT_EQ(parsed(parse_cores, "1.0000000000001"), 1001);
}

TEST(ParseCores, RefusesWhatIsNoPlainDecimal) {
  for (const char* text : {"", "abc", "nan", "inf", "1e3", "+2", "2,5", " 2", "2 ", "1.", ".5",
                           "0x10", "1.2.3", "--1", "2cores"})
    EXPECT_NE(refusal(parse_cores, text).find("such as 2 or 0.5"), std::string::npos) << text;
}

TEST(ParseCores, RefusesZeroAndBelow) {
  EXPECT_EQ(refusal(parse_cores, "0"), "CPU must be above zero, and '0' is not");
  EXPECT_EQ(refusal(parse_cores, "0.000"), "CPU must be above zero, and '0.000' is not");
  EXPECT_EQ(refusal(parse_cores, "-1"), "CPU must be above zero, and '-1' is not");
}

TEST(Parse, NamesTheLimitOfWhatIsTooLarge) {
  EXPECT_EQ(refusal(parse_cores, "1024.001"), "CPU '1024.001' is too large: at most 1,024 cores");
  EXPECT_EQ(refusal(parse_memory_gb, "32769"), "memory '32769' is too large: at most 32,768 GB");
  EXPECT_EQ(refusal(parse_disk_gb, "1048577"), "disk '1048577' is too large: at most 1,048,576 GB");
  EXPECT_NE(refusal(parse_disk_gb, std::string(400, '9')).find("too large"), std::string::npos);
}

TEST(Text, IsShortAndNeverZeroForSomething) {
  EXPECT_EQ(cores_text(2500), "2.5");
  EXPECT_EQ(cores_text(2000), "2");
  EXPECT_EQ(gigabytes_text(5120), "5");
  EXPECT_EQ(gigabytes_text(1536), "1.5");
  EXPECT_EQ(gigabytes_text(1), "0.001");
  EXPECT_EQ(gigabytes_text(0), "0");
  EXPECT_EQ(gigabytes_text(-512), "-0.5");
}

TEST(Text, OfEveryAmountOfCoresReadsBackAsItself) {
  for (std::int64_t millicores = 1; millicores < 20'000; millicores += 7)
    EXPECT_EQ(parsed(parse_cores, cores_text(millicores)), millicores);
}

TEST(RoomDuring, FollowsTheStrategy) {
  const Room room{2000, 4096, 51'200};
  EXPECT_EQ(room_during(Strategy::standard, room), room);
  EXPECT_EQ(room_during(Strategy::blue_green, room), (Room{4000, 8192, 102'400}));
  EXPECT_EQ(room_during(Strategy::rolling, room), (Room{3000, 6144, 76'800}));
  EXPECT_EQ(room_during(Strategy::canary, room), (Room{2400, 4916, 76'800}));  // 4915.2 rounded up
}

TEST(Strategy, HasOneWordEach) {
  for (const Strategy each :
       {Strategy::standard, Strategy::rolling, Strategy::blue_green, Strategy::canary})
    EXPECT_EQ(strategy_of(to_word(each)), each);
  EXPECT_EQ(to_word(Strategy::blue_green), "blue-green");
  EXPECT_FALSE(strategy_of("yolo").has_value());
}

TEST(Room, FitsOnlyWhenEveryDimensionDoes) {
  const Room room{2000, 4096, 51'200};
  EXPECT_TRUE(room.fits(room));
  EXPECT_FALSE(room.fits({2001, 1, 1}));
  EXPECT_FALSE(room.fits({1, 4097, 1}));
  EXPECT_FALSE(room.fits({1, 1, 51'201}));
  EXPECT_EQ(larger_of({1, 5, 3}, {4, 2, 6}), (Room{4, 5, 6}));
}

TEST(Duration, ReadsUnitsLongestFirst) {
  EXPECT_EQ(parsed(parse_duration_ms, "10m"), 600'000);
  EXPECT_EQ(parsed(parse_duration_ms, "4m30s"), 270'000);
  EXPECT_EQ(parsed(parse_duration_ms, "500ms"), 500);
  EXPECT_EQ(parsed(parse_duration_ms, "1d2h3m4s5ms"), 93'784'005);
  EXPECT_EQ(duration_text(270'000), "4m30s");
  EXPECT_EQ(duration_text(93'784'005), "1d2h3m4s5ms");
}

TEST(Duration, RefusesEverythingElse) {
  for (const char* text : {"", "10", "m", "10 m", "-5s", "1.5h", "30s4m", "5s5s", "10min", "1w"})
    EXPECT_NE(refusal(parse_duration_ms, text).find("not a duration"), std::string::npos) << text;
  EXPECT_NE(refusal(parse_duration_ms, "0s").find("above zero"), std::string::npos);
  EXPECT_NE(refusal(parse_duration_ms, "366d").find("at most 365d"), std::string::npos);
  EXPECT_NE(refusal(parse_duration_ms, std::string(60, '9') + "d").find("at most 365d"),
            std::string::npos);
}

TEST(Name, IsShortLowerCaseAndStartsWithALetter) {
  for (const char* text : {"a", "web", "acme-2", "x--y"}) EXPECT_TRUE(is_name(text)) << text;
  EXPECT_TRUE(is_name(std::string(40, 'a')));
  for (const char* text : {"", "2web", "-web", "web-", "Web", "we b", "wéb", "web_1", "web/x"})
    EXPECT_FALSE(is_name(text)) << text;
  EXPECT_FALSE(is_name(std::string(41, 'a')));
}

}  // namespace
}  // namespace berth
