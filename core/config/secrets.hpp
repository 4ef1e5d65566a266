// Reading secrets from where they are kept.
#pragma once

#include <filesystem>
#include <string>

#include "config/load.hpp"

namespace berth {

/// `why` is "" where `value` is the secret; else it says what to do. It never quotes the secret.
struct Secret {
  std::string value;
  std::string why;
};

Secret secret_from_environment(const std::string& name, const Environment& environment);

/// The file must be a regular one of ours (or root's) that nobody else can read. Line ends at its
/// end do not count: editors put them there.
Secret secret_from_file(const std::filesystem::path& file);

}  // namespace berth
