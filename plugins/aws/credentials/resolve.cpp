#include "resolve.hpp"

#include <algorithm>
#include <cctype>

#include "assumed_role.hpp"
#include "metadata.hpp"
#include "process.hpp"
#include "profiles.hpp"
#include "sso_role.hpp"

namespace berth::aws {
namespace {

std::string number_in(const std::string& text) {
  const bool number = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isdigit(c) != 0;
  });
  return number ? text : "";
}

class Resolver {
 public:
  explicit Resolver(const ChainSettings& settings)
      : settings_(settings), around_(*settings.around) {}

  FoundSource find() {
    const bool has_own = !settings_.profile.empty();
    if (!has_own)
      if (FoundSource found = keys_in_environment(around_); found.anything()) return found;
    std::string name = settings_.profile;
    if (name.empty()) name = around_.variable("AWS_DEFAULT_PROFILE");
    if (name.empty()) name = around_.variable("AWS_PROFILE");
    const bool named = !name.empty();
    if (!named) name = "default";

    profiles_ = read_profiles(around_);
    if (!profiles_.problem.empty()) return problem(profiles_.problem);
    const auto profile = profiles_.all.find(name);
    if (named && profile == profiles_.all.end())
      return problem("there is no profile " + name + " in " + profiles_.config_file + " or " +
                     profiles_.credentials_file + known_profiles());
    if (profile != profiles_.all.end() && is_role(profile->second)) {
      visited_ = {name};
      return role(name);
    }
    if (FoundSource found = of_profile(name, !has_own); found.anything()) return found;
    if (SourcePointer found = ContainerRole::found(settings_)) return {found, {}};
    const std::string looked =
        "There are no AWS credentials: none in the account's settings, " +
        std::string(has_own ? "" : "the environment, ") + "or profile " + name + " of " +
        profiles_.credentials_file + " and " + profiles_.config_file +
        ", and no container gives a role. Run `aws configure`, or set access_key_id and "
        "secret_access_key of the account.";
    if (InstanceRole::is_off(around_))
      return problem(looked +
                     " AWS_EC2_METADATA_DISABLED is true, so this machine's role was not "
                     "asked for");
    return {std::make_shared<InstanceRole>(settings_, looked), {}};
  }

 private:
  static FoundSource problem(std::string text) { return {nullptr, std::move(text)}; }

  [[nodiscard]] std::string known_profiles() const {
    std::string names;
    for (const auto& [name, profile] : profiles_.all) names += (names.empty() ? "" : ", ") + name;
    return names.empty() ? "; neither has any" : "; there are " + names;
  }

  [[nodiscard]] std::string at(const std::string& name) const {
    return "profile " + name + " of " +
           (profiles_.of_config.count(name) > 0 ? profiles_.config_file
                                                : profiles_.credentials_file);
  }

  static bool is_role(const Profile& profile) {
    return profile.has("role_arn") && !profile.has("web_identity_token_file");
  }

  static bool has_keys(const Profile& profile) {
    return profile.has("aws_access_key_id") || profile.has("aws_secret_access_key");
  }

  /// What a profile says by itself, without a role of another's.
  FoundSource of_profile(const std::string& name, bool with_environment) {
    const auto found = profiles_.all.find(name);
    const Profile profile = found == profiles_.all.end() ? Profile() : found->second;
    if (FoundSource one = web_identity(name, profile, with_environment); one.anything()) return one;
    if (FoundSource one = sso(name, profile); one.anything()) return one;
    if (FoundSource one =
            keys_in_profile(profiles_.of_credentials, name, profiles_.credentials_file);
        one.anything())
      return one;
    if (profile.has("credential_process"))
      return {std::make_shared<Process>(settings_, profile.text("credential_process"), at(name)),
              {}};
    return keys_in_profile(profiles_.of_config, name, profiles_.config_file);
  }

