#include "config/settings.hpp"

#include "berth/codec.hpp"

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

bool is_plain_user_data(std::string_view user_data) {
  for (const std::string_view start :
       {"Content-Type:", "MIME-Version:", "From ", "#cloud-config-archive"})
    if (user_data.substr(0, start.size()) == start) return false;
  for (const char c : user_data)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
      return false;
  return codec::valid_utf8(user_data) == user_data;
}

}  // namespace berth
