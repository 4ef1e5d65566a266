// The frames of plugin-api/wire.md, read and written at both ends of the socket: one JSON line,
// then exactly as many raw bytes as the line says.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth {

inline constexpr std::int64_t wire_version = 1;
inline constexpr std::size_t max_frame_line = 64 * 1024;
inline constexpr std::size_t max_frame_body = 32 * 1024 * 1024;

enum class FrameType { unknown, hello, create, call, reply, fail, log, progress, http, cancel };

struct Frame {
  FrameType type = FrameType::unknown;
  std::string word;  // the type as it was spelled, where it is unknown
  std::int64_t n = 0, h = 0;
  std::int64_t wire = 0, status = 0, now_unix_ms = 0, remaining_ms = 0;
  bool deleting = false, failed = false;
  std::string interface_id, method, url, level, text;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// What came is not a frame. The stream cannot be read any further.
class WireError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads frames from a stream socket without waiting. Owns no descriptor. Threads: one at a time.
class FrameReader {
 public:
  enum class Filled { something, nothing_yet, end };

  /// One recv() that does not wait. Any error counts as the end.
  Filled fill(int socket);

  /// Takes the next complete frame; false: more bytes are needed. Throws WireError.
  bool next(Frame& frame);

 private:
  void make_room();

  std::string buffer_;  // bytes [begin_, end_) are read and not yet taken
  std::size_t begin_ = 0, end_ = 0, searched_ = 0;
  Frame partial_;  // a frame whose body is still coming
  std::size_t body_size_ = 0, body_have_ = 0;
  bool in_body_ = false;
};

/// Builds a frame's line: FrameLine("reply").number("n", 7).end(body.size()).
class FrameLine {
 public:
  explicit FrameLine(std::string_view type);
  FrameLine& number(std::string_view name, std::int64_t value);
  FrameLine& truth(std::string_view name, bool value);
  FrameLine& text(std::string_view name, std::string_view value);  // made valid UTF-8
  FrameLine& headers(const std::vector<std::pair<std::string, std::string>>& headers);
  /// The finished line. `body` is the size of what follows it.
  std::string end(std::size_t body = 0);

 private:
  void name(std::string_view text);
  std::string line_;
};

/// One frame on its way out: continues after a socket that was full.
class FrameWrite {
 public:
  FrameWrite(std::string_view line, std::string_view body) : line_(line), body_(body) {}
  enum class Sent { all, some, broken };
  /// Sends what fits without waiting (or waits, where `wait`), in one call where it can. Raises no
  /// SIGPIPE.
  Sent send(int socket, bool wait = false);
  [[nodiscard]] bool begun() const { return begun_; }

 private:
  std::string_view line_, body_;
  bool begun_ = false;
};

}  // namespace berth
