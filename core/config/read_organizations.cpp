#include "config/read.hpp"
#include "request/names.hpp"
#include "request/plain_text.hpp"

namespace berth {

namespace {

constexpr const char* name_rule = "1 to 40 of a-z, 0-9 and '-', a letter first and no '-' last";
constexpr int most_servers = 100'000;

void read_applications(TableReader& organization, OrganizationSettings& into) {
  Names known;
  for (const toml::table* table : organization.tables("application")) {
    TableReader reader(organization.reading(), *table, "organization.application");
    ApplicationSettings application;
    if (reader.require("name", "\"web\"")) reader.text("name", application.name);
    if (!application.name.empty() && !is_name(application.name))
      reader.complain("name", "is '" + application.name + "', which is no name", name_rule);
    reader.room("cpu", parse_cores, application.millicores);
    reader.room("memory", parse_memory_gb, application.memory_mib);
    reader.room("disk", parse_disk_gb, application.disk_mib);
    reader.word<std::string>("arch", {{"x86_64", "x86_64"}, {"arm64", "arm64"}},
                             application.arch);
    Strategy strategy{};
    std::vector<std::pair<std::string, Strategy>> words;
    for (const Strategy each :
         {Strategy::standard, Strategy::rolling, Strategy::blue_green, Strategy::canary})
      words.emplace_back(to_word(each), each);
    reader.word("strategy", words, strategy);
    if (reader.has("strategy")) application.strategy = strategy;
    reader.command("command", application.command);
    reader.command("release_command", application.release_command);
    if (!application.name.empty() && known.add(application.name, reader.place()) != nullptr)
      reader.complain("name", "is '" + application.name + "', as of another application of " +
                                  into.id);
    into.applications.push_back(std::move(application));
  }
}

}  // namespace

void read_organizations(TableReader& root, Configuration& into) {
  for (const toml::table* table : root.tables("organization")) {
    TableReader reader(root.reading(), *table, "organization");
    OrganizationSettings organization;
    organization.place = reader.place();
    if (reader.require("id", "\"acme\"")) reader.text("id", organization.id);
    if (!organization.id.empty() && !is_name(organization.id))
      reader.complain("id", "is '" + organization.id + "', which is no name", name_rule);
    if (!organization.id.empty())
      if (const Place* same = root.reading().organizations.add(organization.id, organization.place))
        reader.complain("id", "is '" + organization.id + "', as of the one at " + same->text());
    reader.boolean("auto_provisioning", organization.auto_provisioning);
    reader.boolean("auto_approve_provisioning", organization.auto_approve_provisioning);
    if (reader.has("max_servers")) {
      int most = -1;  // what could not be read stays absent
      reader.whole("max_servers", 0, most_servers, most);
      if (most >= 0) organization.max_servers = most;
    }
    reader.texts("admins", organization.admins);
    for (const std::string& admin : organization.admins)
      if (!is_person(admin))
        reader.complain("admins", "has '" + one_line(admin, 40) + "', which is nobody's name",
                        "at most 128 bytes on one line, without a blank at either end");
    read_applications(reader, organization);
    into.organizations.push_back(std::move(organization));
  }
}

}  // namespace berth
