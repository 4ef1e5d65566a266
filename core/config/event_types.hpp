// The types of the events that berth tells, for whoever names them in a filter.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth {

/// Sorted.
const std::vector<std::string>& event_types();

/// Does a filter of [[notifier]] events ("deployment.*", "server.lost") ever let one through?
bool names_an_event(std::string_view filter);

}  // namespace berth
