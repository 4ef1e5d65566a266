// Projects and their stacks: a group of small commands, as `berth servers` is.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>
#include <memory>
#include <set>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/documents.hpp"
#include "cli/exits.hpp"
#include "cli/interrupts.hpp"
#include "cli/stack_documents.hpp"
#include "cli/table.hpp"
#include "cli/utf8.hpp"
#include "cli/wording.hpp"
#include "request/request.hpp"

namespace berth::cli {
namespace {

namespace json = boost::json;

Argument project_argument(std::string& project) {
  return {"PROJECT", "its name, or its folder's", &project, true, {}, Completes::project};
}

std::string stack_line(const StackReport& stack) {
  return fmt::format("{} + {} + {} + {}", stack.backend, stack.database, stack.frontend, stack.css);
}

std::string ports_line(const ProjectReport& project) {
  std::vector<std::string> texts;
  for (const auto& [name, port] : project.ports) texts.push_back(fmt::format("{} {}", name, port));
  return joined(texts);
}

Tone tone_of(const ProjectReport& project) {
  if (project.outcome == "failed") return Tone::bad;
  return project.outcome == "provisioned" ? Tone::good : Tone::warning;
}

// --- choices ---

int choices(Berth& berth, Answer& answer) {
  const StackChoicesReport report = berth.stack_choices();
  answer.document(document_of(report));
  Table table({{"SLOT"}, {"CHOICE"}, {"TITLE"}, {"ALSO", false, true}});
  for (const StackChoiceReport& choice : report.choices)
    table.add({{choice.slot}, {choice.id}, {choice.title}, {joined(choice.aliases)}});
  answer.print(table.drawn(answer.terminal()));
  answer.print(fmt::format("'none' can stand in every slot. {} combinations; these are refused:",
                           report.combinations));
  std::set<std::string> said;
  for (const StackRuleReport& rule : report.rules)
    if (said.insert(rule.sentence).second) answer.print("  " + printable(rule.sentence));
  for (const std::string& problem : report.problems) answer.note(printable(problem));
  return 0;
}

// --- new, list, show, remove, credentials ---

Command new_command() {
  auto wish = std::make_shared<NewProject>();
  return {"new",
          "make a project and its folder; `berth stack save` chooses what is in it",
          "berth stack new \"Final Test Laravel\"",
          {{"NAME", "for people; its folder's name is made from it", &wish->title}},
          {{"--org",
            "ORG",
            "the organization that it is for; else the only one",
            &wish->organization,
            false,
            {},
            Completes::organization},
           {"--adopt", "", "also where the folder has files; they stay as they are", &wish->adopt}},
          ToChange{[wish](Berth& berth, Answer& answer) {
            const ProjectReport project = berth.new_project(*wish);
            answer.document(document_of(project));
            answer.print(fmt::format("made project {}: {}", project.id, printable(project.path)));
            answer.print(
                fmt::format("  `berth stack choices` shows what it can be made of, `berth "
                            "stack save {} --backend …` makes it.",
                            project.id));
            return 0;
          }}};
}

Command list_command() {
  auto organization = std::make_shared<std::string>();
  return {"list",
          "list the projects, what they are made of and which ports they hold",
          "berth stack list --org acme",
          {},
          {{"--org",
            "ORG",
            "only of this organization",
            organization.get(),
            false,
            {},
            Completes::organization}},
          ToRead{[organization](Berth& berth, Answer& answer) {
            const auto projects = berth.projects(*organization);
            answer.document(list_document("projects", projects));
            if (projects.empty()) answer.print("No projects. `berth stack new NAME` makes one.");
            Table table({{"PROJECT"},
                         {"ORGANIZATION"},
                         {"STACK", false, true},
                         {"OUTCOME"},
                         {"PORTS", false, true},
                         {"FOLDER", false, true}});
            for (const ProjectReport& project : projects)
              table.add({{project.id},
                         {project.organization},
                         {project.has_stack ? stack_line(project.stack) : ""},
                         {project.outcome, tone_of(project)},
                         {ports_line(project)},
                         {project.path}});
            answer.print(table.drawn(answer.terminal()));
            return 0;
          }}};
}

void add_facts(Facts& facts, const ProjectReport& project) {
  facts.add("project", project.id);
  facts.add("title", project.title);
  facts.add("organization", project.organization);
  facts.add("folder", project.path);
  if (!project.has_stack) return;
  facts.add("stack", stack_line(project.stack));
  facts.add("template", project.template_name + " (" + project.template_version + ")");
  facts.add("needs", room_text(project.room));
  facts.add("ports", ports_line(project));
  for (const auto& [name, fact] : project.facts) facts.add(name, fact);
  facts.add("health", project.health_path);
  facts.add("outcome",
            project.failure.empty()
                ? project.outcome
                : project.outcome + " (" + project.failure_code + "): " + project.failure,
            tone_of(project));
  if (!project.setup_outcome.empty())
    facts.add("start", project.setup_outcome + "\n" + project.setup_output,
              project.setup_outcome == "done" ? Tone::good : Tone::bad);
  facts.add("next steps", joined(project.next_steps, "\n"));
}

Command show_command() {
  auto project = std::make_shared<std::string>();
  return {"show",
          "show a project: its stack, ports, folder, and how it stands",
          "berth stack show final-test-laravel",
          {project_argument(*project)},
          {},
          ToRead{[project](Berth& berth, Answer& answer) {
            const ProjectReport report = berth.project(*project);
            answer.document(document_of(report));
            Facts facts;
            add_facts(facts, report);
            answer.print(facts.drawn(answer.terminal()));
            return 0;
          }}};
}

Command remove_command() {
  auto project = std::make_shared<std::string>();
  return {"remove",
          "forget a project, its ports and its secrets; its folder stays",
          "berth stack remove final-test-laravel",
          {project_argument(*project)},
          {},
          ToChange{[project](Berth& berth, Answer& answer) {
            const ProjectReport report = berth.remove_project(*project);
            answer.document(
                json::object{{"project", report.id}, {"status", "removed"}, {"path", report.path}});
            answer.print(
                fmt::format("removed {}; its folder stays: {}", report.id, printable(report.path)));
            if (report.setup_outcome == "done")
              answer.note("It was started here; ./setup.sh --down in its folder stops it.");
            return 0;
          }}};
}

Command credentials_command() {
  auto project = std::make_shared<std::string>();
  return {"credentials",
          "show the credentials of a project (who made it, and admins); that is recorded",
          "berth stack credentials final-test-laravel",
          {project_argument(*project)},
          {},
          ToChange{[project](Berth& berth, Answer& answer) {
            const ProjectCredentials credentials = berth.project_credentials(*project);
            answer.document(document_of(credentials));
            Facts facts;
            for (const auto& [name, fact] : credentials.facts) facts.add(name, fact);
            for (const auto& [name, secret] : credentials.secrets) facts.add(name, secret);
            for (const auto& [name, port] : credentials.ports)
              facts.add(name + " port", std::to_string(port));
            answer.print(facts.drawn(answer.terminal()));
            return 0;
          }}};
}

// --- save, provision, update, preview ---

struct SaveWords {
  StackWish wish;
  bool wait = false, native = false;
};

std::vector<Option> slot_options(StackWish& wish) {
  return {{"--backend", "TECHNOLOGY", "such as laravel; none: nothing", &wish.backend},
          {"--database", "TECHNOLOGY", "such as postgresql", &wish.database},
          {"--frontend", "TECHNOLOGY", "such as nextjs", &wish.frontend},
          {"--css", "TECHNOLOGY", "such as tailwind", &wish.css}};
}

void add_start_options(SaveWords& words, std::vector<Option>& options) {
  options.push_back(
      {"--wait", "", "start it in containers, and wait until it is healthy", &words.wait});
  options.push_back(
      {"--native", "", "the same without containers, with this machine's programs", &words.native});
}

std::optional<std::string> start_of(const SaveWords& words) {
  if (words.native) return "native";
  if (words.wait) return "containers";
  return std::nullopt;
}

void print_files(const std::vector<FileReport>& files, Answer& answer) {
  std::map<std::string, std::size_t> counts;
  for (const FileReport& file : files) ++counts[file.fate];
  std::vector<std::string> texts;
  for (const auto& [fate, count] : counts) texts.push_back(fmt::format("{} {}", count, fate));
  answer.print("  files: " + joined(texts));
  for (const FileReport& file : files) {
    if (file.fate == "conflict")
      answer.print(fmt::format("  {}: you and the template changed the same lines: they are marked",
                               printable(file.path)));
    if (file.fate == "yours")
      answer.print(fmt::format("  {0}: was there before; the template's is {0}.berth",
                               printable(file.path)));
  }
}

void print_credentials(const ProvisionReport& report, Answer& answer) {
  Facts facts;
  for (const auto& [name, fact] : report.project.facts) facts.add("  " + name, fact);
  for (const auto& [name, secret] : report.secrets) facts.add("  " + name, secret);
  for (const auto& [name, port] : report.project.ports)
    facts.add("  " + name + " port", std::to_string(port));
  answer.print(facts.drawn(answer.terminal()));
  if (!report.secrets.empty())
    answer.print(
        fmt::format("  The secrets are shown this once; they are in .env, and `berth stack "
                    "credentials {}` shows them to you and to admins.",
                    report.project.id));
}

void tell(const ProvisionReport& report, Answer& answer) {
  answer.document(document_of(report));
  answer.print(printable(message_of(report)));
  if (!report.success) {
    answer.print(
        report.code != "no_template"
            ? fmt::format("  When that is mended: `berth stack provision {}`", report.project.id)
            : std::string("  Another stack can be saved at any time."));
    return;
  }
  print_files(report.files, answer);
  print_credentials(report, answer);
  if (!report.project.setup_outcome.empty() && report.project.setup_outcome != "done")
    answer.print(printable(report.project.setup_output));
  answer.print("  next:");
  for (const std::string& step : report.project.next_steps) answer.print("    " + printable(step));
}

Command save_command() {
  auto words = std::make_shared<SaveWords>();
  std::vector<Option> options = slot_options(words->wish);
  add_start_options(*words, options);
  return {"save",
          "save a project's stack, and make its folder what the stack says",
          "berth stack save final-test-laravel --backend laravel --database postgresql "
          "--css tailwind",
          {project_argument(words->wish.project)},
          std::move(options),
          ToDrive{[words](Berth& berth, Answer& answer, Interrupts& interrupts) {
            StackWish wish = words->wish;
            wish.start = start_of(*words);
            tell(berth.save_stack(wish, [&] { return interrupts.count() > 0; }), answer);
            return 0;  // the stack is saved, whatever became of its folder
          }}};
}

int provision(const SaveWords& words, Berth& berth, Answer& answer, Interrupts& interrupts) {
  const ProvisionReport report = berth.provision_project(words.wish.project, start_of(words),
                                                         [&] { return interrupts.count() > 0; });
  tell(report, answer);
  const bool started = report.project.setup_outcome.empty() ||
                       report.project.setup_outcome == "done" || (!words.wait && !words.native);
  return report.success && started ? 0 : exit_status("provisioning_failed");
}

Command provision_command(const char* name, const char* summary) {
  auto words = std::make_shared<SaveWords>();
  std::vector<Option> options;
  add_start_options(*words, options);
  return {name,
          summary,
          fmt::format("berth stack {} final-test-laravel", name),
          {project_argument(words->wish.project)},
          std::move(options),
          ToDrive{[words](Berth& berth, Answer& answer, Interrupts& interrupts) {
            return provision(*words, berth, answer, interrupts);
          }}};
}

int preview(const StackWish& wish, Berth& berth, Answer& answer) {
  const ProvisionReport report = berth.preview_stack(wish);
  answer.document(preview_document(report));
  if (!report.success) {
    answer.print(printable(report.error));
    return exit_status("provisioning_failed");
  }
  Facts facts;
  facts.add("folder", report.project.path);
  facts.add("stack", stack_line(report.project.stack));
  facts.add("ports", ports_line(report.project));
  facts.add("start", joined(report.project.setup, " "));
  answer.print(facts.drawn(answer.terminal()));
  Table table({{"FILE", false, true}, {"WOULD BE"}});
  for (const FileReport& file : report.files) table.add({{file.path}, {file.fate}});
  answer.print(table.drawn(answer.terminal()));
  for (const FileReport& file : report.files)
    if (!file.diff.empty() && file.fate != "added") answer.print(file.diff);
  return 0;
}

Command preview_command() {
  auto wish = std::make_shared<StackWish>();
  return {"preview",
          "show what save or update would do: files, changes, ports; nothing is written",
          "berth stack preview final-test-laravel --css bootstrap",
          {project_argument(wish->project)},
          slot_options(*wish),
          ToRead{[wish](Berth& berth, Answer& answer) { return preview(*wish, berth, answer); }}};
}

}  // namespace

Command stack_command() {
  return {"stack",
          "projects: choices, new, save, list, show, preview, provision, update, credentials, "
          "remove",
          "",
          {},
          {},
          {},
          {Command{"choices",
                   "list the technologies, and the combinations that are refused",
                   "berth stack choices --json",
                   {},
                   {},
                   ToRead{choices}},
           new_command(), save_command(), list_command(), show_command(), preview_command(),
           provision_command("provision",
                             "make the folder again what the saved stack says, after a failure"),
           provision_command("update", "bring a newer template into the folder; your changes stay"),
           credentials_command(), remove_command()}};
}

}  // namespace berth::cli
