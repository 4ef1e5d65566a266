#include "reach/frames.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "berth/codec.hpp"
#include "request/plain_text.hpp"

namespace berth {
namespace {

namespace json = boost::json;

constexpr std::size_t first_buffer = 8 * 1024;

constexpr std::array<std::pair<std::string_view, FrameType>, 9> types{{
    {"reply", FrameType::reply},
    {"call", FrameType::call},
    {"http", FrameType::http},
    {"log", FrameType::log},
    {"fail", FrameType::fail},
    {"progress", FrameType::progress},
    {"cancel", FrameType::cancel},
    {"create", FrameType::create},
    {"hello", FrameType::hello},
}};

void set_type(Frame& frame, std::string_view word) {
  for (const auto& [name, type] : types)
    if (name == word) {
      frame.type = type;
      frame.word.clear();
      return;
    }
  frame.type = FrameType::unknown;
  frame.word = word;
}

// A member of the line is put where it belongs; unknown ones are ignored (version rule).
void put(Frame& frame, std::size_t& bytes, std::string_view name, std::int64_t value) {
  if (name == "n") frame.n = value;
  else if (name == "h") frame.h = value;
  else if (name == "wire") frame.wire = value;
  else if (name == "status") frame.status = value;
  else if (name == "now_unix_ms") frame.now_unix_ms = value;
  else if (name == "remaining_ms") frame.remaining_ms = value;
  else if (name == "bytes") {
    if (value < 0 || value > static_cast<std::int64_t>(max_frame_body))
      throw WireError("a frame says it has " + std::to_string(value) +
                      " bytes; at most 33554432 (32 MiB) are allowed");
    bytes = static_cast<std::size_t>(value);
  }
}

void put(Frame& frame, std::string_view name, std::string_view value) {
  if (name == "type") set_type(frame, value);
  else if (name == "interface") frame.interface_id = value;
  else if (name == "method") frame.method = value;
  else if (name == "url") frame.url = value;
  else if (name == "level") frame.level = value;
  else if (name == "text") frame.text = value;
}

void put(Frame& frame, std::string_view name, bool value) {
  if (name == "deleting") frame.deleting = value;
  else if (name == "failed") frame.failed = value;
}

// Reads the flat lines that calls and replies are made of without building a document: texts
// without escapes, integers and truths. False: leave it to the real parser.
class FlatLine {
 public:
  explicit FlatLine(std::string_view line) : at_(line.data()), end_(at_ + line.size()) {}

  bool read(Frame& frame, std::size_t& bytes) {
    if (!take('{')) return false;
    if (take('}')) return done();
    do {
      std::string_view name;
      if (!text(name) || !take(':')) return false;
      skip();
      if (at_ == end_) return false;
      if (*at_ == '"') {
        std::string_view value;
        if (!text(value)) return false;
        put(frame, name, value);
      } else if (*at_ == 't' || *at_ == 'f') {
        const std::string_view word = *at_ == 't' ? "true" : "false";
        if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).rfind(word, 0) != 0)
          return false;
        at_ += word.size();
        put(frame, name, word == "true");
      } else {
        std::int64_t value = 0;
        const auto [after, error] = std::from_chars(at_, end_, value);
        if (error != std::errc()) return false;
        at_ = after;
        put(frame, bytes, name, value);
      }
    } while (take(','));
    return take('}') && done();
  }

 private:
  void skip() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool done() {
    skip();
    return at_ == end_;
  }
  bool text(std::string_view& value) {
    if (!take('"')) return false;
    const char* const begin = at_;
    for (; at_ != end_ && *at_ != '"'; ++at_)
      if (*at_ == '\\' || static_cast<unsigned char>(*at_) < 0x20 ||
          static_cast<unsigned char>(*at_) >= 0x80)
        return false;
    if (at_ == end_) return false;
    value = {begin, static_cast<std::size_t>(at_ - begin)};
    ++at_;
    return true;
  }

  const char* at_;
  const char* end_;
};

[[noreturn]] void not_a_frame(std::string_view line) {
  throw WireError("what it sent is not a frame: \"" + one_line(line, 80) + "\"");
}

void read_document(std::string_view line, Frame& frame, std::size_t& bytes) {
  json::error_code error;
  const json::value document = json::parse(json::string_view(line.data(), line.size()), error);
  if (error || !document.is_object()) not_a_frame(line);
  for (const auto& [key, value] : document.get_object()) {
    const std::string_view name(key.data(), key.size());
    if (value.is_string()) {
      put(frame, name, std::string_view(value.get_string().data(), value.get_string().size()));
    } else if (value.is_int64()) {
      put(frame, bytes, name, value.get_int64());
    } else if (value.is_bool()) {
      put(frame, name, value.get_bool());
    } else if (name == "headers") {
      if (!value.is_array()) not_a_frame(line);
      for (const json::value& pair : value.get_array()) {
        const json::array* const header = pair.if_array();
        if (header == nullptr || header->size() != 2 || !(*header)[0].is_string() ||
            !(*header)[1].is_string())
          throw WireError("a header of an http frame is not a pair of texts");
        frame.headers.emplace_back((*header)[0].get_string().c_str(),
                                   (*header)[1].get_string().c_str());
      }
    } else if (name == "bytes") {
      throw WireError("the \"bytes\" of a frame are not a number of bytes");
    }
  }
}

