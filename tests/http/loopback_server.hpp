// A server on 127.0.0.1 that answers each connection as a test says, byte for byte.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace berth::test {

/// Runs `serve` on a thread for each connection; it gets the connected socket and the number of the
/// connection, and may do what it likes until it returns. The end of the server shuts them all.
class LoopbackServer {
 public:
  using Serve = std::function<void(LoopbackServer&, int socket, int connection)>;

  explicit LoopbackServer(Serve serve) : serve_(std::move(serve)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    listen(listener_, 64);
    thread_ = std::thread([this] { run(); });
  }
  ~LoopbackServer() {
    over_ = true;
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
    }
    for (std::thread& thread : serving_) thread.join();
    for (const int socket : sockets_) close(socket);
    close(listener_);
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] int connections() const { return connections_; }
  [[nodiscard]] std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  /// Reads one request, head and body; "" when the client has gone.
  std::string read_request(int socket) {
    std::string text;
    char chunk[4096];
    std::size_t wanted = std::string::npos;
    while (text.size() < wanted) {
      const ssize_t got = recv(socket, chunk, sizeof chunk, 0);
      if (got <= 0) return {};
      text.append(chunk, static_cast<std::size_t>(got));
      const std::size_t head = text.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const std::size_t length = text.find("Content-Length: ");
      wanted = head + 4;
      if (length < head) wanted += std::stoul(text.substr(length + 16));
    }
    const std::lock_guard lock(mutex_);
    requests_.push_back(text);
    return text;
  }

  static void write(int socket, const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
      const ssize_t sent = send(socket, text.data() + at, text.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) return;
      at += static_cast<std::size_t>(sent);
    }
  }

  static std::string response(const std::string& body, const std::string& headers = {}) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers +
           "\r\n" + body;
  }

 private:
  void run() {
    for (;;) {
      const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      const std::lock_guard lock(mutex_);
      sockets_.push_back(socket);
      serving_.emplace_back([this, socket, connection = ++connections_] {
        serve_(*this, socket, connection);
        shutdown(socket, SHUT_RDWR);
      });
    }
  }

  Serve serve_;
  int listener_ = -1, port_ = 0;
  std::atomic<bool> over_{false};
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<int> sockets_;
  std::vector<std::thread> serving_;
  std::thread thread_;
};

}  // namespace berth::test
