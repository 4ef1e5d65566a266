#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "world/world.hpp"

namespace berth {
namespace {

constexpr int ssh_failed = 255;  // ssh's own exit status; a command's is below
constexpr int connect_timeout_s = 10;

/// A known_hosts file for one call.
class KnownHosts {
 public:
  /// "berth" stands for the server, whatever its address is.
  static constexpr const char* alias = "berth";

  KnownHosts(const std::string& folder, const std::string& key) : path_(folder + "/known-XXXXXX") {
    const int file = mkstemp(path_.data());
    if (file < 0) {
      problem_ = folder + ": " + std::strerror(errno);
      path_.clear();
      return;
    }
    close(file);
    if (!key.empty()) std::ofstream(path_) << alias << ' ' << key << '\n';
  }
  ~KnownHosts() {
    if (path_.empty()) return;
    unlink(path_.c_str());
    unlink((path_ + ".old").c_str());  // ssh keeps one when it rewrites the file
  }
  KnownHosts(const KnownHosts&) = delete;
  KnownHosts& operator=(const KnownHosts&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// The key that stands in it now; "" if none.
  [[nodiscard]] std::string key() const {
    std::ifstream file(path_);
    std::string name, key;
    file >> name >> std::ws;
    std::getline(file, key);
    return name == alias ? key : std::string();
  }

 private:
  std::string path_, problem_;
};

std::string last_line(const std::string& text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return {};
  const auto begin = text.find_last_of("\r\n", end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1,
                     end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

class SshShell final : public Shell {
 public:
  SshShell(Processes& processes, std::string folder,
           std::function<std::vector<std::string>()> withheld)
      : processes_(processes), folder_(std::move(folder)), withheld_(std::move(withheld)) {}

  ShellAnswer run(const Login& login, const std::string& command, std::int64_t timeout_ms,
                  const std::function<bool()>& cancelled) override {
    ShellAnswer answer;
    const KnownHosts known(folder_, login.host_key);
    if (!known.problem().empty()) {
      answer.problem = known.problem();
      return answer;
    }
    Command ssh;
    ssh.argv = {"ssh", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "ControlMaster=no"};
    ssh.argv.insert(ssh.argv.end(), {"-o", "ConnectTimeout=" + std::to_string(connect_timeout_s)});
    ssh.argv.insert(ssh.argv.end(), {"-o", "UserKnownHostsFile=" + known.path()});
    ssh.argv.insert(ssh.argv.end(), {"-o", "GlobalKnownHostsFile=/dev/null"});
    ssh.argv.insert(ssh.argv.end(), {"-o", std::string("HostKeyAlias=") + KnownHosts::alias});
    ssh.argv.insert(ssh.argv.end(), {"-o", "UpdateHostKeys=no", "-o", "HashKnownHosts=no"});
    // A server just made has a key nobody can know yet; from then on it is the only one.
    ssh.argv.insert(ssh.argv.end(), {"-o", login.host_key.empty()
                                               ? "StrictHostKeyChecking=accept-new"
                                               : "StrictHostKeyChecking=yes"});
    if (!login.identity_file.empty())
      ssh.argv.insert(ssh.argv.end(), {"-o", "IdentitiesOnly=yes", "-i", login.identity_file});
    ssh.argv.insert(ssh.argv.end(), {"-p", std::to_string(login.port), "-l", login.user, "--",
                                     login.address, command});
    ssh.withheld = withheld_();
    ssh.timeout_ms = timeout_ms;
    const CommandResult result = processes_.run(ssh, [](const Session&) {}, cancelled);
    answer.output_tail = result.output_tail;
    answer.exit_code = result.exit_code;
    answer.host_key = known.key();
    if (!result.started)
      answer.problem = result.problem;
    else if (result.cancelled)
      answer.problem = "it was interrupted";
    else if (result.timed_out)
      answer.problem = "no end within " + std::to_string(timeout_ms / 1000) + " s";
    else if (result.exit_code == ssh_failed || result.exit_code == 127)
      answer.problem = last_line(result.output_tail);
    else
      answer.logged_in = true;
    return answer;
  }

 private:
  Processes& processes_;
  const std::string folder_;
  const std::function<std::vector<std::string>()> withheld_;
};

}  // namespace

std::unique_ptr<Shell> ssh_shell(Processes& processes, const std::string& folder,
                                 std::function<std::vector<std::string>()> withheld) {
  return std::make_unique<SshShell>(processes, folder, std::move(withheld));
}

}  // namespace berth
