#include "reach/worker_session.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <list>

#include "berth/codec.hpp"
#include "reach/failed.hpp"
#include "request/plain_text.hpp"

namespace berth {
namespace {

constexpr int look_ms = 50;                        // how soon a cancellation is noticed
constexpr std::size_t longest_output_line = 2048;  // bytes
constexpr std::size_t output_per_minute = 256 * 1024;
constexpr std::size_t most_waiting_lines = 1000;   // log and progress lines of one call
constexpr std::size_t most_waiting_requests = 64;  // http frames of one call
constexpr std::size_t most_waiting_bytes = 64 * 1024 * 1024;  // of their bodies
constexpr std::size_t longest_text = 8 * 1024;     // one log line
constexpr int told_strays = 3;
constexpr int polite_ms = 1'000;  // to see the end of its socket and put things away
constexpr int dying_ms = 500;     // from the end of its socket to the end of the process

constexpr std::string_view too_late = "did not answer in time";
constexpr std::string_view not_cancelled = "did not end its cancelled call";

LogLevel level_of(std::string_view word) {
  if (word == "debug") return LogLevel::debug;
  if (word == "warning") return LogLevel::warning;
  if (word == "error") return LogLevel::error;
  return LogLevel::info;
}

}  // namespace

// A caller that waits. Lives on its stack.
struct WorkerSession::Waiter {
  std::int64_t n = 0;
  std::string_view about;  // the method, for messages
  Call* call = nullptr;
  std::condition_variable changed;
  std::list<Frame> inbox;  // what its own thread has to do: log, progress, http
  std::size_t lines = 0, requests = 0, request_bytes = 0, dropped = 0;
  bool answered = false;
  Frame answer;
  bool told = false;         // cancel was sent
  std::int64_t end_at = -1;  // when the worker is ended for this call, steady ms
  std::string_view end_why;

