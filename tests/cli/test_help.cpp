// Help, man page and completion: all of it, for every command there is.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>

#include "cli/completion/completion.hpp"
#include "cli/exits.hpp"
#include "fake_berth.hpp"
#include "reports.hpp"

namespace berth::cli {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> words_of(const std::string& path) {
  std::vector<std::string> words;
  for (const char c : path) {
    if (c == '/') words.emplace_back();
    else words.back() += c;
  }
  return words;
}

/// roff's escapes of '-' taken out: "\-\-org" is "--org".
std::string man_page() {
  std::ifstream file(BERTH_MAN_PAGE);
  std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (auto at = page.find("\\-"); at != std::string::npos; at = page.find("\\-", at))
    page.erase(at, 1);
  return page;
}

TEST(Help, OfEveryCommandShowsAnExample) {
  Globals globals;
  const CommandTable table = command_table(globals);
  for (const PlacedCommand& placed : placed_commands(table)) {
    Session session;
    std::vector<std::string> words = words_of(placed.path);
    words.emplace_back("--help");
    EXPECT_EQ(0, session.run(words)) << placed.path;
    const std::string help = session.out.str();
    EXPECT_TRUE(has(help, placed.command->summary)) << help;
    if (placed.command->commands.empty()) {
      EXPECT_TRUE(has(help, "Example:\n  berth ")) << help;
    }
    EXPECT_TRUE(has(help, "--config FILE")) << help;
    EXPECT_TRUE(script().calls.empty()) << placed.path;
  }
}

TEST(Help, OfBerthListsCommandsAndExitStatuses) {
  Session session;
  EXPECT_EQ(0, session.run({"--help"}));
  EXPECT_TRUE(has(session.out.str(), "\n  deploy      find a server"));
  EXPECT_TRUE(has(session.out.str(), "\n  5    insufficient_capacity: no server has room"));
  EXPECT_FALSE(has(session.out.str(), "__complete"));
  EXPECT_EQ(0, session.run({"help", "servers", "add"}));
  EXPECT_TRUE(has(session.out.str(), "Usage: berth servers add --org ORG --name NAME"));
}

TEST(Help, WithoutAnyWordIsAnError) {
  Session session;
  EXPECT_EQ(2, session.run({}));
  EXPECT_TRUE(has(session.err.str(), "Usage: berth"));
}

TEST(Help, ComesBeforeComplaints) {
  Session session;
  EXPECT_EQ(0, session.run({"deploy", "--ogr", "-h"}));
  EXPECT_TRUE(has(session.out.str(), "Usage: berth deploy"));
}

TEST(Version, IsSaidInBothForms) {
  Session session;
  EXPECT_EQ(0, session.run({"--version"}));
  EXPECT_TRUE(session.out.str().starts_with("berth ")) << session.out.str();
  EXPECT_EQ(0, session.run({"--version", "--json"}));
  EXPECT_TRUE(session.out.str().starts_with("{\"version\":")) << session.out.str();
}

TEST(ManPage, MentionsEveryCommandOptionAndExitStatus) {
  const std::string page = man_page();
  ASSERT_FALSE(page.empty()) << BERTH_MAN_PAGE;
  Globals globals;
  const CommandTable table = command_table(globals);
  for (const Option& option : table.globals) EXPECT_TRUE(has(page, option.name)) << option.name;
  for (const PlacedCommand& placed : placed_commands(table)) {
    std::string title;  // "servers add", as a heading
    for (const std::string& word : words_of(placed.path))
      title += (title.empty() ? "" : " ") + word;
    if (!placed.command->commands.empty()) continue;  // the group is in its commands' titles
    const auto begin = page.find("\n.SS berth " + title + "\n");
    ASSERT_NE(std::string::npos, begin) << title;
    const std::string section = page.substr(begin, page.find("\n.S", begin + 2) - begin);
    for (const Option& option : placed.command->options) {
      EXPECT_TRUE(has(section, option.name)) << title << " " << option.name;
      for (const std::string& word : option.words)
        EXPECT_TRUE(has(section, word)) << title << " " << option.name << " " << word;
    }
    for (const Argument& argument : placed.command->arguments)
      EXPECT_TRUE(has(section, argument.name)) << title << " " << argument.name;
  }
  for (const ExitMeaning& exit : exit_meanings()) {
    const std::string line = "\n.B " + std::to_string(exit.status) + "\n" +
                             (exit.word.empty() ? "" : std::string(exit.word) + ": ") +
                             std::string(exit.meaning) + ".\n";
    EXPECT_TRUE(has(page, line)) << line;
  }
}

// 4, 7 and 8 once read differently in each of them, and one spoke of budgets, which there are none.
TEST(ExitStatuses, ReadAlikeInHelpAndInTheReadme) {
  std::ifstream file(BERTH_README);
  const std::string readme((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
  Session session;
  EXPECT_EQ(0, session.run({"--help"}));
  const std::string help = session.out.str();
  std::string table = "| exit | status | meaning |\n|---|---|---|\n";
  for (const ExitMeaning& exit : exit_meanings()) {
    std::string meaning(exit.meaning);
    EXPECT_TRUE(has(help, meaning)) << meaning;
    if (const auto at = meaning.find("--no-wait"); at != std::string::npos)
      meaning.replace(at, 9, "`--no-wait`");
    table += "| " + std::to_string(exit.status) + " | " +
             (exit.word.empty() ? "–" : "`" + std::string(exit.word) + "`") + " | " + meaning +
             " |\n";
  }
  EXPECT_TRUE(has(readme, table + "\n")) << "README.md should have\n" << table;
  EXPECT_FALSE(has(help, "budget"));
}

TEST(Completion, OfEachShellKnowsEveryCommandAndOption) {
  Globals globals;
  const CommandTable table = command_table(globals);
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    Session session;
    EXPECT_EQ(0, session.run({"completion", shell}));
    const std::string script_text = session.out.str();
    for (const PlacedCommand& placed : placed_commands(table)) {
      EXPECT_TRUE(has(script_text, placed.path)) << shell << " " << placed.path;
      for (const Option& option : placed.command->options) {
        const std::string name = shell == "fish" ? "-l " + option.name.substr(2) : option.name;
        EXPECT_TRUE(has(script_text, name)) << shell << " " << name;
      }
    }
    EXPECT_FALSE(has(script_text, "/__complete")) << shell;
  }
}

/// What bash offers for a line; `berth __complete` is a function that stands in.
std::string offered_by_bash(const std::string& script_text, const std::string& words) {
  const std::string file = testing::TempDir() + "berth_cli_completion.bash";
  std::ofstream(file) << script_text
                      << "\nberth() { [[ $2 == server ]] && echo web-1; }\n"
                         "COMP_WORDS=(" << words << ")\n"
                         "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
                         "_berth\n"
                         "echo \"${COMPREPLY[*]}\"\n";
  const std::unique_ptr<FILE, int (*)(FILE*)> bash(popen(("bash -u " + file).c_str(), "r"), pclose);
  std::string said;
  std::array<char, 4096> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), bash.get()) != nullptr) said += buffer.data();
  return said;
}

