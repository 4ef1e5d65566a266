#include "offers/call.hpp"

#include "berth/codec.hpp"

namespace berth {
namespace {

class NoHttp final : public Http {
 public:
  Result<HttpResponse> exchange(const HttpRequest&) override {
    Failure failure;
    failure.code = ErrorCode::unsupported;
    failure.effect = Effect::none;
    failure.message = "this call has no HTTP service";
    return failure;
  }
};

}  // namespace

HostCall::HostCall(const Clock& clock, Journal& journal, std::string about,
                   std::int64_t timeout_ms, const std::atomic<bool>* stop)
    : clock_(clock),
      journal_(journal),
      about_(std::move(about)),
      deadline_boot_ms_(clock.now().boot_ms + timeout_ms),
      stop_(stop) {}

std::int64_t HostCall::now_unix_ms() const { return clock_.now().unix_ms; }
std::int64_t HostCall::remaining_ms() const { return deadline_boot_ms_ - clock_.now().boot_ms; }
bool HostCall::cancelled() const { return stop_ != nullptr && stop_->load(); }
void HostCall::log(LogLevel level, std::string_view text) {
  constexpr std::size_t longest_line = 4096, most_bytes = 256 * 1024;
  if (said_bytes_ > most_bytes) return;
  const std::string line = codec::valid_utf8(codec::clipped(text, longest_line));
  said_bytes_ += line.size() + 1;
  journal_.write(level, about_ + ": " + line);
  if (said_bytes_ > most_bytes)
    journal_.write(LogLevel::warning,
                   about_ + " logs more than 256 KiB in one call; the rest is dropped");
}
void HostCall::progress(std::string_view text) {
  constexpr std::size_t most_lines = 20, most_bytes = 300;
  if (told_.size() < most_lines)
    told_.push_back(codec::valid_utf8(codec::clipped(text, most_bytes)));
}
Http& HostCall::http() {
  static NoHttp none;  // has no state
  return none;
}

}  // namespace berth
