// Text from a template and a view. The only file behind this that knows the template engine.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <stdexcept>
#include <string>

namespace berth::stacks {

/// The template cannot be used: what and where, for the person who wrote it.
class TemplateProblem : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What templates can name, made once for many of them. Threads: any; immutable.
class View {
 public:
  explicit View(const boost::json::object& names);
  ~View();
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  /// Mustache with <% %> for tags, so that Blade, Vue and GitHub's own braces stay as they are.
  /// Nothing is escaped: the view has each text in the forms that are needed. `name` is the
  /// template's, for the error. Throws TemplateProblem: a tag that is not closed, or a name that
  /// the view does not have, where plain Mustache would write nothing.
  [[nodiscard]] std::string rendered(const std::string& name, const std::string& text) const;

 private:
  struct Names;
  const std::unique_ptr<const Names> names_;
};

}  // namespace berth::stacks
