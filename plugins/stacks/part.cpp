#include "part.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "berth/did_you_mean.hpp"
#include "berth/stack_rules.hpp"
#include "berth/toml_depth.hpp"
#include "render.hpp"

namespace berth::stacks {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t largest_file = 1U << 20U;
constexpr std::size_t most_files = 2000;

/// A table of part.toml whose every key has to be asked for.
class Table {
 public:
  Table(const toml::table& table, std::string file, std::string what)
      : table_(table), file_(std::move(file)), what_(std::move(what)) {}

  [[noreturn]] void refuse(const toml::source_region& at, const std::string& text) const {
    throw TemplateProblem(file_ + ":" + std::to_string(at.begin.line) + ":" +
                          std::to_string(at.begin.column) + ": " + text);
  }

  std::string text(const char* key, bool required = false) {
    const toml::node* node = find(key, required);
    if (node == nullptr) return "";
    const auto value = node->value_exact<std::string>();
    if (!value) wrong(*node, key, "a text");
    return *value;
  }
  bool flag(const char* key, bool otherwise) {
    const toml::node* node = find(key, false);
    if (node == nullptr) return otherwise;
    const auto value = node->value_exact<bool>();
    if (!value) wrong(*node, key, "true or false");
    return *value;
  }
  std::int64_t number(const char* key, std::int64_t otherwise) {
    const toml::node* node = find(key, false);
    if (node == nullptr) return otherwise;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < 0) wrong(*node, key, "a whole number");
    return *value;
  }
  std::int64_t number_within(const char* key, std::int64_t otherwise, std::int64_t least,
                             std::int64_t most) {
    const std::int64_t value = number(key, otherwise);
    if (value < least || value > most)
      wrong(*find(key, false), key,
            "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return value;
  }
  std::vector<std::string> texts(const char* key) {
    const toml::node* node = find(key, false);
    return node == nullptr ? std::vector<std::string>() : texts_of(*node, key);
  }
  std::map<std::string, std::string> map(const char* key) {
    std::map<std::string, std::string> all;
    const toml::node* node = find(key, false);
    if (node == nullptr) return all;
    if (!node->is_table()) wrong(*node, key, "a table of texts");
    for (const auto& [name, value] : *node->as_table()) {
      const auto one = value.value_exact<std::string>();
      if (!one) wrong(value, std::string(name.str()), "a text");
      all[std::string(name.str())] = *one;
    }
    return all;
  }
  When when(const char* key) {
    When all;
    const toml::node* node = find(key, false);
    if (node == nullptr) return all;
    if (!node->is_table()) wrong(*node, key, "a table: slot = [\"id\"]");
    for (const auto& [slot, ids] : *node->as_table()) {
      const std::string name(slot.str());
      if (!is_slot(name))
        refuse(slot.source(), "there is no slot '" + name + "'" + did_you_mean(name, stack_slots));
      all[name] = texts_of(ids, name);
    }
    return all;
  }
  /// Each table of [[key]].
  template <class Each>
  void each(const char* key, const Each& body) {
    const toml::node* node = find(key, false);
    if (node == nullptr) return;
    if (!node->is_array_of_tables()) wrong(*node, key, std::string("[[") + key + "]] tables");
    for (const toml::node& one : *node->as_array()) {
      Table inner(*one.as_table(), file_, std::string("[[") + key + "]]");
      body(inner);
      inner.end();
    }
  }
  template <class Body>
  void inside(const char* key, const Body& body) {
    const toml::node* node = find(key, false);
    if (node == nullptr) return;
    if (!node->is_table()) wrong(*node, key, "a table");
    Table inner(*node->as_table(), file_, std::string("[") + key + "]");
    body(inner);
    inner.end();
  }
  void end() const {
    for (const auto& [key, value] : table_) {
      const std::string name(key.str());
      if (asked_.count(name) == 0)
        refuse(key.source(), "there is no '" + name + "' in " + what_ + did_you_mean(name, asked_));
    }
  }
  [[nodiscard]] const toml::source_region& source() const { return table_.source(); }

 private:
  const toml::node* find(const char* key, bool required) {
    asked_.insert(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr && required)
      refuse(table_.source(), std::string("'") + key + "' is missing in " + what_);
    return node;
  }
  [[noreturn]] void wrong(const toml::node& node, const std::string& key,
                          const std::string& wanted) const {
    refuse(node.source(), "'" + key + "' in " + what_ + " is not " + wanted);
  }
  std::vector<std::string> texts_of(const toml::node& node, const std::string& key) const {
    std::vector<std::string> all;
    if (!node.is_array()) wrong(node, key, "a list of texts");
    for (const toml::node& each : *node.as_array()) {
      const auto one = each.value_exact<std::string>();
      if (!one) wrong(each, key, "a list of texts");
      all.push_back(*one);
    }
    return all;
  }

  const toml::table& table_;
  std::string file_, what_;
  std::set<std::string> asked_;
};

Service service_of(Table& table) {
  Service service;
  service.name = table.text("name", true);
  service.image = table.text("image");
  service.dockerfile = table.text("dockerfile");
  if (service.image.empty() == service.dockerfile.empty())
    table.refuse(table.source(), "a service has either 'image' or 'dockerfile'");
  if (const std::string context = table.text("context"); !context.empty())
    service.context = context;
  service.user = table.text("user");
  service.port = table.text("port");
  service.container_port = table.number("container_port", 0);
  service.environment = table.map("environment");
  service.command = table.texts("command");
  service.volumes = table.texts("volumes");
  service.tmpfs = table.texts("tmpfs");
  service.read_only = table.flag("read_only", true);
  service.depends_on = table.texts("depends_on");
  table.inside("health", [&](Table& health) {
    service.health.command = health.text("command", true);
    service.health.native = health.text("native");
    service.health.start_s = health.number("start_s", service.health.start_s);
  });
  if (service.health.command.empty())
    table.refuse(table.source(), "service '" + service.name + "' has no health.command");
  table.inside("native", [&](Table& native) {
    service.needs = native.texts("needs");
    service.native_environment = native.map("environment");
    service.prepare = native.text("prepare");
    service.run = native.text("run", true);
  });
  return service;
}

void read_lists(Table& table, Part& part) {
  table.each("port", [&](Table& port) {
    StackPort one;
    one.name = port.text("name", true);
    one.from = port.number_within("from", 8080, 1024, 65535);
    part.ports.push_back(std::move(one));
  });
  table.each("secret", [&](Table& secret) {
    StackSecret one;
    one.name = secret.text("name", true);
    const std::string form = secret.text("form");
    if (!form.empty() && form != "alphanumeric" && form != "base64")
      secret.refuse(secret.source(), "'form' is alphanumeric or base64");
    if (form == "base64") one.form = StackSecret::Form::base64;
    one.length = secret.number_within("length", one.length, 24, 256);
    part.secrets.push_back(std::move(one));
  });
  table.each("rule", [&](Table& rule) {
    StackRule one;
    one.id = rule.text("id", true);
    one.sentence = rule.text("sentence", true);
    one.when = rule.when("when");
    part.rules.push_back(std::move(one));
  });
  table.each("service", [&](Table& service) { part.services.push_back(service_of(service)); });
  table.each("env", [&](Table& line) {
    EnvLine one;
    one.name = line.text("name", true);
    one.value = line.text("value");
    one.comment = line.text("comment");
    one.secret = line.flag("secret", false);
    one.when = line.when("when");
    part.env.push_back(std::move(one));
  });
  table.each("file", [&](Table& file) {
    FileNote one;
    one.path = file.text("path", true);
    one.when = file.when("when");
    one.secret = file.flag("secret", false);
    const std::string update = file.text("update");
    if (!update.empty() && update != "merge" && update != "keys")
      file.refuse(file.source(), "'update' is merge or keys");
    if (update == "keys") one.update = RenderedFile::Update::keys;
    part.notes.push_back(std::move(one));
  });
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw TemplateProblem(path.string() + ": cannot be read");
  return text.str();
}

void read_files(Part& part) {
  const fs::path root = part.folder / "files";
  if (!fs::is_directory(root)) return;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.is_directory() && !entry.is_symlink()) continue;
    const std::string name = entry.path().string();
    if (entry.is_symlink() || !entry.is_regular_file())
      throw TemplateProblem(name + ": is no regular file");
    if (entry.file_size() > largest_file) throw TemplateProblem(name + ": is over 1 MiB");
    if (part.files.size() >= most_files)
      throw TemplateProblem(part.folder.string() + ": has over 2,000 files");
    const auto executable = entry.status().permissions() & fs::perms::owner_exec;
    part.files.push_back({fs::relative(entry.path(), root).generic_string(),
                          content_of(entry.path()), executable != fs::perms::none});
  }
  std::sort(part.files.begin(), part.files.end(),
            [](const PartFile& a, const PartFile& b) { return a.path < b.path; });
}

}  // namespace

