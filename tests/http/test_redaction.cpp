// No form of a secret stays in a text.
#include <gtest/gtest.h>

#include "http/redaction.hpp"

namespace berth::test {
namespace {

TEST(Redaction, the_value_itself) {
  EXPECT_EQ(Redaction({"hunter22"}).apply("a hunter22 b hunter22"), "a [redacted] b [redacted]");
}

TEST(Redaction, url_encoded) {
  const Redaction redaction({"a/b+c d"});
  EXPECT_EQ(redaction.apply("?k=a%2Fb%2Bc%20d&x"), "?k=[redacted]&x");
  EXPECT_EQ(redaction.apply("?k=a%2fb%2bc%20d&x"), "?k=[redacted]&x");
  EXPECT_EQ(redaction.apply("?k=a%2Fb%2Bc+d&x"), "?k=[redacted]&x");
}

TEST(Redaction, json_escaped) {
  const Redaction redaction({"pa\"ss\\wo/rd\n"});
  EXPECT_EQ(redaction.apply(R"({"k":"pa\"ss\\wo/rd\n"})"), R"({"k":"[redacted]"})");
  EXPECT_EQ(redaction.apply(R"({"k":"pa\"ss\\wo\/rd\n"})"), R"({"k":"[redacted]"})");
}

TEST(Redaction, base64_at_every_alignment) {
  const Redaction redaction({"open sesame now"});
  // "", "u:" and "us:" before it: printf 'us:open sesame now' | base64
  for (const char* text : {"b3BlbiBzZXNhbWUgbm93", "dTpvcGVuIHNlc2FtZSBub3c=",
                           "dXM6b3BlbiBzZXNhbWUgbm93", "YTpiOm9wZW4gc2VzYW1lIG5vdw=="})
    EXPECT_NE(redaction.apply(text).find("[redacted]"), std::string::npos) << text;
}

TEST(Redaction, a_longer_secret_that_contains_a_shorter_one_goes_first) {
  EXPECT_EQ(Redaction({"abcd", "abcdef"}).apply("abcdef abcd"), "[redacted] [redacted]");
}

TEST(Redaction, short_values_and_none_leave_texts_alone) {
  EXPECT_EQ(Redaction({"a", "", "key"}).apply("a key"), "a key");
  EXPECT_TRUE(Redaction().empty());
}

}  // namespace
}  // namespace berth::test
