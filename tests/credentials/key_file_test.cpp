// Files with keys: closed to others, never overwritten, and replaced so that all that is sealed
// opens at any moment.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "credentials/chance.hpp"
#include "credentials/key_file.hpp"
#include "credentials/keyring.hpp"

namespace berth {
namespace {
namespace fs = std::filesystem;

std::string complaint(const std::function<void()>& action) {
  try {
    action();
    return {};
  } catch (const KeyProblem& problem) {
    return problem.what();
  }
}

class KeyFile : public testing::Test {
 protected:
  KeyFile() {
    std::string name = fs::temp_directory_path() / "berth-keys-XXXXXX";
    folder_ = mkdtemp(name.data());
    file_ = folder_ / "key";
  }
  ~KeyFile() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  KeyStore store() {
    return {file_, [this](const std::string& name) -> const char* {
              const auto found = environment_.find(name);
              return found == environment_.end() ? nullptr : found->second.c_str();
            }};
  }
  void write(const std::string& text, mode_t mode = 0600) {
    std::ofstream(file_) << text;
    chmod(file_.c_str(), mode);
  }
  static mode_t mode_of(const fs::path& file) {
    struct stat found {};
    return stat(file.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
  }

  fs::path folder_, file_;
  std::map<std::string, std::string> environment_;
};

TEST_F(KeyFile, is_made_for_its_owner_only_whatever_the_umask_is) {
  for (const mode_t mask : {mode_t{0}, mode_t{0777}}) {
    const mode_t before = umask(mask);
    const std::string id = make_key_file(file_);
    umask(before);
    EXPECT_EQ(mode_of(file_), 0600U);
    EXPECT_EQ(key_of_file(file_).id(), id);
    fs::remove(file_);
  }
  EXPECT_TRUE(fs::is_empty(folder_)) << "a draft was left";
}

TEST_F(KeyFile, is_never_overwritten) {
  const std::string id = make_key_file(file_);
  EXPECT_NE(complaint([&] { make_key_file(file_); }).find("is there already"), std::string::npos);
  EXPECT_EQ(key_of_file(file_).id(), id);
}

TEST_F(KeyFile, that_others_may_read_is_refused) {
  write(CredentialKey::fresh().text(), 0640);
  EXPECT_NE(complaint([&] { key_of_file(file_); }).find("run chmod 600"), std::string::npos);
}

TEST_F(KeyFile, of_another_length_is_refused_and_not_quoted) {
  write("abcdefghijkl");
  const std::string words = complaint([&] { key_of_file(file_); });
  EXPECT_NE(words.find("must be 32 bytes"), std::string::npos) << words;
  EXPECT_EQ(words.find("abcdefghijkl"), std::string::npos) << words;
}

TEST_F(KeyFile, keeps_opening_all_between_any_two_steps_of_a_rotation) {
  const std::string first = make_key_file(file_);
  EXPECT_EQ(store().read().sealing().id(), first);
  std::optional<KeyFileRotation> rotation(file_);
  const std::string second = store().read().sealing().id();
  EXPECT_NE(second, first);
  EXPECT_NE(store().read().find(first), nullptr);
  rotation.reset();  // it died
  rotation.emplace(file_);
  EXPECT_EQ(store().read().sealing().id(), second);
  rotation->end();
  EXPECT_EQ(store().read().sealing().id(), second);
  EXPECT_NE(store().read().find(first), nullptr) << "a ledger from a backup";
  EXPECT_EQ(key_of_file(file_).id(), second);
  EXPECT_EQ(mode_of(old_key_file(file_)), 0600U);
  EXPECT_FALSE(fs::exists(next_key_file(file_)));
  KeyFileRotation(file_).end();
  EXPECT_EQ(store().read().find(first), nullptr) << "two rotations ago";
  EXPECT_NE(store().read().find(second), nullptr);
}

TEST_F(KeyFile, is_replaced_by_one_at_a_time_or_a_key_in_use_could_go) {
  const std::string first = make_key_file(file_);
  {
    KeyFileRotation rotation(file_);
    const std::string words = complaint([&] { KeyFileRotation second(file_); });
    EXPECT_NE(words.find("is just being replaced by another berth"), std::string::npos) << words;
    rotation.end();
  }
  EXPECT_EQ(key_of_file(old_key_file(file_)).id(), first);
  EXPECT_NO_THROW(KeyFileRotation(file_).end());
}

TEST_F(KeyFile, that_died_between_its_last_two_steps_still_opens_all) {
  const std::string first = make_key_file(file_);
  { const KeyFileRotation died(file_); }
  const std::string second = key_of_file(next_key_file(file_)).id();
  fs::create_hard_link(file_, old_key_file(file_));  // and here it died
  EXPECT_NE(store().read().find(first), nullptr);
  EXPECT_EQ(store().read().sealing().id(), second);
  KeyFileRotation(file_).end();
  EXPECT_EQ(key_of_file(file_).id(), second);
}

TEST_F(KeyFile, gives_way_to_the_environment_and_still_opens) {
  const std::string of_file = make_key_file(file_);
  const CredentialKey newer = CredentialKey::fresh(), older = CredentialKey::fresh();
  environment_[key_variable] = newer.text();
  environment_[old_key_variable] = older.text();
  const Keyring ring = store().read();
  EXPECT_EQ(ring.sealing().id(), newer.id());
  EXPECT_NE(ring.find(of_file), nullptr);
  EXPECT_NE(ring.find(older.id()), nullptr);
  EXPECT_FALSE(store().in_file());
  environment_.erase(key_variable);
  EXPECT_EQ(store().read().sealing().id(), of_file) << "an old key only opens";
  environment_[key_variable] = "nonsense";
  EXPECT_NE(complaint([&] { (void)store().read(); }).find("$BERTH_CREDENTIALS_KEY must be"),
            std::string::npos);
}

TEST_F(KeyFile, that_is_missing_is_said_in_words) {
  EXPECT_NE(complaint([&] { (void)store().read(); }).find(file_.string() + " cannot be read"),
            std::string::npos);
  file_.clear();
  EXPECT_NE(complaint([&] { (void)store().read(); }).find("berth accounts new-key"),
            std::string::npos);
}

TEST_F(KeyFile, of_our_own_is_made_where_nobody_named_one_and_only_there) {
  const auto nothing = [](const std::string&) -> const char* { return nullptr; };
  const KeyStore own("", nothing, file_);
  EXPECT_FALSE(own.is_named());
  EXPECT_NE(complaint([&] { (void)own.read(); }), "");
  own.make_if_none();
  EXPECT_TRUE(own.in_file());
  EXPECT_EQ(mode_of(file_), 0600U);
  const std::string id = own.read().sealing().id();
  own.make_if_none();
  EXPECT_EQ(own.read().sealing().id(), id) << "it was made anew";
  const KeyStore named(folder_ / "named", nothing, folder_ / "ours");
  named.make_if_none();
  EXPECT_FALSE(fs::exists(folder_ / "ours")) << "one that is named and missing is a mistake";
  EXPECT_NE(complaint([&] { (void)named.read(); }), "");
}

TEST(Chance, makes_texts_of_letters_and_digits_that_differ) {
  std::set<std::string> seen;
  std::set<char> letters;
  for (int i = 0; i < 200; ++i) {
    const std::string text = alphanumeric_by_chance(32);
    EXPECT_EQ(text.size(), 32U);
    EXPECT_TRUE(seen.insert(text).second);
    letters.insert(text.begin(), text.end());
  }
  EXPECT_EQ(letters.size(), 62U);
  for (const char c : letters) EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c))) << c;
  EXPECT_EQ(base64_by_chance(32).size(), 44U);
  EXPECT_NE(base64_by_chance(32), base64_by_chance(32));
}

}  // namespace
}  // namespace berth
