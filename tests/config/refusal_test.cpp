// What a person gets wrong, and what they are told.
#include <gtest/gtest.h>

#include "stories.hpp"

namespace berth {
namespace {

const std::string acme = "[[organization]]\nid = \"acme\"\n";
const std::string account =
    acme + "[[account]]\nid = \"main\"\nplugin = \"hetzner\"\norganizations = [\"acme\"]\n";

TEST(Refusal, OfAnUnknownKeySuggestsTheNearest) {
  EXPECT_EQ(problem_of(acme + "max_server = 5\n"),
            "berth.toml:3:1: unknown key 'max_server' in [[organization]] — did you mean "
            "'max_servers'?");
  EXPECT_EQ(problem_of("[provisionning]\nlimit = \"5m\"\n"),
            "berth.toml:1:2: unknown table 'provisionning' in the config — did you mean "
            "'provisioning'?");
}

TEST(Refusal, OfAnUnknownKeyNamesTheTableItBelongsTo) {
  EXPECT_EQ(problem_of("[deploy]\nready_timeout = \"1m\"\n"),
            "berth.toml:2:1: unknown key 'ready_timeout' in [deploy] — it belongs in "
            "[provisioning]");
  EXPECT_EQ(problem_of(account + "token = \"x\"\n"),
            "berth.toml:7:1: unknown key 'token' in [[account]] — settings of the plugin itself "
            "belong in [account.settings]");
}

TEST(Refusal, ListsEveryProblemInTheFilesOrder) {
  const auto problems = problems_of(R"([provisioning]
tries = 0
limit = 600
[berth]
log_level = "warn"
[[organization]]
max_servers = "5"
)");
  EXPECT_EQ(problems,
            (std::vector<std::string>{
                "berth.toml:2:9: 'tries' in [provisioning] is 0, and must be from 1 to 10",
                "berth.toml:3:9: 'limit' in [provisioning] must be a duration in quotes, not a "
                "whole number — write the unit with it: \"10m\", \"90s\"",
                "berth.toml:5:13: 'log_level' in [berth] is 'warn', and must be one of: debug, "
                "info, warning, error",
                "berth.toml:6:1: [[organization]] has no 'id' — add id = \"acme\"",
                "berth.toml:7:15: 'max_servers' in [[organization]] must be a whole number, not "
                "a string"}));
}

TEST(Refusal, OfAHostKeyThatNoServerGets) {
  const std::string key = "host_key = \"ssh-ed25519 AAAA\"\n";
  EXPECT_NE(problem_of(account + key)
                .find("'host_key' in [[account]] is set, and nothing gives new servers that key"),
            std::string::npos);
  EXPECT_NE(problem_of(account + "host_key = \"AAAA\"\n")
                .find("'host_key' in [[account]] is no host key"),
            std::string::npos);
}

TEST(Refusal, OfAScaleDownThatCannotBeMeant) {
  EXPECT_EQ(problem_of("[scale_down]\nmax_age = \"5m\"\n"),
            "berth.toml:2:11: 'max_age' in [scale_down] is 5m, and to provision one server may "
            "take 10m ([provisioning] limit) — servers would be given back before they are used");
  EXPECT_NE(problem_of("[scale_down]\ndrain = \"1h\"\nidle = \"1h\"\n")
                .find("'drain' in [scale_down] has nothing to act on"),
            std::string::npos);
  EXPECT_NE(problem_of("[scale_down]\nkeep = 2\n").find("'keep' in [scale_down] has nothing"),
            std::string::npos);
  EXPECT_EQ(problem_of("[scale_down]\nidel = \"1h\"\n"),
            "berth.toml:2:1: unknown key 'idel' in [scale_down] — did you mean 'idle'?");
  EXPECT_EQ(problem_of("[scale_down]\nidle = 3600\n"),
            "berth.toml:2:8: 'idle' in [scale_down] must be a duration in quotes, not a whole "
            "number — write the unit with it: \"10m\", \"90s\"");
  EXPECT_EQ(problem_of("[reap]\nmost_percent = 101\n"),
            "berth.toml:2:16: 'most_percent' in [reap] is 101, and must be from 0 to 100");
}

TEST(Refusal, OfMalformedTomlSaysWhere) {
  EXPECT_EQ(problem_of("[berth]\nstate_dir = \"x\n").substr(0, 13), "berth.toml:2:");
  EXPECT_EQ(problem_of("a = 1\na = 2\n").substr(0, 13), "berth.toml:2:");
}

TEST(Refusal, OfWrongTypesNamesBoth) {
  EXPECT_NE(problem_of("[deploy]\ncommand = \"./deploy.sh\"\n").find("for a line of shell"),
            std::string::npos);
  EXPECT_NE(problem_of("[deploy]\ncommand = [\"\", \"x\"]\n").find("an empty program"),
            std::string::npos);
  EXPECT_NE(problem_of(acme + "auto_provisioning = \"true\"\n")
                .find("must be true or false, not a string"),
            std::string::npos);
  EXPECT_NE(problem_of(acme + "admins = \"ana\"\n").find("must be a list of strings"),
            std::string::npos);
  EXPECT_NE(problem_of(acme + "admins = [\"ana\", 5]\n").find("strings only"), std::string::npos);
  EXPECT_NE(problem_of("[berth]\nstate_dir = 5\n").find("must be a string, not a whole number"),
            std::string::npos);
  EXPECT_NE(problem_of("[organization]\nid = \"acme\"\n").find("write [[organization]] above each"),
            std::string::npos);
  EXPECT_NE(problem_of("[[deploy]]\n").find("write [deploy]"), std::string::npos);
  EXPECT_NE(problem_of("deploy = 5\n").find("must be a table"), std::string::npos);
}

TEST(Refusal, OfRoomSaysWhatIsWrongWithIt) {
  const std::string web = acme + "[[organization.application]]\nname = \"web\"\n";
  EXPECT_EQ(problem_of(web + "cpu = 0\n"),
            "berth.toml:5:7: 'cpu' in [[organization.application]] cannot be used: CPU must be "
            "above zero, and '0' is not");
  EXPECT_NE(problem_of(web + "memory = nan\n").find("'nan' is not"), std::string::npos);
  EXPECT_NE(problem_of(web + "disk = \"2000000\"\n").find("at most 1,048,576 GB"),
            std::string::npos);
  EXPECT_NE(problem_of(web + "cpu = -1.5\n").find("above zero"), std::string::npos);
  EXPECT_NE(problem_of(web + "cpu = true\n").find("a number such as 2 or 0.5"), std::string::npos);
  EXPECT_NE(problem_of(web + "strategy = \"bluegreen\"\n").find("did you mean 'blue-green'?"),
            std::string::npos);
}

TEST(Refusal, OfWeightsThatDoNotSumTo100) {
  EXPECT_NE(problem_of("[placement]\nweights = { cpu = 50, memory = 40 }\n").find("sum to 90"),
            std::string::npos);
  EXPECT_NE(problem_of("[placement]\nwarning_percent = 95\n").find("no room for a warning"),
            std::string::npos);
}

TEST(Refusal, OfTimesThatOverlap) {
  EXPECT_NE(problem_of("[provisioning]\nready_timeout = \"11m\"\n")
                .find("one server may take 11m to be ready (ready_timeout), and all of it only "
                      "10m (limit)"),
            std::string::npos);
  EXPECT_NE(problem_of("[provisioning]\nsettle = \"-5s\"\n").find("not a duration"),
            std::string::npos);
}

TEST(Refusal, OfTheSameIdTwiceNamesTheOther) {
  EXPECT_EQ(problem_of(acme + acme),
            "berth.toml:4:6: 'id' in [[organization]] is 'acme', as of the one at berth.toml:1:1");
  EXPECT_NE(problem_of(acme + "[[organization.application]]\nname = \"web\"\n"
                              "[[organization.application]]\nname = \"web\"\n")
                .find("another application of acme"),
            std::string::npos);
}

TEST(Refusal, OfAnUnknownOrganizationSuggestsTheNearest) {
  EXPECT_EQ(problem_of(acme + "[[account]]\nid = \"main\"\nplugin = \"hetzner\"\n"
                              "organizations = [\"acne\"]\n"),
            "berth.toml:6:18: there is no organization 'acne' — did you mean 'acme'?");
}

TEST(Refusal, OfAccountsThatNobodyCouldUse) {
  EXPECT_NE(problem_of("[[account]]\nid = \"main\"\nplugin = \"hetzner\"\norganizations = []\n")
                .find("nobody may use this account"),
            std::string::npos);
  EXPECT_NE(problem_of(account + "default_region = \"nbg1\"\nregions = [\"fsn1\"]\n")
                .find("not among regions"),
            std::string::npos);
  EXPECT_NE(problem_of(account + "ssh_port = 70000\n").find("from 1 to 65535"), std::string::npos);
  EXPECT_NE(problem_of(account + "ssh_public_keys = [\"hello\"]\n").find("OpenSSH"),
            std::string::npos);
  EXPECT_NE(problem_of(account + "ssh_public_key_files = [\"/nowhere.pub\"]\n")
                .find("there is no such file"),
            std::string::npos);
  EXPECT_EQ(problem_of(account + "user_data_file = \"/nowhere\"\n").substr(0, 14),
            "berth.toml:7:1");
}

TEST(Refusal, OfPluginsThatAreBothOrNeither) {
  EXPECT_NE(problem_of("[[plugin]]\nid = \"x\"\n").find("neither"), std::string::npos);
  EXPECT_NE(problem_of("[[plugin]]\nid = \"x\"\npath = \"x.so\"\ncommand = [\"x\"]\n").find("both"),
            std::string::npos);
  EXPECT_NE(problem_of("[[plugin]]\nid = \"x\"\ncommand = [\"x\"]\nisolation = \"in_process\"\n")
                .find("for a script"),
            std::string::npos);
}

TEST(Refusal, OfRates) {
  EXPECT_NE(problem_of("[currency]\nrates = { EUR = 0 }\n").find("above zero"), std::string::npos);
  EXPECT_NE(problem_of("[currency]\nrates = { eur = 1.1 }\n").find("no currency"),
            std::string::npos);
  EXPECT_NE(problem_of("[currency]\nrates = { USD = 1 }\n").find("which is 1"), std::string::npos);
  EXPECT_NE(problem_of("[currency]\nas_of = \"yesterday\"\n").find("as in 2026-11-20"),
            std::string::npos);
}

const std::string last = "[[pipeline]]\nstage = \"approval\"\n";

std::string pipeline(const std::string& stages) {
  return problem_of(account + "[[pipeline]]\nstage = \"sizing\"\n" + stages);
}

TEST(Refusal, OfPipelinesThatMeanNothing) {
  EXPECT_NE(pipeline("").find("no 'selection'"), std::string::npos);
  EXPECT_NE(pipeline("[[pipeline]]\nstage = \"selection\"\n").find("no 'approval'"),
            std::string::npos);
  EXPECT_NE(pipeline("[[pipeline]]\nstage = \"selektion\"\n").find("did you mean 'selection'?"),
            std::string::npos);
  EXPECT_NE(pipeline("[[pipeline]]\nstage = \"approval\"\n[[pipeline]]\nstage = \"selection\"\n")
                .find("no price_cap"),
            std::string::npos);
  EXPECT_NE(pipeline("providers = [\"hetzner\"]\n[[pipeline]]\nstage = \"selection\"\n" + last)
                .find("belongs to the stage 'selection'"),
            std::string::npos);
  EXPECT_NE(pipeline("[[pipeline]]\nstage = \"selection\"\n[[pipeline]]\nstage = \"approval\"\n"
                     "price_cap = { amount = 5 }\n")
                .find("put it on the stage 'selection'"),
            std::string::npos);
}

TEST(Refusal, OfCapsAndProvidersThatWouldMatchNothing) {
  const std::string selection = "[[pipeline]]\nstage = \"selection\"\n";
  EXPECT_NE(
      pipeline(selection + "providers = [\"hetzer\"]\n" + last).find("did you mean 'hetzner'?"),
      std::string::npos);
  EXPECT_NE(pipeline(selection + "price_cap = { amount = 5, currency = \"GBP\" }\n" + last)
                .find("no rate for it"),
            std::string::npos);
  EXPECT_NE(pipeline(selection + "price_cap = { amount = -5 }\n" + last).find("above zero"),
            std::string::npos);
  EXPECT_NE(pipeline(selection + "price_cap = { currency = \"USD\" }\n" + last).find("no 'amount'"),
            std::string::npos);
}

}  // namespace
}  // namespace berth
