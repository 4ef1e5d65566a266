#include "ledger/text_list.hpp"

#include <gtest/gtest.h>

namespace berth {
namespace {

TEST(TextList, is_json_and_comes_back) {
  const std::vector<std::string> texts = {"a", "", "\"\\/", std::string("\0\n\x1f", 3), "é\xff"};
  EXPECT_EQ(json_of_texts({"a", "b\"c"}), R"(["a","b\"c"])");
  EXPECT_EQ(json_of_texts({}), "[]");
  EXPECT_EQ(texts_of_json(json_of_texts(texts)), texts);
  EXPECT_EQ(texts_of_json(" [ \"x\\n\" , \"y\" ] "), (std::vector<std::string>{"x\n", "y"}));
}

TEST(TextList, refuses_what_is_no_list_of_texts) {
  for (const char* json : {"", "[", "[\"a\"", "[\"a\",]", "[1]", "{}", "[\"a\"] x", "[\"\\u00g0\"]",
                           "[\"\\u00", "[\"\\"}) {
    EXPECT_EQ(texts_of_json(json), std::nullopt) << json;
  }
}

}  // namespace
}  // namespace berth
