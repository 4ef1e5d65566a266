// Joins what two sides made of one text. The only file behind this that knows libgit2.
#pragma once

#include <string>

namespace berth {

struct Merged {
  std::string text;
  bool conflicts = false;  // marked in the text, as git marks them
};

/// Line by line. Texts that are no text (a zero byte) are never joined: `mine`, with a conflict.
/// Throws std::runtime_error.
Merged merged(const std::string& base, const std::string& mine, const std::string& theirs);

/// A unified diff of one file, for people; "" where both are the same.
std::string diff_of(const std::string& path, const std::string& before, const std::string& after);

}  // namespace berth
