// Private to this folder.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace berth {

/// The whole file; nullopt, and why, when it cannot be read, is over
/// `most_bytes`, or could be replaced by somebody else.
std::optional<std::string> read_text_file(const std::filesystem::path& file,
                                          std::size_t most_bytes, std::string& why);

}  // namespace berth
