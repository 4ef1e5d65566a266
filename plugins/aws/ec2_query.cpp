#include "ec2_query.hpp"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "encoding.hpp"

namespace berth::aws {

Ec2Query::Ec2Query(std::string action, std::string version) : action_(std::move(action)) {
  set("Action", action_);
  set("Version", std::move(version));
}

Ec2Query& Ec2Query::set(std::string name, std::string value) {
  fields_.emplace_back(std::move(name), std::move(value));
  return *this;
}

Ec2Query& Ec2Query::set_if(std::string name, std::string value) {
  return value.empty() ? *this : set(std::move(name), std::move(value));
}

Ec2Query& Ec2Query::list(const std::string& name, const std::vector<std::string>& values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    set(name + "." + std::to_string(i + 1), values[i]);
  return *this;
}

Ec2Query& Ec2Query::filter(const std::string& name, const std::vector<std::string>& values) {
  const std::string prefix = "Filter." + std::to_string(++filters_);
  set(prefix + ".Name", name);
  return list(prefix + ".Value", values);
}

Ec2Query& Ec2Query::tags(const std::string& resource_type,
                         const std::map<std::string, std::string>& tags) {
  const std::string prefix = "TagSpecification." + std::to_string(++tag_specifications_);
  set(prefix + ".ResourceType", resource_type);
  std::size_t number = 0;
  for (const auto& [key, value] : tags) {
    const std::string tag = prefix + ".Tag." + std::to_string(++number);
    set(tag + ".Key", key);
    set(tag + ".Value", value);
  }
  return *this;
}

std::string Ec2Query::body() const {
  std::string text;
  for (const auto& [name, value] : fields_) {
    if (!text.empty()) text += '&';
    text += percent_encoded(name);
    text += '=';
    text += percent_encoded(value);
  }
  return text;
}

std::optional<VendorError> xml_error(const std::string& body) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) return std::nullopt;
  const pugi::xml_node root = document.document_element();
  if (std::strcmp(root.name(), "Response") != 0 && std::strcmp(root.name(), "ErrorResponse") != 0)
    return std::nullopt;
  const pugi::xml_node error = root.find_node(
      [](const pugi::xml_node& node) { return std::strcmp(node.name(), "Error") == 0; });
  if (!error) return std::nullopt;
  return VendorError{error.child_value("Code"), error.child_value("Message")};
}

std::optional<pugi::xml_document> parsed_answer(const std::string& body,
                                                const std::string& action) {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) return std::nullopt;
  if (action + "Response" != document.document_element().name()) return std::nullopt;
  return document;
}

std::int64_t unix_ms_of_iso(const std::string& text) {
  std::tm utc{};
  int ms = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3d", &utc.tm_year, &utc.tm_mon,
                  &utc.tm_mday, &utc.tm_hour, &utc.tm_min, &utc.tm_sec, &ms) < 6)
    return 0;
  utc.tm_year -= 1900;
  utc.tm_mon -= 1;
  return static_cast<std::int64_t>(timegm(&utc)) * 1000 + ms;
}

}  // namespace berth::aws