bool holds(const When& when, const Stack& stack) {
  return std::all_of(when.begin(), when.end(), [&](const auto& slot_and_ids) {
    const auto& ids = slot_and_ids.second;
    return std::find(ids.begin(), ids.end(), chosen(stack, slot_and_ids.first)) != ids.end();
  });
}

Part read_part(const fs::path& folder) {
  Part part;
  part.folder = folder;
  part.name = folder.filename().string();
  const std::string file = (folder / "part.toml").string();
  toml::table whole;
  try {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw TemplateProblem(file + ": cannot be read");
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    if (const auto deep = TomlDepth(text).beyond())
      throw TemplateProblem(file + ":" + std::to_string(deep->line) + ":" +
                            std::to_string(deep->column) + ": nested more than " +
                            std::to_string(most_toml_depth) + " deep");
    whole = toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    throw TemplateProblem(file + ":" + std::to_string(error.source().begin.line) + ":" +
                          std::to_string(error.source().begin.column) + ": " +
                          std::string(error.description()));
  }
  Table table(whole, file, "part.toml");
  part.title = table.text("title", true);
  part.version = table.text("version", true);
  part.only = table.when("for");
  part.aliases = table.texts("aliases");
  part.pages = table.flag("pages", false);
  table.inside("room", [&](Table& room) {
    part.millicores = room.number("millicores", 0);
    part.memory_mib = room.number("memory_mib", 0);
    part.disk_mib = room.number("disk_mib", 0);
  });
  part.health_path = table.text("health_path");
  part.values = table.map("values");
  part.ignored = table.texts("ignored");
  part.next_steps = table.texts("next_steps");
  part.credentials = table.map("credentials");
  read_lists(table, part);
  table.end();
  read_files(part);
  return part;
}

