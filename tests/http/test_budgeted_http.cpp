// The budget of a credential, and what the journal gets to see of a request.
#include <gtest/gtest.h>

#include "http/budgeted_http.hpp"
#include "http_call.hpp"

namespace berth::test {
namespace {

class Lines final : public Journal {
 public:
  void write(LogLevel, std::string_view text) override { lines.emplace_back(text); }
  std::vector<std::string> lines;
};

class CountingTransport final : public Transport {
 public:
  Result<HttpResponse> send(const HttpRequest&, Call&) override {
    ++sent;
    return response;
  }
  int sent = 0;
  HttpResponse response{200, {}, ""};
};

// Time passes only where somebody waits.
class Budgeted : public ::testing::Test {
 protected:
  Result<HttpResponse> get(bool deleting = false,
                           const std::string& url = "https://api.example/v1") {
    HttpRequest request;
    request.url = url;
    request.deleting = deleting;
    return http_.exchange(request);
  }
  CountingTransport transport_;
  TokenBucket budget_{RateLimit{10, 10}};  // ten, and one more each second
  Redaction redaction_{std::vector<std::string>{"s3cret-t0ken"}};
  Lines journal_;
  HttpCall call_{60'000};
  std::int64_t waited_ = 0;
  BudgetedHttp http_{transport_, budget_, redaction_, journal_, call_, [this](std::int64_t ms) {
                       waited_ += ms;
                       call_.unix_ms += ms;
                     }};
};

TEST_F(Budgeted, of_what_a_cloud_gives_its_machines_only_the_host_is_noted) {
  ASSERT_TRUE(get(false, "http://169.254.170.2/v2/credentials/as-good-as-a-key").ok());
  ASSERT_EQ(journal_.lines.size(), 1U);
  EXPECT_EQ(journal_.lines[0].rfind("http GET 169.254.170.2 200 ", 0), 0U) << journal_.lines[0];
}

TEST_F(Budgeted, a_tenth_is_kept_for_deletes) {
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(get().ok());
  EXPECT_EQ(waited_, 0);
  EXPECT_TRUE(get(true).ok()) << "the last one is for a delete";
  EXPECT_EQ(waited_, 0);
}

TEST_F(Budgeted, a_short_wait_is_waited) {
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(get().ok());
  EXPECT_TRUE(get().ok());
  EXPECT_GE(waited_, 1'000);
  EXPECT_LE(waited_, 1'100);
}

TEST_F(Budgeted, a_long_wait_fails_with_rate_limited_and_sends_nothing) {
  transport_.response = {429, {{"retry-after", "30"}}, ""};
  ASSERT_TRUE(get().ok()) << "the vendor's own answer is the plugin's to read";
  const auto result = get();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, ErrorCode::rate_limited);
  EXPECT_EQ(result.failure().effect, Effect::none);
  EXPECT_EQ(result.failure().retry_after_ms, 30'000);
  EXPECT_EQ(transport_.sent, 1);
  call_.unix_ms += 30'000;
  transport_.response = {200, {}, ""};
  EXPECT_TRUE(get().ok());
}

TEST_F(Budgeted, the_vendors_own_count_holds_where_it_is_lower) {
  transport_.response.headers = {{"ratelimit-limit", "5000"}, {"ratelimit-remaining", "1000"}};
  ASSERT_TRUE(get().ok());
  transport_.response.headers.clear();
  ASSERT_TRUE(get().ok());
  EXPECT_EQ(waited_, 0) << "a fifth of ten, less the one for deletes";
  ASSERT_TRUE(get().ok());
  EXPECT_GE(waited_, 900);
}

TEST(VendorCount, is_read_or_is_not_there) {
  const auto count = [](const char* limit, const char* remaining) {
    return vendor_count(
        {200, {{"ratelimit-limit", limit}, {"ratelimit-remaining", remaining}}, ""});
  };
  EXPECT_EQ(count("3600", "12")->remaining, 12);
  EXPECT_EQ(count("3600", "4000")->remaining, 3600);
  EXPECT_FALSE(count("0", "0"));
  EXPECT_FALSE(count("many", "12"));
  EXPECT_FALSE(count("3600", "-1"));
  EXPECT_FALSE(vendor_count({200, {}, ""}));
}

TEST_F(Budgeted, a_wait_ends_when_the_call_is_cancelled) {
  transport_.response = {429, {{"retry-after", "3"}}, ""};
  ASSERT_TRUE(get().ok());
  BudgetedHttp http(transport_, budget_, redaction_, journal_, call_,
                    [this](std::int64_t) { call_.cancel = true; });
  const auto result = http.exchange({});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, ErrorCode::cancelled);
  EXPECT_EQ(transport_.sent, 1);
}

TEST_F(Budgeted, a_clock_that_jumps_back_does_not_stop_it) {
  ASSERT_TRUE(get().ok());
  call_.unix_ms -= 86'400'000;
  EXPECT_TRUE(get().ok());
}

TEST_F(Budgeted, the_journal_gets_host_and_path_and_no_secret) {
  ASSERT_TRUE(get(false, "https://user:pw@api.example/v1/s3cret-t0ken?token=abc").ok());
  ASSERT_EQ(journal_.lines.size(), 1U);
  EXPECT_EQ(journal_.lines[0].rfind("http GET api.example/v1/[redacted] 200 ", 0), 0U)
      << journal_.lines[0];
}

TEST(RetryAfter, is_read_in_seconds_and_as_a_date) {
  const std::int64_t now = 784'111'770'000;  // Sun, 06 Nov 1994 08:49:30 GMT
  EXPECT_EQ(retry_after_ms({429, {{"retry-after", "12"}}, ""}, now), 12'000);
  EXPECT_EQ(retry_after_ms({429, {{"retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"}}, ""}, now),
            7'000);
  EXPECT_EQ(retry_after_ms({429, {{"retry-after", "soon"}}, ""}, now), 0);
  EXPECT_EQ(retry_after_ms({429, {}, ""}, now), 0);
}

}  // namespace
}  // namespace berth::test
