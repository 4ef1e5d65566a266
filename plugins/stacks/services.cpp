#include "services.hpp"

#include <algorithm>
#include <set>

#include "quote.hpp"
#include "render.hpp"

namespace berth::stacks {
namespace {

namespace json = boost::json;

/// Renders the texts of one service.
class ServiceView {
 public:
  ServiceView(const Part& part, const Service& service, const View& view)
      : where_((part.folder / "part.toml").string() + ": service " + service.name), view_(view) {}

  std::string text(const std::string& text) const { return view_.rendered(where_, text); }

  json::array pairs(const std::map<std::string, std::string>& entries) const {
    json::array list;
    for (const auto& [name, value] : entries) {
      const std::string plain = text(value);
      if (plain.empty() && !value.empty()) continue;
      list.push_back(json::object{{"name", name}, {"yaml", json_quoted(plain)}, {"value", plain}});
    }
    return list;
  }

  json::array quoted(const std::vector<std::string>& texts) const {
    json::array list;
    for (const std::string& one : kept(texts))
      list.push_back(json::object{{"yaml", json_quoted(one)}});
    return list;
  }

  /// The texts of which something is left: a part leaves one out by a section around all of it.
  std::vector<std::string> kept(const std::vector<std::string>& texts) const {
    std::vector<std::string> all;
    for (const std::string& one : texts)
      if (std::string plain = text(one); !plain.empty()) all.push_back(std::move(plain));
    return all;
  }

 private:
  std::string where_;
  const View& view_;
};

/// docker-compose replaces $NAME itself: what is the container's own is written with two.
std::string for_compose(const std::string& shell) {
  std::string out;
  for (const char c : shell) out += c == '$' ? std::string("$$") : std::string(1, c);
  return out;
}

/// A shell function's name.
std::string function_name(const std::string& service) {
  std::string name = service;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string flow_list(const std::vector<std::string>& texts, const ServiceView& of) {
  json::array list;
  for (const std::string& one : texts) list.emplace_back(of.text(one));
  return json::serialize(list);
}

json::object native_of(const Service& service, const std::string& folder, const ServiceView& of) {
  json::array needs;
  for (const std::string& need : of.kept(service.needs)) {
    const std::size_t colon = need.find(':');
    needs.push_back(
        json::object{{"program", need.substr(0, colon)},
                     {"package", colon == std::string::npos ? need : need.substr(colon + 1)}});
  }
  const std::string health =
      service.health.native.empty() ? service.health.command : service.health.native;
  return {{"function", function_name(service.name)},
          {"needs", std::move(needs)},
          {"has_folder", !folder.empty()},
          {"folder", folder},
          {"environment", of.pairs(service.native_environment)},
          {"has_prepare", !service.prepare.empty()},
          {"prepare", of.text(service.prepare)},
          {"run", of.text(service.run)},
          {"health", of.text(health)}};
}

json::object view_of(const Part& part, const Service& service, const Stack& stack,
                     const std::set<std::string>& names, const View& view) {
  const ServiceView of(part, service, view);
  json::array depends;
  for (const std::string& other : service.depends_on)
    if (names.count(other) > 0) depends.push_back(json::object{{"on", other}});
  const std::string folder = folder_of(part, stack);
  json::array environment = of.pairs(service.environment);
  json::array volumes = of.quoted(service.volumes);
  json::array tmpfs = of.quoted(service.tmpfs);
  json::object out{
      {"name", service.name},
      {"built", !service.dockerfile.empty()},
      {"image", of.text(service.image)},
      {"dockerfile", service.dockerfile},
      {"context",
       !folder.empty() && service.context == "." ? "./" + folder : folder + service.context},
      {"has_user", !service.user.empty()},
      {"user", json_quoted(service.user)},
      {"has_port", !service.port.empty()},
      {"container_port", service.container_port},
      {"has_environment", !environment.empty()},
      {"environment", std::move(environment)},
      {"has_command", !service.command.empty()},
      {"command", flow_list(service.command, of)},
      {"has_volumes", !volumes.empty()},
      {"volumes", std::move(volumes)},
      {"has_tmpfs", !tmpfs.empty()},
      {"tmpfs", std::move(tmpfs)},
      {"read_only", service.read_only},
      {"has_depends", !depends.empty()},
      {"depends_on", std::move(depends)},
      {"health", json_quoted(for_compose(of.text(service.health.command)))},
      {"health_shell", shell_quoted(of.text(service.health.command))},
      {"start_s", service.health.start_s},
      {"is_native", !service.run.empty()},
  };
  const std::string port = port_name(part, stack, service.port);
  out["port_variable"] = port.empty() ? "" : port_variable(port);
  // Only the page may be meant for others: who deploys it says so.
  out["address"] = port == "application" ? "${APPLICATION_ADDRESS:-127.0.0.1}" : "127.0.0.1";
  if (!service.run.empty()) out["native"] = native_of(service, folder, of);
  return out;
}

}  // namespace

std::string port_name(const Part& part, const Stack& stack, const std::string& name) {
  const bool behind = part.slot == "backend" && stack.frontend != "none";
  return behind && name == "application" ? "api" : name;
}

std::string folder_of(const Part& part, const Stack& stack) {
  const bool beside = part.slot == "frontend" && stack.backend != "none";
  return beside ? "frontend/" : "";
}

std::string port_variable(const std::string& port) {
  std::string name = port + "_PORT";
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == '-') c = '_';
  }
  return name;
}

json::array services_of(const std::vector<const Part*>& parts, const Stack& stack,
                        const View& view) {
  std::set<std::string> names;
  for (const Part* part : parts)
    for (const Service& service : part->services) names.insert(service.name);
  json::array list;
  for (const Part* part : parts)
    for (const Service& service : part->services)
      list.emplace_back(view_of(*part, service, stack, names, view));
  return list;
}

json::array volumes_of(const std::vector<const Part*>& parts, const View& view) {
  std::set<std::string> names;
  for (const Part* part : parts)
    for (const Service& service : part->services)
      for (const std::string& volume : ServiceView(*part, service, view).kept(service.volumes))
        if (const std::string name = volume.substr(0, volume.find(':'));
            name.find('/') == std::string::npos && name.find('.') == std::string::npos)
          names.insert(name);
  json::array list;
  for (const std::string& name : names) list.push_back(json::object{{"name", name}});
  return list;
}

}  // namespace berth::stacks
