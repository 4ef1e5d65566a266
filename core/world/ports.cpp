#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "world/world.hpp"

namespace berth {
namespace {

class TcpPorts final : public Ports {
 public:
  bool is_free(int port) override {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    const int yes = 1;  // connections of before that are still being closed are no hindrance
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    place.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool free = bind(fd, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0 &&
                      listen(fd, 1) == 0;
    close(fd);
    return free;
  }
};

}  // namespace

std::unique_ptr<Ports> tcp_ports() { return std::make_unique<TcpPorts>(); }

}  // namespace berth
