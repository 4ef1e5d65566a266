// A program that speaks the worker's wire by hand and misuses it; the methods say how.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr const char* manifest =
    R"({"id":"hostile-wire","version":"1","name":"Hostile","interfaces":["berth.test/1"],)"
    R"("concurrent":4,"config":{}})";

[[noreturn]] void sleep_for_ever() {
  for (;;) pause();
}

// False: the host is gone.
bool write_all(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t sent = send(3, text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    at += static_cast<std::size_t>(sent);
  }
  return true;
}

void write_for_ever(const std::string& text) {
  while (write_all(text)) {
  }
  sleep_for_ever();
}

std::string read_some(std::size_t most) {
  std::string text(most, '\0');
  const ssize_t got = recv(3, text.data(), most, 0);
  if (got <= 0) _exit(0);
  text.resize(static_cast<std::size_t>(got));
  return text;
}

struct Call {
  std::string line, body, n, method;
};

std::string member(const std::string& line, const std::string& name) {
  const auto at = line.find('"' + name + "\":");
  if (at == std::string::npos) return {};
  auto begin = at + name.size() + 3;
  const bool quoted = line[begin] == '"';
  if (quoted) ++begin;
  return line.substr(begin, line.find_first_of(quoted ? "\"" : ",}", begin) - begin);
}

Call next_call() {
  static std::string buffer;
  while (buffer.find('\n') == std::string::npos) buffer += read_some(65536);
  Call call;
  call.line = buffer.substr(0, buffer.find('\n'));
  buffer.erase(0, call.line.size() + 1);
  const std::size_t bytes = std::strtoul(member(call.line, "bytes").c_str(), nullptr, 10);
  while (buffer.size() < bytes) buffer += read_some(65536);
  call.body = buffer.substr(0, bytes);
  buffer.erase(0, bytes);
  call.n = member(call.line, "n");
  call.method = member(call.line, "method");
  return call;
}

std::string frame(const std::string& type, const std::string& n, const std::string& body = {}) {
  return R"({"type":")" + type + R"(","n":)" + n + R"(,"bytes":)" + std::to_string(body.size()) +
         "}\n" + body;
}

void misuse(const Call& call) {
  const std::string& how = call.method;
  const std::string& n = call.n;
  if (how == "echo") {
    write_all(frame("reply", n, call.body));
  } else if (how == "html") {
    write_all("<html>this is no frame</html>\n");
  } else if (how == "nul") {
    write_all(std::string(4096, '\0') + "\n");
  } else if (how == "bad_utf8") {
    write_all("{\"type\":\"reply\",\"n\":" + n + ",\"text\":\"\xff\xc0\x80\"}\n");
  } else if (how == "nested") {
    write_all("{\"type\":" + std::string(60'000, '[') + "\n");
  } else if (how == "huge_numbers") {
    write_all(R"({"type":"reply","n":99999999999999999999999999999999,"bytes":1e400})" "\n");
  } else if (how == "fractional_bytes") {
    write_all(R"({"type":"reply","n":)" + n + R"(,"bytes":1.5})" "\n");
  } else if (how == "negative_bytes") {
    write_all(R"({"type":"reply","n":)" + n + R"(,"bytes":-1})" "\n");
  } else if (how == "announces_2_to_the_63") {
    write_all(R"({"type":"reply","n":)" + n + R"(,"bytes":9223372036854775807})" "\n");
  } else if (how == "announces_more_than_2_to_the_63") {
    write_all(R"({"type":"reply","n":)" + n + R"(,"bytes":9223372036854775808})" "\n");
  } else if (how == "announces_and_falls_silent") {
    write_all(R"({"type":"reply","n":)" + n + R"(,"bytes":33554432})" "\nsome");
    sleep_for_ever();
  } else if (how == "endless_line") {
    write_for_ever(std::string(65536, 'x'));
  } else if (how == "endless_nothing") {
    write_for_ever(std::string(16384, '\n'));
  } else if (how == "endless_logs") {
    write_for_ever(R"({"type":"log","n":)" + n + R"(,"text":")" + std::string(60'000, 'l') +
                   "\"}\n");
  } else if (how == "endless_logs_for_nobody") {
    write_for_ever(R"({"type":"log","text":")" + std::string(60'000, 'l') + "\"}\n");
  } else if (how == "endless_progress") {
    write_for_ever(R"({"type":"progress","n":)" + n + R"(,"text":"x"})" "\n");
  } else if (how == "endless_replies_for_others") {
    write_for_ever(R"({"type":"reply","n":-7})" "\n");
  } else if (how == "endless_frames_of_the_future") {
    write_for_ever(R"({"type":"from the future","n":1,"bytes":100000})" "\n" +
                   std::string(100'000, '?'));
  } else if (how == "endless_calls_of_its_own") {
    write_for_ever(R"({"type":"call","n":)" + n + R"(,"method":"echo"})" "\n");
  } else if (how == "endless_http") {
    write_for_ever(R"({"type":"http","n":)" + n + R"(,"h":1,"url":"http://127.0.0.1:1/"})" "\n");
  } else if (how == "http_without_sense") {
    write_all(R"({"type":"http","n":)" + n + R"(,"headers":[["a"],7]})" "\n");
  } else if (how == "huge_http") {
    for (int i = 0; i < 3; ++i)
      write_all(R"({"type":"http","n":)" + n + R"(,"h":1,"url":"u","bytes":33554432})" "\n" +
                std::string(32U << 20U, 'h'));
    sleep_for_ever();
  } else if (how == "answers_numbers_that_nobody_made") {
    for (int i = 1000; i < 1100; ++i) write_all(frame("reply", std::to_string(i), "{}"));
    write_all(frame("fail", "0", "{}") + frame("reply", n, "{}"));
  } else if (how == "answers_twice") {
    write_all(frame("reply", n, "1") + frame("fail", n, "{}"));
  } else if (how == "says_hello_again") {
    write_all(R"({"type":"hello","wire":99})" "\n" + frame("reply", n, "{}"));
  } else if (how == "fails_with_garbage") {
    write_all(frame("fail", n, std::string(1000, '\0')));
  } else if (how == "half_a_frame") {
    write_all(R"({"type":"reply","n":)" + n + R"(,"bytes":10})" "\n{}");
    _exit(0);
  } else if (how == "closes") {
    close(3);
    sleep_for_ever();
  } else if (how == "does_not_read") {
    sleep_for_ever();
  } else if (how == "child_outside_of_the_session_keeps_writing") {
    if (fork() == 0) {
      setsid();
      while (write_all(R"({"type":"log","text":"still here"})" "\n")) {
      }
      _exit(0);  // the socket was shut: this is how it ends
    }
    _exit(8);
  }
}

}  // namespace

int main() {
  const std::string said = manifest;
  write_all(R"({"type":"hello","wire":1,"bytes":)" + std::to_string(said.size()) + "}\n" + said);
  for (;;) {
    const Call call = next_call();
    if (member(call.line, "type") == "create") write_all(frame("reply", call.n, "{}"));
    else if (member(call.line, "type") == "call") misuse(call);
  }
}
