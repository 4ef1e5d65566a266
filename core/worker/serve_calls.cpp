#include "worker/serve_calls.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <thread>

#include "berth/codec.hpp"
#include "reach/failed.hpp"

namespace berth {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto short_call = std::chrono::microseconds(300);
constexpr auto stand_by = std::chrono::milliseconds(1);
constexpr auto lively = std::chrono::milliseconds(50);  // a pause this long, and nobody stands by

}  // namespace

void ServeCalls::run() {
  const std::string_view manifest = table_.manifest_json;
  writer_.send(FrameLine("hello").number("wire", wire_version).end(manifest.size()), manifest);
  serve();
  std::abort();  // serve() does not return on the first thread
}

void ServeCalls::serve() {
  std::unique_lock lock(mutex_);
  for (bool ran_a_call = false;; ran_a_call = true) {
    wait_to_read(lock, ran_a_call);
    Frame frame;
    do {
      lock.unlock();
      if (!read(frame)) end();
      lock.lock();
      hand_over(frame);
    } while (frame.type != FrameType::create && frame.type != FrameType::call);

    WireCall call(writer_, frame);
    in_flight_.push_back(&call);
    const auto began = Clock::now();
    reading_ = false;
    released_ = began;
    let_another_read();
    lock.unlock();
    run_call(frame, call);
    lock.lock();
    short_calls_ = Clock::now() - began < short_call;
    std::erase(in_flight_, &call);
  }
}

// REQUIRES: mutex_ is held. Returns as the one who reads.
void ServeCalls::wait_to_read(std::unique_lock<std::mutex>& lock, bool ran_a_call) {
  ++idle_;
  for (;; ran_a_call = false) {
    const auto passed = Clock::now() - released_;
    if (!reading_ && (ran_a_call || handed_on_ || passed >= stand_by)) break;
    if (!standing_by_ && (!reading_ || (short_calls_ && passed < lively))) {
      standing_by_ = true;
      read_next_.wait_for(lock, stand_by);
      standing_by_ = false;
    } else {
      read_next_.wait(lock);
    }
  }
  --idle_;
  reading_ = true;
  handed_on_ = false;
}

// REQUIRES: mutex_ is held.
void ServeCalls::let_another_read() {
  if (short_calls_ && standing_by_) return;  // it looks within a millisecond
  handed_on_ = true;
  if (idle_ > 0) read_next_.notify_one();
  else std::thread([this] { serve(); }).detach();
}

// Waits for a frame; false: the host is gone.
bool ServeCalls::read(Frame& frame) {
  try {
    while (!reader_.next(frame)) {
      pollfd ready{socket_, POLLIN, 0};
      poll(&ready, 1, -1);
      if (reader_.fill(socket_) == FrameReader::Filled::end) return false;
    }
    return true;
  } catch (const WireError& error) {
    std::cerr << "berth-worker: " << error.what() << '\n';
    return false;
  }
}

// REQUIRES: mutex_ is held.
void ServeCalls::hand_over(Frame& frame) {
  for (WireCall* call : in_flight_) {
    if (call->n() != frame.n) continue;
    if (frame.type == FrameType::http) call->answer_http(std::move(frame));
    else if (frame.type == FrameType::cancel) call->cancel();
    return;
  }
}

void ServeCalls::run_call(const Frame& frame, WireCall& call) {
  Outcome outcome = std::string("{}");
  if (frame.type == FrameType::create) {
    auto made =
        std::make_unique<InProcessInstance>(table_, name_, frame.body, concurrent_);
    if (auto failure = made->start(call)) {
      outcome = *failure;
    } else {
      const std::lock_guard lock(mutex_);
      instance_ = std::move(made);
    }
  } else {
    InProcessInstance* instance = nullptr;
    {
      const std::lock_guard lock(mutex_);
      instance = instance_.get();
    }
    outcome = instance == nullptr
                  ? Outcome(failed(ErrorCode::internal, Effect::none, "a call before create"))
                  : instance->call(frame.interface_id, frame.method, frame.body, call);
  }
  const bool replied = outcome.ok();
  const std::string body = replied ? std::move(*outcome) : codec::encode(outcome.failure());
  writer_.send(FrameLine(replied ? "reply" : "fail").number("n", frame.n).end(body.size()), body);
}

void ServeCalls::end() {
  // An idle plugin may put its things away, for a moment; SIGALRM ends one that hangs.
  alarm(1);
  std::unique_lock lock(mutex_);
  if (in_flight_.empty()) instance_.reset();
  std::cout.flush();
  std::_Exit(0);
}

}  // namespace berth