  [[nodiscard]] bool overdue() const { return end_at >= 0 && steady_ms() >= end_at; }
};

// From when on the worker is ended if it still has not answered.
void WorkerSession::set_end(Waiter& waiter, const WorkerPatience& patience) {
  if (waiter.end_at >= 0) return;
  const bool cancelled = waiter.call->cancelled();
  waiter.end_at = steady_ms() + (cancelled ? patience.cancel_ms : patience.deadline_ms);
  waiter.end_why = cancelled ? not_cancelled : too_late;
}

WorkerSession::WorkerSession(std::unique_ptr<WorkerProcess> process, std::string name,
                             Journal& journal, WorkerPatience patience)
    : process_(std::move(process)),
      name_(std::move(name)),
      journal_(journal),
      patience_(patience) {}

WorkerSession::~WorkerSession() {
  shutdown(process_->socket(), SHUT_RDWR);
  process_->end(polite_ms);
  drain_output();
  if (!output_line_.empty()) print(output_line_);
}

bool WorkerSession::over() const {
  const std::lock_guard lock(mutex_);
  return state_ != State::alive || ended_ || !broken_.empty();
}

std::string WorkerSession::how() const {
  const std::lock_guard lock(mutex_);
  return how_;
}

Outcome WorkerSession::hello(Call& call) {
  const std::int64_t until = steady_ms() + std::min(patience_.hello_ms, call.remaining_ms());
  std::string why;
  Frame frame;
  bool arrived = false, ended = false;
  try {
    while (!(arrived = reader_.next(frame)) && !ended && why.empty()) {
      std::array<pollfd, 2> ready{
          {{process_->socket(), POLLIN, 0}, {printing_ ? process_->output() : -1, POLLIN, 0}}};
      poll(ready.data(), ready.size(), look_ms);
      drain_output();
      ended = reader_.fill(process_->socket()) == FrameReader::Filled::end;
      if (call.cancelled())
        why = "was not awaited, since the call was cancelled";
      else if (steady_ms() > until)
        why = "did not say hello in time";
    }
    if (arrived && frame.type == FrameType::hello && frame.wire == wire_version)
      return std::move(frame.body);
    if (arrived && frame.type == FrameType::fail) {  // berth-worker says why it cannot load it
      Failure failure = codec::decode_failure(frame.body);
      failure.effect = Effect::none;
      return failure;
    }
    if (arrived && frame.type == FrameType::hello)
      why = "speaks version " + std::to_string(frame.wire) +
            " of the wire, and this berth speaks " + std::to_string(wire_version);
    else if (arrived)
      why = "did not begin with hello";
  } catch (const WireError& error) {
    why = "said no hello: " + std::string(error.what());
  }
  if (ended) why = "ended before it said hello";
  std::unique_lock lock(mutex_);
  finish(lock, why, ended ? dying_ms : 0);
  // Its own last words often say it best ("ModuleNotFoundError: …").
  std::string message = "the worker of " + name_ + ' ' + why + " (it " + how_ + ")";
  if (!last_line_.empty()) message += "; its last line: " + one_line(last_line_, 1024);
  return failed(ErrorCode::unavailable, Effect::none, message);
}

Exchanged WorkerSession::exchange(FrameLine line, std::string_view body, std::string_view about,
                                  Call& call) {
  Waiter self;
  self.about = about;
  self.call = &call;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::alive || ended_)
      return {failed(ErrorCode::unavailable, Effect::none, "the worker is gone"), false};
    self.n = next_n_++;
    waiters_.push_back(&self);
  }
  struct Leave {
    WorkerSession& session;
    Waiter& waiter;
    ~Leave() {
      const std::lock_guard lock(session.mutex_);
      std::erase(session.waiters_, &waiter);
      session.wake_one_other(&waiter);
    }
  } leave{*this, self};

  line.number("n", self.n)
      .number("now_unix_ms", call.now_unix_ms())
      .number("remaining_ms", call.remaining_ms());
  bool begun = false;
  const bool sent = send(line.end(body.size()), body, self, begun);
  std::unique_lock lock(mutex_);
  if (!sent && !begun) {
    if (ended_) finish(lock, "", dying_ms);
    const bool gone_already = state_ != State::alive || !broken_.empty();
    return {failed(call.cancelled() ? ErrorCode::cancelled : ErrorCode::unavailable, Effect::none,
                   gone_already ? "the worker is gone"
                                : "the worker of " + name_ + " took no call in time"),
            !gone_already};
  }

  for (;;) {
    // Only what has come until now: a worker that never pauses must not hold up the deadline.
    for (std::size_t left = self.inbox.size(); left > 0; --left) {
      Frame frame = std::move(self.inbox.front());
      self.inbox.pop_front();
      if (frame.type == FrameType::http) {
        --self.requests;
        self.request_bytes -= frame.body.size();
        if (self.answered || state_ != State::alive) continue;  // nobody could use the response
        wake_one_other(&self);  // this thread does not read for a while
      } else {
        --self.lines;
      }
      lock.unlock();
      act_on(frame, call, self);
      lock.lock();
    }
    if (self.answered || state_ == State::over) {
      if (self.inbox.empty()) break;
      continue;
    }
    if (state_ == State::ending) {
      self.changed.wait_for(lock, std::chrono::milliseconds(look_ms));
      continue;
    }
    if (!broken_.empty()) {
      finish(lock, broken_, 0);
      continue;
    }
    if (ended_) {
      finish(lock, "", dying_ms);
      continue;
    }
    if (self.overdue()) {
      finish(lock, std::string(self.end_why), 0);
      continue;
    }
    if (!self.told && (call.cancelled() || call.remaining_ms() <= 0)) {
      self.told = true;
      set_end(self, patience_);
      lock.unlock();
      bool ignored = false;
      (void)send(FrameLine("cancel").number("n", self.n).end(), {}, self, ignored);
      lock.lock();
      continue;
    }
    std::int64_t wait = std::clamp<std::int64_t>(call.remaining_ms(), 1, look_ms);
    if (self.told) wait = std::clamp<std::int64_t>(self.end_at - steady_ms(), 1, look_ms);
    if (leading_)
      self.changed.wait_for(lock, std::chrono::milliseconds(wait));
    else
      lead(lock, static_cast<int>(wait));
  }
  if (!self.answered) return {gone(self), true};
  lock.unlock();
  if (self.dropped > 0)
    call.log(LogLevel::warning, std::to_string(self.dropped) +
                                    " log lines of this call came too fast and were dropped");
  if (self.answer.type == FrameType::fail) return {codec::decode_failure(self.answer.body), true};
  return {std::move(self.answer.body), true};
}

// Whoever writes may wait long for a worker that does not read; others have deadlines of their own.
bool WorkerSession::take_turn_to_write(Waiter& waiter) {
  std::unique_lock lock(mutex_);
  while (writing_) {
    if (state_ != State::alive || ended_ || !broken_.empty() || gave_up(waiter)) return false;
    writer_free_.wait_for(lock, std::chrono::milliseconds(look_ms));
  }
  writing_ = true;
  return true;
}

void WorkerSession::end_turn_to_write() {
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
  }
  writer_free_.notify_one();
}

// Nobody waits any longer for this call to be written.
bool WorkerSession::gave_up(Waiter& waiter) const {
  if (waiter.call->cancelled()) set_end(waiter, patience_);
  return waiter.call->remaining_ms() <= -patience_.deadline_ms || waiter.overdue();
}

bool WorkerSession::send(std::string_view line, std::string_view body, Waiter& waiter,
                         bool& begun) {
  if (!take_turn_to_write(waiter)) return false;
  struct Turn {
    WorkerSession& session;
    ~Turn() { session.end_turn_to_write(); }
  } const turn{*this};
  return write(FrameWrite(line, body), waiter, begun);
}

