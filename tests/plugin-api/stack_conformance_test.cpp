// The check of stack provisioners finds what would surprise a user.
#include <gtest/gtest.h>

#include <functional>

#include "berth/conformance.hpp"
#include "fake_call.hpp"

namespace berth {
namespace {

/// A good one, which a test spoils.
class SmallProvisioner : public StackProvisioner {
 public:
  Result<StackChoices> choices(Call&) override {
    StackChoices all;
    all.choices = {{"backend", "own", "Own", {}}};
    all.rules = {
        {"something",
         {{"backend", {"none"}}, {"database", {"none"}}, {"frontend", {"none"}}, {"css", {"none"}}},
         "something"}};
    if (spoil_choices) spoil_choices(all);
    return all;
  }
  Result<StackPlan> plan(const StackRequest& request, Call&) override {
    if (request.stack.backend != "own" && !knows_everything) {
      Failure failure;
      failure.code = ErrorCode::invalid;
      failure.effect = Effect::none;
      failure.message = "there is no such backend";
      return failure;
    }
    StackPlan planned;
    planned.template_name = "own";
    planned.template_version = "1";
    planned.secrets = {{"KEY", StackSecret::Form::alphanumeric, 32}};
    return planned;
  }
  Result<Rendering> render(const RenderRequest& request, Call&) override {
    Rendering rendering;
    RenderedFile file;
    file.path = "app.txt";
    file.content = request.name;
    RenderedFile env;
    env.path = ".env";
    env.content = "KEY=" + request.secrets.at("KEY") + "\n";
    env.secret = true;
    rendering.files = {file, env};
    if (spoil) spoil(rendering, request);
    return rendering;
  }
  std::function<void(StackChoices&)> spoil_choices;
  std::function<void(Rendering&, const RenderRequest&)> spoil;
  bool knows_everything = false;
};

/// "" where it conforms, or the first thing that is wrong.
std::string verdict(SmallProvisioner& provisioner) {
  for (const auto& check :
       conformance::run_conformance(provisioner, [] { return std::make_unique<FakeCall>(); }, {}))
    if (check.outcome != conformance::Outcome::ok) return check.name + ": " + check.reason;
  return "";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(StackConformance, OfAGoodOneIsGiven) {
  SmallProvisioner good;
  EXPECT_EQ(verdict(good), "");
}

TEST(StackConformance, FindsFilesThatLieWhereNoneMay) {
  for (const char* path :
       {"/etc/passwd", "../up", "a/../b", "", "a//b", ".berth/x", ".git/config"}) {
    SmallProvisioner bad;
    bad.spoil = [&](Rendering& rendering, const RenderRequest&) { rendering.files[0].path = path; };
    EXPECT_NE(verdict(bad), "") << path;
  }
  SmallProvisioner twice;
  twice.spoil = [](Rendering& rendering, const RenderRequest&) {
    rendering.files[1].path = "app.txt";
  };
  EXPECT_TRUE(has(verdict(twice), "app.txt stands twice")) << verdict(twice);
  SmallProvisioner both;
  both.spoil = [](Rendering& rendering, const RenderRequest&) {
    rendering.files[1].path = "app.txt/x";
  };
  EXPECT_TRUE(has(verdict(both), "is a file and a folder")) << verdict(both);
}

TEST(StackConformance, FindsASecretThatOthersMayRead) {
  SmallProvisioner bad;
  bad.spoil = [](Rendering& rendering, const RenderRequest& request) {
    rendering.files[0].content = request.secrets.at("KEY");
  };
  EXPECT_TRUE(has(verdict(bad), "app.txt holds KEY")) << verdict(bad);
  bad.spoil = [](Rendering& rendering, const RenderRequest& request) {
    rendering.credentials["password"] = request.secrets.at("KEY");
  };
  EXPECT_TRUE(has(verdict(bad), "credential password holds KEY")) << verdict(bad);
  bad.spoil = [](Rendering& rendering, const RenderRequest& request) {
    rendering.next_steps.push_back("log in with " + request.secrets.at("KEY"));
  };
  EXPECT_TRUE(has(verdict(bad), "a next step holds KEY")) << verdict(bad);
  bad.spoil = [](Rendering& rendering, const RenderRequest& request) {
    rendering.setup.push_back("--password=" + request.secrets.at("KEY"));
  };
  EXPECT_TRUE(has(verdict(bad), "the setup command holds KEY")) << verdict(bad);
  bad.spoil = [](Rendering& rendering, const RenderRequest& request) {
    rendering.files[0].path = request.secrets.at("KEY") + ".txt";
  };
  EXPECT_TRUE(has(verdict(bad), "the path of a file holds KEY")) << verdict(bad);
}

TEST(StackConformance, FindsAnAnswerThatIsAnotherOneTheNextTime) {
  SmallProvisioner bad;
  int calls = 0;
  bad.spoil = [&](Rendering& rendering, const RenderRequest&) {
    rendering.files[0].content = std::to_string(++calls);
  };
  EXPECT_TRUE(has(verdict(bad), "another answer the second time")) << verdict(bad);
}

TEST(StackConformance, FindsOneThatPlansWhatItDoesNotKnow) {
  SmallProvisioner bad;
  bad.knows_everything = true;
  EXPECT_TRUE(has(verdict(bad), "planned a backend that is not known")) << verdict(bad);
}

TEST(StackConformance, FindsChoicesThatCannotBe) {
  const std::vector<std::function<void(StackChoices&)>> spoils{
      [](StackChoices& all) { all.choices[0].slot = "sideend"; },
      [](StackChoices& all) { all.choices[0].id = "Not An Id"; },
      [](StackChoices& all) { all.choices.push_back(all.choices[0]); },
      [](StackChoices& all) { all.rules[0].when["colour"] = {"red"}; }};
  for (const auto& spoil : spoils) {
    SmallProvisioner bad;
    bad.spoil_choices = spoil;
    EXPECT_TRUE(has(verdict(bad), "choices")) << verdict(bad);
  }
}

}  // namespace
}  // namespace berth
