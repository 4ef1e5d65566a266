// The edge of a plugin: what an author's class does, and what the C table shows of it.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <new>

#include "berth/codec.hpp"
#include "berth/export.hpp"
#include "berth/proxy.hpp"
#include "berth/table_call.hpp"
#include "fake_call.hpp"

namespace berth {
namespace {

/// Does what its setting "mood" says.
class Moody : public CloudProvider {
 public:
  explicit Moody(const PluginConfig& config) : mood_(config.text("mood")) {
    if (mood_ == "throws at birth") throw 42;
    if (mood_ == "refuses") throw ConfigError("\"mood\" is too bad");
  }
  Result<AccountCheck> check(Call& call) override {
    call.log(LogLevel::info, "checking \xFF");
    call.progress("half way");
    HttpRequest request;
    request.method = "POST";
    request.url = "http://cloud/";
    request.headers = {{"a", "b"}};
    request.body = std::string("x\0y", 3);
    request.deleting = true;
    const auto response = call.http().exchange(request);
    if (!response) return response.failure();
    AccountCheck check;
    check.account = std::string(response->header("x-account")) + response->body;
    check.server_limit = response->status;
    return check;
  }
  Result<OfferList> offers(const OffersRequest& /*request*/, Call& /*call*/) override {
    throw std::runtime_error("no \xFF luck");
  }
  Result<Created> create(const CreateRequest& /*request*/, Call& /*call*/) override { throw 42; }
  Result<Found> find(const FindRequest& /*request*/, Call& /*call*/) override {
    throw std::bad_alloc();
  }
  Result<Done> destroy(const DestroyRequest& /*request*/, Call& call) override {
    if (call.remaining_ms() == 5'000 && !call.cancelled()) return Done{};
    return Failure{};
  }

 private:
  std::string mood_;
};

constexpr const char* manifest = R"({"id":"moody","version":"1","name":"Moody",
  "interfaces":["berth.cloud-provider/1"],
  "config":{"mood":{"type":"string","required":true},"n":{"type":"integer","default":3}}})";

}  // namespace
}  // namespace berth

BERTH_EXPORT_CLOUD_PROVIDER(berth::Moody, berth::manifest);

namespace berth {
namespace {

class AdapterTest : public ::testing::Test {
 protected:
  ~AdapterTest() override {
    if (self_ != nullptr) plugin_.destroy(self_);
  }
  Result<std::string> make(const char* config_json) {
    TableCall lent(call_);
    const std::int32_t returned = plugin_.create(config_json, lent.raw(), &self_);
    return lent.answer(returned);
  }
  Result<std::string> ask(const char* method, const std::string& request = "{}") {
    if (self_ == nullptr) {
      EXPECT_TRUE(make(R"({"mood":"good"})"));
    }
    return table_caller(plugin_, self_)(cloud_provider_id, method, request, call_);
  }

  const berth_plugin& plugin_ = *berth_plugin_v1();
  FakeCall call_;
  void* self_ = nullptr;
};

TEST_F(AdapterTest, RefusesSettingsInWords) {
  for (const auto& [config, words] : std::vector<std::pair<const char*, const char*>>{
           {"{}", "\"mood\" is required"},
           {"{\"mood\": 5}", "\"mood\" must be text"},
           {"{\"mood\": \"x\", \"n\": \"y\"}", "\"n\" must be a whole number"},
           {"nonsense", "not JSON"},
           {"{\"mood\": \"refuses\"}", "\"mood\" is too bad"}}) {
    const auto made = make(config);
    ASSERT_FALSE(made) << config;
    EXPECT_EQ(made.failure().code, ErrorCode::invalid);
    EXPECT_EQ(made.failure().effect, Effect::none);
    EXPECT_NE(made.failure().message.find(words), std::string::npos) << made.failure().message;
    EXPECT_EQ(self_, nullptr);
  }
}

TEST_F(AdapterTest, SettingsOfANewerHostPass) {
  EXPECT_TRUE(make(R"({"mood":"good","account_id":"a","from_the_future":{"x":1.5}})"));
}

TEST_F(AdapterTest, AConstructorThatThrowsIsInternal) {
  const auto made = make(R"({"mood":"throws at birth"})");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.failure().code, ErrorCode::internal);
}

TEST_F(AdapterTest, NoExceptionLeaves) {
  const auto offers = ask("offers");
  ASSERT_FALSE(offers);
  EXPECT_EQ(offers.failure().code, ErrorCode::internal);
  EXPECT_EQ(offers.failure().effect, Effect::none);  // reads only
  EXPECT_EQ(offers.failure().message, "the plugin threw: no \xEF\xBF\xBD luck");

  CreateRequest request;
  const auto created = ask("create", codec::encode(request));
  ASSERT_FALSE(created);
  EXPECT_EQ(created.failure().code, ErrorCode::internal);
  EXPECT_EQ(created.failure().effect, Effect::unknown);

  const auto found = ask("find", R"({"installation_id":"i"})");
  ASSERT_FALSE(found);
  EXPECT_NE(found.failure().message.find("memory"), std::string::npos);
}

TEST_F(AdapterTest, GarbageIsRefusedBeforeTheClassSeesIt) {
  for (const char* garbage : {"", "nonsense", "[]", "{}"}) {
    const auto created = ask("create", garbage);
    ASSERT_FALSE(created);
    EXPECT_EQ(created.failure().code, ErrorCode::invalid) << garbage;
    EXPECT_EQ(created.failure().effect, Effect::none);
  }
}

TEST_F(AdapterTest, HttpCrossesWholly) {
  HttpResponse response;
  response.status = 201;
  response.headers = {{"X-Account", "acme"}};
  response.body = std::string("\0z", 2);
  call_.scripted.responses.emplace_back(response);
  const auto checked = ask("check");
  ASSERT_TRUE(checked) << checked.failure().message;
  const auto account = codec::decode<AccountCheck>(*checked);
  EXPECT_EQ(account->account, std::string("acme\0z", 6));
  EXPECT_EQ(account->server_limit, 201);
  ASSERT_EQ(call_.scripted.requests.size(), 1U);
  const HttpRequest& sent = call_.scripted.requests[0];
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.body, std::string("x\0y", 3));
  EXPECT_TRUE(sent.deleting);
  EXPECT_EQ(call_.logged, std::vector<std::string>{"checking \xEF\xBF\xBD"});
  EXPECT_EQ(call_.told, std::vector<std::string>{"half way"});
}