TEST(Completion, OfBashOffersWhatCanFollow) {
  Session session;
  session.run({"completion", "bash"});
  const std::string bash = session.out.str();
  EXPECT_EQ("deploy\n", offered_by_bash(bash, "berth dep"));
  EXPECT_EQ("list\n", offered_by_bash(bash, "berth --config x servers li"));
  EXPECT_EQ("x86_64 arm64 any\n", offered_by_bash(bash, "berth deploy --org acme --arch ''"));
  EXPECT_EQ("--memory\n", offered_by_bash(bash, "berth deploy --mem"));
  EXPECT_EQ("web-1\n", offered_by_bash(bash, "berth servers drain ''"));
  EXPECT_EQ("--json\n", offered_by_bash(bash, "berth servers drain --j"));
  EXPECT_EQ("bash\n", offered_by_bash(bash, "berth completion b"));
  EXPECT_EQ("\n", offered_by_bash(bash, "berth deploy --cpu ''"));
}

TEST(Completion, AsksBerthForNames) {
  Session session;
  script().servers = {bought_server()};
  script().deployment = succeeded();
  EXPECT_EQ(0, session.run({"__complete", "server"}));
  EXPECT_EQ("auto-acme-att1\n", session.out.str());
  EXPECT_EQ(0, session.run({"__complete", "organization", "--", "ac"}));
  EXPECT_EQ("acme\n", session.out.str());
  EXPECT_EQ("ac", script().asked_prefix);
  EXPECT_EQ(0, session.run({"__complete", "organization", "--", ""}));
}

}  // namespace
}  // namespace berth::cli
