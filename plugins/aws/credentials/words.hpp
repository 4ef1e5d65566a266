// Text into words as a POSIX shell quotes them (Python's shlex.split, which AWS's tools use).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::aws {

/// Single and double quotes, and backslashes; nothing is expanded. nullopt: a quote is not closed,
/// or a backslash ends the text.
std::optional<std::vector<std::string>> shell_words(std::string_view text);

}  // namespace berth::aws
