// Text from a plugin, made fit for a log line or a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace berth {

/// One line of valid UTF-8 of at most `bytes`: control characters (a terminal would obey them)
/// become spaces, what is cut off becomes "…".
std::string one_line(std::string_view text, std::size_t bytes);

}  // namespace berth
