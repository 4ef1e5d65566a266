#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "world/world.hpp"

namespace berth {
namespace {

constexpr int ssh_failed = 255;  // ssh's own exit status; a command's is below
constexpr int connect_timeout_s = 10;
constexpr std::int64_t keygen_timeout_ms = 10'000;

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
    // A server just made has a key nobody can know yet; from then on it is the only one.
    std::vector<std::string> options = {login.host_key.empty()
                                            ? "StrictHostKeyChecking=accept-new"
                                            : "StrictHostKeyChecking=yes"};
    const CommandResult result =
        call(ssh_to(login, known.path(), options, {command}), timeout_ms, cancelled);
    answer.output_tail = result.output_tail;
    answer.exit_code = result.exit_code;
    answer.host_key = known.key();
    answer.problem = problem_of(result, timeout_ms);
    if (result.started && !result.cancelled && !result.timed_out &&
        (result.exit_code == ssh_failed || result.exit_code == 127))
      answer.problem = last_line(result.output_tail);
    else
      answer.logged_in = answer.problem.empty();
    return answer;
  }

  ShownKey host_key(const Login& login, std::int64_t timeout_ms,
                    const std::function<bool()>& cancelled) override {
    const KnownHosts known(folder_, "");
    if (!known.problem().empty()) return {{}, known.problem()};
    // The key is written down before anybody is asked who he is, and then nobody says so.
    std::vector<std::string> options = {"StrictHostKeyChecking=accept-new",
                                        "PreferredAuthentications=none"};
    if (const std::string algorithms = algorithms_of(login.host_key); !algorithms.empty())
      options.push_back("HostKeyAlgorithms=^" + algorithms);
    const CommandResult result =
        call(ssh_to(login, known.path(), options, {"exit"}), timeout_ms, cancelled);
    ShownKey shown{known.key(), problem_of(result, timeout_ms)};
    if (shown.key.empty() && shown.problem.empty()) shown.problem = last_line(result.output_tail);
    return shown;
  }

  std::string fingerprint(const std::string& host_key) override {
    const KnownHosts known(folder_, host_key);
    if (!known.problem().empty()) return host_key;
    Command keygen;
    keygen.argv = {"ssh-keygen", "-l", "-E", "sha256", "-f", known.path()};
    const CommandResult result = call(std::move(keygen), keygen_timeout_ms, [] { return false; });
    const auto begin = result.output_tail.find("SHA256:");
    if (result.exit_code != 0 || begin == std::string::npos) return host_key;
    return result.output_tail.substr(begin, result.output_tail.find(' ', begin) - begin);
  }

 private:
  /// All of ssh's command line that every call has.
  static Command ssh_to(const Login& login, const std::string& known_hosts,
                        const std::vector<std::string>& options,
                        const std::vector<std::string>& words) {
    Command ssh;
    ssh.argv = {"ssh", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "ControlMaster=no"};
    ssh.argv.insert(ssh.argv.end(), {"-o", "ConnectTimeout=" + std::to_string(connect_timeout_s)});
    ssh.argv.insert(ssh.argv.end(), {"-o", "UserKnownHostsFile=" + known_hosts});
    ssh.argv.insert(ssh.argv.end(), {"-o", "GlobalKnownHostsFile=/dev/null"});
    ssh.argv.insert(ssh.argv.end(), {"-o", std::string("HostKeyAlias=") + KnownHosts::alias});
    ssh.argv.insert(ssh.argv.end(), {"-o", "UpdateHostKeys=no", "-o", "HashKnownHosts=no"});
    for (const std::string& option : options) ssh.argv.insert(ssh.argv.end(), {"-o", option});
    if (!login.identity_file.empty())
      ssh.argv.insert(ssh.argv.end(), {"-o", "IdentitiesOnly=yes", "-i", login.identity_file});
    ssh.argv.insert(ssh.argv.end(), {"-p", std::to_string(login.port), "-l", login.user, "--",
                                     login.address});
    ssh.argv.insert(ssh.argv.end(), words.begin(), words.end());
    return ssh;
  }

  CommandResult call(Command command, std::int64_t timeout_ms,
                     const std::function<bool()>& cancelled) {
    command.withheld = withheld_();
    command.timeout_ms = timeout_ms;
    return processes_.run(command, [](const Session&) {}, cancelled);
  }

  /// Why it came to no end of its own; "".
  static std::string problem_of(const CommandResult& result, std::int64_t timeout_ms) {
    if (!result.started) return result.problem;
    if (result.cancelled) return "it was interrupted";
    if (result.timed_out) return "no end within " + std::to_string(timeout_ms / 1000) + " s";
    return {};
  }

  /// What ssh calls the signatures of a key's type; "" where there is no key.
  static std::string algorithms_of(const std::string& host_key) {
    const std::string type = host_key.substr(0, host_key.find(' '));
    return type == "ssh-rsa" ? "rsa-sha2-512,rsa-sha2-256" : type;
  }

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
