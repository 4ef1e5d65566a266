#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <vector>

#include "world/world.hpp"

namespace berth {
namespace {

/// A port of this machine; it accepts while `listening`.
class Port {
 public:
  explicit Port(bool listening) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0) abort();
    if (listening && listen(socket_, 4) != 0) abort();
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    number_ = ntohs(address.sin_port);
  }
  ~Port() { close(socket_); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int socket_;
  int number_ = 0;
};

TEST(Probe, ReachesAPortThatListens) {
  const Port port(true);
  EXPECT_EQ(tcp_probe()->reach("127.0.0.1", port.number(), 2000), "");
}

TEST(Probe, SaysThatAPortIsClosed) {
  const Port port(false);
  const std::string why = tcp_probe()->reach("127.0.0.1", port.number(), 2000);
  EXPECT_NE(why.find("127.0.0.1:" + std::to_string(port.number())), std::string::npos) << why;
  EXPECT_NE(why.find("refused"), std::string::npos) << why;
}

TEST(Probe, TakesAddressesOnly) {
  EXPECT_NE(tcp_probe()->reach("example.invalid", 22, 500), "");
  EXPECT_NE(tcp_probe()->reach("", 22, 500), "");
}

TEST(Probe, GivesUpInTime) {
  const Port port(true);  // nobody accepts there: what does not fit its queue gets no answer
  std::vector<int> queue;
  for (int i = 0; i < 16; ++i) {
    queue.push_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port.number()));
    (void)connect(queue.back(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  const auto begin = std::chrono::steady_clock::now();
  const std::string why = tcp_probe()->reach("127.0.0.1", port.number(), 300);
  EXPECT_NE(why.find("does not answer"), std::string::npos) << why;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  for (const int one : queue) close(one);
}

}  // namespace
}  // namespace berth
