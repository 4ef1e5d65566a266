// Where AWS credentials are found, as everybody has them.
#include "aws/account.hpp"
#include "aws/credentials/words.hpp"
#include "aws_home.hpp"

namespace berth::aws::test {
namespace {

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

using Places = AwsHome;

TEST_F(Places, TheEnvironmentsKeysComeBeforeTheDefaultProfile) {
  credentials("[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = s\n");
  EXPECT_EQ(used(), "AKIAFILE");
  environment["AWS_ACCESS_KEY_ID"] = "AKIAENV";
  EXPECT_SAYS(used(), "no AWS_SECRET_ACCESS_KEY");
  environment["AWS_SECRET_ACCESS_KEY"] = "e";
  environment["AWS_SESSION_TOKEN"] = "t";
  EXPECT_EQ(used(), "AKIAENV");
  EXPECT_EQ(keys().session_token, "t");
}

TEST_F(Places, AProfileThatTheAccountNamesComesBeforeTheEnvironment) {
  credentials(
      "[default]\naws_access_key_id = AKIADEF\naws_secret_access_key = s\n"
      "[shop]\naws_access_key_id = AKIASHOP\naws_secret_access_key = s\naws_session_token = t\n");
  environment["AWS_ACCESS_KEY_ID"] = "AKIAENV";
  environment["AWS_SECRET_ACCESS_KEY"] = "e";
  EXPECT_EQ(used("shop"), "AKIASHOP");
  EXPECT_EQ(keys("shop").session_token, "t");
  environment.erase("AWS_ACCESS_KEY_ID");
  environment["AWS_PROFILE"] = "shop";
  EXPECT_EQ(used(), "AKIASHOP");
  environment["AWS_PROFILE"] = "shpo";
  EXPECT_SAYS(used(), "there is no profile shpo");
  EXPECT_SAYS(used(), "default, shop");
}

TEST_F(Places, TheFilesMayLieElsewhereAndTheCredentialsFileComesFirst) {
  write("elsewhere/keys", "[a]\naws_access_key_id=AKIAKEYS\naws_secret_access_key=s\n");
  write("elsewhere/config",
        "[profile a]\naws_access_key_id = AKIACONFIG\naws_secret_access_key = s\n"
        "[profile b]\naws_access_key_id = AKIAB\naws_secret_access_key = s\n");
  environment["AWS_SHARED_CREDENTIALS_FILE"] = "~/elsewhere/keys";
  environment["AWS_CONFIG_FILE"] = path("elsewhere/config");
  EXPECT_EQ(used("a"), "AKIAKEYS");
  EXPECT_EQ(used("b"), "AKIAB");
}

TEST_F(Places, AFileThatOthersMayWriteIsNotUsed) {
  credentials("[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = s\n");
  ::chmod(path(".aws/credentials").c_str(), 0666);
  const std::string why = used();
  EXPECT_SAYS(why, "can be written by every user");
  EXPECT_SAYS(why, "chmod go-w");
}

TEST_F(Places, WithoutAnyItIsSaidWhereWasLooked) {
  environment["AWS_EC2_METADATA_DISABLED"] = "true";
  const std::string why = used();
  for (const char* part : {"There are no AWS credentials", "the environment", "profile default",
                           ".aws/credentials", ".aws/config", "aws configure", "METADATA_DISABLED"})
    EXPECT_SAYS(why, part);
  EXPECT_TRUE(http.requests.empty());
}

TEST_F(Places, ARoleIsAssumedWithTheKeysOfItsSourceProfile) {
  config(
      "[profile shop]\nrole_arn = arn:aws:iam::111122223333:role/buyer\nsource_profile = base\n"
      "role_session_name = berth-shop\nexternal_id = x-42\nduration_seconds = 900\n");
  credentials("[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = base-secret\n");
  http.say(200, assumed("ASIAROLE", friday_noon + hour));
  const Credentials got = keys("shop");
  EXPECT_EQ(got.access_key_id, "ASIAROLE");
  EXPECT_EQ(got.session_token, "token-of-ASIAROLE");
  ASSERT_EQ(http.requests.size(), 1u);
  const HttpRequest& asked = http.requests[0];
  EXPECT_EQ(asked.url, "https://sts.eu-central-1.amazonaws.com/");
  EXPECT_EQ(field(asked, "Action"), "AssumeRole");
  EXPECT_EQ(field(asked, "RoleArn"), "arn:aws:iam::111122223333:role/buyer");
  EXPECT_EQ(field(asked, "RoleSessionName"), "berth-shop");
  EXPECT_EQ(field(asked, "ExternalId"), "x-42");
  EXPECT_EQ(field(asked, "DurationSeconds"), "900");
  EXPECT_SAYS(header(asked, "authorization"), "Credential=AKIABASE/");
  EXPECT_SAYS(header(asked, "authorization"), "/eu-central-1/sts/");
}

TEST_F(Places, ARoleMayStandOnARole) {
  config(
      "[profile top]\nrole_arn = arn:aws:iam::1:role/top\nsource_profile = middle\n"
      "[profile middle]\nrole_arn = arn:aws:iam::1:role/middle\nsource_profile = base\n"
      "[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n");
  http.say(200, assumed("ASIAMIDDLE", friday_noon + hour));
  http.say(200, assumed("ASIATOP", friday_noon + hour));
  EXPECT_EQ(used("top"), "ASIATOP");
  ASSERT_EQ(http.requests.size(), 2u);
  EXPECT_EQ(field(http.requests[0], "RoleArn"), "arn:aws:iam::1:role/middle");
  EXPECT_EQ(field(http.requests[1], "RoleArn"), "arn:aws:iam::1:role/top");
  EXPECT_SAYS(header(http.requests[1], "authorization"), "Credential=ASIAMIDDLE/");
  EXPECT_EQ(header(http.requests[1], "x-amz-security-token"), "token-of-ASIAMIDDLE");
}

TEST_F(Places, ARoleMayStandOnItsOwnProfilesKeysButNotGoRoundInACircle) {
  config(
      "[profile self]\nrole_arn = arn:aws:iam::1:role/self\nsource_profile = self\n"
      "aws_access_key_id = AKIASELF\naws_secret_access_key = s\n"
      "[profile a]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\n"
      "[profile b]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = a\n");
  http.say(200, assumed("ASIASELF", friday_noon + hour));
  EXPECT_EQ(used("self"), "ASIASELF");
  EXPECT_SAYS(used("a"), "circle");
}

TEST_F(Places, ARolesSourceMayBeTheEnvironmentTheContainerOrTheInstance) {
  const auto role_by = [&](const std::string& source) {
    config("[profile r]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = " + source + "\n");
  };
  role_by("Environment");
  environment["AWS_ACCESS_KEY_ID"] = "AKIAENV";
  environment["AWS_SECRET_ACCESS_KEY"] = "e";
  http.say(200, assumed("ASIAONE", friday_noon + hour));
  EXPECT_EQ(used("r"), "ASIAONE");
  EXPECT_SAYS(header(http.requests.back(), "authorization"), "Credential=AKIAENV/");
  role_by("EcsContainer");
  EXPECT_SAYS(used("r"), "credential_source EcsContainer, which has no credentials");
  environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/x";
  http.say(200, metadata("ASIACONTAINER", friday_noon + hour));
  http.say(200, assumed("ASIATWO", friday_noon + hour));
  EXPECT_EQ(used("r"), "ASIATWO");
  role_by("Ec2InstanceMetadata");
  http.say(200, "imds-token");
  http.say(200, "machine");
  http.say(200, metadata("ASIAMACHINE", friday_noon + hour));
  http.say(200, assumed("ASIATHREE", friday_noon + hour));
  EXPECT_EQ(used("r"), "ASIATHREE");
  EXPECT_SAYS(header(http.requests.back(), "authorization"), "Credential=ASIAMACHINE/");
  role_by("Elsewhere");
  EXPECT_SAYS(used("r"), "it is Environment, Ec2InstanceMetadata or EcsContainer");
}

TEST_F(Places, ARoleThatWantsAnMfaCodeIsRefusedInWords) {
  config(
      "[profile m]\nrole_arn = arn:aws:iam::1:role/m\nsource_profile = b\n"
      "mfa_serial = arn:aws:iam::1:mfa/me\n"
      "[profile b]\naws_access_key_id = AKIAB\naws_secret_access_key = s\n");
  EXPECT_SAYS(used("m"), "MFA device");
  EXPECT_TRUE(http.requests.empty());
}

TEST_F(Places, ARefusedRoleIsToldWithoutAnySecret) {
  config(
      "[profile r]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = b\n"
      "[profile b]\naws_access_key_id = AKIABASE\naws_secret_access_key = base-secret\n"
      "aws_session_token = base-token\n");
  http.say(403,
           "<ErrorResponse><Error><Code>AccessDenied</Code><Message>AKIABASE with base-token "
           "is not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>");
  Chain chain(settings("r"));
  const auto refused = chain.current({call});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().code, ErrorCode::denied);
  EXPECT_EQ(refused.failure().scope, StockScope::credential);
  EXPECT_EQ(refused.failure().effect, Effect::none);
  EXPECT_SAYS(refused.failure().message, "AssumeRole of arn:aws:iam::1:role/r: AccessDenied");
  for (const std::string& text : {refused.failure().message, refused.failure().vendor_text})
    for (const char* secret : {"base-secret", "base-token", "AKIABASE"})
      EXPECT_EQ(text.find(secret), std::string::npos) << text;
}

TEST_F(Places, AWebIdentityIsAskedForWithoutASignature) {
  write("token", "the.web.token\n");
  environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = path("token");
  EXPECT_SAYS(used(), "AWS_ROLE_ARN");
  environment["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/pod";
  http.say(200, assumed("ASIAPOD", friday_noon + hour, "AssumeRoleWithWebIdentity"));
  EXPECT_EQ(used(), "ASIAPOD");
  ASSERT_EQ(http.requests.size(), 1u);
  EXPECT_EQ(field(http.requests[0], "WebIdentityToken"), "the.web.token");
  EXPECT_EQ(field(http.requests[0], "RoleArn"), "arn:aws:iam::1:role/pod");
  EXPECT_EQ(header(http.requests[0], "authorization"), "");
  // A profile that the account names says all of it.
  config("[profile p]\nrole_arn = arn:aws:iam::1:role/p\nweb_identity_token_file = ~/token\n");
  http.say(200, assumed("ASIAP", friday_noon + hour, "AssumeRoleWithWebIdentity"));
  EXPECT_EQ(used("p"), "ASIAP");
  EXPECT_EQ(field(http.requests[1], "RoleArn"), "arn:aws:iam::1:role/p");
  std::filesystem::remove(path("token"));
  EXPECT_SAYS(used("p"), "is not there");
}

class SsoPlaces : public Places {
 protected:
  SsoPlaces() {
    config(
        "[profile old]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = eu-west-1\n"
        "sso_account_id = 111122223333\nsso_role_name = Buyer\n"
        "[profile new]\nsso_session = acme\nsso_account_id = 111122223333\nsso_role_name = Buyer\n"
        "[sso-session acme]\nsso_start_url = https://acme.awsapps.com/start\n"
        "sso_region = eu-west-1\nsso_registration_scopes = sso:account:access\n");
  }
  void log_in(const std::string& name, std::int64_t until_ms) {
    write(".aws/sso/cache/" + sha1_hex(name) + ".json",
          R"({"accessToken":"sso-token-of-)" + name.substr(0, 4) + R"(","expiresAt":")" +
              iso(until_ms) + "\"}");
  }
};

TEST_F(SsoPlaces, TheLoginOfTheAwsCliIsUsed) {
  const std::string answer = R"({"roleCredentials":{"accessKeyId":"ASIASSO",)"
                             R"("secretAccessKey":"s","sessionToken":"t","expiration":)" +
                             std::to_string(friday_noon + hour) + "}}";
  log_in("https://acme.awsapps.com/start", friday_noon + hour);
  http.say(200, answer);
  EXPECT_EQ(used("old"), "ASIASSO");
  ASSERT_EQ(http.requests.size(), 1u);
  EXPECT_EQ(http.requests[0].url,
            "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials"
            "?role_name=Buyer&account_id=111122223333");
  EXPECT_EQ(header(http.requests[0], "x-amz-sso_bearer_token"), "sso-token-of-http");
  EXPECT_EQ(header(http.requests[0], "authorization"), "");
  log_in("acme", friday_noon + hour);
  http.say(200, answer);
  EXPECT_EQ(used("new"), "ASIASSO");
  EXPECT_EQ(header(http.requests[1], "x-amz-sso_bearer_token"), "sso-token-of-acme");
}

TEST_F(SsoPlaces, AnExpiredLoginSaysHowToLogInAgain) {
  EXPECT_SAYS(used("new"), "Run: aws sso login --profile new");
  log_in("acme", friday_noon - 1);
  EXPECT_SAYS(used("new"), "has expired");
  EXPECT_SAYS(used("new"), "Run: aws sso login --profile new");
  EXPECT_TRUE(http.requests.empty());
  log_in("acme", friday_noon + hour);
  http.say(401, R"({"message":"Session token not found or invalid"})");
  const std::string why = used("new");
  EXPECT_SAYS(why, "Run: aws sso login --profile new");
  EXPECT_EQ(why.find("sso-token-of-acme"), std::string::npos);
}

TEST_F(Places, ACredentialProcessIsRunWithoutAShell) {
  write("give keys",
        "#!/bin/sh\nprintf '{\"Version\": 1, \"AccessKeyId\": \"ASIA%s\", \"SecretAccessKey\": "
        "\"s\", \"SessionToken\": \"t\", \"Expiration\": \"2026-11-27T14:00:00+01:00\"}' \"$1\"\n",
        0700);
  config("[default]\ncredential_process = '" + path("give keys") + "' \"$HOME;ls\"\n");
  EXPECT_EQ(used(), "ASIA$HOME;ls");
  write("give keys", "#!/bin/sh\necho my-secret >&2; exit 3\n", 0700);
  const std::string why = used();
  EXPECT_SAYS(why, "exit status 3");
  EXPECT_EQ(why.find("my-secret"), std::string::npos) << why;
  write("give keys", "#!/bin/sh\necho '{\"Version\": 2}'\n", 0700);
  EXPECT_SAYS(used(), "\"Version\": 1");
  ::chmod(path("give keys").c_str(), 0777);
  EXPECT_SAYS(used(), "is not run");
  EXPECT_SAYS(used(), "can be written by every user");
}

TEST_F(Places, ACredentialProcessThatHangsIsEndedWithAllItStarted) {
  write("hang", "#!/bin/sh\nsleep 600 & echo $! > " + path("child") + "; wait\n", 0700);
  config("[default]\ncredential_process = " + path("hang") + "\n");
  call.remaining = 300;
  EXPECT_SAYS(used(), "did not end");
  pid_t child = 0;
  std::ifstream(path("child")) >> child;
  if (child > 0)
    for (int looks = 0; looks < 500 && ::kill(child, 0) == 0; ++looks) ::usleep(10'000);
  EXPECT_TRUE(child == 0 || ::kill(child, 0) != 0);
}

TEST_F(Places, AContainersRoleIsAskedForOnThisMachineOnly) {
  environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/id";
  http.say(200, metadata("ASIATASK", friday_noon + hour));
  EXPECT_EQ(used(), "ASIATASK");
  EXPECT_EQ(http.requests[0].url, "http://169.254.170.2/v2/credentials/id");
  environment.erase("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://169.254.170.23/v1/credentials";
  environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "old";
  write("pod-token", "fresh\n");
  environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = path("pod-token");
  http.say(200, metadata("ASIAPOD", friday_noon + hour));
  EXPECT_EQ(used(), "ASIAPOD");
  EXPECT_EQ(header(http.requests[1], "authorization"), "fresh");
  for (const char* elsewhere :
       {"http://evil.example/x", "http://169.254.170.2@evil.example/", "http://127.evil.example/",
        "https://169.254.169.254/x", "http://169.254.170.2.evil.example/"}) {
    environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = elsewhere;
    EXPECT_SAYS(used(), "on this machine only");
  }
  EXPECT_EQ(http.requests.size(), 2u);
}

TEST_F(Places, AnInstancesRoleIsAskedForWithASessionToken) {
  http.say(200, "imds-token");
  http.say(200, "buyer\n");
  http.say(200, metadata("ASIAMACHINE", friday_noon + hour));
  EXPECT_EQ(used(), "ASIAMACHINE");
  ASSERT_EQ(http.requests.size(), 3u);
  EXPECT_EQ(http.requests[0].method, "PUT");
  EXPECT_EQ(http.requests[0].url, "http://169.254.169.254/latest/api/token");
  EXPECT_EQ(header(http.requests[0], "x-aws-ec2-metadata-token-ttl-seconds"), "21600");
  EXPECT_EQ(http.requests[2].url,
            "http://169.254.169.254/latest/meta-data/iam/security-credentials/buyer");
  EXPECT_EQ(header(http.requests[1], "x-aws-ec2-metadata-token"), "imds-token");
  EXPECT_EQ(header(http.requests[2], "x-aws-ec2-metadata-token"), "imds-token");
  environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv6";
  http.say(404, "");
  EXPECT_SAYS(used(), "There are no AWS credentials");
  EXPECT_EQ(http.requests[3].url, "http://[fd00:ec2::254]/latest/api/token");
}

TEST_F(Places, AMachineWithoutMetadataSaysWhereWasLooked) {
  http.lose(Effect::none);
  const std::string why = used();
  EXPECT_SAYS(why, "There are no AWS credentials");
  EXPECT_SAYS(why, "169.254.169.254");
  EXPECT_SAYS(why, "hop limit");
  EXPECT_EQ(http.requests.size(), 1u) << "and never without a token";
}

TEST_F(Places, TheOrderIsThatOfAwsTools) {
  // Everything at once; what comes first is taken away, one after the other.
  write("token", "w");
  write("give",
        "#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"PROCESS\",\"SecretAccessKey\":"
        "\"s\"}'\n",
        0700);
  const std::string process = "credential_process = " + path("give") + "\n";
  const std::string own = "aws_access_key_id = CONFIG\naws_secret_access_key = s\n";
  const std::string sso =
      "sso_start_url = u\nsso_region = eu-west-1\nsso_account_id = 1\n"
      "sso_role_name = r\n";
  const std::string role = "role_arn = arn:aws:iam::1:role/r\nsource_profile = base\n";
  environment["AWS_ACCESS_KEY_ID"] = "ENV";
  environment["AWS_SECRET_ACCESS_KEY"] = "s";
  environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = path("token");
  environment["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/w";
  environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/c";
  const std::string base = "[base]\naws_access_key_id = B\naws_secret_access_key = s\n";
  credentials(base + "[default]\naws_access_key_id = SHARED\naws_secret_access_key = s\n");
  config("[default]\n" + role + sso + process + own);
  const auto identity = [&] { return Chain(settings()).identity(); };
  EXPECT_EQ(identity(), "key ENV");
  environment.erase("AWS_ACCESS_KEY_ID");
  EXPECT_EQ(identity(), "role arn:aws:iam::1:role/r as  of key B");
  config("[default]\n" + sso + process + own);
  EXPECT_SAYS(identity(), "role arn:aws:iam::1:role/w as  by ");
  environment.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  EXPECT_EQ(identity(), "sso u  1 r");
  config("[default]\n" + process + own);
  EXPECT_EQ(identity(), "key SHARED");
  credentials(base);
  EXPECT_SAYS(identity(), "process ");
  config("[default]\n" + own);
  EXPECT_EQ(identity(), "key CONFIG");
  config("");
  EXPECT_SAYS(identity(), "container ");
  environment.erase("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  EXPECT_EQ(identity(), "instance");
  EXPECT_TRUE(http.requests.empty()) << "whose keys they are is told without asking anybody";
}

TEST_F(Places, AWSsOwnVariablesLeadStsAndTheSsoPortalElsewhere) {
  config(
      "[profile r]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = b\n"
      "[profile b]\naws_access_key_id = AKIAB\naws_secret_access_key = s\n");
  environment["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1:4566/sts";
  http.say(200, assumed("ASIAONE", friday_noon + hour));
  EXPECT_EQ(used("r"), "ASIAONE");
  EXPECT_EQ(http.requests[0].url, "http://127.0.0.1:4566/sts/");
  environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  http.say(200, assumed("ASIATWO", friday_noon + hour));
  EXPECT_EQ(used("r"), "ASIATWO");
  EXPECT_EQ(http.requests[1].url, "https://sts.eu-central-1.amazonaws.com/");
}

TEST(ShellWords, AreSplitAsAShellQuotesThem) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(shell_words(R"(a 'b c' "d \"e\" \n" f\ g "" h'i'j)"),
            (Words{"a", "b c", "d \"e\" \\n", "f g", "", "hij"}));
  EXPECT_EQ(shell_words("  "), Words{});
  EXPECT_FALSE(shell_words("a 'b"));
  EXPECT_FALSE(shell_words("a\\"));
}

TEST_F(Places, AnAccountsOwnKeysComeFirstAndAreNeverMadeWholeFromElsewhere) {
  credentials("[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = s\n");
  const auto account = [&](Settings with) {
    return account_of(PluginConfig(with), settings().around);
  };
  const std::string id = "AKIAIOSFODNN7EXAMPLE";
  EXPECT_EQ(account({{"access_key_id", id}, {"secret_access_key", "x"}}).chain, nullptr);
  EXPECT_NE(account({}).chain, nullptr);
  for (const Settings& half :
       {Settings{{"access_key_id", id}}, Settings{{"secret_access_key", "x"}},
        Settings{{"access_key_id", id}, {"profile", "default"}}})
    EXPECT_THROW(account(half), ConfigError);
}

TEST_F(Places, AnAccountAddedAtRunTimeBringsKeysOfItsOwn) {
  credentials("[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = s\n");
  for (const Settings& with : {Settings{{"account_id", "acme.aws"}},
                               Settings{{"account_id", "acme.aws"}, {"profile", "default"}}})
    EXPECT_THROW(account_of(PluginConfig(with), settings().around), ConfigError);
  EXPECT_NE(account_of(PluginConfig(Settings{{"account_id", "aws-main"}}), settings().around).chain,
            nullptr);
}

}  // namespace
}  // namespace berth::aws::test
