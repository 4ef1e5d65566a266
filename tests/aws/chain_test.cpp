// Keys that expire: renewed in time, by one for all, and held on to while they live.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "aws/api.hpp"
#include "aws_home.hpp"

namespace berth::aws::test {
namespace {

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

constexpr std::int64_t minute = 60'000;

class Renewal : public AwsHome {
 protected:
  Renewal() {
    config(
        "[profile r]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = b\n"
        "[profile b]\naws_access_key_id = AKIAB\naws_secret_access_key = s\n");
  }
  std::string now(Chain& chain) {
    const auto keys = chain.current({call});
    return keys ? keys->access_key_id : "failed: " + keys.failure().message;
  }
};

TEST_F(Renewal, KeysAreHeldAndRenewedBeforeTheyExpire) {
  Chain chain(settings("r"));
  http.say(200, assumed("ASIAONE", friday_noon + hour));
  EXPECT_EQ(now(chain), "ASIAONE");
  call.now += 44 * minute;
  EXPECT_EQ(now(chain), "ASIAONE");
  EXPECT_EQ(http.requests.size(), 1u);
  call.now += 2 * minute;  // 14 are left
  http.say(200, assumed("ASIATWO", call.now + hour));
  EXPECT_EQ(now(chain), "ASIATWO");
  EXPECT_EQ(http.requests.size(), 2u);
}

TEST_F(Renewal, ARenewalThatFailsKeepsTheOldKeysWhileTheyLive) {
  Chain chain(settings("r"));
  http.say(200, assumed("ASIAONE", friday_noon + hour));
  EXPECT_EQ(now(chain), "ASIAONE");
  call.now += 55 * minute;
  http.say(503, "<ErrorResponse><Error><Code>ServiceUnavailable</Code></Error></ErrorResponse>");
  EXPECT_EQ(now(chain), "ASIAONE");
  ASSERT_EQ(call.logged.size(), 2u);
  EXPECT_SAYS(call.logged[1], "could not be renewed");
  EXPECT_EQ(now(chain), "ASIAONE");
  EXPECT_EQ(http.requests.size(), 2u) << "tried again in a minute, not by every request";
  call.now += 2 * minute;
  http.lose();
  EXPECT_EQ(now(chain), "ASIAONE");
  call.now += 4 * minute;  // they are dead
  http.lose();
  EXPECT_SAYS(now(chain), "failed: ");
  call.now += minute;
  http.say(200, assumed("ASIATWO", call.now + hour));
  EXPECT_EQ(now(chain), "ASIATWO");
}

TEST_F(Renewal, KeysOfAShortLifeAreNotRenewedByEveryRequest) {
  Chain chain(settings("r"));
  http.say(200, assumed("ASIAONE", friday_noon + 15 * minute));
  EXPECT_EQ(now(chain), "ASIAONE");
  call.now += 7 * minute;
  EXPECT_EQ(now(chain), "ASIAONE");
  EXPECT_EQ(http.requests.size(), 1u);
}

TEST_F(Renewal, AFailureIsNotAskedForByEveryRequestOfAMoment) {
  environment["AWS_CONFIG_FILE"] = path("none");
  Chain chain(settings());
  http.lose(Effect::none);
  EXPECT_SAYS(now(chain), "There are no AWS credentials");
  EXPECT_SAYS(now(chain), "There are no AWS credentials");
  EXPECT_EQ(http.requests.size(), 1u);
  credentials("[default]\naws_access_key_id = AKIANEW\naws_secret_access_key = s\n");
  EXPECT_EQ(now(chain), "AKIANEW") << "what is mended is used at once";
}

TEST_F(Renewal, KeysThatWereReplacedInAFileAreUsedAtOnce) {
  Chain chain(settings("b"));
  EXPECT_EQ(now(chain), "AKIAB");
  config("[profile b]\naws_access_key_id = AKIANEXT\naws_secret_access_key = s\n");
  EXPECT_EQ(now(chain), "AKIANEXT");
}

TEST_F(Renewal, ARefusedSessionIsRenewedOnceAndTheRequestSentAgain) {
  Account account;
  account.default_region = "eu-central-1";
  account.chain = std::make_shared<Chain>(settings("r"));
  Api api(account, call);
  http.say(200, assumed("ASIAONE", friday_noon + hour));
  http.say(400, error_xml("RequestExpired", "Request has expired."));
  http.say(200, assumed("ASIATWO", friday_noon + hour));
  http.say(200, described(""));
  EXPECT_TRUE(api.describe_instances("eu-central-1", {}).complete());
  ASSERT_EQ(http.requests.size(), 4u);
  EXPECT_SAYS(header(http.requests[1], "authorization"), "Credential=ASIAONE/");
  EXPECT_SAYS(header(http.requests[3], "authorization"), "Credential=ASIATWO/");
  EXPECT_EQ(http.requests[1].body, http.requests[3].body);

  // Refused again: it is not the session's age, and AWS is not asked for keys by every refusal.
  http.say(401, error_xml("AuthFailure", "token-of-ASIATWO cannot be validated"));
  const auto refused = api.describe_instances("eu-central-1", {});
  ASSERT_TRUE(refused.failure);
  EXPECT_EQ(refused.failure->code, ErrorCode::denied);
  EXPECT_EQ(refused.failure->vendor_text.find("ASIATWO"), std::string::npos);
  EXPECT_EQ(http.requests.size(), 5u);
}

TEST_F(Renewal, RefusedKeysOfAFileAreNotSentAgain) {
  Account account;
  account.chain = std::make_shared<Chain>(settings("b"));
  Api api(account, call);
  http.say(401, error_xml("AuthFailure", "no"));
  EXPECT_TRUE(api.describe_instances("eu-central-1", {}).failure);
  EXPECT_EQ(http.requests.size(), 1u);
}

TEST_F(Renewal, ANewSessionOfTheSameRoleIsTheSameIdentity) {
  Chain chain(settings("r"));
  const std::string before = chain.identity();
  http.say(200, assumed("ASIAONE", friday_noon + hour));
  EXPECT_EQ(now(chain), "ASIAONE");
  call.now += hour;
  http.say(200, assumed("ASIATWO", call.now + hour));
  EXPECT_EQ(now(chain), "ASIATWO");
  EXPECT_EQ(chain.identity(), before);
  config(
      "[profile r]\nrole_arn = arn:aws:iam::1:role/other\nsource_profile = b\n"
      "[profile b]\naws_access_key_id = AKIAB\naws_secret_access_key = s\n");
  EXPECT_NE(chain.identity(), before);
}

TEST_F(Renewal, KeysOfAnInstanceThatHaveExpiredAreUsedWhileItGivesNoOthers) {
  environment["AWS_CONFIG_FILE"] = path("none");
  Chain chain(settings());
  http.say(200, "t");
  http.say(200, "r");
  http.say(200, metadata("ASIAOLD", friday_noon - minute));
  EXPECT_EQ(now(chain), "ASIAOLD");
  EXPECT_SAYS(call.logged.front(), "have expired");
}

/// Answers STS when it is told to.
class SlowSts final : public Http {
 public:
  Result<HttpResponse> exchange(const HttpRequest&) override {
    std::unique_lock lock(mutex_);
    ++asked;
    changed_.notify_all();
    changed_.wait(lock, [&] { return answers_; });
    HttpResponse response;
    response.status = 200;
    response.body = assumed("ASIAONE", friday_noon + hour);
    return response;
  }
  void wait_until_asked() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked > 0; });
  }
  void answer() {
    const std::lock_guard lock(mutex_);
    answers_ = true;
    changed_.notify_all();
  }
  int asked = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool answers_ = false;
};

TEST_F(Renewal, CallsThatComeTogetherShareOneRenewal) {
  Chain chain(settings("r"));
  SlowSts sts;
  std::atomic<int> same{0};
  const auto one_call = [&] {
    StillCall its(sts);
    const auto keys = chain.current({its});
    if (keys && keys->access_key_id == "ASIAONE") ++same;
  };
  std::vector<std::thread> calls;
  calls.emplace_back(one_call);
  sts.wait_until_asked();
  for (int i = 0; i < 7; ++i) calls.emplace_back(one_call);
  // One that has no time left does not wait for the others' answer.
  StillCall hasty(sts);
  hasty.remaining = 0;
  EXPECT_EQ(chain.current({hasty}).failure().code, ErrorCode::unavailable);
  sts.answer();
  for (std::thread& each : calls) each.join();
  EXPECT_EQ(same, 8);
  EXPECT_EQ(sts.asked, 1);
}

}  // namespace
}  // namespace berth::aws::test
