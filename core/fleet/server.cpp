#include "fleet/server.hpp"

#include <array>
#include <utility>

namespace berth {

namespace {

constexpr std::array<std::pair<ServerStatus, std::string_view>, 6> statuses{{
    {ServerStatus::booting, "booting"},
    {ServerStatus::ready, "ready"},
    {ServerStatus::draining, "draining"},
    {ServerStatus::stopped, "stopped"},
    {ServerStatus::destroying, "destroying"},
    {ServerStatus::gone, "gone"},
}};

}  // namespace

std::string_view to_word(ServerStatus status) {
  for (const auto& [value, word] : statuses)
    if (value == status) return word;
  return "gone";
}

std::optional<ServerStatus> server_status_of(std::string_view word) {
  for (const auto& [value, known] : statuses)
    if (known == word) return value;
  return std::nullopt;
}

}  // namespace berth
