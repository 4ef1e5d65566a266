// Templates of one's own beside the bundled ones, and what is said of those that cannot be used.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "berth/stack_rules.hpp"
#include "plugin-api/fake_call.hpp"
#include "provisioner.hpp"
#include "render.hpp"

namespace berth::stacks {
namespace {

namespace fs = std::filesystem;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The bundled ones, and a folder for a test's own.
class Templates : public testing::Test {
 protected:
  Templates() {
    std::string name = fs::temp_directory_path() / "berth-templates-XXXXXX";
    own_ = mkdtemp(name.data());
  }
  ~Templates() override {
    std::error_code ignored;
    fs::remove_all(own_, ignored);
  }
  void write(const std::string& path, const std::string& text) {
    fs::create_directories((own_ / path).parent_path());
    std::ofstream(own_ / path) << text;
  }
  /// A part of one file, with more in its manifest.
  void part(const std::string& slot_and_id, const std::string& more = "",
            const std::string& file = "<% title.line %>\n") {
    write(slot_and_id + "/part.toml", "title = \"Own\"\nversion = \"1\"\n" + more);
    write(slot_and_id + "/files/OWN.txt", file);
  }
  std::string problem() {
    try {
      const Provisioner provisioner(BERTH_TEMPLATES, {own_.string()});
    } catch (const std::exception& refused) {
      return refused.what();
    }
    return "";
  }
  Result<Rendering> render(const Stack& stack) {
    Provisioner provisioner(BERTH_TEMPLATES, {own_.string()});
    FakeCall call;
    const Result<StackPlan> plan = provisioner.plan({stack}, call);
    if (!plan) return plan.failure();
    RenderRequest request;
    request.stack = stack;
    request.name = "shop";
    request.title = "It's <a> \"shop\" & $HOME `x` #1";
    for (const StackPort& port : plan->ports) request.ports[port.name] = port.from;
    for (const StackSecret& secret : plan->secrets)
      request.secrets[secret.name] = std::string(static_cast<std::size_t>(secret.length), 'S');
    return provisioner.render(request, call);
  }
  static std::string file(const Rendering& rendering, const std::string& path) {
    for (const RenderedFile& one : rendering.files)
      if (one.path == path) return one.content;
    return "";
  }

