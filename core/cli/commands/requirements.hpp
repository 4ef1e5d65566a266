// What `deploy` and `plan` are asked alike, and how it becomes a request.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace berth::cli {

/// The values as they stand on the command line.
struct RequestWords {
  std::string organization, application, project;
  std::optional<std::string> cpu, memory, disk, arch, strategy, idempotency_key, ttl;
};

/// --org … --strategy, bound to `words`.
std::vector<Option> requirement_options(RequestWords& words);

/// Throws Error (usage) with a sentence about the first value that cannot be.
DeployRequest request_of(const RequestWords& words, const std::string& user);

/// What `text` says, by one of the parse_ functions of request.hpp. Throws Error (usage).
std::int64_t quantity(const char* option, const std::string& text,
                      std::optional<std::int64_t> (*parse)(std::string_view, std::string&));

}  // namespace berth::cli
