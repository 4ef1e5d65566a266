// A user of AWS's tools: a home folder that goes, an environment, and the chain over both.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>

#include "aws/credentials/chain.hpp"
#include "aws/credentials/resolve.hpp"
#include "aws/encoding.hpp"
#include "fakes.hpp"

namespace berth::aws::test {

class AwsHome : public ::testing::Test {
 protected:
  AwsHome() {
    std::string name = (std::filesystem::temp_directory_path() / "berth-aws-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    home = name;
    environment["HOME"] = home.string();
    // Without it the last place of the chain would be this machine's own cloud.
    environment["PATH"] = "/usr/bin:/bin";
  }
  ~AwsHome() override { std::filesystem::remove_all(home); }

  std::string path(const std::string& name) const { return (home / name).string(); }
  void write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const auto file = home / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
    ::chmod(file.c_str(), mode);
  }
  void config(const std::string& text) { write(".aws/config", text); }
  void credentials(const std::string& text) { write(".aws/credentials", text); }

  ChainSettings settings(const std::string& profile = "") const {
    ChainSettings all;
    all.profile = profile;
    all.region = "eu-central-1";
    all.sts_endpoint = "https://sts.{region}.{suffix}";
    all.around = system_surroundings([this](const std::string& variable) {
      const auto found = environment.find(variable);
      return found == environment.end() ? std::string() : found->second;
    });
    all.clock_error_ms = std::make_shared<std::atomic<std::int64_t>>(0);
    return all;
  }
  /// What the next request would be signed with: its access key id, or why there is none.
  std::string used(const std::string& profile = "") {
    Chain chain(settings(profile));
    const auto keys = chain.current({call});
    return keys ? keys->access_key_id : keys.failure().message;
  }
  Credentials keys(const std::string& profile = "") {
    Chain chain(settings(profile));
    const auto found = chain.current({call});
    EXPECT_TRUE(found) << (found ? "" : found.failure().message);
    return found ? *found : Credentials{};
  }

  std::filesystem::path home;
  std::map<std::string, std::string> environment;
  ScriptedHttp http;
  StillCall call{http};
};

/// "2026-11-27T12:00:00Z" and so many ms later, as AWS writes it.
inline std::string iso(std::int64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

inline std::string assumed(const std::string& key, std::int64_t until_ms,
                           const std::string& action = "AssumeRole") {
  return "<" + action + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" + action +
         "Result><Credentials><AccessKeyId>" + key + "</AccessKeyId><SecretAccessKey>secret-of-" +
         key + "</SecretAccessKey><SessionToken>token-of-" + key + "</SessionToken><Expiration>" +
         iso(until_ms) + "</Expiration></Credentials></" + action + "Result></" + action +
         "Response>";
}

inline std::string metadata(const std::string& key, std::int64_t until_ms) {
  return R"({"Code":"Success","AccessKeyId":")" + key + R"(","SecretAccessKey":"secret-of-)" + key +
         R"(","Token":"token-of-)" + key + R"(","Expiration":")" + iso(until_ms) + "\"}";
}

inline std::string header(const HttpRequest& request, const std::string& name) {
  for (const auto& [key, value] : request.headers)
    if (key == name) return value;
  return {};
}

inline constexpr std::int64_t hour = 3'600'000;

}  // namespace berth::aws::test
