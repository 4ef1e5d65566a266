// The wire of EC2's query API: a form goes out, XML comes back.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::aws {

/// One request's form, in EC2's spelling: lists are numbered from 1 and nested by dots
/// (TagSpecification.1.Tag.2.Key). Checked against botocore's own serializer in tests/aws.
class Ec2Query {
 public:
  explicit Ec2Query(std::string action, std::string version = "2016-11-15");

  Ec2Query& set(std::string name, std::string value);
  /// Leaves the parameter out where the value is "".
  Ec2Query& set_if(std::string name, std::string value);
  /// name.1, name.2, …
  Ec2Query& list(const std::string& name, const std::vector<std::string>& values);
  /// The next Filter.N; at most 200 values (EC2's limit). One filter's values are alternatives.
  Ec2Query& filter(const std::string& name, const std::vector<std::string>& values);
  /// The next TagSpecification.N.
  Ec2Query& tags(const std::string& resource_type, const std::map<std::string, std::string>& tags);

  [[nodiscard]] const std::string& action() const { return action_; }
  [[nodiscard]] std::string body() const;

 private:
  std::string action_;
  std::vector<std::pair<std::string, std::string>> fields_;
  std::size_t filters_ = 0;
  std::size_t tag_specifications_ = 0;
};

inline constexpr std::size_t most_filter_values = 200;

struct VendorError {
  std::string code;
  std::string text;
};

/// The error in an answer's body: <Error> anywhere under <Response> (EC2) or <ErrorResponse> (STS),
/// by element name since the two nest it differently. nullopt: the body holds none.
std::optional<VendorError> xml_error(const std::string& body);

/// Parses the answer to `action`. nullopt: the body is not an {action}Response; a proxy's HTML
/// page, or cut off on its way.
std::optional<pugi::xml_document> parsed_answer(const std::string& body, const std::string& action);

/// "2026-11-21T17:30:00.000Z" -> Unix ms. 0: not a time.
std::int64_t unix_ms_of_iso(const std::string& text);

}  // namespace berth::aws
