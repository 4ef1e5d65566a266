#include "render.hpp"

#include <algorithm>
#include <kainjow/mustache.hpp>
#include <set>

namespace berth::stacks {
namespace {

namespace json = boost::json;
using kainjow::mustache::data;

data data_of(const json::value& value) {
  if (const auto* text = value.if_string()) return data(std::string(*text));
  if (const auto* flag = value.if_bool())
    return data(*flag ? data::type::bool_true : data::type::bool_false);
  if (const auto* number = value.if_int64()) return data(std::to_string(*number));
  if (const auto* list = value.if_array()) {
    data all(data::type::list);
    for (const json::value& each : *list) all.push_back(data_of(each));
    return all;
  }
  data object(data::type::object);
  if (const auto* members = value.if_object())
    for (const auto& member : *members)
      object.set(std::string(member.key()), data_of(member.value()));
  return object;
}

/// Remembers which names were not there.
class StrictContext final : public kainjow::mustache::context<std::string> {
 public:
  explicit StrictContext(const data* view) : context(view) {}

  const data* get(const std::string& name) const override {
    const data* found = context::get(name);
    if (found == nullptr) missing_.insert(name);
    return found;
  }
  const data* get_partial(const std::string& name) const override {
    missing_.insert("> " + name);
    return nullptr;
  }

  [[nodiscard]] const std::set<std::string>& missing() const { return missing_; }

 private:
  mutable std::set<std::string> missing_;
};

/// Keeps an empty line: the engine drops one that a section's tag stands before.
constexpr char kept_line = '\x01';

/// A line with nothing but one section's tag leaves no line behind, and an empty line stays one.
/// (The engine does so too, but for sections that are left out.)
std::string without_lone_tags(const std::string& text) {
  constexpr std::string_view blank = " \t";
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end;
    const std::size_t open = line.find_first_not_of(blank);
    const std::size_t close = line.find("%>");
    const bool lone = open != std::string_view::npos && line.substr(open, 2) == "<%" &&
                      line.size() > open + 2 &&
                      std::string_view("#^/!").find(line[open + 2]) != std::string_view::npos &&
                      close != std::string_view::npos &&
                      line.find_first_not_of(" \t\r\n", close + 2) == std::string_view::npos;
    if (open == std::string_view::npos || line[open] == '\n') out += kept_line;
    out += lone ? line.substr(open, close + 2 - open) : line;
  }
  return out;
}

}  // namespace

struct View::Names {
  data all;
};

View::View(const json::object& names)
    : names_(std::make_unique<const Names>(Names{data_of(names)})) {}

View::~View() = default;

std::string View::rendered(const std::string& name, const std::string& text) const {
  if (text.find("<%") == std::string::npos) return text;
  kainjow::mustache::mustache engine("{{=<% %>=}}" + without_lone_tags(text));
  if (!engine.is_valid()) throw TemplateProblem(name + ": " + engine.error_message());
  engine.set_custom_escape([](const std::string& plain) { return plain; });
  StrictContext context(&names_->all);
  std::string out = engine.render(context);
  out.erase(std::remove(out.begin(), out.end(), kept_line), out.end());
  std::string names;
  for (const std::string& missing : context.missing())
    names += (names.empty() ? "" : ", ") + ("<% " + missing + " %>");
  if (!names.empty()) throw TemplateProblem(name + ": nothing is known of " + names);
  return out;
}

}  // namespace berth::stacks
