// A config of any size is read in its time, or refused with its place; none ends the stack.
#include <gtest/gtest.h>

#include "berth/toml_depth.hpp"
#include "stories.hpp"

namespace berth {
namespace {

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

bool is_deep(const std::string& text) { return TomlDepth(text).beyond().has_value(); }

// A segmentation fault: the parser, and what it made, called themselves for each part.
TEST(Depth, AKeyOfFortyThousandPartsEndedTheStack) {
  const std::string many = repeated("a.", 40'000) + "a";
  for (const std::string& text :
       {many + " = 1\n", "[" + many + "]\n", "[[" + many + "]]\n", "x = {" + many + " = 1}\n",
        "[x]\n'a'." + many + " = 1\n", "[x]\n" + many, repeated("a . ", 40'000) + "a = 1\n"})
    EXPECT_NE(problem_of(text).find("nested too deeply"), std::string::npos)
        << text.substr(0, 40);
}

TEST(Depth, ListsAndInlineTablesInEachOtherAreCountedToo) {
  for (const std::string& part :
       {std::string("["), std::string("{a = "), std::string("[{a.b = ")})
    EXPECT_NE(problem_of("x = " + repeated(part, 20'000)).find("nested too deeply"),
              std::string::npos)
        << part;
}

TEST(Depth, IsToldWithItsPlace) {
  const std::string problem =
      problem_of("[berth]\n# \xC3\xBC\n  'k\xC3\xBC'." + repeated("a.", 20) + "a = 1\n");
  EXPECT_EQ(problem.substr(0, 16), "berth.toml:3:37:") << problem;
}

TEST(Depth, OfTextsCommentsAndNumbersDoesNotCount) {
  const std::string many = repeated("a.[{", 100);
  for (const std::string& text :
       {"x = '" + many + "'", "x = \"\\\"" + many + "\"", "# " + many,
        "x = '''\n'" + many + "'''", "x = \"\"\"\\\"\"" + many + "\"\"\"\"\"",
        "'" + many + "' = 1", "x = [" + repeated("1.5, ", 100) + "]",
        repeated("[a.b]\n[[c.d]]\ne.f = {g.h = [1.5]}\n", 50)})
    EXPECT_FALSE(is_deep(text)) << text.substr(0, 40);
}

// What the scanner took for a text and the parser did not would hide the rest of the line.
TEST(Depth, CannotBeHiddenBehindAQuote) {
  const std::string many = repeated("a.", 100) + "a";
  for (const std::string& before :
       {"x = \"\"\"t\"\"\"\"\n", "x = ['''t'''', ", "x = {y = '', ", "x = \"\\\\\"\n",
        "x = '\\'\n", "x = '\n", "x = \"open\n", "x = \"open\\\n", "# '''\n"})
    EXPECT_TRUE(is_deep(before + many + " = 1")) << before;
}

// Each organization was compared with each before it, and each account with every organization.
TEST(Size, SixtyThousandOrganizationsAreRead) {
  std::string text;
  constexpr int many = 60'000;
  for (int i = 0; i < many; ++i)
    text += "[[organization]]\nid = \"o" + std::to_string(i) + "\"\n";
  const Configuration config = read(text);
  ASSERT_EQ(config.organizations.size(), static_cast<std::size_t>(many));
  EXPECT_EQ(config.organizations.back().id, "o59999");
  const std::string twice = problem_of(text + "[[organization]]\nid = \"o7\"\n");
  EXPECT_NE(twice.find("as of the one at berth.toml:15:1"), std::string::npos) << twice;
}

TEST(Size, AMistypedNameAmongThousandsIsNotComparedWithEachOfThem) {
  const auto with = [](int organizations) {
    std::string text;
    for (int i = 0; i < organizations; ++i)
      text += "[[organization]]\nid = \"organization-" + std::to_string(i) + "\"\n";
    return problem_of(text + "[[account]]\nid = \"main\"\nplugin = \"hetzner\"\n"
                             "organizations = [\"organizatoin-0\"]\n");
  };
  EXPECT_NE(with(10).find("did you mean 'organization-0'?"), std::string::npos) << with(10);
  EXPECT_EQ(with(1000).find("did you mean"), std::string::npos) << with(1000);
}

}  // namespace
}  // namespace berth
