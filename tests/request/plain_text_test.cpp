// Text from outside can move no cursor, forge no line, and hide nothing.
#include <gtest/gtest.h>

#include "escapes.hpp"

namespace berth {
namespace {

TEST(PlainText, LetsNoEscapeThrough) {
  std::vector<std::string> texts = escapes();
  texts.push_back(every_escape());
  for (const std::string& text : texts) {
    EXPECT_NE("", what_escapes(text) + (text.find('\n') == std::string::npos ? "" : "a line"));
    for (const std::string& plain : {plain_line(text), plain_lines(text), one_line(text, 20)}) {
      EXPECT_EQ("", what_escapes(plain));
      EXPECT_EQ(plain, plain_lines(plain)) << "a clean text is changed";
    }
    EXPECT_EQ(std::string::npos, plain_line(text).find('\n'));
    EXPECT_TRUE(is_plain_line(plain_line(text)));
    EXPECT_FALSE(is_plain_line(text));
  }
}

TEST(PlainText, LeavesWhatPeopleWriteAsItIs) {
  for (const char* text : {"", "web-1", "Zürich 東京", "نص عربي",
                           "می\u200Cخواهم", "👩\u200D💻", "e\u0301"})
    EXPECT_EQ(text, plain_line(text));
  EXPECT_EQ("two\nlines\n", plain_lines("two\r\nlines\n"));
  EXPECT_EQ("two lines", plain_line("two\nlines"));
}

TEST(PlainText, IsCutBetweenCharacters) {
  EXPECT_EQ("Zü…", one_line("Zürich", 3));
  EXPECT_EQ("Z…", one_line("Zürich", 2));
  EXPECT_EQ("Zürich", one_line("Zürich\r\n", 40));
}

}  // namespace
}  // namespace berth
