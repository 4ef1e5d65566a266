// What was asked. Std-only: everything else may include it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth {

/// Room on a server: millicores and MiB (1 GB = 1024 MiB).
struct Room {
  std::int64_t millicores = 0;
  std::int64_t memory_mib = 0;
  std::int64_t disk_mib = 0;

  bool operator==(const Room&) const = default;
  Room& operator+=(const Room& other);
  Room& operator-=(const Room& other);
  /// Every dimension of `wanted` fits in this.
  [[nodiscard]] bool fits(const Room& wanted) const;
};
Room operator+(Room left, const Room& right);
Room operator-(Room left, const Room& right);
/// Per dimension, the larger one.
Room larger_of(const Room& left, const Room& right);

/// What a deployment needs. `arch` is "x86_64", "arm64" or "" (either).
struct Requirements {
  Room room;
  std::string arch;
  bool operator==(const Requirements&) const = default;
};

/// How the deploy command rolls out; some need more room while they do.
enum class Strategy { standard, rolling, blue_green, canary };
std::string_view to_word(Strategy strategy);
std::optional<Strategy> strategy_of(std::string_view word);

/// The room needed while `strategy` is carried out: blue-green x2, rolling x1.5, canary x1.2 (its
/// disk x1.5); rounded up to whole millicores and MiB.
Room room_during(Strategy strategy, const Room& room);

/// A request as a user makes it. What is absent comes from the application's defaults.
struct DeployRequest {
  std::string organization;
  std::string application;
  std::optional<std::int64_t> millicores;
  std::optional<std::int64_t> memory_mib;
  std::optional<std::int64_t> disk_mib;
  std::string arch;
  std::optional<Strategy> strategy;
  std::string idempotency_key;             // "": none
  std::optional<std::int64_t> ttl_ms;      // release by itself so long after success
  std::string requested_by;                // the user's name, for the record
  /// A project whose stack is deployed: organization, application and room are its own where they
  /// are absent here. "": the deploy command knows what.
  std::string project = {};
};

/// "2" or "0.5" cores -> millicores; "4" or "1.5" GB -> MiB. Refuses (with a sentence in `why`)
/// what is no number, zero, below zero, or absurd (over 1,024 cores, 32,768 GB of memory,
/// 1,048,576 GB of disk).
std::optional<std::int64_t> parse_cores(std::string_view text, std::string& why);
std::optional<std::int64_t> parse_memory_gb(std::string_view text, std::string& why);
std::optional<std::int64_t> parse_disk_gb(std::string_view text, std::string& why);

/// 2500 -> "2.5"; 5120 MiB -> "5": for people and for JSON numbers.
std::string cores_text(std::int64_t millicores);
std::string gigabytes_text(std::int64_t mib);

/// "10m", "4m30s", "500ms", "2h", "1d" -> milliseconds: whole numbers with d, h, m, s or ms, the
/// longer unit first. Refuses (with a sentence in `why`) anything else, zero, and over 365 days.
std::optional<std::int64_t> parse_duration_ms(std::string_view text, std::string& why);
/// 270'000 -> "4m30s".
std::string duration_text(std::int64_t ms);

/// "a, b, c".
std::string joined(const std::vector<std::string>& words, std::string_view joint = ", ");

/// Names of applications and organizations: 1 to 40 of [a-z0-9-], starting with a letter, not
/// ending in '-'.
bool is_name(std::string_view text);

}  // namespace berth
