// What a stack provisioner is asked and answers.
#include <algorithm>
#include <array>

#include "berth/stack_rules.hpp"
#include "coded.hpp"

namespace berth {
namespace {

using codec::EnumWord;

constexpr std::array<EnumWord<StackSecret::Form>, 2> form_words{{
    {StackSecret::Form::alphanumeric, "alphanumeric"},
    {StackSecret::Form::base64, "base64"},
}};
constexpr std::array<EnumWord<RenderedFile::Update>, 2> update_words{{
    {RenderedFile::Update::merge, "merge"},
    {RenderedFile::Update::keys, "keys"},
}};

// Far beyond what a project needs.
constexpr std::int64_t most_millicores = 1'024'000;
constexpr std::int64_t most_mib = std::int64_t{1} << 30U;
constexpr std::int64_t first_port = 1024;
constexpr std::int64_t last_port = 65535;
constexpr std::int64_t shortest_secret = 24;
constexpr std::int64_t longest_secret = 256;
constexpr std::size_t most_stacks = 20'000;  // all are looked at for the nearest to a wish
constexpr std::size_t most_rules = 256;
constexpr std::size_t most_ruled_ids = 4096;
constexpr std::size_t most_of_a_project = 64;  // ports, and secrets

constexpr const char* no_slot = "is none of backend, database, frontend and css";

std::size_t count_ruled_ids(const StackChoices& choices) {
  std::size_t count = 0;
  for (const StackRule& rule : choices.rules)
    for (const auto& slot_and_ids : rule.when) count += slot_and_ids.second.size();
  return count;
}

std::size_t count_stacks(const StackChoices& choices) {
  std::size_t stacks = 1;
  for (const std::string_view slot : stack_slots) {
    const auto of_slot = static_cast<std::size_t>(
        std::count_if(choices.choices.begin(), choices.choices.end(),
                      [&](const StackChoice& choice) { return choice.slot == slot; }));
    stacks = std::min(most_stacks + 1, stacks * (of_slot + 1));
  }
  return stacks;
}

}  // namespace

static const auto& words_of(StackSecret::Form) { return form_words; }
static const auto& words_of(RenderedFile::Update) { return update_words; }
static std::string_view unknown_word_of(StackSecret::Form) { return {}; }
static std::string_view unknown_word_of(RenderedFile::Update) { return "merge"; }

template <class Fields>
static void describe(Fields& f, Stack& v) {
  f.required("backend", v.backend);
  f.required("database", v.database);
  f.required("frontend", v.frontend);
  f.required("css", v.css);
}

template <class Fields>
static void describe(Fields& f, StackChoice& v) {
  f.required("slot", v.slot);
  if (!is_slot(v.slot)) f.complain("slot", no_slot);
  f.required("id", v.id);
  f.required("title", v.title);
  f.optional("aliases", v.aliases);
}

template <class Fields>
static void describe(Fields& f, StackRule& v) {
  f.required("id", v.id);
  f.required("when", v.when);
  for (const auto& [slot, ids] : v.when)
    if (!is_slot(slot)) f.complain("when." + slot, no_slot);
  f.required("sentence", v.sentence);
}

template <class Fields>
static void describe(Fields& f, StackChoices& v) {
  f.required("choices", v.choices);
  f.optional("rules", v.rules);
  if (v.rules.size() > most_rules) f.complain("rules", "are more than 256");
  if (count_ruled_ids(v) > most_ruled_ids) f.complain("rules", "name more than 4096 ids");
  if (count_stacks(v) > most_stacks) f.complain("choices", "make more than 20000 stacks");
}

template <class Fields>
static void describe(Fields& f, StackPort& v) {
  f.required("name", v.name);
  f.required("from", v.from);
  if (v.from < first_port || v.from > last_port) f.complain("from", "is not 1024 to 65535");
}

template <class Fields>
static void describe(Fields& f, StackSecret& v) {
  f.required("name", v.name);
  f.defaulted("form", v.form);
  f.defaulted("length", v.length);
  if (v.length < shortest_secret || v.length > longest_secret)
    f.complain("length", "is not 24 to 256");
}

template <class Fields>
static void describe(Fields& f, StackPlan& v) {
  f.required("template_name", v.template_name);
  f.required("template_version", v.template_version);
  f.optional("ports", v.ports);
  f.optional("secrets", v.secrets);
  if (v.ports.size() > most_of_a_project) f.complain("ports", "are more than 64");
  if (v.secrets.size() > most_of_a_project) f.complain("secrets", "are more than 64");
  f.required("millicores", v.millicores);
  f.required("memory_mib", v.memory_mib);
  f.required("disk_mib", v.disk_mib);
  f.optional("health_path", v.health_path);
  f.within("millicores", v.millicores, most_millicores);
  f.within("memory_mib", v.memory_mib, most_mib);
  f.within("disk_mib", v.disk_mib, most_mib);
}

template <class Fields>
static void describe(Fields& f, StackRequest& v) {
  f.required("stack", v.stack);
}

template <class Fields>
static void describe(Fields& f, RenderRequest& v) {
  f.required("stack", v.stack);
  f.required("name", v.name);
  f.required("title", v.title);
  f.optional("ports", v.ports);
  f.optional("secrets", v.secrets);
}

template <class Fields>
static void describe(Fields& f, RenderedFile& v) {
  f.required("path", v.path);
  f.required("content", v.content);
  f.optional("executable", v.executable);
  f.optional("secret", v.secret);
  f.defaulted("update", v.update);
}

template <class Fields>
static void describe(Fields& f, Rendering& v) {
  f.required("files", v.files);
  f.optional("credentials", v.credentials);
  f.optional("next_steps", v.next_steps);
  f.optional("setup", v.setup);
}

namespace codec {

BERTH_CODEC(StackChoices)
BERTH_CODEC(StackRequest)
BERTH_CODEC(StackPlan)
BERTH_CODEC(RenderRequest)
BERTH_CODEC(Rendering)

}  // namespace codec
}  // namespace berth
