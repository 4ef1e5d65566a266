// Which provisioner makes a stack, and what is said of words that are none.
#include <gtest/gtest.h>

#include "fake_provisioner.hpp"
#include "plugin-api/fake_call.hpp"

namespace berth {
namespace {

class Choosing : public testing::Test {
 protected:
  ChosenStack choose(const Stack& words) {
    return choose_stack(provisioners_, words,
                        [](const std::string&, const std::function<void(Call&)>& body) {
                          FakeCall call;
                          body(call);
                        });
  }
  std::string refusal(const Stack& words, StackRefused kind) {
    try {
      choose(words);
    } catch (const StackRefusal& refused) {
      EXPECT_EQ(refused.kind(), kind) << refused.what();
      return refused.what();
    }
    ADD_FAILURE() << "it was chosen";
    return "";
  }
  FakeProvisioners provisioners_;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(Choosing, folds_words_and_takes_nothing_for_none) {
  const ChosenStack found = choose({"", "Postgres", "NEXT", "Tailwind"});
  EXPECT_EQ(stack_text(found.stack), "none + postgresql + nextjs + tailwind");
  EXPECT_EQ(found.provisioner, "stacks");
  EXPECT_TRUE(found.plan);
}

TEST_F(Choosing, names_the_word_that_nobody_knows_and_one_that_is_near) {
  const std::string text = refusal({"laravle", "", "", ""}, StackRefused::unknown);
  EXPECT_TRUE(has(text, "there is no backend 'laravle'")) << text;
  EXPECT_TRUE(has(text, "did you mean 'laravel'?")) << text;
  EXPECT_TRUE(has(text, "There is: none, laravel, express")) << text;
}

TEST_F(Choosing, does_not_take_the_word_of_one_slot_in_another) {
  const std::string text = refusal({"postgresql", "", "", ""}, StackRefused::unknown);
  EXPECT_TRUE(has(text, "there is no backend 'postgresql'")) << text;
}

TEST_F(Choosing, refuses_what_a_rule_refuses_and_names_the_nearest) {
  const std::string text = refusal({"express", "", "", "tailwind"}, StackRefused::together);
  EXPECT_TRUE(has(text, "css needs pages")) << text;
  EXPECT_TRUE(has(text, "The nearest that can: express + none + none + none")) << text;
  refusal({"", "", "", ""}, StackRefused::together);
}

TEST_F(Choosing, takes_the_first_provisioner_that_covers_the_stack) {
  provisioners_.order = {"own", "stacks"};
  provisioners_.of["own"].more = {{"css", "bulma", "Bulma", {}}};
  EXPECT_EQ(choose({"laravel", "", "", "bulma"}).provisioner, "own");
  provisioners_.of["own"].no_plan = failure_of(ErrorCode::unsupported, "not that one");
  EXPECT_EQ(choose({"laravel", "", "", "tailwind"}).provisioner, "stacks");
}

TEST_F(Choosing, does_not_go_round_a_provisioner_that_fails) {
  provisioners_.order = {"own", "stacks"};
  provisioners_.of["own"].no_plan = failure_of(ErrorCode::unavailable, "it is ill");
  const ChosenStack found = choose({"laravel", "", "", ""});
  EXPECT_EQ(found.provisioner, "own");
  EXPECT_EQ(found.plan.failure().message, "it is ill");
}

TEST_F(Choosing, of_known_words_without_a_template_tells_so) {
  provisioners_.of["stacks"].no_plan = failure_of(ErrorCode::unsupported, "no template");
  const ChosenStack found = choose({"laravel", "", "", ""});
  ASSERT_FALSE(found.plan);
  EXPECT_EQ(found.plan.failure().code, ErrorCode::unsupported);
}

TEST_F(Choosing, goes_on_without_a_provisioner_that_is_missing_until_none_is_left) {
  provisioners_.order = {"gone", "stacks"};
  provisioners_.missing["gone"] = "it is not installed";
  EXPECT_EQ(choose({"laravel", "", "", ""}).provisioner, "stacks");
  provisioners_.of["stacks"].broken = failure_of(ErrorCode::internal, "it broke");
  const std::string text = refusal({"laravel", "", "", ""}, StackRefused::unusable);
  EXPECT_TRUE(has(text, "it is not installed") && has(text, "it broke")) << text;
}

TEST_F(Choosing, of_words_that_no_one_provisioner_knows_all_tells_that) {
  provisioners_.order = {"own", "stacks"};
  provisioners_.of["own"].more = {{"css", "bulma", "Bulma", {}}};
  provisioners_.of["stacks"].more = {{"database", "mongodb", "MongoDB", {}}};
  const std::string text = refusal({"", "mongodb", "nextjs", "bulma"}, StackRefused::together);
  EXPECT_TRUE(has(text, "no provisioner of the config knows all")) << text;
}

}  // namespace
}  // namespace berth
