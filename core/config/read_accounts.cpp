// [[account]], [[notifier]], [stacks], [[stack_provisioner]] and [[plugin]]: what is reached from
// outside.
#include <algorithm>

#include "config/read.hpp"
#include "config/secrets.hpp"
#include "config/text_file.hpp"
#include "request/names.hpp"

namespace berth {

namespace {

constexpr std::size_t most_key_bytes = 64 * 1024;
constexpr std::size_t most_user_data_bytes = 64 * 1024;  // the largest that any of the clouds takes

/// Ids of plugins: [a-z][a-z0-9-]*, at most 63, as in their manifests.
bool is_plugin_id(const std::string& text) {
  return !text.empty() && text.size() <= 63 && text[0] >= 'a' && text[0] <= 'z' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

/// OpenSSH's one-line format: a type, the key in base64, perhaps a comment.
bool is_public_key(std::string_view line) {
  const auto space = line.find(' ');
  if (space == std::string_view::npos || space + 1 >= line.size()) return false;
  const std::string_view type = line.substr(0, space);
  const auto starts = [&](std::string_view word) { return type.substr(0, word.size()) == word; };
  return (starts("ssh-") || starts("ecdsa-") || starts("sk-")) &&
         line.compare(space + 1, 4, "AAAA") == 0 && line.find('\n') == std::string_view::npos;
}

void read_isolation(TableReader& reader, Isolation& into) {
  reader.word<Isolation>("isolation",
                         {{"auto", Isolation::automatic},
                          {"in_process", Isolation::in_process},
                          {"worker", Isolation::worker}},
                         into);
}

void read_plugin_id(TableReader& reader, std::string_view key, std::string& into) {
  if (!reader.require(key, "\"hetzner\"")) return;
  reader.text(key, into);
  if (!into.empty() && !is_plugin_id(into))
    reader.complain(key, "is '" + into + "', which is no plugin's id",
                    "a-z, 0-9 and '-', a letter first; see berth plugins list");
}

/// The id of an account or notifier; `others` are those of the ones before.
void read_id(TableReader& reader, Names& others, std::string& into) {
  if (!reader.require("id", "\"main\"")) return;
  reader.text("id", into);
  if (into.empty()) return;
  if (!is_name(into))
    return reader.complain("id", "is '" + into + "', which is no name",
                           "1 to 40 of a-z, 0-9 and '-', a letter first and no '-' last");
  if (const Place* same = others.add(into, reader.place()))
    reader.complain("id", "is '" + into + "', as of the one at " + same->text());
}

void read_organization_names(TableReader& reader, std::vector<std::string>& into) {
  reader.texts("organizations", into);
  const Names& known = reader.reading().organizations;
  for (const PlacedText& each : reader.placed_texts("organizations"))
    if (!known.has(each.text))
      reader.reading().complain(each.place, "there is no organization '" + each.text + "'",
                                known.suggestion_for(each.text));
}

void add_keys_of(TableReader& reader, const PlacedText& file, std::vector<std::string>& into) {
  const std::filesystem::path path = reader.reading().path_of(file.text);
  const auto refuse = [&](const std::string& why) {
    reader.reading().complain(file.place, path.string() + " gives no public key: " + why,
                              "name a .pub file");
  };
  std::string why;
  const auto text = reader.reading().text_in(path, most_key_bytes, why);
  if (!text) return refuse(why);
  if (text->find("PRIVATE KEY") != std::string::npos) return refuse("it is a private key");
  bool any = false;
  for (std::size_t begin = 0; begin < text->size();) {
    const std::size_t end = std::min(text->find('\n', begin), text->size());
    std::string line = text->substr(begin, end - begin);
    begin = end + 1;
    line.erase(line.find_last_not_of(" \t\r") + 1);
    if (line.empty() || line[0] == '#') continue;
    if (!is_public_key(line)) return refuse("a line is not in OpenSSH's format");
    into.push_back(std::move(line));
    any = true;
  }
  if (!any) refuse("it is empty");
}

void read_ssh(TableReader& reader, AccountSettings& account) {
  for (PlacedText& each : reader.placed_texts("ssh_public_keys")) {
    if (is_public_key(each.text))
      account.ssh_public_keys.push_back(std::move(each.text));
    else
      reader.reading().complain(each.place, "this is no public key in OpenSSH's one-line format",
                                "as in \"ssh-ed25519 AAAA… name\"");
  }
  for (const PlacedText& file : reader.placed_texts("ssh_public_key_files"))
    add_keys_of(reader, file, account.ssh_public_keys);
  reader.text("ssh_user", account.ssh_user);
  if (reader.has("ssh_user") && !is_user_name(account.ssh_user))
    reader.complain("ssh_user", "is '" + account.ssh_user + "', which is no user's name");
  reader.whole("ssh_port", 1, 65'535, account.ssh_port);
  reader.text("host_key", account.host_key);
  if (!account.host_key.empty() && !is_host_key(account.host_key))
    reader.complain("host_key", "is no host key: one line with its type and the public key",
                    "as in \"ssh-ed25519 AAAA…\"");
  else if (!account.host_key.empty() && !reader.has("user_data_file"))
    reader.complain("host_key", "is set, and nothing gives new servers that key",
                    "user_data_file names the cloud-init that does (ssh_keys)");
  reader.path("ssh_identity_file", account.ssh_identity_file);
  if (account.ssh_identity_file.empty()) return;
  if (const Secret key = reader.reading().secret_in(account.ssh_identity_file); !key.why.empty())
    reader.complain("ssh_identity_file", "cannot be used: " + key.why);
  else if (key.value.find("PRIVATE KEY") == std::string::npos)
    reader.complain("ssh_identity_file",
                    "names " + account.ssh_identity_file.string() + ", which is no private key");
}

void read_user_data(TableReader& reader, const Configuration& configuration,
                    AccountSettings& account) {
  std::filesystem::path file;
  reader.path("user_data_file", file);
  if (file.empty()) return;
  std::string why;
  auto text = reader.reading().text_in(file, most_user_data_bytes, why);
  if (!text)
    return reader.complain("user_data_file", "names " + file.string() + ": " + why);
  account.user_data = std::move(*text);
  if (configuration.provisioning.ready == ReadyWhen::marker &&
      !is_plain_user_data(account.user_data))
    reader.complain("user_data_file",
                    "names " + file.string() +
                        ", which is no plain text: with ready = \"marker\" berth adds a part "
                        "of its own, and cannot",
                    "use a plain #cloud-config or script, or ready = \"command\"");
}

void read_regions(TableReader& reader, AccountSettings& account) {
  reader.text("default_region", account.default_region);
  reader.texts("regions", account.regions);
  const auto& regions = account.regions;
  if (!account.default_region.empty() && !regions.empty() &&
      std::find(regions.begin(), regions.end(), account.default_region) == regions.end())
    reader.complain("default_region",
                    "is '" + account.default_region + "', which is not among regions",
                    "add it to regions, or leave default_region out");
}

/// Said twice, one of the two would be believed and not done.
void refuse_overlap(TableReader& reader, const PluginSettings& settings) {
  for (const std::string key : {"default_region", "regions", "image"}) {
    const auto inner = settings.places.find(key);
    if (inner != settings.places.end() && reader.has(key))
      reader.reading().complain(inner->second,
                                "'" + key + "' stands in [[account]] and in its settings",
                                "keep the one in [[account]]");
  }
  const auto set_by_host = settings.places.find("account_id");
  if (set_by_host != settings.places.end())
    reader.reading().complain(set_by_host->second, "'account_id' is set by berth itself",
                              "remove it");
}

}  // namespace

void read_accounts(TableReader& root, Configuration& into) {
  Names ids;
  for (const toml::table* table : root.tables("account")) {
    TableReader reader(root.reading(), *table, "account");
    AccountSettings account;
    account.place = reader.place();
    read_id(reader, ids, account.id);
    read_plugin_id(reader, "plugin", account.plugin);
    if (reader.require("organizations", "[\"acme\"]")) {
      read_organization_names(reader, account.organizations);
      if (account.organizations.empty() && reader.placed_texts("organizations").empty())
        reader.complain("organizations", "is empty: nobody may use this account",
                        "to set it aside write active = false");
    }
    read_regions(reader, account);
    reader.boolean("active", account.active);
    read_isolation(reader, account.isolation);
    reader.text("image", account.image);
    read_ssh(reader, account);
    read_user_data(reader, into, account);
    account.settings = read_plugin_settings(reader);
    read_discounts(reader, account);
    refuse_overlap(reader, account.settings);
    into.accounts.push_back(std::move(account));
  }
}

void read_notifiers(TableReader& root, Configuration& into) {
  Names ids;
  for (const toml::table* table : root.tables("notifier")) {
    TableReader reader(root.reading(), *table, "notifier");
    NotifierSettings notifier;
    notifier.place = reader.place();
    read_id(reader, ids, notifier.id);
    read_plugin_id(reader, "plugin", notifier.plugin);
    reader.texts("events", notifier.events);
    for (const PlacedText& each : reader.placed_texts("events")) {
      const std::size_t star = each.text.find('*');
      if (star != std::string::npos && star + 1 != each.text.size())
        reader.reading().complain(each.place, "'" + each.text + "': a '*' may end an event only",
                                  "as in \"deployment.*\"");
    }
    read_organization_names(reader, notifier.organizations);
    read_isolation(reader, notifier.isolation);
    notifier.settings = read_plugin_settings(reader);
    into.notifiers.push_back(std::move(notifier));
  }
}

namespace {

void read_stack_settings(TableReader& root, StackSettings& into) {
  const toml::table* table = root.table("stacks");
  if (table == nullptr) return;
  TableReader stacks(root.reading(), *table, "stacks");
  stacks.path("projects_dir", into.projects_dir);
  std::string host_dir;
  stacks.text("host_dir", host_dir);  // of another mount namespace: not resolved here
  if (!host_dir.empty() && host_dir.front() != '/')
    stacks.complain("host_dir", "is no absolute path", "as in \"/srv/projects\"");
  into.host_dir = host_dir;
  stacks.word<StartHow>("start",
                        {{"no", StartHow::no},
                         {"containers", StartHow::containers},
                         {"native", StartHow::native}},
                        into.start);
  stacks.duration("setup_timeout", into.setup_timeout_ms);
  stacks.command("deploy_command", into.deploy_command);
  stacks.command("release_command", into.release_command);
}

}  // namespace

void read_stacks(TableReader& root, Configuration& into) {
  read_stack_settings(root, into.stacks);
  Names ids;
  for (const toml::table* table : root.tables("stack_provisioner")) {
    TableReader reader(root.reading(), *table, "stack_provisioner");
    StackProvisionerSettings provisioner;
    provisioner.place = reader.place();
    read_id(reader, ids, provisioner.id);
    read_plugin_id(reader, "plugin", provisioner.plugin);
    read_isolation(reader, provisioner.isolation);
    provisioner.settings = read_plugin_settings(reader);
    into.stack_provisioners.push_back(std::move(provisioner));
  }
  if (!into.stack_provisioners.empty()) return;
  StackProvisionerSettings bundled;
  bundled.id = bundled.plugin = "stacks";
  into.stack_provisioners.push_back(std::move(bundled));
}

void read_plugins(TableReader& root, Configuration& into) {
  Names ids;
  for (const toml::table* table : root.tables("plugin")) {
    TableReader reader(root.reading(), *table, "plugin");
    PluginEntry plugin;
    plugin.place = reader.place();
    read_plugin_id(reader, "id", plugin.id);
    if (!plugin.id.empty())
      if (const Place* same = ids.add(plugin.id, plugin.place))
        reader.complain("id", "is '" + plugin.id + "', as of the one at " + same->text());
    reader.path("path", plugin.path);
    reader.command("command", plugin.command);
    if (reader.has("path") == reader.has("command"))
      root.reading().complain(plugin.place,
                              reader.has("path") ? "[[plugin]] has both 'path' and 'command'"
                                                 : "[[plugin]] has neither 'path' nor 'command'",
                              "path names a library, command a script: one of them");
    else if (reader.has("command") && plugin.command.empty())
      reader.complain("command", "is empty");
    read_isolation(reader, plugin.isolation);
    if (plugin.isolation == Isolation::in_process && reader.has("command"))
      reader.complain("isolation", "cannot be in_process for a script");
    into.plugins.push_back(std::move(plugin));
  }
}

}  // namespace berth
