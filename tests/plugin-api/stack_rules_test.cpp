// What a word means in a slot, which stacks a rule refuses, and which one is nearest.
#include "berth/stack_rules.hpp"

#include <gtest/gtest.h>

#include "berth/codec.hpp"

namespace berth {
namespace {

StackChoices some_choices() {
  StackChoices all;
  all.choices = {{"backend", "laravel", "Laravel", {}},
                 {"backend", "fastapi", "FastAPI", {"fast-api"}},
                 {"database", "postgresql", "PostgreSQL", {"postgres"}},
                 {"frontend", "nextjs", "Next.js", {"next.js", "next"}},
                 {"css", "tailwind", "Tailwind", {}}};
  all.rules = {
      {"something",
       {{"backend", {"none"}}, {"database", {"none"}}, {"frontend", {"none"}}, {"css", {"none"}}},
       "something"},
      {"pages",
       {{"css", {"tailwind"}}, {"frontend", {"none"}}, {"backend", {"none", "fastapi"}}},
       "css needs pages"}};
  return all;
}

TEST(StackRules, FoldTheWordsOfPeople) {
  const StackChoices all = some_choices();
  EXPECT_EQ(choice_of(all, "database", "Postgres"), "postgresql");
  EXPECT_EQ(choice_of(all, "frontend", "NEXT.JS"), "nextjs");
  EXPECT_EQ(choice_of(all, "backend", "Fast API"), "fastapi");
  EXPECT_EQ(choice_of(all, "css", "None"), "none");
  EXPECT_EQ(choice_of(all, "css", "laravel"), "") << "another slot's";
  EXPECT_EQ(choice_of(all, "backend", ""), "");
}

TEST(StackRules, RefuseWhereEverySlotOfARuleHasOneOfItsIds) {
  const StackChoices all = some_choices();
  EXPECT_EQ(refusal_of(all, {"laravel", "none", "none", "tailwind"}), nullptr);
  EXPECT_EQ(refusal_of(all, {"fastapi", "none", "nextjs", "tailwind"}), nullptr);
  ASSERT_NE(refusal_of(all, {"fastapi", "none", "none", "tailwind"}), nullptr);
  EXPECT_EQ(refusal_of(all, {"fastapi", "none", "none", "tailwind"})->id, "pages");
  EXPECT_EQ(refusal_of(all, {})->id, "something");
}

TEST(StackRules, AreTheOnesThatEveryStackOfTheListKeeps) {
  const StackChoices all = some_choices();
  const std::vector<Stack> stacks = stacks_of(all);
  // 3 * 2 * 2 * 2 less none at all, and less tailwind without pages: 2 backends, 2 databases.
  EXPECT_EQ(stacks.size(), 24U - 1U - 4U);
  for (const Stack& stack : stacks) EXPECT_EQ(refusal_of(all, stack), nullptr) << stack_text(stack);
}

TEST(StackRules, NameTheNearestStackThatKeepsTheEarlierSlots) {
  const StackChoices all = some_choices();
  const Stack wish{"fastapi", "postgresql", "none", "tailwind"};
  EXPECT_EQ(stack_text(nearest_to(all, wish)), "fastapi + postgresql + none + none");
  const Stack good{"laravel", "none", "none", "tailwind"};
  EXPECT_EQ(nearest_to(all, good), good);
}

TEST(StackCodec, RefusesWhatNoProjectNeeds) {
  const auto plan = [](const std::string& members) {
    return codec::decode<StackPlan>(R"({"template_name":"t","template_version":"1",)" + members +
                                    R"("millicores":1,"memory_mib":1,"disk_mib":1})");
  };
  EXPECT_TRUE(plan(R"("ports":[{"name":"application","from":8080}],)"));
  EXPECT_FALSE(plan(R"("ports":[{"name":"application","from":80}],)"));
  EXPECT_FALSE(plan(R"("ports":[{"name":"application","from":65536}],)"));
  EXPECT_FALSE(plan(R"("secrets":[{"name":"KEY","length":8}],)"));
}

std::string refusal(const StackChoices& choices) {
  const Result<StackChoices> read = codec::decode<StackChoices>(codec::encode(choices));
  return read ? "" : read.failure().message;
}

// The host looks at all of these: a plugin must not be able to keep it busy, or fill its memory.
TEST(StackCodec, RefusesChoicesWithoutEnd) {
  StackChoices many;
  for (const std::string_view slot : stack_slots)
    for (int i = 0; i < 12; ++i)
      many.choices.push_back({std::string(slot), "c" + std::to_string(i), "C", {}});
  EXPECT_NE(refusal(many).find("more than 20000 stacks"), std::string::npos) << refusal(many);
  many.choices.resize(36);
  EXPECT_EQ(refusal(many), "");
  many.rules.assign(257, {"r", {{"css", {"c1"}}}, "no"});
  EXPECT_NE(refusal(many).find("more than 256"), std::string::npos) << refusal(many);
  many.rules.assign(2, {"r", {{"css", std::vector<std::string>(3000, "c1")}}, "no"});
  EXPECT_NE(refusal(many).find("more than 4096 ids"), std::string::npos) << refusal(many);
}

TEST(StackCodec, RefusesSlotsThatNoStackHas) {
  StackChoices choices = some_choices();
  choices.rules.push_back({"r", {{"colour", {"red"}}}, "no"});
  EXPECT_NE(refusal(choices).find("when.colour"), std::string::npos) << refusal(choices);
  choices = some_choices();
  choices.choices.push_back({"colour", "red", "Red", {}});
  EXPECT_NE(refusal(choices).find("slot"), std::string::npos) << refusal(choices);
}

}  // namespace
}  // namespace berth
