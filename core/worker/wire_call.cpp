#include "worker/wire_call.hpp"

#include "berth/codec.hpp"
#include "reach/failed.hpp"

namespace berth {
namespace {

constexpr std::size_t longest_text = 8 * 1024;  // escaped, it still fits a frame's line

std::string_view word_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
    default: return "info";
  }
}

}  // namespace

void WireWriter::send(std::string_view line, std::string_view body) {
  const std::lock_guard lock(mutex_);
  (void)FrameWrite(line, body).send(socket_, true);
}

std::int64_t WireCall::passed() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               began_)
      .count();
}

void WireCall::log(LogLevel level, std::string_view text) {
  writer_.send(FrameLine("log")
                   .number("n", n_)
                   .text("level", word_of(level))
                   .text("text", codec::clipped(text, longest_text))
                   .end());
}

void WireCall::progress(std::string_view text) {
  writer_.send(FrameLine("progress")
                   .number("n", n_)
                   .text("text", codec::clipped(text, longest_text))
                   .end());
}

Result<HttpResponse> WireCall::exchange(const HttpRequest& request) {
  FrameLine line("http");
  line.number("n", n_)
      .number("h", ++h_)
      .text("method", request.method)
      .text("url", request.url)
      .headers(request.headers)
      .truth("deleting", request.deleting);
  const std::string text = line.end(request.body.size());
  if (text.size() > max_frame_line || request.body.size() > max_frame_body)
    return failed(ErrorCode::invalid, Effect::none,
                  "the HTTP request is larger than the wire takes (64 KiB of address and headers, "
                  "32 MiB of body)");
  writer_.send(text, request.body);
  std::unique_lock lock(mutex_);
  // The host answers every request, at the latest when the call's time is up.
  answered_.wait(lock, [&] { return answer_ && answer_->h == h_; });
  Frame answer = std::move(*answer_);
  answer_.reset();
  if (answer.failed) return codec::decode_failure(answer.body);
  HttpResponse response;
  response.status = static_cast<int>(answer.status);
  response.headers = std::move(answer.headers);
  response.body = std::move(answer.body);
  return response;
}

void WireCall::answer_http(Frame frame) {
  const std::lock_guard lock(mutex_);
  answer_ = std::move(frame);
  answered_.notify_one();
}

}  // namespace berth
