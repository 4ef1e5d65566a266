// What is written piece by piece reads back as what it was.
#include "engine/json_writer.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>

namespace berth {
namespace {

TEST(JsonWriter, WritesWhatAParserReadsBack) {
  JsonWriter json;
  json.begin_object()
      .text("text", "a \"b\" \\ \n \x01 \xc3\xa9")
      .number("least", std::numeric_limits<std::int64_t>::min())
      .real("half", 0.5)
      .truth("yes", true)
      .null("nothing")
      .money("price", {10'950'000'000, "USD"})
      .json("inner", R"({"a":[1]})")
      .begin_array("list");
  json.text({}, "one").number({}, 2).begin_object().end_object();
  json.end_array().begin_array("empty").end_array().end_object();
  const boost::json::value expected{
      {"text", "a \"b\" \\ \n \x01 \xc3\xa9"},
      {"least", std::numeric_limits<std::int64_t>::min()},
      {"half", 0.5},
      {"yes", true},
      {"nothing", nullptr},
      {"price", {{"amount", "10.95"}, {"currency", "USD"}}},
      {"inner", {{"a", boost::json::array{1}}}},
      {"list", {"one", 2, boost::json::object{}}},
      {"empty", boost::json::array{}},
  };
  EXPECT_EQ(boost::json::parse(json.taken()), expected);
}

TEST(JsonWriter, WritesValidJsonWhateverTheValuesAre) {
  JsonWriter json;
  json.begin_array().text({}, "cut \xc3").real({}, std::numeric_limits<double>::infinity());
  json.text({}, "").text({}, std::string_view("\0", 1));
  json.end_array();
  EXPECT_EQ(json.taken(), "[\"cut \xef\xbf\xbd\",null,\"\",\"\\u0000\"]");
}

}  // namespace
}  // namespace berth
