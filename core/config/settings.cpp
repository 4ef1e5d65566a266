#include "config/settings.hpp"

namespace berth {

std::string Place::text() const {
  if (line <= 0) return file;
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

const OrganizationSettings* Configuration::organization(std::string_view id) const {
  for (const OrganizationSettings& each : organizations)
    if (each.id == id) return &each;
  return nullptr;
}

const AccountSettings* Configuration::account(std::string_view id) const {
  for (const AccountSettings& each : accounts)
    if (each.id == id) return &each;
  return nullptr;
}

}  // namespace berth
