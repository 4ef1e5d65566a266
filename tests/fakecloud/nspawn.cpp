#include "nspawn.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "control_group.hpp"
#include "machine_seed.hpp"
#include "nspawn_process.hpp"

namespace fakecloud {

namespace fs = std::filesystem;

namespace {

fs::path image_of(const fs::path& cache) { return cache / "debian-12"; }

bool on_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (::access((fs::path(folder) / program).c_str(), X_OK) == 0) return true;
  return false;
}

std::vector<fs::path> below(const std::vector<fs::path>& homes, const std::string& name) {
  std::vector<fs::path> out;
  for (const auto& home : homes) out.push_back(home / name);
  return out;
}

void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) throw std::runtime_error(path.string() + ": " + std::strerror(errno));
}

std::string last_line(const fs::path& path) {
  std::ifstream in(path);
  std::string last;
  for (std::string line; std::getline(in, line);)
    if (line.find_first_not_of(" \t\r") != std::string::npos) last = line;
  return last.substr(0, 400);
}

std::string how_it_ended(int status) {
  return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                             : "status " + std::to_string(WEXITSTATUS(status));
}

// With the mounts of a machine, and no machine.
std::string try_it(const fs::path& cache) {
  const RunFolder run(cache);
  const auto name = "berth-fakecloud-" + run.path().filename().string() + "-try";
  const MachineFolder folder{run.path() / "try", below(control_group_homes(), name)};
  folder.make();
  auto error = try_mounts({name, image_of(cache), folder.path, folder.groups});
  if (!folder.remove() && error.empty()) error = "cannot remove " + folder.path.string();
  return error;
}

}  // namespace

fs::path default_machine_cache() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache != '\0') return fs::path(cache) / "berth" / "machine";
  const char* home = std::getenv("HOME");
  return fs::path(home == nullptr ? "/root" : home) / ".cache" / "berth" / "machine";
}

std::string why_no_nspawn(const fs::path& cache) {
  if (::geteuid() != 0) return "root is needed: systemd-nspawn makes namespaces and mounts";
  if (!on_path("systemd-nspawn"))
    return "systemd-nspawn is missing: run scripts/install-dependencies machine";
  if (!fs::is_directory(image_of(cache)))
    return "there is no image in " + cache.string() + ": run scripts/make-machine-image";
  if (cache.string().find_first_of(",:\\") != std::string::npos)
    return cache.string() + " cannot be mounted: no ',', ':' or '\\' in its name, please";
  try {
    return try_it(cache);
  } catch (const std::exception& error) {
    return error.what();
  }
}

NspawnBacking::NspawnBacking(const fs::path& cache, std::uint16_t ssh_port)
    : image_(image_of(cache)),
      ssh_port_(ssh_port),
      group_homes_(control_group_homes()),
      run_(cache) {}

NspawnBacking::~NspawnBacking() {
  for (auto& [number, running] : running_) end(number);
  for (auto& [number, running] : running_) {
    while (running.pid > 0 && still_runs(running)) ::usleep(5000);
    for (int tries = 0; tries < 200 && !running.folder.remove(); ++tries) ::usleep(5000);
  }
}

void NspawnBacking::start(const Machine& machine) {
  auto& running = running_[machine.number];
  const auto name =
      "berth-fakecloud-" + run_.path().filename().string() + "-" + std::to_string(machine.number);
  running.folder = {run_.path() / std::to_string(machine.number), below(group_homes_, name)};
  try {
    running.folder.make();
    launch(machine, running);
  } catch (const std::exception& error) {
    running.reason = error.what();
  }
}

void NspawnBacking::launch(const Machine& machine, Running& running) {
  const auto& folder = running.folder;
  for (const auto& file : machine_seed(machine, ssh_port_))
    write_file(folder.path / "upper" / file.path, file.text);
  auto name = folder.groups.front().filename().string();
  for (auto& letter : name) letter = static_cast<char>(std::tolower(letter));
  running.pid = start_nspawn({name, image_, folder.path, folder.groups});
}

void NspawnBacking::end(std::uint64_t number) {
  auto& running = running_.at(number);
  running.told_to_end = true;
  if (running.pid > 0) ::kill(running.pid, SIGKILL);  // and with it all that is in its namespace
}

bool NspawnBacking::still_runs(Running& running) {
  int status = 0;
  if (::waitpid(running.pid, &status, WNOHANG) == 0) return true;
  const auto said = last_line(running.folder.path / "console.log");
  running.pid = -1;
  running.reason = "systemd-nspawn ended with " + how_it_ended(status);
  if (!said.empty()) running.reason += "; last it said: " + said;
  return false;
}

std::vector<BackingReport> NspawnBacking::look() {
  using What = BackingReport::What;
  std::vector<BackingReport> out;
  for (auto it = running_.begin(); it != running_.end();) {
    auto& [number, running] = *it;
    if (running.pid > 0 && still_runs(running)) {
      // systemd inside makes this group first of all.
      const auto first = running.folder.groups.front() / "payload" / "init.scope";
      if (!running.told_it_runs && !running.told_to_end && fs::exists(first)) {
        running.told_it_runs = true;
        out.push_back({number, What::runs, {}});
      }
      ++it;
    } else if (!running.folder.remove()) {
      if (++running.looks_after_end == 250)
        std::cerr << "berth-fakecloud: still cannot remove " << running.folder.path
                  << " and the control groups it names\n";
      ++it;  // next time: the kernel is not done with it
    } else {
      out.push_back({number, running.told_to_end ? What::gone : What::failed, running.reason});
      it = running_.erase(it);
    }
  }
  return out;
}

}  // namespace fakecloud
