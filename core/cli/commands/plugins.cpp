#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <memory>

#include "berth/did_you_mean.hpp"
#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/documents.hpp"
#include "cli/exits.hpp"
#include "cli/json_text.hpp"
#include "cli/table.hpp"
#include "cli/utf8.hpp"
#include "request/request.hpp"

namespace berth::cli {
namespace {

namespace json = boost::json;

int list(Berth& berth, Answer& answer) {
  const std::vector<PluginReport> plugins = berth.plugins();
  answer.document(list_document("plugins", plugins));
  Table table({{"PLUGIN"},
               {"VERSION"},
               {"RUNS"},
               {"INTERFACES", false, true},
               {"FILE", false, true},
               {"PROBLEM", false, true}});
  for (const PluginReport& plugin : plugins) {
    const Tone tone = plugin.problem.empty() ? Tone::plain : Tone::bad;
    table.add({{plugin.id, tone}, {plugin.version}, {plugin.how}, {joined(plugin.interfaces)},
               {plugin.file}, {plugin.problem, tone}});
  }
  answer.print(table.empty() ? "No plugins were found." : table.drawn(answer.terminal()));
  return 0;
}

// --- describe ---

/// A member of a manifest as text: absent is "".
std::string member_text(const json::object& object, const char* name) {
  const json::value* member = object.if_contains(name);
  if (member == nullptr || member->is_null()) return {};
  return member->is_string() ? std::string(member->get_string()) : json_text(*member, false);
}

bool member_is_true(const json::object& object, const char* name) {
  const json::value* member = object.if_contains(name);
  return member != nullptr && member->is_bool() && member->get_bool();
}

std::string settings_table(const Terminal& terminal, const json::object& manifest) {
  const json::value* config = manifest.if_contains("config");
  if (config == nullptr || !config->is_object() || config->get_object().empty()) return {};
  Table table(
      {{"SETTING"}, {"TYPE"}, {"NEEDED"}, {"DEFAULT", false, true}, {"WHAT IT IS", false, true}});
  for (const auto& [key, member] : config->get_object()) {
    if (!member.is_object()) continue;
    const json::object& setting = member.get_object();
    const bool secret = member_is_true(setting, "secret");
    table.add({{std::string(key)},
               {member_text(setting, "type") + (secret ? ", secret" : "")},
               {member_is_true(setting, "required") ? "yes" : ""},
               {member_text(setting, "default")},
               {member_text(setting, "help")}});
  }
  return '\n' + table.drawn(terminal);
}

int describe(const std::string& id, Berth& berth, Answer& answer) {
  const std::vector<PluginReport> plugins = berth.plugins();
  const auto found = std::find_if(plugins.begin(), plugins.end(),
                                  [&](const PluginReport& plugin) { return plugin.id == id; });
  if (found == plugins.end()) {
    std::vector<std::string> ids;
    for (const PluginReport& plugin : plugins) ids.push_back(plugin.id);
    const std::string near = did_you_mean(id, ids);
    throw Error(Problem::not_found, fmt::format("There is no plugin \"{}\"{} `berth plugins list` "
                                                "shows those there are.",
                                                id, near.empty() ? "." : near));
  }
  answer.document(document_of(*found));
  const Terminal& terminal = answer.terminal();
  Facts facts;
  facts.add("plugin", found->id);
  facts.add("name", found->name);
  facts.add("version", found->version);
  facts.add("file", found->file);
  facts.add("runs", found->how);
  facts.add("interfaces", joined(found->interfaces));
  facts.add("problem", found->problem, Tone::bad);
  std::string text;
  const json::value manifest = parsed_or_null(found->manifest_json);
  if (manifest.is_object()) {
    facts.add("region", member_text(manifest.get_object(), "default_region"));
    text = settings_table(terminal, manifest.get_object());
  }
  answer.print(facts.drawn(terminal) + text);
  return 0;
}

// --- call ---

struct CallWords {
  std::string id, method, request, settings_of;
};

/// The JSON itself, `-` for stdin, `@file` for a file.
std::string request_text(const std::string& word, const Terminal& terminal) {
  if (word == "-") return terminal.read_input();
  if (!word.starts_with('@')) return word;
  std::ifstream file(word.substr(1), std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file && text.empty())
    throw Error(Problem::usage, fmt::format("The request {} cannot be read. Name a file that is "
                                            "there, or write the JSON itself.",
                                            word.substr(1)));
  return text;
}

int told_failure(const CallWords& words, const json::object& failure, Answer& answer) {
  json::object document;
  document["status"] = "error";
  document["reason_code"] = reason_code_of(Problem::plugin);
  document["reason"] = fmt::format("{} failed to {}.", words.id, words.method);
  document["failure"] = failure;
  answer.document(document);
  answer.print(json_text(failure, true));
  answer.note(fmt::format("berth: {} failed to {}.", words.id, words.method));
  return exit_of(Problem::plugin);
}

int call(const CallWords& words, Berth& berth, Answer& answer) {
  const std::string request = request_text(words.request, answer.terminal());
  json::error_code error;
  json::parse(request, error);
  if (error)
    throw Error(Problem::usage,
                fmt::format("The request is no JSON ({}). Quote it for the shell: '{{}}'.",
                            error.message()));
  std::string reply;
  try {
    reply = berth.call_plugin(words.id, words.method, request, words.settings_of);
  } catch (const Error& failed) {
    // The failure is an answer too: whoever calls a method wants to see all of it.
    const json::value failure = parsed_or_null(failed.what());
    if (failed.problem() != Problem::plugin || !failure.is_object()) throw;
    return told_failure(words, failure.get_object(), answer);
  }
  const json::value value = json::parse(reply, error);
  if (error)
    throw Error(Problem::plugin, fmt::format("{} replied to {} with what is no JSON ({}): {}",
                                             words.id, words.method, error.message(), reply));
  answer.document(value);
  answer.print(json_text(value, true));
  return 0;
}

// --- check ---

struct CheckWords {
  std::string id, settings_of;
  bool walk = false;
};

int check(const CheckWords& words, Berth& berth, Answer& answer) {
  const std::vector<CheckLine> lines = berth.check_plugin(words.id, words.walk, words.settings_of);
  const bool failed = std::any_of(lines.begin(), lines.end(), [](const CheckLine& line) {
    return line.outcome == "failed";
  });
  json::object document = list_document("checks", lines);
  document["status"] = failed ? "failed" : "ok";
  answer.document(document);
  for (const CheckLine& line : lines) {
    const Tone tone = line.outcome == "ok"       ? Tone::good
                      : line.outcome == "failed" ? Tone::bad
                                                 : Tone::faint;
    answer.print(answer.terminal().painted(tone, fmt::format("{:<7}", line.outcome)) + "  " +
                 printable(line.name + (line.reason.empty() ? "" : ": " + line.reason)));
  }
  return failed ? 1 : 0;
}

Argument plugin_argument(std::string& id) {
  return {"PLUGIN", "its id", &id, true, {}, Completes::plugin};
}

Option settings_option(std::string& settings_of) {
  return {"--settings-of", "ACCOUNT",
          "whose settings: an account, notifier or stack provisioner, else the first",
          &settings_of, false, {}, Completes::account};
}

}  // namespace

Command plugins_command() {
  auto described = std::make_shared<std::string>();
  auto called = std::make_shared<CallWords>();
  auto checked = std::make_shared<CheckWords>();
  return {"plugins",
          "providers and notifiers: list, describe, call, check",
          "",
          {},
          {},
          {},
          {{"list", "list the plugins that were found", "berth plugins list", {}, {}, ToRead{list}},
           {"describe",
            "show a plugin and its settings",
            "berth plugins describe hetzner",
            {plugin_argument(*described)},
            {},
            ToRead{[described](Berth& berth, Answer& answer) {
              return describe(*described, berth, answer);
            }}},
           {"call",
            "call one method of a plugin and print its reply",
            "berth plugins call hetzner offers '{\"regions\":[\"nbg1\"]}'",
            {plugin_argument(called->id),
             {"METHOD", "a method of its interface: check, offers …", &called->method},
             {"JSON", "the request; - reads it from stdin, @FILE from a file", &called->request}},
            {settings_option(called->settings_of)},
            ToRead{[called](Berth& berth, Answer& answer) {
              return call(*called, berth, answer);
            }}},
           {"check",
            "check that a plugin keeps its contract",
            "berth plugins check hetzner",
            {plugin_argument(checked->id)},
            {{"--walk", "", "also create, find and destroy one server: it costs money",
              &checked->walk},
             settings_option(checked->settings_of)},
            ToRead{[checked](Berth& berth, Answer& answer) {
              return check(*checked, berth, answer);
            }}}}};
}

}  // namespace berth::cli
