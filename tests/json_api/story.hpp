// What the tests of plugins stand on: a call with a clock that stands still until the story moves
// it, and two wires: one that follows a script, one to fakecloud in this process. Both record.
#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/call.hpp"

namespace story {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The first header called `name` as the plugin wrote it, or "".
inline std::string header_of(const berth::HttpRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers)
    if (key == name) return value;
  return {};
}

class Wire : public berth::Http {
 public:
  std::vector<berth::HttpRequest> sent;

  /// How many of the sent requests begin with "GET https://host/path".
  [[nodiscard]] int count(std::string_view start) const {
    int found = 0;
    for (const auto& request : sent)
      if ((request.method + " " + request.url).compare(0, start.size(), start) == 0) ++found;
    return found;
  }
};

inline berth::Failure lost_reply() {
  berth::Failure failure;
  failure.code = berth::ErrorCode::unavailable;
  failure.effect = berth::Effect::unknown;
  failure.message = "the connection was lost after the request was sent";
  return failure;
}

/// Answers what the story says, in its order, and fails the test on anything else.
class ScriptedWire final : public Wire {
 public:
  explicit ScriptedWire(std::string endpoint) : endpoint_(std::move(endpoint)) {}
  ~ScriptedWire() override {
    for (const Line& line : script_) ADD_FAILURE() << "never asked: " << line.start;
  }

  /// `start`: "GET /servers?name=" is any request that begins so.
  ScriptedWire& on(std::string start, int status, std::string body, Headers headers = {}) {
    berth::HttpResponse response;
    response.status = status;
    response.headers = std::move(headers);
    response.body = std::move(body);
    script_.push_back({std::move(start), response});
    return *this;
  }
  ScriptedWire& lost(std::string start) {
    script_.push_back({std::move(start), lost_reply()});
    return *this;
  }

  berth::Result<berth::HttpResponse> exchange(const berth::HttpRequest& request) override {
    sent.push_back(request);
    std::string asked = request.method + " " + request.url;
    const std::size_t at = asked.find(endpoint_);
    if (at != std::string::npos) asked.erase(at, endpoint_.size());
    if (script_.empty() ||
        asked.compare(0, script_.front().start.size(), script_.front().start) != 0) {
      ADD_FAILURE() << "unexpected: " << asked
                    << (script_.empty() ? "" : "\n  the story says: " + script_.front().start);
      return lost_reply();
    }
    const berth::Result<berth::HttpResponse> answer = script_.front().answer;
    script_.pop_front();
    return answer;
  }

 private:
  struct Line {
    std::string start;
    berth::Result<berth::HttpResponse> answer;
  };
  std::string endpoint_;
  std::deque<Line> script_;
};

class Call final : public berth::Call {
 public:
  explicit Call(Wire& wire) : wire_(wire) {}

  std::int64_t now_ms = 1'795'000'000'000;  // 2026-11-18
  std::int64_t left_ms = 60'000;
  bool is_cancelled = false;
  std::vector<std::string> lines;  // everything logged or shown

  [[nodiscard]] std::int64_t now_unix_ms() const override { return now_ms; }
  [[nodiscard]] std::int64_t remaining_ms() const override { return left_ms; }
  [[nodiscard]] bool cancelled() const override { return is_cancelled; }
  void log(berth::LogLevel /*level*/, std::string_view text) override { lines.emplace_back(text); }
  void progress(std::string_view text) override { lines.emplace_back(text); }
  berth::Http& http() override { return wire_; }

 private:
  Wire& wire_;
};

/// Everything a failure, a note and a log could leak, in one text to search.
inline std::string all_of(const Call& call, const berth::Failure& failure) {
  std::string text = failure.message + failure.vendor_code + failure.vendor_text;
  for (const std::string& line : call.lines) text += line;
  return text;
}

}  // namespace story