// A socket that is full may be full because the worker is stuck in a write to us: read meanwhile.
bool WorkerSession::write(FrameWrite frame, Waiter& waiter, bool& begun) {
  for (;;) {
    const FrameWrite::Sent sent = frame.send(process_->socket());
    begun = frame.begun();
    if (sent == FrameWrite::Sent::all) return true;
    std::unique_lock lock(mutex_);
    if (sent == FrameWrite::Sent::broken) {
      ended_ = true;
      return false;
    }
    if (state_ != State::alive || ended_ || !broken_.empty()) return false;
    if (gave_up(waiter)) {
      if (begun) broken_ = "did not read in time";  // half a frame: nothing can follow it
      return false;
    }
    if (!leading_) lead(lock, 0);
    lock.unlock();
    pollfd ready{process_->socket(), POLLOUT | POLLIN, 0};
    poll(&ready, 1, look_ms);
  }
}

// Reads once, and gives every frame to whom it belongs.
void WorkerSession::lead(std::unique_lock<std::mutex>& lock, int wait_ms) {
  leading_ = true;
  lock.unlock();
  std::array<pollfd, 3> ready{{{process_->socket(), POLLIN, 0},
                               {printing_ ? process_->output() : -1, POLLIN, 0},
                               {exited_ ? -1 : process_->exit_fd(), POLLIN, 0}}};
  poll(ready.data(), ready.size(), wait_ms);
  if (ready[1].revents != 0) drain_output();
  if (ready[2].revents != 0) {
    exited_ = true;
    // A child that it left behind may hold the socket and go on writing: it is heard no more.
    shutdown(process_->socket(), SHUT_RDWR);
  }
  // First the ended process, then the socket: what it wrote before its end still counts.
  bool end = exited_;
  FrameReader::Filled filled = FrameReader::Filled::nothing_yet;
  if (ready[0].revents != 0 || end) filled = reader_.fill(process_->socket());
  if (filled == FrameReader::Filled::something) end = false;
  if (filled == FrameReader::Filled::end) end = true;
  std::string broken;
  std::vector<Frame> frames;
  try {
    Frame frame;
    while (filled == FrameReader::Filled::something && reader_.next(frame))
      frames.push_back(std::move(frame));
  } catch (const WireError& error) {
    broken = error.what();
  }
  lock.lock();
  for (Frame& frame : frames) dispatch(std::move(frame));
  if (!broken.empty()) broken_ = "broke the wire: " + broken;
  if (end) ended_ = true;
  leading_ = false;
  if (state_ == State::ending) reader_free_.notify_all();
}

void WorkerSession::dispatch(Frame&& frame) {
  if (frame.type == FrameType::unknown) return;        // a newer wire's (version rule)
  if (frame.type == FrameType::log && frame.n == 0) {  // belongs to no call
    print(frame.text);
    return;
  }
  const auto found = std::find_if(waiters_.begin(), waiters_.end(), [&](const Waiter* waiter) {
    return waiter->n == frame.n && !waiter->answered;
  });
  if (found == waiters_.end()) {
    if (++strays_ <= told_strays)
      journal_.write(LogLevel::warning,
                     "the worker of " + name_ + " sent a frame for call " +
                         std::to_string(frame.n) +
                         ", which is not in flight (answered twice, or too late); ignored");
    return;
  }
  Waiter& waiter = **found;
  switch (frame.type) {
    case FrameType::reply:
    case FrameType::fail:
      waiter.answer = std::move(frame);
      waiter.answered = true;
      break;
    case FrameType::log:
    case FrameType::progress:
      if (waiter.lines >= most_waiting_lines) {
        ++waiter.dropped;
        return;
      }
      ++waiter.lines;
      if (frame.text.size() > longest_text) {
        frame.text.resize(longest_text + 1);  // one more, so that it is told as cut
        frame.text.shrink_to_fit();
      }
      waiter.inbox.push_back(std::move(frame));
      break;
    case FrameType::http:
      if (++waiter.requests > most_waiting_requests)
        broken_ = "asked for more than 64 HTTP exchanges at once in one call";
      waiter.request_bytes += frame.body.size();
      if (waiter.request_bytes > most_waiting_bytes)
        broken_ = "asked for HTTP exchanges of more than 64 MiB at once in one call";
      waiter.inbox.push_back(std::move(frame));
      break;
    default: return;  // a host's frame: it means nothing from this side
  }
  waiter.changed.notify_one();
}

void WorkerSession::act_on(Frame& frame, Call& call, Waiter& waiter) {
  if (frame.type == FrameType::log)
    call.log(level_of(frame.level), one_line(frame.text, longest_text));
  else if (frame.type == FrameType::progress)
    call.progress(one_line(frame.text, longest_text));
  else
    answer_http(frame, call, waiter);
}