namespace {

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> folders;
  if (!fs::is_directory(folder)) return folders;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory()) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

/// Where it may stand decides what `for` may say.
void settle_only(const Part& part, bool shared) {
  const std::string file = (part.folder / "part.toml").string();
  if (shared && part.only.size() != 1)
    throw TemplateProblem(file +
                          ": one that is shared says for which choices of one slot: for = { "
                          "frontend = [\"react\", \"vue\"] }");
  if (!shared && !part.only.empty())
    throw TemplateProblem(file + ": only a part in shared/ has 'for'");
}

}  // namespace

std::vector<Part> read_parts(const fs::path& root) {
  std::vector<Part> parts;
  try {
    if (fs::exists(root / "every")) parts.push_back(read_part(root / "every"));
    for (const fs::path& folder : folders_in(root / "shared")) {
      Part part = read_part(folder);
      settle_only(part, true);
      part.slot = part.only.begin()->first;
      parts.push_back(std::move(part));
    }
    for (const std::string_view slot : stack_slots)
      for (const fs::path& folder : folders_in(root / slot)) {
        Part part = read_part(folder);
        settle_only(part, false);
        part.slot = slot;
        part.id = part.name;
        parts.push_back(std::move(part));
      }
  } catch (const fs::filesystem_error& error) {
    throw TemplateProblem(error.what());
  }
  if (parts.empty())
    throw TemplateProblem(root.string() +
                          ": has neither every/ nor a folder SLOT/ID with a part.toml");
  return parts;
}

}  // namespace berth::stacks
