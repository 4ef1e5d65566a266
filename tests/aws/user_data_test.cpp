#include "aws/user_data.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "judge.hpp"

namespace berth::aws {
namespace {

const std::string key = "ssh-ed25519 AAAAC3Nza o'brien@host";

TEST(UserData, WithoutKeysItStaysAsItIs) {
  EXPECT_EQ(*boot_user_data("", {}), "");
  EXPECT_EQ(*boot_user_data("#!/bin/sh\n", {}), "#!/bin/sh\n");
}

TEST(UserData, KeysAloneAreACloudConfig) {
  const std::string text = *boot_user_data("", {key});
  EXPECT_EQ(text.substr(0, 14), "#cloud-config\n");
  EXPECT_NE(text.find("  - 'ssh-ed25519 AAAAC3Nza o''brien@host'\n"), std::string::npos);
}

TEST(UserData, KeysAndAScriptBecomeTwoParts) {
  const std::string text = *boot_user_data("#!/bin/sh\necho berth-part\n", {key});
  EXPECT_EQ(text.find("Content-Type: multipart/mixed; boundary=\"berth-part-x\"\n"), 0u);
  EXPECT_NE(text.find("\n\n#!/bin/sh\necho berth-part\n"), std::string::npos);
  EXPECT_NE(text.find("ssh_authorized_keys:"), std::string::npos);
  EXPECT_EQ(text, *boot_user_data("#!/bin/sh\necho berth-part\n", {key})) << "retries must agree";
}

// cloud-init 22.4 reads 8bit parts as Latin-1.
TEST(UserData, WhatIsNotAsciiTravelsAsBase64) {
  const std::string text = *boot_user_data("#!/bin/sh\n# caf\xc3\xa9\n", {key});
  EXPECT_NE(text.find("Content-Transfer-Encoding: base64"), std::string::npos);
  EXPECT_EQ(text.find("\xc3"), std::string::npos);
}

TEST(UserData, RefusesWhatWouldNotBoot) {
  for (const auto& result :
       {boot_user_data(std::string(16385, 'x'), {}), boot_user_data("", {"two\nlines x"}),
        boot_user_data("", {""}), boot_user_data("MIME-Version: 1.0\n", {key}),
        boot_user_data("\x1f\x8b\x08", {key}), boot_user_data(std::string(16300, 'x'), {key})}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.failure().code, ErrorCode::invalid);
    EXPECT_EQ(result.failure().effect, Effect::none);
  }
  EXPECT_TRUE(boot_user_data(std::string(16384, 'x'), {}));
}

TEST(UserData, CloudInitReadsBothParts) {
  namespace json = boost::json;
  test::Judge judge(CLOUD_INIT_JUDGE);
  const std::vector<std::string> keys{key, "ssh-rsa AAAAB3: #not-a-comment"};
  const auto add = [&](const std::string& user_data, json::object config, json::array scripts) {
    judge.add({{"user_data", *boot_user_data(user_data, keys)},
               {"config", std::move(config)},
               {"scripts", std::move(scripts)}});
  };
  add("", {{"ssh_authorized_keys", {keys[0], keys[1]}}}, {});
  add("#!/bin/sh\necho caf\xc3\xa9\n", {{"ssh_authorized_keys", {keys[0], keys[1]}}},
      {"#!/bin/sh\necho caf\xc3\xa9"});
  add("#!/bin/sh\necho plain\n", {{"ssh_authorized_keys", {keys[0], keys[1]}}},
      {"#!/bin/sh\necho plain"});
  add("#cloud-config\nssh_authorized_keys: [mine x]\npackages: [git]\n",
      {{"ssh_authorized_keys", {"mine x", keys[0], keys[1]}}, {"packages", json::array{"git"}}},
      {});
  EXPECT_AGREED(judge);
}

}  // namespace
}  // namespace berth::aws
