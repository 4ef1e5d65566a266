// The wire's frames, from both ends of a socket pair.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "reach/frames.hpp"

namespace berth::test {
namespace {

class Wire : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_), 0); }
  void TearDown() override {
    close(ends_[0]);
    close(ends_[1]);
  }
  void write(std::string_view text) {
    ASSERT_EQ(send(ends_[0], text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  // Reads until a frame is complete or nothing more is there.
  bool read(Frame& frame) {
    for (;;) {
      if (reader_.next(frame)) return true;
      if (reader_.fill(ends_[1]) != FrameReader::Filled::something) return false;
    }
  }
  int ends_[2] = {-1, -1};
  FrameReader reader_;
};

TEST_F(Wire, a_frame_and_its_body_arrive_whole_however_they_are_cut) {
  const std::string text =
      "{\"type\":\"reply\",\"n\":7,\"bytes\":5}\nhello{\"type\":\"cancel\",\"n\":8}\n";
  Frame frame;
  int frames = 0;
  for (const char c : text) {
    write(std::string_view(&c, 1));
    if (!read(frame)) continue;
    if (++frames == 1) {
      EXPECT_EQ(frame.type, FrameType::reply);
      EXPECT_EQ(frame.n, 7);
      EXPECT_EQ(frame.body, "hello");
    } else {
      EXPECT_EQ(frame.type, FrameType::cancel);
      EXPECT_EQ(frame.n, 8);
      EXPECT_TRUE(frame.body.empty());
    }
  }
  EXPECT_EQ(frames, 2);
}

TEST_F(Wire, spaces_escapes_and_unknown_members_are_fine) {
  write(
      "{ \"type\" : \"log\", \"n\" : 3, \"new\": {\"deep\": [1, null]}, \"text\": \"a\\n\\u00fc\" "
      "}\n");
  Frame frame;
  ASSERT_TRUE(read(frame));
  EXPECT_EQ(frame.type, FrameType::log);
  EXPECT_EQ(frame.text, "a\nü");
}

TEST_F(Wire, headers_come_in_their_order) {
  write(FrameLine("http").number("n", 1).headers({{"a", "1"}, {"b", "\"x\\"}, {"a", "2"}}).end());
  Frame frame;
  ASSERT_TRUE(read(frame));
  ASSERT_EQ(frame.headers.size(), 3U);
  EXPECT_EQ(frame.headers[1].second, "\"x\\");
  EXPECT_EQ(frame.headers[2].second, "2");
}

TEST_F(Wire, bytes_that_are_no_text_are_replaced_in_a_line) {
  write(FrameLine("log").text("text", "caf\xe9").end());
  Frame frame;
  ASSERT_TRUE(read(frame));
  EXPECT_EQ(frame.text, "caf\xef\xbf\xbd");
}

TEST_F(Wire, a_body_may_hold_any_bytes) {
  std::string body("\0\n{\xff", 4);
  EXPECT_EQ(FrameWrite(FrameLine("reply").end(body.size()), body).send(ends_[0]),
            FrameWrite::Sent::all);
  Frame frame;
  ASSERT_TRUE(read(frame));
  EXPECT_EQ(frame.body, body);
}

TEST_F(Wire, what_is_no_frame_is_refused_in_words) {
  for (const char* line : {"good morning\n", "[1]\n", "{\"n\":1}\n", "{\"type\":\"reply\",\n"}) {
    FrameReader reader;
    write(line);
    ASSERT_EQ(reader.fill(ends_[1]), FrameReader::Filled::something);
    Frame frame;
    EXPECT_THROW(reader.next(frame), WireError) << line;
  }
}

TEST_F(Wire, too_many_bytes_are_refused_before_they_are_read) {
  write("{\"type\":\"reply\",\"n\":1,\"bytes\":33554433}\n");
  Frame frame;
  EXPECT_THROW(read(frame), WireError);
}

TEST_F(Wire, negative_bytes_are_refused) {
  write("{\"type\":\"reply\",\"n\":1,\"bytes\":-1}\n");
  Frame frame;
  EXPECT_THROW(read(frame), WireError);
}

TEST_F(Wire, a_line_without_an_end_is_refused) {
  Frame frame;
  EXPECT_THROW(
      {
        for (int i = 0; i < 20; ++i) {
          write(std::string(4096, 'x'));
          read(frame);
        }
      },
      WireError);
}

TEST_F(Wire, a_full_socket_is_continued_where_it_stopped) {
  const std::string body(1'000'000, 'b');
  const std::string line = FrameLine("reply").number("n", 1).end(body.size());
  FrameWrite write(line, body);
  Frame frame;
  int pauses = 0;
  while (write.send(ends_[0]) == FrameWrite::Sent::some) {
    ++pauses;
    EXPECT_FALSE(read(frame));
  }
  ASSERT_TRUE(read(frame));
  EXPECT_GT(pauses, 0);
  EXPECT_EQ(frame.body, body);
}

TEST_F(Wire, writing_to_a_closed_socket_raises_no_signal) {
  close(std::exchange(ends_[1], -1));
  FrameWrite write("x\n", {});
  EXPECT_EQ(write.send(ends_[0]), FrameWrite::Sent::broken);
}

}  // namespace
}  // namespace berth::test
