#include <cstddef>
#include <cstring>
#include <set>

#include "berth/codec.hpp"
#include "berth/conformance.hpp"
#include "berth/table_call.hpp"
#include "report.hpp"

namespace berth::conformance {
namespace {

/// An instance that create() made; ends itself.
class Made {
 public:
  Made(const berth_plugin& plugin, const std::string& config_json, Call& call)
      : plugin_(plugin), answer_(make(config_json, call)) {}
  ~Made() {
    if (self_ != nullptr) plugin_.destroy(self_);
  }
  Made(const Made&) = delete;
  Made& operator=(const Made&) = delete;

  [[nodiscard]] void* self() const { return self_; }
  [[nodiscard]] const Result<std::string>& answer() const { return answer_; }

 private:
  Result<std::string> make(const std::string& config_json, Call& call) {
    TableCall lent(call);
    const std::int32_t returned = plugin_.create(config_json.c_str(), lent.raw(), &self_);
    return lent.answer(returned);
  }

  const berth_plugin& plugin_;
  void* self_ = nullptr;
  Result<std::string> answer_;
};

/// "" or what is wrong with how settings were refused.
std::string refusal_problem(const berth_plugin& plugin, const std::string& config_json,
                            const CallFactory& calls) {
  const auto call = calls();
  const Made made(plugin, config_json, *call);
  if (made.answer()) return "the settings were accepted: " + config_json;
  if (made.self() != nullptr) return "create() failed and set an instance all the same";
  const Failure& failure = made.answer().failure();
  if (failure.code != ErrorCode::invalid) return "expected code invalid, got " + in_words(failure);
  return failure.message.empty() ? "refused without a message" : "";
}

std::string table_problem(const berth_plugin* plugin) {
  if (plugin == nullptr) return "berth_plugin_v1() returned null";
  constexpr std::size_t released = offsetof(berth_plugin, interface_of) + sizeof(void*);
  if (plugin->size < released)
    return "berth_plugin.size is " + std::to_string(plugin->size) + ", expected at least " +
           std::to_string(released);
  if (plugin->manifest_json == nullptr) return "manifest_json is null";
  if (plugin->create == nullptr || plugin->destroy == nullptr || plugin->interface_of == nullptr)
    return "create, destroy or interface_of is null";
  return "";
}

std::vector<const char*> methods_of(const std::string& interface_id) {
  if (interface_id == cloud_provider_id) return {"check", "offers", "create", "find", "destroy"};
  if (interface_id == notifier_id) return {"notify"};
  if (interface_id == stack_provisioner_id) return {"choices", "plan", "render"};
  return {};
}

std::string interface_problem(const berth_interface* table, const std::string& id) {
  if (table == nullptr) return "in the manifest, but interface_of() returns null";
  if (table->size < sizeof(berth_interface)) return "berth_interface.size is too small";
  std::set<std::string> names;
  for (std::uint32_t i = 0; i < table->method_count; ++i) {
    const berth_method& method = table->methods[i];
    if (method.name == nullptr || method.call == nullptr)
      return "a method without name or function";
    if (!names.insert(method.name).second) return std::string("two methods named ") + method.name;
  }
  for (const char* name : methods_of(id))
    if (names.count(name) == 0) return std::string("method ") + name + " is missing";
  return "";
}

/// "" or what is wrong with how an unusable request was answered.
std::string garbage_problem(const berth_method& method, void* self, const char* request,
                            const CallFactory& calls) {
  const auto call = calls();
  TableCall lent(*call);
  const std::int32_t returned = method.call(self, request, lent.raw());
  const Result<std::string> answer = lent.answer(returned);
  if (answer) return std::string("answered as if it were a request: ") + request;
  if (answer.failure().code != ErrorCode::invalid)
    return std::string(request) + ": expected code invalid, got " + in_words(answer.failure());
  return "";
}

void check_settings(Report& report, const berth_plugin& plugin, const Manifest& manifest,
                    const Settings& working, const CallFactory& calls) {
  report.begin("config.not-json");
  report.judge(refusal_problem(plugin, "{\"token\": ", calls));

  for (const auto& setting : manifest.config) {
    if (setting.required) {
      report.begin("config.missing." + setting.key);
      Settings without = working;
      without.erase(setting.key);
      report.judge(refusal_problem(plugin, json_of_settings(without), calls));
    }
    report.begin("config.wrong-type." + setting.key);
    Settings wrong = working;
    wrong[setting.key] = 1.5;
    report.judge(refusal_problem(plugin, json_of_settings(wrong), calls));
  }

  report.begin("config.unknown");
  Settings more = working;
  more["no_such_setting"] = std::string("x");
  if (settings_problems(manifest, more).empty()) {
    report.fail("the manifest lets an unknown setting pass");
  } else {
    const auto call = calls();  // the host refuses it; a plugin may, and must not crash
    const Made made(plugin, json_of_settings(more), *call);
    report.ok();
  }
}

void check_calls(Report& report, const berth_plugin& plugin, const Manifest& manifest, void* self,
                 const CallFactory& calls) {
  for (const auto& id : manifest.interfaces) {
    const berth_interface* table = plugin.interface_of(self, id.c_str());
    report.begin("interface." + id);
    if (!report.judge(interface_problem(table, id))) continue;
    for (std::uint32_t i = 0; i < table->method_count; ++i) {
      const berth_method& method = table->methods[i];
      report.begin(std::string("garbage.") + method.name);
      std::vector<const char*> requests{"", "nonsense", "[]",
                                        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["};
      const std::string_view name = method.name;
      if (name == "create" || name == "destroy" || name == "find" || name == "notify")
        requests.insert(requests.end(), {"{}", R"({"installation_id": 5, "event_id": {}})"});
      if (name == "plan" || name == "render")
        requests.insert(requests.end(), {"{}", R"({"stack": "laravel"})"});
      if (name == "offers") requests.push_back(R"({"regions": "everywhere"})");
      std::string problem;
      for (const char* request : requests)
        if (problem.empty()) problem = garbage_problem(method, self, request, calls);
      report.judge(problem);
    }
  }
  report.begin("interface.unknown");
  report.judge(plugin.interface_of(self, "berth.no-such-interface/9") == nullptr
                   ? ""
                   : "interface_of() knows an interface that does not exist");
}

}  // namespace

Settings completed(const Manifest& manifest, Settings settings) {
  for (const auto& setting : manifest.config) {
    if (!setting.required) continue;
    switch (setting.type) {
      case SettingType::string: settings.try_emplace(setting.key, std::string("made-up")); break;
      case SettingType::integer: settings.try_emplace(setting.key, std::int64_t{1}); break;
      case SettingType::boolean: settings.try_emplace(setting.key, true); break;
      case SettingType::decimal: settings.try_emplace(setting.key, std::string("1.00")); break;
      case SettingType::string_list:
        settings.try_emplace(setting.key, std::vector<std::string>{"made-up"});
        break;
    }
  }
  return with_defaults(manifest, std::move(settings));
}

std::vector<CheckResult> check_library(const berth_plugin* plugin, const Settings& config,
                                       const CallFactory& calls, const Options& options) {
  Report report(options);
  report.begin("table");
  if (!report.judge(table_problem(plugin))) return report.take();

  report.begin("manifest");
  const Result<Manifest> manifest = parse_manifest(plugin->manifest_json);
  if (!report.judge(manifest ? "" : manifest.failure().message)) return report.take();

  report.begin("settings");
  std::string problems;
  for (const auto& problem : settings_problems(*manifest, config))
    if (problem.find("is required") == std::string::npos) problems += problem + ". ";
  if (!problems.empty()) {
    report.fail(problems);
    return report.take();
  }
  const Settings working = completed(*manifest, config);
  check_settings(report, *plugin, *manifest, working, calls);

  report.begin("create");
  const auto call = calls();
  const Made made(*plugin, json_of_settings(working), *call);
  if (!made.answer() && made.answer().failure().code == ErrorCode::invalid) {
    report.skip("made-up settings were refused, give --config: " +
                in_words(made.answer().failure()));
    return report.take();
  }
  std::string problem = made.answer() ? "" : in_words(made.answer().failure());
  if (made.answer() && made.self() == nullptr) problem = "create() replied and set no instance";
  if (!report.judge(problem)) return report.take();
  check_calls(report, *plugin, *manifest, made.self(), calls);
  return report.take();
}

}  // namespace berth::conformance
