#include "static_keys.hpp"

#include "aws/encoding.hpp"

namespace berth::aws {

std::string StaticKeys::state() const {
  return identity() + " " + sha256_hex(keys_.secret_access_key + "\n" + keys_.session_token);
}

Result<Issued> StaticKeys::fetch(const Asking&) const { return usable({keys_, 0}, where_); }

FoundSource keys_in_environment(const Surroundings& around) {
  Credentials keys{around.variable("AWS_ACCESS_KEY_ID"), around.variable("AWS_SECRET_ACCESS_KEY"),
                   around.variable("AWS_SECURITY_TOKEN")};
  if (keys.access_key_id.empty()) return {};
  if (keys.secret_access_key.empty())
    return {nullptr,
            "the environment has AWS_ACCESS_KEY_ID and no AWS_SECRET_ACCESS_KEY: export both, or "
            "neither"};
  if (keys.session_token.empty()) keys.session_token = around.variable("AWS_SESSION_TOKEN");
  return {std::make_shared<StaticKeys>(std::move(keys), "the environment (AWS_ACCESS_KEY_ID)"), {}};
}

FoundSource keys_in_profile(const ProfileMap& profiles, const std::string& name,
                            const std::string& file) {
  const auto found = profiles.find(name);
  if (found == profiles.end() || !found->second.has("aws_access_key_id")) return {};
  const Profile& profile = found->second;
  const std::string where = "profile " + name + " of " + file;
  if (!profile.has("aws_secret_access_key"))
    return {nullptr, where + " has aws_access_key_id and no aws_secret_access_key"};
  const std::string old_token = profile.text("aws_security_token");
  return {std::make_shared<StaticKeys>(
              Credentials{profile.text("aws_access_key_id"), profile.text("aws_secret_access_key"),
                          old_token.empty() ? profile.text("aws_session_token") : old_token},
              where),
          {}};
}

}  // namespace berth::aws
