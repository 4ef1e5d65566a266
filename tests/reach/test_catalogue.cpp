// Which plugins there are, and what is wrong with the others.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "fakes.hpp"
#include "reach/catalogue.hpp"
#include "reach/diagnose.hpp"

namespace berth::test {
namespace {

namespace fs = std::filesystem;

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

class Catalogued : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "berth-catalogue-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
    for (const char* folder : {"bundled", "other"}) fs::create_directory(path_ / folder);
    for (const char* folder : {"bundled", "other"}) chmod((path_ / folder).c_str(), 0755);
    options_.bundled_dir = path_ / "bundled";
    options_.search_path = {path_ / "other", path_ / "not there"};
    options_.worker_program = BERTH_WORKER;
  }
  void TearDown() override { fs::remove_all(path_); }
  fs::path put(const std::string& plugin, const std::string& folder, const std::string& as = {}) {
    const fs::path to = path_ / folder / ((as.empty() ? plugin : as) + ".so");
    fs::copy_file(plugin_file(plugin), to);
    chmod(to.c_str(), 0755);
    return to;
  }
  std::string refusal(const std::string& id) {
    Catalogue catalogue(options_, journal_);
    try {
      return "found " + catalogue.find(id).where();
    } catch (const PluginUnusable& error) {
      return error.what();
    }
  }
  fs::path path_;
  CatalogueOptions options_;
  RecordedJournal journal_;
};

TEST_F(Catalogued, bundled_ones_run_here_and_others_in_a_worker) {
  put("good_provider", "bundled");
  put("misbehaving", "other");
  Catalogue catalogue(options_, journal_);
  ASSERT_EQ(catalogue.list().size(), 2U);
  const CatalogueEntry& good = catalogue.find("good");
  EXPECT_TRUE(good.in_process);
  EXPECT_EQ(good.version, "1.2.3");
  EXPECT_EQ(good.interfaces, std::vector<std::string>{"berth.cloud-provider/1"});
  EXPECT_EQ(good.manifest->default_region, "here");
  const CatalogueEntry& other = catalogue.find("misbehaving");
  EXPECT_FALSE(other.in_process);
  EXPECT_EQ(other.manifest->concurrent, 8);
}

TEST_F(Catalogued, a_script_is_asked_what_it_is) {
  options_.named.push_back({"good-script", {}, script("good_provider.py"), {}});
  Catalogue catalogue(options_, journal_);
  EXPECT_EQ(catalogue.find("good-script").name, "Good");
  EXPECT_FALSE(catalogue.find("good-script").in_process);
}

TEST_F(Catalogued, two_with_one_id_are_an_error_that_names_both) {
  const fs::path one = put("good_provider", "bundled");
  const fs::path two = put("good_provider", "other");
  const std::string text = refusal("good");
  EXPECT_SAYS(text, "two plugins have the id \"good\"");
  EXPECT_SAYS(text, one.string());
  EXPECT_SAYS(text, two.string());
}

TEST_F(Catalogued, one_file_by_two_ways_is_one_plugin) {
  const fs::path file = put("good_provider", "bundled");
  fs::create_symlink(file, path_ / "other" / "same.so");
  options_.search_path.push_back(path_ / "bundled");
  Catalogue catalogue(options_, journal_);
  EXPECT_EQ(catalogue.list().size(), 1U);
  EXPECT_TRUE(catalogue.find("good").problem.empty());
}

TEST_F(Catalogued, a_mistyped_id_is_answered_with_the_nearest) {
  put("good_provider", "bundled");
  EXPECT_SAYS(refusal("goood"), "did you mean \"good\"");
}

// What lies there seemed not to be installed, and nobody was told why.
TEST_F(Catalogued, a_folder_that_cannot_be_read_is_told) {
  put("good_provider", "other");
  options_.search_path = {path_ / "other" / "good_provider.so"};
  EXPECT_SAYS(refusal("good"), "good_provider.so: this folder cannot be read: Not a directory");
}

TEST_F(Catalogued, broken_files_do_not_hide_the_good_ones_and_tell_why) {
  put("good_provider", "other");
  for (const char* broken : {"too_new", "too_old", "no_entry", "malformed_manifest",
                             "missing_symbol"})
    put(broken, "other");
  Catalogue catalogue(options_, journal_);
  ASSERT_EQ(catalogue.list().size(), 6U);
  EXPECT_EQ(catalogue.list()[0].id, "good");
  const std::string text = refusal("something");
  for (const char* words : {"too new", "too old", "no function berth_plugin_v1", "manifest",
                            "a_function_that_nobody_wrote"})
    EXPECT_SAYS(text, words);
}

TEST_F(Catalogued, a_named_plugin_with_another_id_is_an_error) {
  options_.named.push_back({"gold", put("good_provider", "other"), {}, {}});
  EXPECT_SAYS(refusal("gold"), "says its id is \"good\"");
}

TEST_F(Catalogued, a_named_plugin_that_is_not_there_is_told_under_its_id) {
  options_.named.push_back({"lost", path_ / "lost.so", {}, {}});
  EXPECT_SAYS(refusal("lost"), "no such file");
}

TEST_F(Catalogued, without_a_worker_program_strangers_cannot_be_used_and_it_says_so) {
  put("good_provider", "other");
  options_.worker_program.clear();
  EXPECT_SAYS(refusal("good"), "berth-worker");
}

}  // namespace
}  // namespace berth::test
