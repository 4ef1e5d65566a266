// A plugin that cannot be used: the words say what happened, where, and what to do next.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "fakes.hpp"
#include "reach/diagnose.hpp"

namespace berth::test {
namespace {

namespace fs = std::filesystem;

std::string refusal(const fs::path& file) {
  try {
    (void)load_plugin(file);
    return "it was loaded";
  } catch (const PluginUnusable& error) {
    return error.what();
  }
}

// A folder of its own, safe and empty, for one test.
class Folder : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "berth-reach-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  void TearDown() override {
    chmod(path_.c_str(), 0700);
    fs::remove_all(path_);
  }
  fs::path copy(const std::string& plugin) {
    fs::path to = path_ / (plugin + ".so");
    fs::copy_file(plugin_file(plugin), to);
    chmod(to.c_str(), 0755);
    return to;
  }
  fs::path path_;
};

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST_F(Folder, a_missing_file_is_named_with_its_path) {
  const std::string text = refusal(path_ / "nothing.so");
  EXPECT_SAYS(text, (path_ / "nothing.so").string());
  EXPECT_SAYS(text, "no such file");
  EXPECT_SAYS(text, "berth plugins list");
}

TEST_F(Folder, a_directory_is_no_plugin) { EXPECT_SAYS(refusal(path_), "not a file"); }

TEST_F(Folder, a_text_file_is_not_a_library) {
  std::ofstream(path_ / "text.so") << "#!/usr/bin/env python3\nprint('hello')\n";
  const std::string text = refusal(path_ / "text.so");
  EXPECT_SAYS(text, "not a shared library");
  EXPECT_SAYS(text, "command = [");
}

TEST_F(Folder, an_empty_file_is_not_a_library) {
  std::ofstream(path_ / "empty.so").flush();
  EXPECT_SAYS(refusal(path_ / "empty.so"), "not a shared library");
}

TEST_F(Folder, a_library_for_another_machine_names_both) {
  const fs::path file = copy("no_entry");
  std::fstream head(file, std::ios::in | std::ios::out | std::ios::binary);
  head.seekp(18);
  head.put('\xf3');  // RISC-V
  head.put('\0');
  head.close();
  const std::string text = refusal(file);
  EXPECT_SAYS(text, "RISC-V");
  EXPECT_SAYS(text, "berth runs on");
}

TEST_F(Folder, a_program_is_not_a_library) {
  const fs::path file = copy("no_entry");
  std::fstream head(file, std::ios::in | std::ios::out | std::ios::binary);
  head.seekp(16);
  head.put('\2');  // ET_EXEC
  head.close();
  EXPECT_SAYS(refusal(file), "not a shared library");
}

TEST_F(Folder, a_file_that_others_can_write_is_refused) {
  const fs::path file = copy("good_provider");
  chmod(file.c_str(), 0757);
  const std::string text = refusal(file);
  EXPECT_SAYS(text, "every user");
  EXPECT_SAYS(text, "chmod go-w");
}

TEST_F(Folder, a_directory_that_the_group_can_write_is_refused) {
  const fs::path file = copy("good_provider");
  chmod(path_.c_str(), 0770);
  const std::string text = refusal(file);
  EXPECT_SAYS(text, "its group");
  EXPECT_SAYS(text, path_.string());
}

TEST_F(Folder, a_link_from_an_unsafe_directory_is_refused) {
  fs::create_symlink(plugin_file("good_provider"), path_ / "link.so");
  chmod(path_.c_str(), 0777);
  EXPECT_SAYS(refusal(path_ / "link.so"), "every user");
}

TEST_F(Folder, a_file_of_another_user_is_refused) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to give a file away";
  const fs::path file = copy("good_provider");
  ASSERT_EQ(chown(file.c_str(), 12345, 12345), 0);
  EXPECT_SAYS(refusal(file), "12345");
}

TEST(Diagnose, an_undefined_symbol_is_named_in_the_loaders_words) {
  const std::string text = refusal(plugin_file("missing_symbol"));
  EXPECT_SAYS(text, "a_function_that_nobody_wrote");
  EXPECT_SAYS(text, "-z defs");
}

TEST(Diagnose, a_missing_library_is_named) {
  const std::string text =
      diagnose_loading("/p/x.so", "libfoo.so.3: cannot open shared object file: No such file")
          .text();
  EXPECT_SAYS(text, "libfoo.so.3");
  EXPECT_SAYS(text, "ldd /p/x.so");
}

TEST(Diagnose, a_library_without_the_entry_is_not_a_plugin) {
  EXPECT_SAYS(refusal(plugin_file("no_entry")), "no function berth_plugin_v1");
}

TEST(Diagnose, a_plugin_of_a_later_major_is_too_new) {
  const std::string text = refusal(plugin_file("too_new"));
  EXPECT_SAYS(text, "too new");
  EXPECT_SAYS(text, "Update berth");
}

TEST(Diagnose, a_table_shorter_than_version_1_is_too_old) {
  EXPECT_SAYS(refusal(plugin_file("too_old")), "too old");
}

TEST(Diagnose, a_good_plugin_loads_twice_as_the_same) {
  EXPECT_EQ(&load_plugin(plugin_file("good_provider")), &load_plugin(plugin_file("good_provider")));
}

}  // namespace
}  // namespace berth::test
