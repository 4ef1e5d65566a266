// The accounts: a group of small commands, as `berth servers` is.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/documents.hpp"
#include "cli/exits.hpp"
#include "cli/members.hpp"
#include "cli/table.hpp"
#include "cli/utf8.hpp"
#include "cli/wording.hpp"
#include "request/request.hpp"

namespace berth::cli {
namespace {

namespace json = boost::json;

Argument account_argument(std::string& account) {
  return {"ACCOUNT", "its id, or its name where one organization has it", &account, true, {},
          Completes::account};
}

Tone tone_of(const AccountReport& account) {
  if (!account.problem.empty() || account.status == "denied") return Tone::bad;
  if (account.status == "active") return Tone::good;
  return Tone::warning;
}

// --- list ---

int list(const std::string& organization, Berth& berth, Answer& answer) {
  const std::vector<AccountReport> accounts = berth.accounts(organization);
  answer.document(list_document("accounts", accounts));
  if (accounts.empty())
    answer.print("No accounts. `berth accounts add --help` shows how to add one.");
  Table table({{"ACCOUNT"},
               {"PLUGIN"},
               {"ORGANIZATIONS", false, true},
               {"FROM"},
               {"STATUS"},
               {"REGION"},
               {"SERVERS", true},
               {"CHECKED"},
               {"PROBLEM", false, true}});
  for (const AccountReport& account : accounts) {
    const std::string checked =
        account.validated_unix_ms == 0
            ? ""
            : account.validation + " " + local_text(account.validated_unix_ms);
    table.add({{account.id},
               {account.plugin},
               {joined(account.organizations)},
               {account.source},
               {account.status, tone_of(account)},
               {account.default_region},
               {account.servers.empty() ? "" : std::to_string(account.servers.size())},
               {checked},
               {account.problem, Tone::bad}});
  }
  answer.print(table.drawn(answer.terminal()));
  return 0;
}

// --- what add and update are told ---

struct ChangeWords {
  AccountChange change;
  std::vector<std::string> settings, secrets, regions, key_files;
  std::optional<std::string> image, ssh_user, ssh_port, active;
};

/// "key=value"; the value is not repeated in an error: it may be what must not be shown.
std::pair<std::string, std::string> parted(const char* option, const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0)
    throw Error(Problem::usage, fmt::format("{} needs a key and a value: {} KEY=VALUE.", option,
                                            option));
  return {word.substr(0, equals), word.substr(equals + 1)};
}

std::string without_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

AccountSecret secret_of(const std::string& word, const Terminal& terminal) {
  auto [key, from] = parted("--secret", word);
  AccountSecret secret;
  secret.key = key;
  if (from == "-")
    secret.value = without_line_end(terminal.read_input());
  else if (from.starts_with("@") && from.size() > 1)
    secret.file = std::filesystem::absolute(from.substr(1)).string();
  else if (from.starts_with("env:") && from.size() > 4)
    secret.environment = from.substr(4);
  else
    throw Error(Problem::usage,
                fmt::format("--secret {0} is given as such: whoever lists the processes of this "
                            "machine can read it there, and the shell keeps it. Say where it is: "
                            "{0}=@FILE (mode 0600), {0}=env:NAME, or {0}=- for stdin; and replace "
                            "the one that was shown.",
                            printable(key)));
  if (from == "-" && secret.value.empty())
    throw Error(Problem::usage, fmt::format("Nothing came over stdin for {}.", printable(key)));
  return secret;
}

std::vector<std::string> public_keys_in(const std::string& path) {
  std::ifstream file(path);
  if (!file)
    throw Error(Problem::usage, fmt::format("{} cannot be read. Name a .pub file.", path));
  std::vector<std::string> keys;
  for (std::string line; std::getline(file, line);) {
    line = without_line_end(line);
    if (line.find("PRIVATE KEY") != std::string::npos)
      throw Error(Problem::usage, fmt::format("{} is a private key. Name the .pub file.", path));
    if (!line.empty() && line[0] != '#') keys.push_back(std::move(line));
  }
  return keys;
}

AccountChange change_of(const ChangeWords& words, const Terminal& terminal) {
  AccountChange change = words.change;
  for (const std::string& word : words.settings) change.settings.push_back(parted("--set", word));
  int from_stdin = 0;
  for (const std::string& word : words.secrets) {
    if (word.ends_with("=-") && ++from_stdin > 1)
      throw Error(Problem::usage, "Only one --secret can come over stdin.");
    change.secrets.push_back(secret_of(word, terminal));
  }
  change.regions = words.regions;
  for (const std::string& path : words.key_files)
    for (std::string& key : public_keys_in(path)) change.ssh_public_keys.push_back(std::move(key));
  change.image = words.image;
  change.ssh_user = words.ssh_user;
  if (words.ssh_port) {
    int port = 0;
    const char* end = words.ssh_port->data() + words.ssh_port->size();
    const auto read = std::from_chars(words.ssh_port->data(), end, port);
    if (read.ptr != end || port < 1 || port > 65'535)
      throw Error(Problem::usage, "--ssh-port needs a whole number from 1 to 65535.");
    change.ssh_port = port;
  }
  if (words.active) change.active = *words.active == "yes";
  return change;
}

std::vector<Option> change_options(ChangeWords& words) {
  return {{"--set", "KEY=VALUE", "a setting of the plugin; KEY= takes it away", &words.settings},
          {"--secret", "KEY=FROM",
           "a secret of the plugin, from @FILE (mode 0600), env:NAME or - (stdin)",
           &words.secrets},
          {"--region", "REGION", "where to buy; the first one is the default", &words.regions},
          {"--image", "IMAGE", "of new servers, else the provider's", &words.image},
          {"--ssh-user", "USER", "who logs in, else the image's user", &words.ssh_user},
          {"--ssh-port", "PORT", "else 22", &words.ssh_port},
          {"--ssh-public-key-file", "FILE", "with keys that may log in to new servers",
           &words.key_files, false, {}, Completes::file},
          {"--unchecked", "", "save it without a check; it is not used until one passes",
           &words.change.unchecked}};
}

int told(const AccountReport& account, const std::string& what, Answer& answer) {
  answer.document(document_of(account));
  answer.print(fmt::format("{} {}; it is {}", what, account.id, account.status));
  if (!account.validation_sentence.empty())
    answer.print("  " + printable(account.validation_sentence));
  if (account.status == "unchecked")
    answer.print(fmt::format("  `berth accounts validate {}` checks it; until then nothing is "
                             "bought there.",
                             account.id));
  if (!account.problem.empty()) answer.print("  " + printable(account.problem));
  return 0;
}

Command list_command() {
  auto organization = std::make_shared<std::string>();
  return {"list",
          "list the accounts, where they come from and whether they can be used",
          "berth accounts list --org acme",
          {},
          {{"--org", "ORG", "only what this organization may use", organization.get(), false, {},
            Completes::organization}},
          ToRead{[organization](Berth& berth, Answer& answer) {
            return list(*organization, berth, answer);
          }}};
}

Command add_command() {
  auto words = std::make_shared<ChangeWords>();
  std::vector<Option> options{
      {"--org", "ORG", "the organization that it is for", &words->change.organization, true, {},
       Completes::organization},
      {"--plugin", "PLUGIN", "which speaks to the cloud", &words->change.plugin, true, {},
       Completes::plugin}};
  for (Option& option : change_options(*words)) options.push_back(std::move(option));
  return {"add",
          "add an account for an organization (its admins); checked before it is saved",
          "berth accounts add hetzner --org acme --plugin hetzner --region nbg1 "
          "--secret token=@token",
          {{"NAME", "its name; with the organization's before it, it is the account's id",
            &words->change.account}},
          std::move(options),
          ToChange{[words](Berth& berth, Answer& answer) {
            return told(berth.add_account(change_of(*words, answer.terminal())), "added", answer);
          }}};
}

Command update_command() {
  auto words = std::make_shared<ChangeWords>();
  std::vector<Option> options = change_options(*words);
  options.push_back({"--active", "YES", "no: buy nothing there, its servers stay", &words->active,
                     false, {"yes", "no"}});
  return {"update",
          "change an account that was added (admins); checked before it is saved",
          "berth accounts update acme.hetzner --secret token=env:HCLOUD_TOKEN",
          {account_argument(words->change.account)},
          std::move(options),
          ToChange{[words](Berth& berth, Answer& answer) {
            return told(berth.update_account(change_of(*words, answer.terminal())), "changed",
                        answer);
          }}};
}

// --- validate, remove ---

int validate(const std::string& account, Berth& berth, Answer& answer) {
  const AccountReport report = berth.validate_account(account);
  answer.document(document_of(report));
  const bool works = report.validation == "ok";
  answer.print(works ? fmt::format("{} works; it is {}", report.id, report.status)
                     : fmt::format("{} failed its check ({}); it is {}", report.id,
                                   report.validation, report.status));
  if (!report.validation_sentence.empty())
    answer.print("  " + printable(report.validation_sentence));
  if (works) return 0;
  const bool refused = report.validation == "denied" || report.validation == "invalid";
  return exit_of(refused ? Problem::refused : Problem::plugin);
}

Command validate_command() {
  auto account = std::make_shared<std::string>();
  return {"validate",
          "check the credentials of an account (admins); of one that was added it is recorded",
          "berth accounts validate acme.hetzner",
          {account_argument(*account)},
          {},
          ToChange{[account](Berth& berth, Answer& answer) {
            return validate(*account, berth, answer);
          }}};
}

Command remove_command() {
  auto account = std::make_shared<std::string>();
  return {"remove",
          "forget an account and its credentials (admins); not while servers live there",
          "berth accounts remove acme.hetzner",
          {account_argument(*account)},
          {},
          ToChange{[account](Berth& berth, Answer& answer) {
            const std::string id = berth.remove_account(*account);
            json::object document;
            document["account"] = id;
            document["status"] = "removed";
            answer.document(document);
            answer.print(fmt::format("removed {}; its credentials are not stored any more", id));
            return 0;
          }}};
}

// --- keys ---

Command new_key_command() {
  auto file = std::make_shared<std::string>();
  return {"new-key",
          "make a key for the credentials, in a new file of mode 0600",
          "berth accounts new-key /etc/berth/credentials.key",
          {{"FILE", "where; name it in the config, as [credentials] key_file", file.get(), true,
            {}, Completes::file}},
          {},
          ToDoAlone{[file](const Options&, Answer& answer) {
            const std::string id = Berth::new_credentials_key(*file);
            const std::string path = std::filesystem::absolute(*file).lexically_normal().string();
            json::object document;
            document["key_id"] = id;
            document["key_file"] = path;
            document["status"] = "made";
            answer.document(document);
            answer.print(fmt::format("made key {} in {}", id, path));
            answer.print("  Name it in the config: [credentials] key_file. Keep a copy apart from "
                         "the ledger's: without it the stored credentials open no more.");
            return 0;
          }}};
}

int rotate(Berth& berth, Answer& answer) {
  const KeyRotation rotation = berth.rotate_credentials_key();
  json::object document;
  document["status"] = rotation.left.empty() ? "done" : "incomplete";
  document["key_id"] = rotation.key_id;
  document["accounts"] = list_of(rotation.accounts);
  document["projects"] = list_of(rotation.projects);
  document["problems"] = list_of(rotation.left);
  document["old_key_file"] = text_or_null(rotation.old_key_file);
  answer.document(document);
  answer.print(fmt::format("{} sealed with key {}",
                           counted(rotation.accounts.size(), "account is", "accounts are"),
                           rotation.key_id));
  if (!rotation.projects.empty())
    answer.print(fmt::format("  and the secrets of {}",
                             counted(rotation.projects.size(), "project", "projects")));
  for (const std::string& problem : rotation.left) answer.print("  " + printable(problem));
  if (!rotation.old_key_file.empty())
    answer.print(fmt::format("  The key so far is in {}: ledgers restored from a backup need it. "
                             "Destroy it when there are none.",
                             rotation.old_key_file));
  return rotation.left.empty() ? 0 : exit_of(Problem::refused);
}

Command rotate_key_command() {
  return {"rotate-key",
          "replace the key of the credentials, and seal them all with the new one (admins)",
          "berth accounts rotate-key",
          {},
          {},
          ToChange{rotate}};
}

}  // namespace

Command accounts_command() {
  return {"accounts",
          "the accounts: list, add, validate, update, remove, new-key, rotate-key",
          "",
          {},
          {},
          {},
          {list_command(), add_command(), validate_command(), update_command(), remove_command(),
           new_key_command(), rotate_key_command()}};
}

}  // namespace berth::cli
