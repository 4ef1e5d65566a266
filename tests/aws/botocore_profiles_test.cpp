// ~/.aws as people write it: berth and botocore must find the same keys in it. Skipped, aloud,
// where python3-botocore is not installed.
#include <boost/json.hpp>
#include <map>

#include "aws_home.hpp"
#include "judge.hpp"

namespace berth::aws::test {
namespace {

namespace json = boost::json;

struct Written {
  const char* name;
  const char* config;       // nullptr: there is no such file
  const char* credentials;  // the same
  const char* profile = "";
  std::map<std::string, std::string> environment = {};
};

const Written homes[] = {
    {"nothing", nullptr, nullptr},
    {"plain", nullptr, "[default]\naws_access_key_id = K\naws_secret_access_key = s\n"},
    {"no blanks", nullptr, "[default]\naws_access_key_id=K\naws_secret_access_key=s=/+==\n"},
    {"colons", nullptr, "[default]\naws_access_key_id: K\naws_secret_access_key : a:b=c\n"},
    {"upper case", nullptr, "[default]\nAWS_ACCESS_KEY_ID = K\nAws_Secret_Access_Key = S\n"},
    {"line ends of Windows", nullptr,
     "[default]\r\naws_access_key_id = K\r\naws_secret_access_key = s\r\n"},
    {"comments", nullptr,
     "# mine\n; old\n[default]\n# aws_access_key_id = OLD\naws_access_key_id = K\n"
     "  ; in the middle\naws_secret_access_key = s\n"},
    {"no comment behind a value", nullptr,
     "[default]\naws_access_key_id = K\naws_secret_access_key = s#t;u\n"},
    {"a session's token", nullptr,
     "[default]\naws_access_key_id = K\naws_secret_access_key = s\naws_session_token = t\n"},
    {"both tokens", nullptr,
     "[default]\naws_access_key_id = K\naws_secret_access_key = s\naws_session_token = t\n"
     "aws_security_token = u\n"},
    {"nested settings",
     "[default]\ns3 =\n  addressing_style = path\n  aws_access_key_id = NESTED\n"
     "aws_access_key_id = K\naws_secret_access_key = s\n",
     nullptr},
    {"only nested", "[default]\ns3 =\n  aws_access_key_id = N\n  aws_secret_access_key = n\n",
     nullptr},
    {"indented as a whole", nullptr,
     "  [default]\n  aws_access_key_id = K\n  aws_secret_access_key = s\n"},
    {"an empty line within", nullptr,
     "[default]\naws_access_key_id = K\n\naws_secret_access_key = s\n\n\n[other]\nx = y\n"},
    {"named in config", "[profile shop]\naws_access_key_id = K\naws_secret_access_key = s\n",
     nullptr, "shop"},
    {"a name with a blank",
     "[profile \"my shop\"]\naws_access_key_id = K\naws_secret_access_key = s\n", nullptr,
     "my shop"},
    {"without the word profile", "[shop]\naws_access_key_id = K\naws_secret_access_key = s\n",
     nullptr, "shop"},
    {"the word profile in credentials", nullptr,
     "[profile shop]\naws_access_key_id = K\naws_secret_access_key = s\n", "shop"},
    {"profile default", "[profile default]\naws_access_key_id = K\naws_secret_access_key = s\n",
     nullptr},
    {"both files", "[default]\naws_access_key_id = C\naws_secret_access_key = c\n",
     "[default]\naws_access_key_id = K\naws_secret_access_key = s\n"},
    {"half in each", "[default]\naws_secret_access_key = c\n",
     "[default]\naws_access_key_id = K\n"},
    {"half", nullptr, "[default]\naws_access_key_id = K\n"},
    {"the other half", nullptr, "[default]\naws_secret_access_key = s\n"},
    {"no such profile", nullptr, "[default]\naws_access_key_id = K\naws_secret_access_key = s\n",
     "shop"},
    {"a section twice", nullptr,
     "[default]\naws_access_key_id = K\n[default]\naws_secret_access_key = s\n"},
    {"a setting twice", nullptr,
     "[default]\naws_access_key_id = K\naws_access_key_id = L\naws_secret_access_key = s\n"},
    {"before a section", nullptr, "aws_access_key_id = K\n[default]\naws_secret_access_key = s\n"},
    {"no section and no setting", nullptr, "[default]\nhello\naws_access_key_id = K\n"},
    {"a name without a value", nullptr, "[default]\n= K\n"},
    {"defaults of all", nullptr,
     "[DEFAULT]\naws_secret_access_key = s\n[shop]\naws_access_key_id = K\n", "shop"},
    {"a value that goes on", nullptr,
     "[default]\nregion = eu\n  west\naws_access_key_id = K\naws_secret_access_key = s\n"},
    {"no line end at the end", nullptr,
     "[default]\naws_access_key_id = K\naws_secret_access_key = s"},
    {"an empty file", "", ""},
    {"a bracket behind", nullptr,
     "[default] # mine\naws_access_key_id = K\naws_secret_access_key = s\n"},
    {"a section without a name", nullptr,
     "[]\n[default]\naws_access_key_id = K\naws_secret_access_key = s\n"},
    {"the environment",
     nullptr,
     "[default]\naws_access_key_id = F\naws_secret_access_key = f\n",
     "",
     {{"AWS_ACCESS_KEY_ID", "K"}, {"AWS_SECRET_ACCESS_KEY", "s"}, {"AWS_SESSION_TOKEN", "t"}}},
    {"half an environment",
     nullptr,
     "[default]\naws_access_key_id = F\naws_secret_access_key = f\n",
     "",
     {{"AWS_ACCESS_KEY_ID", "K"}}},
    {"the environment and a profile",
     nullptr,
     "[shop]\naws_access_key_id = F\naws_secret_access_key = f\n",
     "shop",
     {{"AWS_ACCESS_KEY_ID", "K"}, {"AWS_SECRET_ACCESS_KEY", "s"}}},
    {"AWS_PROFILE",
     nullptr,
     "[shop]\naws_access_key_id = F\naws_secret_access_key = f\n",
     "",
     {{"AWS_PROFILE", "shop"}}},
    {"AWS_DEFAULT_PROFILE",
     nullptr,
     "[shop]\naws_access_key_id = F\naws_secret_access_key = f\n"
     "[other]\naws_access_key_id = O\naws_secret_access_key = o\n",
     "",
     {{"AWS_DEFAULT_PROFILE", "other"}, {"AWS_PROFILE", "shop"}}},
    {"a process",
     "[default]\ncredential_process = /bin/echo '{\"Version\": 1, \"AccessKeyId\": \"K\", "
     "\"SecretAccessKey\": \"s\"}'\n",
     nullptr},
    {"a process that prints words",
     "[default]\ncredential_process = /bin/echo '{\"Version\": 1,' "
     "'\"AccessKeyId\": \"K\", \"SecretAccessKey\":'  \"\\\"s\\\"}\"\n",
     nullptr},
    {"a process with a quote that is open", "[default]\ncredential_process = /bin/echo 'x\n",
     nullptr},
    {"a process that fails", "[default]\ncredential_process = /bin/false\n", nullptr},
    {"a process in the credentials file", nullptr,
     "[default]\ncredential_process = /bin/echo '{\"Version\": 1, \"AccessKeyId\": \"K\", "
     "\"SecretAccessKey\": \"s\"}'\n"},
    {"keys before a process",
     "[default]\naws_access_key_id = C\naws_secret_access_key = c\ncredential_process = /bin/echo "
     "'{\"Version\": 1, \"AccessKeyId\": \"K\", \"SecretAccessKey\": \"s\"}'\n",
     nullptr},
    {"a role without a source", "[default]\nrole_arn = arn:aws:iam::1:role/r\n", nullptr},
    {"a role with two sources",
     "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = b\ncredential_source = "
     "Environment\n[profile b]\naws_access_key_id = K\naws_secret_access_key = s\n",
     nullptr},
    {"a role of nobody", "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = b\n",
     nullptr},
    {"roles in a circle",
     "[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = b\n[profile b]\nrole_arn = "
     "arn:aws:iam::1:role/b\nsource_profile = default\n",
     nullptr},
    {"a login without a region", "[default]\nsso_account_id = 1\nsso_role_name = r\n", nullptr},
    {"a login of no session", "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n",
     nullptr},
    {"a login of no one",
     "[default]\nsso_start_url = u\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = "
     "r\n",
     nullptr},
};

using BotocoreHomes = AwsHome;

TEST_F(BotocoreHomes, FindTheSameKeys) {
  Judge judge(BOTOCORE_PROFILES_JUDGE);
  for (const Written& written : homes) {
    std::filesystem::remove_all(home / ".aws");
    environment = written.environment;
    environment["HOME"] = home.string();
    environment["PATH"] = "/usr/bin:/bin";
    environment["AWS_EC2_METADATA_DISABLED"] = "true";
    if (written.config != nullptr) config(written.config);
    if (written.credentials != nullptr) credentials(written.credentials);
    Chain chain(settings(written.profile));
    const auto keys = chain.current({call});
    json::object one{{"name", written.name}, {"profile", written.profile}, {"problem", !keys}};
    json::object variables;
    for (const auto& [name, value] : written.environment) variables[name] = value;
    variables["PATH"] = "/usr/bin:/bin";
    one["environment"] = variables;
    one["config"] = written.config == nullptr ? json::value() : json::value(written.config);
    one["credentials"] =
        written.credentials == nullptr ? json::value() : json::value(written.credentials);
    if (keys)
      one["key"] = json::array{keys->access_key_id, keys->secret_access_key, keys->session_token};
    else
      one["key"] = "";
    judge.add(one);
  }
  EXPECT_AGREED(judge);
}

}  // namespace
}  // namespace berth::aws::test
