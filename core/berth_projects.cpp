// libberth's door: projects and their stacks.
#include "berth_parts.hpp"

namespace berth {

StackChoicesReport Berth::stack_choices() {
  return at_the_door([&] { return parts_->project_changes.choices(); });
}

ProjectReport Berth::new_project(const NewProject& project) {
  return at_the_door([&] { return parts_->project_changes.create(project); });
}

std::vector<ProjectReport> Berth::projects(std::string_view organization) {
  return at_the_door([&] { return parts_->project_changes.list(organization); });
}

ProjectReport Berth::project(std::string_view project) {
  return at_the_door([&] { return parts_->project_changes.project(project); });
}

ProvisionReport Berth::save_stack(const StackWish& wish, const std::function<bool()>& stop) {
  return at_the_door([&] { return parts_->project_changes.save(wish, stop); });
}

ProvisionReport Berth::provision_project(std::string_view project,
                                         const std::optional<std::string>& start,
                                         const std::function<bool()>& stop) {
  return at_the_door([&] { return parts_->project_changes.provision(project, start, stop); });
}

ProvisionReport Berth::preview_stack(const StackWish& wish) {
  return at_the_door([&] { return parts_->project_changes.preview(wish); });
}

ProjectCredentials Berth::project_credentials(std::string_view project) {
  return at_the_door([&] { return parts_->project_changes.credentials(project); });
}

ProjectReport Berth::remove_project(std::string_view project) {
  return at_the_door([&] { return parts_->project_changes.remove(project); });
}

}  // namespace berth
