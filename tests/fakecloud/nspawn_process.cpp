#include "nspawn_process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace fakecloud {

namespace {

constexpr int before_nspawn = 125;  // exit status

[[noreturn]] void die(const std::string& what) {
  ::dprintf(STDERR_FILENO, "%s: %s\n", what.c_str(), std::strerror(errno));
  ::_exit(before_nspawn);
}

// Like fork, in new namespaces: the child is the first process of its own, and when that ends, the
// kernel ends all others in it. There is one thread here, so the child may do as it likes.
pid_t fork_into_namespaces() {
  return static_cast<pid_t>(
      ::syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, nullptr, nullptr, nullptr, 0));
}

void redirect_output(const std::filesystem::path& file) {
  const int in = ::open("/dev/null", O_RDONLY);
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (in < 0 || out < 0) die(file);
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::close_range(STDERR_FILENO + 1, ~0U, 0);  // the clouds' sockets are not a machine's
}

void join(const std::filesystem::path& group) {
  const auto file = group / "cgroup.procs";
  const int fd = ::open(file.c_str(), O_WRONLY);
  if (fd < 0 || ::write(fd, "0", 1) != 1) die(file);  // 0: who writes
  ::close(fd);
}

void mount_all(const NspawnOrder& order) {
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    die("making mounts private");
  if (::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
    die("mounting /proc");
  // systemd-nspawn leaves locks there when it is killed; so it gets one that goes with it.
  ::mkdir("/run/systemd", 0755);
  ::mkdir("/run/systemd/nspawn", 0755);
  if (::mount("tmpfs", "/run/systemd/nspawn", "tmpfs", 0, "mode=0755") != 0)
    die("mounting over /run/systemd/nspawn");
  const auto options = "lowerdir=" + order.image.string() +
                       ",upperdir=" + (order.folder / "upper").string() +
                       ",workdir=" + (order.folder / "work").string();
  const auto root = order.folder / "root";
  if (::mount("overlay", root.c_str(), "overlay", 0, options.c_str()) != 0)
    die("mounting an overlay over " + order.image.string());
}

[[noreturn]] void become_nspawn(const NspawnOrder& order) {
  std::vector<std::string> words = {
      "systemd-nspawn", "--quiet", "--boot", "--directory=" + (order.folder / "root").string(),
      "--machine=" + order.name,
      // No machined, no service manager: the host need not run systemd.
      "--register=no", "--keep-unit",
      // The host's network: the machine's own address is of 127.0.0.0/8.
      "--resolv-conf=copy-host", "--timezone=off", "--link-journal=no", "--console=pipe"};
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  die("starting systemd-nspawn");
}

}  // namespace

pid_t start_nspawn(const NspawnOrder& order) {
  for (const char* name : {"upper", "work", "root"})
    std::filesystem::create_directories(order.folder / name);
  const pid_t pid = fork_into_namespaces();
  if (pid < 0) throw std::runtime_error(std::string("making namespaces: ") + std::strerror(errno));
  if (pid > 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setsid();  // Ctrl-C is for berth-fakecloud
  ::signal(SIGPIPE, SIG_DFL);
  redirect_output(order.folder / "console.log");
  for (const auto& group : order.groups) join(group);
  mount_all(order);
  become_nspawn(order);
}

std::string try_mounts(const NspawnOrder& order) {
  for (const char* name : {"upper", "work", "root"})
    std::filesystem::create_directories(order.folder / name);
  const pid_t pid = fork_into_namespaces();
  if (pid < 0)
    return std::string("this process may not make namespaces (it takes CAP_SYS_ADMIN): ") +
           std::strerror(errno);
  if (pid == 0) {
    redirect_output(order.folder / "console.log");
    for (const auto& group : order.groups) join(group);
    mount_all(order);
    ::_exit(0);
  }
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (status == 0) return {};
  std::string line;
  std::ifstream in(order.folder / "console.log");
  std::getline(in, line);
  return line.empty() ? "a process in namespaces of its own was ended" : line;
}

}  // namespace fakecloud
