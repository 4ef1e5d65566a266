// The wire, in both directions: frames arrive the same however the stream is cut into pieces, and
// what is written is what is read. The first byte says how long the pieces are.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/codec.hpp"
#include "reach/frames.hpp"
#include "require.hpp"

using namespace berth;

namespace {

constexpr std::size_t most_in_flight = 60'000;  // fits the socket's buffer

struct Read {
  std::vector<Frame> frames;
  std::string error;
};

Read read_in_pieces(std::string_view text, std::size_t piece) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
  Read result;
  FrameReader reader;
  Frame frame;
  try {
    while (!text.empty()) {
      const std::string_view now = text.substr(0, piece);
      text.remove_prefix(now.size());
      if (send(ends[0], now.data(), now.size(), MSG_NOSIGNAL) < 0) std::abort();
      while (reader.fill(ends[1]) == FrameReader::Filled::something)
        while (reader.next(frame)) result.frames.push_back(std::move(frame));
    }
  } catch (const WireError& error) {
    result.error = error.what();
    fuzz::require(!result.error.empty() && result.error.size() < 1000, "no usable words");
  }
  close(ends[0]);
  close(ends[1]);
  return result;
}

bool same(const Frame& a, const Frame& b) {
  return a.type == b.type && a.word == b.word && a.n == b.n && a.h == b.h && a.wire == b.wire &&
         a.status == b.status && a.now_unix_ms == b.now_unix_ms &&
         a.remaining_ms == b.remaining_ms && a.deleting == b.deleting && a.failed == b.failed &&
         a.interface_id == b.interface_id && a.method == b.method && a.url == b.url &&
         a.level == b.level && a.text == b.text && a.headers == b.headers && a.body == b.body;
}

std::string written(const Frame& frame) {
  FrameLine line(frame.type == FrameType::http ? "http" : "call");
  line.number("n", frame.n).number("h", frame.h).number("wire", frame.wire)
      .number("status", frame.status).number("now_unix_ms", frame.now_unix_ms)
      .number("remaining_ms", frame.remaining_ms).truth("deleting", frame.deleting)
      .truth("failed", frame.failed).text("interface", frame.interface_id)
      .text("method", frame.method).text("url", frame.url).text("level", frame.level)
      .text("text", frame.text);
  if (!frame.headers.empty()) line.headers(frame.headers);
  return line.end(frame.body.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > most_in_flight) return -1;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Read whole = read_in_pieces(text, most_in_flight);
  const Read cut = read_in_pieces(text, std::max<std::size_t>(1, data[0]));
  fuzz::require(whole.error == cut.error, "pieces matter: " + whole.error + " / " + cut.error);
  fuzz::require(whole.frames.size() == cut.frames.size(), "pieces matter");
  for (std::size_t i = 0; i < whole.frames.size(); ++i) {
    fuzz::require(same(whole.frames[i], cut.frames[i]), "pieces matter");
    Frame frame = whole.frames[i];
    if (frame.type != FrameType::http && frame.type != FrameType::call) continue;
    const std::string line = written(frame);
    if (line.size() > max_frame_line || line.size() + frame.body.size() > most_in_flight) continue;
    const Read again = read_in_pieces(line + frame.body, most_in_flight);
    fuzz::require(again.error.empty() && again.frames.size() == 1, "written, not read: " + line);
    fuzz::require(same(again.frames[0], frame), "it changes on its way: " + line);
  }
  return 0;
}
