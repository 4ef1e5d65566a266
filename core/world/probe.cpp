#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "world/world.hpp"

namespace berth {
namespace {

class TcpProbe final : public Probe {
 public:
  std::string reach(const std::string& address, int port, std::int64_t timeout_ms) override {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;  // clouds give addresses, not names
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int code =
            getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found))
      return address + ": " + gai_strerror(code);
    const std::string place = address + ":" + std::to_string(port);
    std::string why;
    const int socket_fd =
        socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_fd < 0) {
      why = place + ": " + std::strerror(errno);
    } else if (connect(socket_fd, found->ai_addr, found->ai_addrlen) != 0) {
      if (errno != EINPROGRESS) {
        why = place + ": " + std::strerror(errno);
      } else {
        pollfd ready{socket_fd, POLLOUT, 0};
        int problem = 0;
        socklen_t size = sizeof problem;
        if (poll(&ready, 1, static_cast<int>(timeout_ms)) <= 0)
          why = place + " does not answer";
        else if (getsockopt(socket_fd, SOL_SOCKET, SO_ERROR, &problem, &size) != 0 || problem != 0)
          why = place + ": " + std::strerror(problem);
      }
    }
    if (socket_fd >= 0) close(socket_fd);
    freeaddrinfo(found);
    return why;
  }
};

}  // namespace

std::unique_ptr<Probe> tcp_probe() { return std::make_unique<TcpProbe>(); }

}  // namespace berth
