// What is sealed opens with its key and in its place, and nowhere else.
#include <gtest/gtest.h>

#include "credentials/seal.hpp"

namespace berth {
namespace {

const SealedFor row{"acme.hetzner", "acme"};

class Sealed : public testing::Test {
 protected:
  CredentialKey key_ = CredentialKey::fresh();
  std::string text_ = R"({"token":"s3cret"})";
  std::string sealed_ = seal(key_, row, text_);
};

TEST_F(Sealed, opens_with_its_key_in_its_place) { EXPECT_EQ(unseal(key_, row, sealed_), text_); }

TEST_F(Sealed, shows_nothing_of_it_and_is_another_each_time) {
  EXPECT_EQ(sealed_.find("s3cret"), std::string::npos);
  EXPECT_NE(seal(key_, row, text_), sealed_);
}

TEST_F(Sealed, holds_an_empty_text_and_one_with_any_byte) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& text : {std::string(), all})
    EXPECT_EQ(unseal(key_, row, seal(key_, row, text)), text);
}

TEST_F(Sealed, does_not_open_with_another_key) {
  EXPECT_FALSE(unseal(CredentialKey::fresh(), row, sealed_));
}

TEST_F(Sealed, does_not_open_in_another_row_or_organization) {
  EXPECT_FALSE(unseal(key_, {"acme.other", "acme"}, sealed_));
  EXPECT_FALSE(unseal(key_, {"acme.hetzner", "evil"}, sealed_));
  // Nor where the same letters are parted elsewhere.
  EXPECT_FALSE(unseal(key_, {"acme.hetznera", "cme"}, sealed_));
}

TEST_F(Sealed, does_not_open_when_it_was_cut_or_changed_anywhere) {
  for (std::size_t length = 0; length < sealed_.size(); ++length)
    EXPECT_FALSE(unseal(key_, row, sealed_.substr(0, length))) << length;
  for (std::size_t at = 0; at < sealed_.size(); ++at) {
    std::string other = sealed_;
    if (other[at] == '=') continue;
    other[at] = other[at] == 'A' ? 'B' : 'A';
    EXPECT_NE(unseal(key_, row, other), text_) << at;
  }
  EXPECT_FALSE(unseal(key_, row, sealed_ + "AAAA"));
  EXPECT_FALSE(unseal(key_, row, "no base64 at all!"));
}

TEST(Key, is_read_from_hex_and_base64_as_it_was_written) {
  const CredentialKey key = CredentialKey::fresh();
  EXPECT_EQ(CredentialKey::parsed(key.text() + "\n", "here").id(), key.id());
  const std::string hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  EXPECT_EQ(CredentialKey::parsed(hex, "here").id(),
            CredentialKey::parsed("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "here").id());
  EXPECT_NE(CredentialKey::fresh().id(), key.id());
  EXPECT_EQ(key.id().size(), 16U);
}

TEST(Key, of_another_length_is_refused_in_words_that_do_not_quote_it) {
  for (const std::string text :
       {"", "short", "0001", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fff"}) {
    try {
      CredentialKey::parsed(text, "the key in k");
      FAIL() << text;
    } catch (const KeyProblem& problem) {
      EXPECT_NE(std::string(problem.what()).find("the key in k must be 32 bytes"),
                std::string::npos);
      if (!text.empty()) EXPECT_EQ(std::string(problem.what()).find(text), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace berth