void escape_into(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    } else {
      out += c;
    }
  }
}

}  // namespace

void FrameReader::make_room() {
  if (begin_ == end_) begin_ = end_ = searched_ = 0;
  if (end_ < buffer_.size()) return;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    searched_ -= begin_;
    begin_ = 0;
    return;
  }
  buffer_.resize(std::max(first_buffer, buffer_.size() * 2));  // next() bounds it
}

FrameReader::Filled FrameReader::fill(int socket) {
  char* to = nullptr;
  std::size_t room = 0;
  // A body goes straight to where it stays, once the buffer holds none of it.
  const bool direct = in_body_ && begin_ == end_ && body_size_ - body_have_ >= first_buffer;
  if (direct) {
    to = partial_.body.data() + body_have_;
    room = body_size_ - body_have_;
  } else {
    make_room();
    to = buffer_.data() + end_;
    room = buffer_.size() - end_;
  }
  ssize_t got = 0;
  do got = recv(socket, to, room, MSG_DONTWAIT);
  while (got < 0 && errno == EINTR);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Filled::nothing_yet;
  if (got <= 0) return Filled::end;
  (direct ? body_have_ : end_) += static_cast<std::size_t>(got);
  return Filled::something;
}

bool FrameReader::next(Frame& frame) {
  if (!in_body_) {
    const std::string_view unread(buffer_.data() + begin_, end_ - begin_);
    const std::size_t from = std::max(searched_, begin_) - begin_;
    const std::size_t newline = unread.find('\n', from);
    if (std::min(newline, unread.size()) >= max_frame_line)  // the newline counts too
      throw WireError("it sent more than 64 KiB without the end of a frame's line");
    if (newline == std::string_view::npos) {
      searched_ = end_;
      return false;
    }
    partial_ = Frame();
    body_size_ = body_have_ = 0;
    const std::string_view line = unread.substr(0, newline);
    if (!FlatLine(line).read(partial_, body_size_)) {
      partial_ = Frame();
      body_size_ = 0;
      read_document(line, partial_, body_size_);
    }
    if (partial_.type == FrameType::unknown && partial_.word.empty()) not_a_frame(line);
    begin_ += newline + 1;
    searched_ = begin_;
    partial_.body.resize(body_size_);
    in_body_ = true;
  }
  const std::size_t take = std::min(body_size_ - body_have_, end_ - begin_);
  if (take > 0) std::memcpy(partial_.body.data() + body_have_, buffer_.data() + begin_, take);
  body_have_ += take;
  begin_ += take;
  searched_ = std::max(searched_, begin_);
  if (body_have_ < body_size_) return false;
  in_body_ = false;
  frame = std::move(partial_);
  return true;
}

FrameLine::FrameLine(std::string_view type) {
  line_.reserve(160);
  line_ += "{\"type\":\"";
  line_ += type;
  line_ += '"';
}

void FrameLine::name(std::string_view text) {
  line_ += ",\"";
  line_ += text;
  line_ += "\":";
}

FrameLine& FrameLine::number(std::string_view name_, std::int64_t value) {
  name(name_);
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  line_.append(digits, end);
  return *this;
}

FrameLine& FrameLine::truth(std::string_view name_, bool value) {
  name(name_);
  line_ += value ? "true" : "false";
  return *this;
}

FrameLine& FrameLine::text(std::string_view name_, std::string_view value) {
  name(name_);
  line_ += '"';
  escape_into(line_, codec::valid_utf8(value));
  line_ += '"';
  return *this;
}

FrameLine& FrameLine::headers(const std::vector<std::pair<std::string, std::string>>& headers) {
  name("headers");
  line_ += '[';
  for (const auto& [key, value] : headers) {
    if (line_.back() != '[') line_ += ',';
    line_ += "[\"";
    escape_into(line_, codec::valid_utf8(key));
    line_ += "\",\"";
    escape_into(line_, codec::valid_utf8(value));
    line_ += "\"]";
  }
  line_ += ']';
  return *this;
}

std::string FrameLine::end(std::size_t body) {
  if (body > 0) number("bytes", static_cast<std::int64_t>(body));
  line_ += "}\n";
  return std::move(line_);
}

FrameWrite::Sent FrameWrite::send(int socket, bool wait) {
  while (!line_.empty() || !body_.empty()) {
    std::array<iovec, 2> parts{};
    parts[0] = {const_cast<char*>(line_.data()), line_.size()};
    parts[1] = {const_cast<char*>(body_.data()), body_.size()};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
    if (sent < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN || errno == EWOULDBLOCK ? Sent::some : Sent::broken;
    }
    begun_ = begun_ || sent > 0;
    const std::size_t of_line = std::min(line_.size(), static_cast<std::size_t>(sent));
    line_.remove_prefix(of_line);
    body_.remove_prefix(static_cast<std::size_t>(sent) - of_line);
  }
  return Sent::all;
}

}  // namespace berth