  FoundSource web_identity(const std::string& name, const Profile& profile, bool with_environment) {
    const auto value = [&](const char* variable, const char* key) {
      const std::string of_environment = with_environment ? around_.variable(variable) : "";
      return of_environment.empty() ? profile.text(key) : of_environment;
    };
    const std::string file = value("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
    if (file.empty()) return {};
    const bool of_environment =
        with_environment && !around_.variable("AWS_WEB_IDENTITY_TOKEN_FILE").empty();
    const std::string where =
        of_environment ? "the environment (AWS_WEB_IDENTITY_TOKEN_FILE)" : at(name);
    Role role;
    role.arn = value("AWS_ROLE_ARN", "role_arn");
    role.session_name = value("AWS_ROLE_SESSION_NAME", "role_session_name");
    if (role.arn.empty())
      return problem(where +
                     " names a web identity token and no role: set AWS_ROLE_ARN, or "
                     "role_arn of the profile");
    return {std::make_shared<WebIdentityRole>(settings_, role, file, where), {}};
  }

  FoundSource sso(const std::string& name, const Profile& profile) {
    if (!profile.has("sso_role_name") && !profile.has("sso_account_id")) return {};
    Profile whole = profile;
    SsoLogin login;
    login.session = profile.text("sso_session");
    if (profile.has("sso_session")) {
      const auto session = profiles_.sso_sessions.find(login.session);
      if (session == profiles_.sso_sessions.end())
        return problem(at(name) + " names sso_session " + login.session +
                       ", and there is no [sso-session " + login.session + "] in " +
                       profiles_.config_file);
      for (const auto& [key, value] : session->second.settings())
        if (profile.has(key) && profile.settings().at(key) != value)
          return problem(at(name) + " and its [sso-session " + login.session + "] set different " +
                         key);
      whole.update(session->second);
    }
    for (const char* key : {"sso_start_url", "sso_region", "sso_account_id", "sso_role_name"})
      if (whole.text(key).empty()) return problem(at(name) + " uses SSO and has no " + key);
    login.profile = name;
    login.start_url = whole.text("sso_start_url");
    login.region = whole.text("sso_region");
    login.account_id = whole.text("sso_account_id");
    login.role_name = whole.text("sso_role_name");
    return {std::make_shared<SsoRole>(settings_, login), {}};
  }

  /// A profile with role_arn; those it stands on may be roles as well.
  FoundSource role(const std::string& name) {
    const Profile profile = profiles_.all.at(name);
    const bool by_profile = profile.has("source_profile");
    if (by_profile == profile.has("credential_source"))
      return problem(at(name) +
                     (by_profile ? " has both source_profile and credential_source"
                                 : " has role_arn, and neither source_profile nor "
                                   "credential_source") +
                     ": one of them says whose keys ask for the role");
    if (profile.has("mfa_serial"))
      return problem(at(name) +
                     " wants a code of an MFA device (mfa_serial), and nobody is there to type it: "
                     "name a role that needs none, or keys made with `aws sts get-session-token`");
    FoundSource under = by_profile ? source_profile(name, profile.text("source_profile"))
                                   : credential_source(name, profile.text("credential_source"));
    if (under.source == nullptr) return under;
    Role role;
    role.arn = profile.text("role_arn");
    role.session_name = profile.text("role_session_name");
    role.external_id = profile.text("external_id");
    role.duration_s = number_in(profile.text("duration_seconds"));
    return {std::make_shared<AssumedRole>(settings_, role, under.source, at(name)), {}};
  }

  FoundSource source_profile(const std::string& name, const std::string& source) {
    const auto found = profiles_.all.find(source);
    if (found == profiles_.all.end())
      return problem(at(name) + " has source_profile " + source + ", and there is none");
    const bool seen = std::find(visited_.begin(), visited_.end(), source) != visited_.end();
    // A profile may stand on itself: its own keys ask for its role.
    if (seen && (source != name || !has_keys(found->second)))
      return problem(at(name) + " has source_profile " + source +
                     ", which stands on it in turn: the roles go round in a circle");
    visited_.push_back(source);
    if (!has_keys(found->second) && is_role(found->second)) return role(source);
    FoundSource under = of_profile(source, false);
    if (under.anything()) return under;
    return problem(at(source) + " has no credentials, and " + at(name) +
                   " has it as source_profile");
  }

  FoundSource credential_source(const std::string& name, const std::string& source) {
    FoundSource found;
    if (source == "Environment") {
      found = keys_in_environment(around_);
    } else if (source == "EcsContainer") {
      found.source = ContainerRole::found(settings_);
    } else if (source == "Ec2InstanceMetadata") {
      found.source = std::make_shared<InstanceRole>(settings_);
    } else {
      return problem(at(name) + " has credential_source " + source +
                     ": it is Environment, Ec2InstanceMetadata or EcsContainer");
    }
    if (found.anything()) return found;
    return problem(at(name) + " has credential_source " + source + ", which has no credentials");
  }

  const ChainSettings& settings_;
  const Surroundings& around_;
  Profiles profiles_;
  std::vector<std::string> visited_;
};

}  // namespace

FoundSource resolve(const ChainSettings& settings) { return Resolver(settings).find(); }

}  // namespace berth::aws
