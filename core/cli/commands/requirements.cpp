#include "cli/commands/requirements.hpp"

#include <fmt/format.h>

#include "cli/wording.hpp"

namespace berth::cli {

std::vector<Option> requirement_options(RequestWords& words) {
  return {
      {"--org", "ORG", "the organization", &words.organization, true, {}, Completes::organization,
       "--stack"},
      {"--app", "APP", "the application", &words.application, true, {}, Completes::application,
       "--stack"},
      {"--stack", "PROJECT", "deploy this project's folder; what it needs is its stack's",
       &words.project, false, {}, Completes::project},
      {"--cpu", "CORES", "cores, such as 2 or 0.5; else the application's default", &words.cpu},
      {"--memory", "GB", "memory in GB (1024 MiB); else the application's default", &words.memory},
      {"--disk", "GB", "disk in GB (1024 MiB); else the application's default", &words.disk},
      {"--arch", "ARCH", "the processor it needs", &words.arch, false, {"x86_64", "arm64", "any"}},
      {"--strategy", "STRATEGY", "how the deploy command rolls out", &words.strategy, false,
       {"standard", "rolling", "blue-green", "canary"}},
  };
}

std::int64_t quantity(const char* option, const std::string& text,
                      std::optional<std::int64_t> (*parse)(std::string_view, std::string&)) {
  std::string why;
  const auto value = parse(text, why);
  if (!value) throw Error(Problem::usage, fmt::format("{}: {}.", option, why));
  return *value;
}

DeployRequest request_of(const RequestWords& words, const std::string& user) {
  DeployRequest request;
  request.organization = words.organization;
  request.application = words.application;
  request.project = words.project;
  for (const auto& [option, name] : {std::pair("--org", &words.organization),
                                     std::pair("--app", &words.application)}) {
    if (name->empty() && !words.project.empty()) continue;  // the project's
    if (!is_name(*name))
      throw Error(Problem::usage,
                  fmt::format("{}: \"{}\" is no name: write 1 to 40 of a-z, 0-9 and '-', beginning "
                              "with a letter and not ending in '-'.",
                              option, *name));
  }
  if (words.cpu) request.millicores = quantity("--cpu", *words.cpu, parse_cores);
  if (words.memory) request.memory_mib = quantity("--memory", *words.memory, parse_memory_gb);
  if (words.disk) request.disk_mib = quantity("--disk", *words.disk, parse_disk_gb);
  if (words.arch && *words.arch != "any") request.arch = *words.arch;
  if (words.strategy) request.strategy = strategy_of(*words.strategy);
  if (words.idempotency_key) request.idempotency_key = *words.idempotency_key;
  if (words.ttl) request.ttl_ms = quantity("--ttl", *words.ttl, parse_duration);
  request.requested_by = user;
  return request;
}

}  // namespace berth::cli
