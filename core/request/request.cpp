#include "request/request.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace berth {

Room& Room::operator+=(const Room& other) {
  millicores += other.millicores;
  memory_mib += other.memory_mib;
  disk_mib += other.disk_mib;
  return *this;
}

Room& Room::operator-=(const Room& other) {
  millicores -= other.millicores;
  memory_mib -= other.memory_mib;
  disk_mib -= other.disk_mib;
  return *this;
}

bool Room::fits(const Room& wanted) const {
  return wanted.millicores <= millicores && wanted.memory_mib <= memory_mib &&
         wanted.disk_mib <= disk_mib;
}

Room operator+(Room left, const Room& right) { return left += right; }
Room operator-(Room left, const Room& right) { return left -= right; }

Room larger_of(const Room& left, const Room& right) {
  return {std::max(left.millicores, right.millicores), std::max(left.memory_mib, right.memory_mib),
          std::max(left.disk_mib, right.disk_mib)};
}

namespace {

constexpr std::array<std::pair<Strategy, std::string_view>, 4> strategies{{
    {Strategy::standard, "standard"},
    {Strategy::rolling, "rolling"},
    {Strategy::blue_green, "blue-green"},
    {Strategy::canary, "canary"},
}};

/// `percent` of `amount`, rounded up: half a core of need is not half a core less.
std::int64_t share_up(std::int64_t amount, std::int64_t percent) {
  return (amount * percent + 99) / 100;
}

/// One kind of quantity: how a person writes it and how it is kept.
struct Quantity {
  std::string_view what;          // starts a sentence: "CPU"
  std::string_view unit;          // "cores"
  std::int64_t kept_per_unit;     // millicores per core, MiB per GB
  std::int64_t most;              // in units
  std::string_view most_text;
};

constexpr Quantity cpu{"CPU", "cores", 1000, 1024, "1,024"};
constexpr Quantity memory{"memory", "GB", 1024, 32'768, "32,768"};
constexpr Quantity disk{"disk", "GB", 1024, 1'048'576, "1,048,576"};

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

bool is_plain_decimal(std::string_view text) {
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  if (whole.empty() || !std::all_of(whole.begin(), whole.end(), is_digit)) return false;
  if (point == std::string_view::npos) return true;
  const auto decimals = text.substr(point + 1);
  return !decimals.empty() && std::all_of(decimals.begin(), decimals.end(), is_digit);
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

/// Exact: no binary float is involved. What is finer than a millicore or a MiB is rounded up, so
/// that a request never gets less than it asked for.
std::optional<std::int64_t> parse(const Quantity& quantity, std::string_view text,
                                  std::string& why) {
  const std::string what(quantity.what);
  const std::string unit(quantity.unit);
  if (text.empty()) {
    why = what + " is empty: write a plain decimal number of " + unit + " such as 2 or 0.5";
    return std::nullopt;
  }
  if (text.front() == '-' && is_plain_decimal(text.substr(1))) {
    why = what + " must be above zero, and " + quoted(text) + " is not";
    return std::nullopt;
  }
  if (!is_plain_decimal(text)) {
    why = what + " " + quoted(text) + " is not a plain decimal number of " + unit +
          " such as 2 or 0.5";
    return std::nullopt;
  }
  const auto point = text.find('.');
  std::int64_t whole = 0;
  for (const char digit : text.substr(0, point))  // held at the limit + 1, so it cannot overflow
    whole = std::min(whole * 10 + (digit - '0'), quantity.most + 1);
  std::int64_t fraction = 0;  // in billionths
  bool finer = false;         // something stands beyond the ninth decimal
  if (point != std::string_view::npos) {
    std::int64_t worth = 100'000'000;
    for (const char digit : text.substr(point + 1)) {
      fraction += (digit - '0') * worth;
      finer = finer || (worth == 0 && digit != '0');
      worth /= 10;
    }
  }
  if (whole > quantity.most || (whole == quantity.most && (fraction > 0 || finer))) {
    why = what + " " + quoted(text) + " is too large: at most " + std::string(quantity.most_text) +
          " " + unit;
    return std::nullopt;
  }
  if (whole == 0 && fraction == 0 && !finer) {
    why = what + " must be above zero, and " + quoted(text) + " is not";
    return std::nullopt;
  }
  constexpr std::int64_t billion = 1'000'000'000;
  const std::int64_t scaled = fraction * quantity.kept_per_unit + (finer ? 1 : 0);
  return whole * quantity.kept_per_unit + (scaled + billion - 1) / billion;
}

/// At most three decimals, rounded half up; what is not zero is never shown as 0.
std::string decimal_text(std::int64_t kept, std::int64_t kept_per_unit) {
  const bool negative = kept < 0;
  const std::int64_t amount = negative ? -kept : kept;
  std::int64_t whole = amount / kept_per_unit;
  std::int64_t thousandths =
      ((amount % kept_per_unit) * 2000 + kept_per_unit) / (2 * kept_per_unit);
  if (thousandths == 1000) {
    ++whole;
    thousandths = 0;
  }
  std::string text = std::to_string(whole);
  if (thousandths > 0) {
    std::string decimals = std::to_string(1000 + thousandths).substr(1);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    text += "." + decimals;
  }
  return negative ? "-" + text : text;
}

}  // namespace

std::string_view to_word(Strategy strategy) {
  for (const auto& [value, word] : strategies)
    if (value == strategy) return word;
  return "standard";
}

std::optional<Strategy> strategy_of(std::string_view word) {
  for (const auto& [value, known] : strategies)
    if (known == word) return value;
  return std::nullopt;
}

Room room_during(Strategy strategy, const Room& room) {
  std::int64_t percent = 100;
  std::int64_t disk_percent = 100;
  switch (strategy) {
    case Strategy::standard: break;
    case Strategy::rolling: percent = disk_percent = 150; break;
    case Strategy::blue_green: percent = disk_percent = 200; break;
    case Strategy::canary: percent = 120, disk_percent = 150; break;
  }
  return {share_up(room.millicores, percent), share_up(room.memory_mib, percent),
          share_up(room.disk_mib, disk_percent)};
}

std::optional<std::int64_t> parse_cores(std::string_view text, std::string& why) {
  return parse(cpu, text, why);
}

std::optional<std::int64_t> parse_memory_gb(std::string_view text, std::string& why) {
  return parse(memory, text, why);
}

std::optional<std::int64_t> parse_disk_gb(std::string_view text, std::string& why) {
  return parse(disk, text, why);
}

std::string cores_text(std::int64_t millicores) { return decimal_text(millicores, 1000); }
std::string gigabytes_text(std::int64_t mib) { return decimal_text(mib, 1024); }

bool is_name(std::string_view text) {
  constexpr std::size_t longest = 40;
  if (text.empty() || text.size() > longest) return false;
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return is_letter(text.front()) && text.back() != '-' &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

std::string joined(const std::vector<std::string>& words, std::string_view joint) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += joint;
    text += word;
  }
  return text;
}

}  // namespace berth
