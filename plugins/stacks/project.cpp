#include "project.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "berth/stack_rules.hpp"
#include "quote.hpp"
#include "render.hpp"
#include "services.hpp"

namespace berth::stacks {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_database_name = 63;  // PostgreSQL's; MariaDB takes 64

/// "final-test" -> "final_test": a name that no database has to quote.
std::string database_name(std::string slug) {
  std::replace(slug.begin(), slug.end(), '-', '_');
  return slug.substr(0, longest_database_name);
}

json::object forms_of(const std::string& title) {
  return {{"line", one_line(title)},
          {"json", json_quoted(one_line(title))},
          {"shell", shell_quoted(title)},
          {"php", php_quoted(title)},
          {"python", python_quoted(title)},
          {"html", html_escaped(title)},
          {"markdown", markdown_escaped(title)},
          {"env", env_quoted(title)}};
}

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

bool below(const std::string& path, const std::string& note) {
  return note.empty() || note == path || (note.back() == '/' && path.rfind(note, 0) == 0);
}

}  // namespace

Project::Project(const std::vector<Part>& parts, const Stack& stack) : all_(parts), stack_(stack) {
  for (const std::string_view slot : {"database", "backend", "frontend", "css", ""})
    for (const Part& part : parts)
      if (part.slot == slot && holds(part.only, stack) &&
          (part.id.empty() || part.id == chosen(stack, slot)))
        parts_.push_back(&part);
}

StackPlan Project::plan() const {
  StackPlan plan;
  std::set<std::string> ports;
  std::set<std::string> secrets;
  for (const Part* part : parts_) {
    if (!part->id.empty()) plan.template_name += (plan.template_name.empty() ? "" : "-") + part->id;
    plan.template_version +=
        (plan.template_version.empty() ? "" : " ") + part->name + "@" + part->version;
    plan.millicores += part->millicores;
    plan.memory_mib += part->memory_mib;
    plan.disk_mib += part->disk_mib;
    for (StackPort port : part->ports) {
      port.name = port_name(*part, stack_, port.name);
      if (ports.insert(port.name).second) plan.ports.push_back(std::move(port));
    }
    for (const StackSecret& secret : part->secrets)
      if (secrets.insert(secret.name).second) plan.secrets.push_back(secret);
    // The page is the frontend's, where there is one.
    if (!part->health_path.empty()) plan.health_path = part->health_path;
  }
  return plan;
}

json::object Project::view_of(const RenderRequest& request) const {
  json::object view{{"name", request.name},
                    {"title", forms_of(request.title)},
                    {"database_name", database_name(request.name)},
                    {"database_user", database_name(request.name)}};
  for (const std::string_view slot : stack_slots) {
    const std::string& id = chosen(stack_, slot);
    json::object one{{"id", id}, {"none", id == "none"}, {"any", id != "none"}};
    for (const Part& part : all_)
      if (part.slot == slot && !part.id.empty()) {
        one[part.id] = part.id == id;
        if (part.id == id) one["title"] = part.title;
      }
    one.emplace("title", "none");
    view[slot] = std::move(one);
  }
  // How the frontend's files name those of the project's own folder, .env above all.
  for (const Part* part : parts_)
    if (part->slot == "frontend")
      view["frontend"].as_object()["up"] = folder_of(*part, stack_).empty() ? "" : "../";
  json::object& values = view["values"].emplace_object();
  for (const Part& part : all_) {
    json::object& own = values[part.name].emplace_object();
    for (const auto& [key, value] : part.values) own[key] = value;
  }
  const StackPlan plan = this->plan();
  view["health_path"] = plan.health_path;
  view["has_health_path"] = !plan.health_path.empty();
  json::object& ports = view["ports"].emplace_object();
  json::object& has = view["has_port"].emplace_object();
  for (const char* name : {"application", "api", "database", "adminer"}) has[name] = false;
  for (const StackPort& port : plan.ports) {
    const auto given = request.ports.find(port.name);
    if (given == request.ports.end())
      throw std::invalid_argument("port \"" + port.name + "\" is missing");
    ports[port.name] = given->second;
    has[port.name] = true;
  }
  json::object& secrets = view["secrets"].emplace_object();
  for (const StackSecret& secret : plan.secrets) {
    const auto given = request.secrets.find(secret.name);
    if (given == request.secrets.end())
      throw std::invalid_argument("secret \"" + secret.name + "\" is missing");
    secrets[secret.name] = given->second;
  }
  return view;
}

