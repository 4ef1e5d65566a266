// The name of a project's folder, from its name for people.
#include "stacks/slug.hpp"

#include <gtest/gtest.h>

#include "request/request.hpp"

namespace berth {
namespace {

TEST(Slug, folds_case_spaces_and_punctuation) {
  EXPECT_EQ(slug_of("Final Test Laravel"), "final-test-laravel");
  EXPECT_EQ(slug_of("  a  --  b  "), "a-b");
  EXPECT_EQ(slug_of("Shop_2 (new!)"), "shop-2-new");
}

TEST(Slug, keeps_the_letter_of_an_accented_one) {
  EXPECT_EQ(slug_of("Ünïcödé Café"), "unicode-cafe");
  EXPECT_EQ(slug_of("Straße øl Łódź"), "strasse-ol-lodz");
}

TEST(Slug, of_a_number_gets_a_word_before_it) { EXPECT_EQ(slug_of("2048"), "project-2048"); }

TEST(Slug, is_nothing_where_nothing_is_left) {
  for (const char* name : {"", "   ", "!!!", "日本", "../..", "\xff\xfe", "\n"})
    EXPECT_EQ(slug_of(name), "") << name;
}

TEST(Slug, of_a_path_is_no_path) {
  EXPECT_EQ(slug_of("../../etc/passwd"), "etc-passwd");
  EXPECT_EQ(slug_of("/absolute"), "absolute");
}

TEST(Slug, fits_the_name_of_an_application_whatever_its_length) {
  for (const std::string& name : {std::string(300, 'a'), "1" + std::string(300, 'b'),
                                  std::string(39, 'c') + " d", std::string(40, 'c') + " d"}) {
    const std::string slug = slug_of(name);
    EXPECT_TRUE(is_name(slug)) << slug;
  }
}

}  // namespace
}  // namespace berth
