#include "config/text_file.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "trust/ownership.hpp"

namespace berth {

std::optional<std::string> read_text_file(const std::filesystem::path& file,
                                          std::size_t most_bytes, std::string& why) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) {
    why = status.type() == std::filesystem::file_type::not_found ? "there is no such file"
                                                                 : error.message();
    return std::nullopt;
  }
  if (!std::filesystem::is_regular_file(status)) {
    why = "it is not a regular file";
    return std::nullopt;
  }
  if (const auto problem = distrust_of(file)) {
    why = "it is not read: " + problem->words_for(file);
    return std::nullopt;
  }
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::string text;
  std::array<char, 16 * 1024> part{};
  while (stream && text.size() <= most_bytes) {
    stream.read(part.data(), part.size());
    text.append(part.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.bad() || !stream.is_open()) {
    why = errno != 0 ? std::generic_category().message(errno) : "it cannot be read";
    return std::nullopt;
  }
  if (text.size() > most_bytes) {
    why = "it has more than " + std::to_string(most_bytes / 1024) + " KiB";
    return std::nullopt;
  }
  return text;
}

}  // namespace berth
