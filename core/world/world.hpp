// The outside world as the engine needs it: each a small interface, handed in through constructors,
// so that a test or a simulation can play the world. Transport and Ledger have files of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/records.hpp"

namespace berth {

/// Wall time and time since boot (CLOCK_BOOTTIME: counts suspend, never jumps). Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Moment now() const = 0;
};

/// Randomness: ids, jitter. Threads: any.
class Entropy {
 public:
  virtual ~Entropy() = default;
  /// 26 lower-case base32 characters (130 bits).
  virtual std::string id() = 0;
  /// Uniform in [0, bound). REQUIRES: bound > 0.
  virtual std::int64_t below(std::int64_t bound) = 0;
};

/// Who is alive. A claim in the ledger belongs to an owner; the owner holds a lock that only the
/// kernel frees, so a claim never lapses while its process could still act. Threads: any.
class Owners {
 public:
  virtual ~Owners() = default;
  /// This engine's own id; its lock is held from the first call to destruction. Throws
  /// std::system_error when it cannot be taken.
  [[nodiscard]] virtual const std::string& own() = 0;
  /// False only if nobody holds the owner's lock any more.
  virtual bool alive(std::string_view owner) = 0;
};

/// A command in a session of its own.
struct Command {
  std::vector<std::string> argv;
  std::vector<std::pair<std::string, std::string>> environment;  // added to the host's
  std::vector<std::string> withheld;  // names of the host's environment it does not get
  std::int64_t timeout_ms = 0;
};

/// The session of a started command: enough to end it later and never another one.
struct Session {
  std::int64_t pid = 0;
  std::int64_t start_ticks = 0;
  std::string boot_id;
};

struct CommandResult {
  bool started = false;
  bool timed_out = false, cancelled = false;
  int exit_code = -1;       // 128 + signal where one ended it
  std::string output_tail;  // the last 4 KB of stdout and stderr together
  std::string problem;      // why it did not start
};

/// Threads: any.
class Processes {
 public:
  virtual ~Processes() = default;
  /// Runs the command to its end. `started` is called once, before the command's first instruction
  /// runs: when it throws, or this process dies before it returns, the command never runs.
  /// `cancelled` is polled; a time-out or a cancel ends the whole session.
  virtual CommandResult run(const Command& command,
                            const std::function<void(const Session&)>& started,
                            const std::function<bool()>& cancelled) = 0;
  /// Why run() could not or would not start it, with what to do, as words without a full stop; "":
  /// it would.
  virtual std::string command_problem(const std::vector<std::string>& argv) {
    (void)argv;
    return {};
  }
  /// Ends every process of that session, if it is still the same one. Returns when it is gone.
  virtual void end(const Session& session) = 0;
};

/// Is a server reachable over the network? Threads: any.
class Probe {
 public:
  virtual ~Probe() = default;
  /// "" when `port` accepts a connection within the time-out; else why not.
  virtual std::string reach(const std::string& address, int port, std::int64_t timeout_ms) = 0;
};

/// The ports of this machine. Threads: any.
class Ports {
 public:
  virtual ~Ports() = default;
  /// Nobody listens there on 127.0.0.1 just now.
  virtual bool is_free(int port) = 0;
};

/// A login on a server over SSH.
struct Login {
  std::string address, user;
  int port = 22;
  std::string identity_file;  // a private key; "": those of this user (agent, ~/.ssh)
  std::string host_key;       // the only one that is accepted; "": whichever it has
};

struct ShellAnswer {
  bool logged_in = false;
  int exit_code = -1;
  std::string output_tail;  // the last 4 KB of stdout and stderr together
  std::string host_key;     // the key it showed, as in a known_hosts file: "ssh-ed25519 AAAA…"
  std::string problem;      // why nobody could log in, or why the command did not end
};

/// The key that a server shows before anybody logs in.
struct ShownKey {
  std::string key;      // as in a known_hosts file: "ssh-ed25519 AAAA…"; "": it showed none
  std::string problem;  // why not
};

/// Commands on servers. Threads: any.
class Shell {
 public:
  virtual ~Shell() = default;
  /// Runs `command` in the login shell of a server, to its end. `cancelled` is polled.
  virtual ShellAnswer run(const Login& login, const std::string& command, std::int64_t timeout_ms,
                          const std::function<bool()>& cancelled) = 0;
  /// Which host key the server shows, of the type of `login.host_key` where it has one of that.
  /// Nobody logs in, and no key is accepted for more than this call.
  virtual ShownKey host_key(const Login& login, std::int64_t timeout_ms,
                            const std::function<bool()>& cancelled) {
    (void)login, (void)timeout_ms, (void)cancelled;
    return {};
  }
  /// "SHA256:…", as ssh shows a host key to people.
  virtual std::string fingerprint(const std::string& host_key) { return host_key; }
};

/// Runs calls that block, side by side. Threads: the one that made it.
class Workers {
 public:
  virtual ~Workers() = default;
  virtual void submit(std::function<void()> work) = 0;
  /// Until some work has ended that no rest() has told of yet, at most `ms`; may return early.
  virtual void rest(std::int64_t ms) = 0;
};
using MakeWorkers = std::function<std::unique_ptr<Workers>(int most)>;

std::unique_ptr<Clock> system_clock();
std::unique_ptr<Entropy> system_entropy();
/// `folder`/<id> is locked with flock.
std::unique_ptr<Owners> lock_file_owners(const std::string& folder, const std::string& own_id);
std::unique_ptr<Processes> posix_processes();
std::unique_ptr<Probe> tcp_probe();
std::unique_ptr<Ports> tcp_ports();
/// Over OpenSSH's client, so that a user's ~/.ssh/config (a jump host, say) holds. `folder` is for
/// files that live as long as a call. `processes` must outlive it. `withheld`: names of the
/// environment that it does not get.
std::unique_ptr<Shell> ssh_shell(Processes& processes, const std::string& folder,
                                 std::function<std::vector<std::string>()> withheld);
/// At most `most` threads, started when needed; the destructor waits for all work.
std::unique_ptr<Workers> thread_workers(int most);

}  // namespace berth
