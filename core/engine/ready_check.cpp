#include "engine/ready_check.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <map>
#include <optional>

#include "request/request.hpp"

namespace berth {
namespace {

namespace json = boost::json;

constexpr std::string_view marker_file = "/var/lib/berth/ready";
constexpr std::string_view prefix = "berth: ";  // of the lines that are findings
constexpr const char* log_bytes = "1200";       // kept of a log; the answer has room for 4 KB

/// A kernel, firmware and a file system take their part of what the vendor sells.
constexpr std::int64_t least_percent = 80;

constexpr std::int64_t most_that_is_measured = std::int64_t{1} << 50U;  // cores, or KiB

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// "berth: cores=4" lines as a map, and all other lines as one text.
struct Findings {
  std::map<std::string, std::string, std::less<>> values;
  std::string log;

  [[nodiscard]] std::optional<std::int64_t> number(std::string_view key) const {
    const auto found = values.find(key);
    if (found == values.end()) return std::nullopt;
    std::int64_t value = 0;
    const std::string& text = found->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    // The server may say anything; what is beyond all measure was not measured.
    if (value < 0 || value > most_that_is_measured) return std::nullopt;
    return value;
  }
  [[nodiscard]] std::string_view text(std::string_view key) const {
    const auto found = values.find(key);
    return found == values.end() ? std::string_view() : std::string_view(found->second);
  }
};

Findings findings_in(std::string_view output) {
  Findings findings;
  while (!output.empty()) {
    const auto end = std::min(output.find('\n'), output.size());
    const std::string_view line = output.substr(0, end);
    output.remove_prefix(std::min(end + 1, output.size()));
    const auto equals = line.find('=');
    if (line.substr(0, prefix.size()) == prefix && equals != std::string_view::npos)
      findings.values[std::string(line.substr(prefix.size(), equals - prefix.size()))] =
          line.substr(equals + 1);
    else
      findings.log += std::string(line) + "\n";
  }
  return findings;
}

std::string ended(std::string sentence, const std::string& log) {
  const auto last = log.find_last_not_of(" \t\r\n");
  if (last == std::string::npos) return sentence + ".";
  return sentence + ". It wrote last: " + log.substr(0, last + 1);
}

/// "" where it has at least four fifths of what was promised, or cannot be measured.
std::string too_small(const Findings& findings, const Room& capacity) {
  const auto cores = findings.number("cores");
  if (cores && *cores * 1000 < capacity.millicores)
    return "it has " + std::to_string(*cores) + " cores, and " + cores_text(capacity.millicores) +
           " were bought";
  const auto memory = findings.number("memory_kib");
  if (memory && *memory / 1024 * 100 < capacity.memory_mib * least_percent)
    return "it has " + gigabytes_text(*memory / 1024) + " GB of memory, and " +
           gigabytes_text(capacity.memory_mib) + " GB were bought";
  const auto disk = findings.number("disk_kib");
  if (disk && *disk / 1024 * 100 < capacity.disk_mib * least_percent)
    return "its root disk has " + gigabytes_text(*disk / 1024) + " GB, and " +
           gigabytes_text(capacity.disk_mib) + " GB were bought";
  return {};
}

}  // namespace

std::string ready_script(const ReadyRules& rules) {
  std::string script;
  if (!rules.command.empty()) {
    script += "berth_said=$(sh -c " + shell_quoted(rules.command) + " 2>&1)\nberth_code=$?\n";
    script += "[ $berth_code = 0 ] || printf '%s\\n' \"$berth_said\" | tail -c ";
    script += log_bytes;
    script += "\necho \"berth: command=$berth_code\"\n";
  }
  if (!rules.marker.empty()) {
    const std::string file(marker_file);
    script += "if grep -qx " + shell_quoted(rules.marker) + " " + file + " 2>/dev/null; then\n";
    script += "  echo 'berth: marker=yes'\nelse\n";
    script += "  log=/var/log/cloud-init-output.log\n";
    script += std::string("  { tail -c ") + log_bytes + " $log || sudo -n tail -c " + log_bytes +
              " $log; } 2>/dev/null\n";
    script += "  echo\n  echo 'berth: marker=no'\nfi\n";
  }
  if (rules.docker)
    script += "echo \"berth: docker=$(docker info --format '{{.ServerVersion}}' 2>/dev/null)\"\n";
  script += "echo \"berth: cores=$(getconf _NPROCESSORS_ONLN)\"\n";
  script += "echo \"berth: memory_kib=$(awk '/^MemTotal:/ {print $2}' /proc/meminfo)\"\n";
  script += "echo \"berth: disk_kib=$(df -Pk / | awk 'NR == 2 {print $2}')\"\n";
  script += "echo \"berth: routes=$(awk '$2 == \"00000000\" {n++} END {print n + 0}'";
  script += " /proc/net/route)\"\n";
  return script;
}

Readiness readiness_of(const ReadyRules& rules, const Room& capacity, std::string_view output) {
  const Findings findings = findings_in(output);
  if (std::string small = too_small(findings, capacity); !small.empty())
    return {false, true, "It is not what was bought: " + small + "."};
  if (!rules.marker.empty() && findings.text("marker") != "yes")
    return {false, false, ended("Its user-data has not ended yet", findings.log)};
  if (!rules.command.empty() && findings.number("command") != 0)
    return {false, false,
            ended("ready_command exits with " + std::string(findings.text("command")),
                  findings.log)};
  if (rules.docker && findings.text("docker").empty())
    return {false, false, "Docker does not answer on it yet."};
  if (findings.number("routes") == 0)
    return {false, false, "It has no route to the internet yet."};
  return {true, false, {}};
}

std::string marked_user_data(const std::string& user_data, std::string_view attempt_id) {
  const std::string file(marker_file);
  const std::string folder = file.substr(0, file.rfind('/'));
  json::array parts;
  if (!user_data.empty()) parts.push_back(json::object({{"content", user_data}}));
  // cloud-init runs the scripts of all parts in the order of their names, "runcmd" among them.
  parts.push_back(json::object({{"type", "text/x-shellscript"},
                                {"filename", "zz-berth-ready"},
                                {"content", "#!/bin/sh\nmkdir -p " + folder + "\necho " +
                                                std::string(attempt_id) + " >" + file + "\n"}}));
  // An archive is YAML, and JSON is YAML.
  return "#cloud-config-archive\n" + json::serialize(parts) + "\n";
}

}  // namespace berth