void WorkerSession::answer_http(Frame& frame, Call& call, Waiter& waiter) {
  HttpRequest request;
  if (!frame.method.empty()) request.method = std::move(frame.method);
  request.url = std::move(frame.url);
  request.headers = std::move(frame.headers);
  request.body = std::move(frame.body);
  request.deleting = frame.deleting;
  Result<HttpResponse> result = call.http().exchange(request);
  bool begun = false;
  if (result.ok()) {
    FrameLine line("http");
    line.number("n", frame.n).number("h", frame.h).number("status", result->status);
    const std::string text = line.headers(result->headers).end(result->body.size());
    if (text.size() <= max_frame_line && result->body.size() <= max_frame_body) {
      (void)send(text, result->body, waiter, begun);
      return;
    }
    result = failed(ErrorCode::unavailable, Effect::unknown,
                    "the response is larger than a worker can take (64 KiB of headers, 32 MiB)");
  }
  const std::string body = codec::encode(result.failure());
  (void)send(FrameLine("http")
                 .number("n", frame.n)
                 .number("h", frame.h)
                 .truth("failed", true)
                 .end(body.size()),
             body, waiter, begun);
}

// Ends the worker and gives everyone who waits the reason. `why` is "" where it ended by itself.
void WorkerSession::finish(std::unique_lock<std::mutex>& lock, const std::string& why,
                           int patience_ms) {
  if (state_ != State::alive) return;
  state_ = State::ending;
  // Whoever reads stops soon; then the reader is ours.
  while (leading_) reader_free_.wait(lock);
  leading_ = true;
  lock.unlock();
  const std::string how = process_->end(patience_ms);
  // From now on nothing more comes, even if a child of it lives on.
  shutdown(process_->socket(), SHUT_RDWR);
  // What it answered before its end is still in the socket.
  std::vector<Frame> frames;
  try {
    Frame frame;
    while (reader_.fill(process_->socket()) == FrameReader::Filled::something)
      while (reader_.next(frame)) frames.push_back(std::move(frame));
  } catch (const WireError&) {
    // broken_ says so already, or it died in the middle of a frame
  }
  drain_output();
  lock.lock();
  for (Frame& frame : frames) dispatch(std::move(frame));
  leading_ = false;
  how_ = how;
  why_ = why.empty() && how == "was stopped" ? "closed its connection" : why;
  state_ = State::over;
  for (Waiter* waiter : waiters_) waiter->changed.notify_all();
}

Failure WorkerSession::gone(const Waiter& waiter) const {
  const std::string about(waiter.about);
  if (waiter.end_why == why_ && !why_.empty())
    return failed(why_ == too_late ? ErrorCode::unavailable : ErrorCode::cancelled, Effect::unknown,
                  "the plugin " + name_ + " (" + about + ") " + why_ + "; its worker was ended");
  std::string happened = why_;
  if (why_.empty())
    happened = how_;
  else if (why_ == too_late || why_ == not_cancelled)
    happened = "was ended, because another call " + why_ + ',';
  return failed(ErrorCode::internal, Effect::unknown,
                "the worker of " + name_ + ' ' + happened + " while " + about + " ran in it");
}

void WorkerSession::wake_one_other(const Waiter* self) {
  if (leading_) return;
  for (Waiter* waiter : waiters_)
    if (waiter != self && !waiter->answered) {
      waiter->changed.notify_one();
      return;
    }
}

void WorkerSession::drain_output() {
  std::array<char, 4096> chunk;
  for (int rounds = 0; rounds < 64; ++rounds) {
    const ssize_t got = read(process_->output(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) printing_ = false;  // both ends are closed: it would be readable for ever
    if (got <= 0) break;
    for (const char c : std::string_view(chunk.data(), static_cast<std::size_t>(got))) {
      if (c == '\n') {
        print(output_line_);
        output_line_.clear();
      } else if (output_line_.size() <= longest_output_line) {
        output_line_ += c;
      }
    }
  }
}

void WorkerSession::print(std::string_view line) {
  if (!line.empty()) last_line_ = line;
  // A minute begins with its first line: one burst must not count as two halves.
  const std::int64_t now = steady_ms();
  if (now >= output_minute_ends_ms_) {
    output_minute_ends_ms_ = now + 60'000;
    output_bytes_ = 0;
  }
  const bool before = output_bytes_ <= output_per_minute;
  output_bytes_ += line.size() + 1;
  if (output_bytes_ <= output_per_minute)
    journal_.write(LogLevel::info, name_ + " prints: " + one_line(line, longest_output_line));
  else if (before)
    journal_.write(LogLevel::warning,
                   name_ + " prints more than 256 KiB a minute; the rest is dropped");
}

}  // namespace berth
