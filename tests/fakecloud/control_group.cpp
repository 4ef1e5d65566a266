#include "control_group.hpp"

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace fakecloud {

namespace fs = std::filesystem;

namespace {

// "systemd" for the named one of version 1, "" for version 2: the names of /proc/self/cgroup.
std::map<std::string, std::string> own_groups() {
  std::map<std::string, std::string> out;
  std::ifstream in("/proc/self/cgroup");  // 9:name=systemd:/a/b  and  0::/a/b
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto name = line.substr(first + 1, second - first - 1);
    if (name == "name=systemd" || name.empty()) out[name] = line.substr(second + 1);
  }
  return out;
}

std::map<std::string, std::string> mount_points() {
  std::map<std::string, std::string> out;
  std::ifstream in("/proc/self/mounts");
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string source, where, type, options;
    words >> source >> where >> type >> options;
    if (type == "cgroup2") out.emplace("", where);
    if (type == "cgroup" && ("," + options + ",").find(",name=systemd,") != std::string::npos)
      out.emplace("name=systemd", where);
  }
  return out;
}

std::vector<fs::path> groups_below(const fs::path& group) {
  std::vector<fs::path> out;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(group, gone))
    if (entry.is_directory(gone)) out.push_back(entry.path());
  return out;
}

}  // namespace

std::vector<fs::path> control_group_homes() {
  std::vector<fs::path> out;
  const auto mounted = mount_points();
  for (const auto& [name, group] : own_groups())
    if (const auto found = mounted.find(name); found != mounted.end())
      out.push_back(fs::path(found->second) / fs::path(group).relative_path());
  if (out.empty())
    throw std::runtime_error(
        "no control groups that systemd can use: neither version 2 nor the hierarchy named systemd "
        "is mounted");
  return out;
}

void kill_control_group(const fs::path& group) {
  std::ifstream in(group / "cgroup.procs");
  for (pid_t pid = 0; in >> pid;)
    if (pid > 1 && pid != ::getpid()) ::kill(pid, SIGKILL);
  for (const auto& below : groups_below(group)) kill_control_group(below);
}

bool remove_control_group(const fs::path& group) {
  bool all = true;
  for (const auto& below : groups_below(group)) all = remove_control_group(below) && all;
  return (::rmdir(group.c_str()) == 0 || !fs::exists(group)) && all;
}

}  // namespace fakecloud