  fs::path own_;
};

TEST_F(Templates, of_ones_own_are_choices_like_the_bundled_ones) {
  part("css/bulma", "aliases = [\"bul\"]\n[values]\nversion = \"1.0.4\"\n",
       "bulma <% values.bulma.version %> for <% title.line %>\n");
  const Result<Rendering> rendering = render(Stack{"none", "none", "none", "bulma"});
  ASSERT_FALSE(rendering) << "css alone needs pages";
  part("backend/own", "pages = true\n", "");
  write("backend/own/files/app.txt", "{{ braces }} <%# css.bulma %>with bulma<%/ css.bulma %>\n");
  const Result<Rendering> both = render({"own", "none", "none", "bulma"});
  ASSERT_FALSE(both) << "two parts have OWN.txt";
  EXPECT_TRUE(has(both.failure().message, "another part has a file of this name"));
  fs::remove(own_ / "backend/own/files/OWN.txt");
  const Result<Rendering> good = render({"own", "none", "none", "bulma"});
  ASSERT_TRUE(good) << good.failure().message;
  EXPECT_EQ(file(*good, "OWN.txt"), "bulma 1.0.4 for It's <a> \"shop\" & $HOME `x` #1\n");
  EXPECT_EQ(file(*good, "app.txt"), "{{ braces }} with bulma\n");
}

TEST_F(Templates, that_are_shared_stand_beside_the_choices_they_are_for) {
  part("shared/pair", "for = { backend = [\"one\", \"two\"] }\n[values]\nport = \"80\"\n",
       "<% backend.id %> on <% values.pair.port %>\n");
  for (const char* id : {"one", "two", "three"})
    write(std::string("backend/") + id + "/part.toml", "title = \"Own\"\nversion = \"1\"\n");
  const Result<Rendering> two = render(Stack{"two", "none", "none", "none"});
  ASSERT_TRUE(two) << two.failure().message;
  EXPECT_EQ(file(*two, "OWN.txt"), "two on 80\n");
  const Result<Rendering> three = render(Stack{"three", "none", "none", "none"});
  ASSERT_TRUE(three) << three.failure().message;
  EXPECT_EQ(file(*three, "OWN.txt"), "");
  part("shared/pair", "");
  EXPECT_TRUE(has(problem(), "says for which choices of one slot")) << problem();
  part("shared/pair", "for = { backend = [\"one\"] }\n");
  part("backend/one", "for = { backend = [\"one\"] }\n");
  EXPECT_TRUE(has(problem(), "only a part in shared/ has 'for'")) << problem();
}

TEST_F(Templates, of_ones_own_take_the_place_of_bundled_ones_with_their_name) {
  part("database/postgresql");
  const Result<Rendering> rendering = render({"none", "postgresql", "none", "none"});
  ASSERT_TRUE(rendering) << rendering.failure().message;
  EXPECT_NE(file(*rendering, "OWN.txt"), "");
}

TEST_F(Templates, with_a_name_that_nothing_has_are_refused_and_named) {
  part("backend/own", "", "<% titel.line %>\n");
  const Result<Rendering> rendering = render({"own", "none", "none", "none"});
  ASSERT_FALSE(rendering);
  EXPECT_TRUE(has(rendering.failure().message, "OWN.txt: nothing is known of <% titel.line %>"))
      << rendering.failure().message;
}

TEST_F(Templates, whose_manifest_is_wrong_are_refused_with_its_place) {
  struct Case {
    const char *manifest, *said;
  };
  const Case cases[] = {
      {"titel = \"x\"\n", "part.toml:3:1"},
      {"[[port]]\nfrom = 8080\n", "'name' is missing in [[port]]"},
      {"[[port]]\nname = \"application\"\nfrom = 80\n", "from 1024 to 65535"},
      {"[[secret]]\nname = \"KEY\"\nlength = 4\n", "from 24 to 256"},
      {"[[service]]\nimage = \"x:1\"\n", "name"},
      {"[[rule]]\nid = \"x\"\n", "part.toml:3:"},
      {"aliases = \"x\"\n", "aliases"},
      {"oops", "part.toml:3:"},
  };
  for (const Case& one : cases) {
    part("backend/own", one.manifest);
    const std::string said = problem();
    EXPECT_TRUE(has(said, "backend/own/part.toml") && has(said, one.said))
        << one.manifest << " -> " << said;
  }
}

TEST_F(Templates, do_not_reach_out_of_their_folder) {
  part("backend/own");
  std::error_code ignored;
  fs::create_symlink("/etc/passwd", own_ / "backend/own/files/passwd", ignored);
  EXPECT_TRUE(has(problem(), "is no regular file")) << problem();
}

TEST_F(Templates, that_are_missing_are_told) {
  EXPECT_TRUE(has(problem(), "has neither every/ nor a folder"));
  fs::remove_all(own_);
  EXPECT_NE(problem(), "");
}

TEST(Rendering, leaves_the_braces_of_others_alone_and_escapes_nothing) {
  boost::json::object view{{"name", "<b>&\"'"}};
  EXPECT_EQ(View(view).rendered("t", "{{ $x }} ${{ y }} {!! z !!} <% name %>"),
            "{{ $x }} ${{ y }} {!! z !!} <b>&\"'");
}

TEST(Rendering, leaves_no_line_behind_where_a_tag_stands_alone) {
  boost::json::object view{{"yes", true}, {"no", false}};
  EXPECT_EQ(
      View(view).rendered("t", "a\n<%# yes %>\nb\n<%/ yes %>\n  <%# no %>\nc\n  <%/ no %>\nd\n"),
      "a\nb\nd\n");
}

TEST(Rendering, of_a_tag_that_is_not_closed_is_refused) {
  EXPECT_THROW((void)View({{"open", true}}).rendered("t", "<%# open %>"), TemplateProblem);
  EXPECT_THROW((void)View({}).rendered("t", "<% unknown %>"), TemplateProblem);
}

}  // namespace
}  // namespace berth::stacks