TEST_F(AdapterTest, AFailedExchangeKeepsItsFailure) {
  Failure limited;
  limited.code = ErrorCode::rate_limited;
  limited.effect = Effect::none;
  limited.retry_after_ms = 700;
  call_.scripted.responses.emplace_back(limited);
  const auto checked = ask("check");
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.failure().code, ErrorCode::rate_limited);
  EXPECT_EQ(checked.failure().retry_after_ms, 700);
}

TEST_F(AdapterTest, AnOlderHostWithoutServicesIsNotAskedForThem) {
  ASSERT_TRUE(make(R"({"mood":"good"})"));
  TableCall lent(call_);
  lent.raw()->size = offsetof(berth_call, service);  // as if the field did not exist
  const berth_interface* table = plugin_.interface_of(self_, cloud_provider_id);
  ASSERT_NE(table, nullptr);
  const auto answer = lent.answer(table->methods[0].call(self_, "{}", lent.raw()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.failure().code, ErrorCode::unsupported);
}

TEST_F(AdapterTest, AnOlderPluginsShorterResponseIsNotOverrun) {
  TableCall lent(call_);
  call_.scripted.responses.emplace_back(HttpResponse{});
  const auto* http =
      static_cast<const berth_http_1*>(lent.raw()->service(lent.raw(), "berth.http/1"));
  berth_http_request in{};
  in.size = sizeof in;
  berth_http_response out{};
  out.size = offsetof(berth_http_response, failure_json);
  const char* const guard = "untouched";
  out.failure_json = guard;
  EXPECT_EQ(http->exchange(lent.raw(), &in, &out), BERTH_OK);
  EXPECT_EQ(out.failure_json, guard);
}

TEST_F(AdapterTest, UnknownInterfacesAndMethodsAreUnsupported) {
  EXPECT_TRUE(
      ask("destroy", R"({"installation_id":"i","server":{"attempt_id":"a","server_id":"s"}})"));
  EXPECT_EQ(plugin_.interface_of(self_, notifier_id), nullptr);
  EXPECT_EQ(plugin_.interface_of(self_, "berth.cloud-provider/2"), nullptr);
  EXPECT_EQ(ask("levitate").failure().code, ErrorCode::unsupported);
}

TEST_F(AdapterTest, TheProxyRelabelsAReplyThatCannotBeRead) {
  CloudProviderProxy proxy(
      [](const char*, const char*, const std::string&, Call&) -> Result<std::string> {
        return std::string(R"({"server": {}})");
      });
  const auto created = proxy.create({}, call_);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.failure().code, ErrorCode::internal);
  EXPECT_EQ(created.failure().effect, Effect::unknown);
  EXPECT_NE(created.failure().message.find("server.server_id: is missing"), std::string::npos);
}

TEST(TableCall, WantsExactlyOneAnswerThatFitsTheReturnValue) {
  FakeCall call;
  TableCall none(call);
  EXPECT_EQ(none.answer(BERTH_OK).failure().code, ErrorCode::internal);
  TableCall two(call);
  two.raw()->reply(two.raw(), "{}");
  two.raw()->reply(two.raw(), "{}");
  EXPECT_NE(two.answer(BERTH_OK).failure().message.find("2 times"), std::string::npos);
  TableCall contrary(call);
  contrary.raw()->reply(contrary.raw(), "{}");
  EXPECT_NE(contrary.answer(BERTH_FAILED).failure().message.find("contradict"), std::string::npos);
}

}  // namespace
}  // namespace berth