void Project::add_lists(json::object& view) const {
  json::array env;
  json::array ignored;
  const View plain(view);
  for (const Part* part : parts_) {
    const std::string where = (part->folder / "part.toml").string();
    for (const EnvLine& line : part->env) {
      if (!holds(line.when, stack_)) continue;
      const std::string value = plain.rendered(where + ": env " + line.name, line.value);
      if (value.empty() && !line.value.empty()) continue;
      env.push_back(json::object{{"name", line.name},
                                 {"value", value},
                                 {"example", line.secret ? "" : value},
                                 {"has_comment", !line.comment.empty()},
                                 {"comment", line.comment}});
    }
    for (const std::string& line : part->ignored) ignored.push_back(json::object{{"line", line}});
  }
  for (const auto& port : view.at("ports").as_object())
    env.push_back(json::object{{"name", port_variable(std::string(port.key()))},
                               {"value", std::to_string(port.value().as_int64())},
                               {"example", std::to_string(port.value().as_int64())},
                               {"has_comment", false},
                               {"comment", ""}});
  view["env"] = std::move(env);
  view["ignored"] = std::move(ignored);
  view["services"] = services_of(parts_, stack_, plain);
  json::array volumes = volumes_of(parts_, plain);
  view["has_volumes"] = !volumes.empty();
  view["volumes"] = std::move(volumes);
}

const FileNote* Project::note_of(const Part& part, const std::string& path, bool& wanted) const {
  const FileNote* exact = nullptr;
  wanted = true;
  for (const FileNote& note : part.notes) {
    if (!below(path, note.path)) continue;
    wanted = wanted && holds(note.when, stack_);
    if (note.path == path) exact = &note;
  }
  return exact;
}

Rendering Project::render(const RenderRequest& request) const {
  json::object view = view_of(request);
  add_lists(view);
  const View texts(view);
  Rendering rendering;
  json::array steps;
  for (const Part* part : parts_)
    for (const auto& [key, text] : part->credentials)
      rendering.credentials[key] =
          texts.rendered((part->folder / "part.toml").string() + ": credentials", text);
  for (const Part* part : parts_)
    for (const std::string& step : part->next_steps) {
      rendering.next_steps.push_back(
          texts.rendered((part->folder / "part.toml").string() + ": next_steps", step));
      steps.push_back(json::object{{"step", rendering.next_steps.back()}});
    }
  view["next_steps"] = std::move(steps);
  const View whole(view);
  std::set<std::string> paths;
  for (const Part* part : parts_)
    for (const PartFile& file : part->files) {
      bool wanted = true;
      const FileNote* note = note_of(*part, file.path, wanted);
      if (!wanted) continue;
      const std::string where = (part->folder / "files" / file.path).string();
      RenderedFile out;
      out.path = folder_of(*part, stack_) + file.path;
      out.content = whole.rendered(where, file.content);
      // All of it was in sections that do not hold: the stack does not have this file.
      if (is_blank(out.content) && !is_blank(file.content)) continue;
      if (!paths.insert(out.path).second)
        throw TemplateProblem(where + ": another part has a file of this name");
      out.executable = file.executable;
      out.secret = note != nullptr && note->secret;
      if (note != nullptr) out.update = note->update;
      rendering.files.push_back(std::move(out));
    }
  if (paths.count("setup.sh") > 0) rendering.setup = {"./setup.sh"};
  return rendering;
}

}  // namespace berth::stacks
