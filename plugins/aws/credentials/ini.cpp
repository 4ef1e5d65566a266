#include "ini.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace berth::aws {
namespace {

constexpr std::string_view blanks = " \t\r\n\f\v";

std::string_view stripped(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

class Reader {
 public:
  Ini read(std::string_view text) {
    while (!text.empty() && ini_.problem.empty()) {
      const auto end = text.find_first_of("\r\n");
      line(text.substr(0, end));
      if (end == std::string_view::npos) break;
      const bool pair = text.substr(end, 2) == "\r\n";
      text.remove_prefix(end + (pair ? 2 : 1));
    }
    if (!ini_.problem.empty()) ini_.sections.clear();
    for (auto& [name, section] : ini_.sections) {
      section.insert(defaults_.begin(), defaults_.end());
      for (auto& [key, value] : section)
        value.erase(value.find_last_not_of(blanks) + 1);  // also the empty lines at its end
    }
    return std::move(ini_);
  }

 private:
  void line(std::string_view whole) {
    ++number_;
    const std::string_view text = stripped(whole);
    const bool comment = !text.empty() && (text[0] == '#' || text[0] == ';');
    if (text.empty() || comment) {
      if (!comment && value_ != nullptr) *value_ += '\n';  // an empty line may be in a value
      return;
    }
    const auto indent = static_cast<std::size_t>(text.data() - whole.data());
    if (value_ != nullptr && indent > indent_) {
      *value_ += '\n';
      *value_ += text;
      return;
    }
    indent_ = indent;
    if (text[0] == '[' && text.rfind(']') != std::string_view::npos && text.rfind(']') > 1)
      return begin(std::string(text.substr(1, text.rfind(']') - 1)));
    setting(text);
  }

  void begin(const std::string& name) {
    value_ = nullptr;
    name_ = name;
    if (name == "DEFAULT") {  // what every section has
      in_ = &defaults_;
      return;
    }
    if (!named_.insert(name).second) return refuse("this section is there twice");
    ini_.sections.emplace_back(name, IniSection{});
    in_ = nullptr;  // the vector may have moved: the last one is looked up when it is needed
    in_last_ = true;
  }

  void setting(std::string_view text) {
    IniSection* section = name_ == "DEFAULT" ? in_
                          : in_last_         ? &ini_.sections.back().second
                                             : nullptr;
    if (section == nullptr) return refuse("a setting before the first [section]");
    const auto at = text.find_first_of("=:");
    const std::string key = lower(stripped(text.substr(0, at)));
    if (at == std::string_view::npos || key.empty())
      return refuse("this is neither a [section] nor NAME = VALUE");
    if (!set_.insert({name_, key}).second)
      return refuse("this setting is there twice in its section");
    value_ = &((*section)[key] = std::string(stripped(text.substr(at + 1))));
  }

  void refuse(const std::string& why) {
    ini_.problem = "line " + std::to_string(number_) + ": " + why;
  }

  Ini ini_;
  IniSection defaults_;
  std::set<std::string> named_;
  std::set<std::pair<std::string, std::string>> set_;  // section and key
  std::string name_;
  IniSection* in_ = nullptr;
  bool in_last_ = false;
  std::string* value_ = nullptr;  // the last setting's: indented lines go on with it
  std::size_t indent_ = 0;
  int number_ = 0;
};

}  // namespace

Ini read_ini(std::string_view text) { return Reader().read(text); }

}  // namespace berth::aws
