#include "berth/codec.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "berth/manifest.hpp"

namespace berth {
namespace {

boost::json::array examples_of(const std::string& file) {
  std::ifstream stream(std::string(BERTH_SCHEMA_DIR) + "/" + file + ".schema.json");
  EXPECT_TRUE(stream) << file;
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  return boost::json::parse(text).at("examples").as_array();
}

/// Every example of a schema is what the codec writes after it has read it.
template <class T>
void expect_round_trips(const std::string& file) {
  const boost::json::array examples = examples_of(file);
  EXPECT_FALSE(examples.empty());
  for (const auto& example : examples) {
    const Result<T> read = codec::decode<T>(boost::json::serialize(example));
    ASSERT_TRUE(read) << file << ": " << read.failure().message;
    EXPECT_EQ(boost::json::parse(codec::encode(*read)), example) << file;
  }
}

TEST(Codec, RoundTripsEveryExampleOfTheSchemas) {
  const std::string provider = "cloud-provider-1/";
  expect_round_trips<Done>(provider + "check.request");
  expect_round_trips<AccountCheck>(provider + "check.response");
  expect_round_trips<OffersRequest>(provider + "offers.request");
  expect_round_trips<OfferList>(provider + "offers.response");
  expect_round_trips<Offer>(provider + "offer");
  expect_round_trips<CreateRequest>(provider + "create.request");
  expect_round_trips<Created>(provider + "create.response");
  expect_round_trips<CloudServer>(provider + "server");
  expect_round_trips<FindRequest>(provider + "find.request");
  expect_round_trips<Found>(provider + "find.response");
  expect_round_trips<Sought>(provider + "sought");
  expect_round_trips<DestroyRequest>(provider + "destroy.request");
  expect_round_trips<Done>(provider + "destroy.response");
  expect_round_trips<Event>("notifier-1/notify.request");
  expect_round_trips<Done>("notifier-1/notify.response");
  const std::string stacks = "stack-provisioner-1/";
  expect_round_trips<StackChoices>(stacks + "choices.response");
  expect_round_trips<StackRequest>(stacks + "plan.request");
  expect_round_trips<StackPlan>(stacks + "plan.response");
  expect_round_trips<RenderRequest>(stacks + "render.request");
  expect_round_trips<Rendering>(stacks + "render.response");
}

// A provider that asks its vendor to delete "servers/" may end more than one.
TEST(Codec, ADestroyNamesItsServer) {
  for (const char* server : {R"({"attempt_id":"a"})", R"({"attempt_id":"a","server_id":""})"}) {
    const auto read = codec::decode<DestroyRequest>(
        std::string(R"({"installation_id":"i","server":)") + server + "}");
    ASSERT_FALSE(read) << server;
    EXPECT_NE(read.failure().message.find("server_id"), std::string::npos)
        << read.failure().message;
  }
}

TEST(Codec, AServersAddressIsAnAddressAndNoOptionOfACommand) {
  const auto server = [](const std::string& address) {
    return codec::decode<CloudServer>(R"({"server_id":"1","state":"running","public_ipv4":")" +
                                      address + "\"}");
  };
  for (const char* const good : {"", "203.0.113.9", "0.0.0.0", "255.255.255.255"})
    EXPECT_TRUE(server(good)) << good;
  for (const char* const bad : {"-oProxyCommand=x", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1..2.3",
                                "1.2.3.4.", ".1.2.3", "1.2.3.4 ", "localhost", "1234.1.1.1"}) {
    ASSERT_FALSE(server(bad)) << bad;
    EXPECT_NE(server(bad).failure().message.find("public_ipv4: is no IPv4 address"),
              std::string::npos);
  }
}

TEST(Codec, AmountsThatNothingHasAreRefusedBeforeAnybodyReckonsWithThem) {
  const auto offer = [](const std::string& field, const std::string& value) {
    boost::json::object one = examples_of("cloud-provider-1/offer").at(0).as_object();
    one[field] = boost::json::parse(value);
    return codec::decode<Offer>(boost::json::serialize(one));
  };
  for (const char* const field : {"vcpu", "memory_mib", "disk_mib", "max_disk_mib",
                                  "billing_step_s", "as_of_unix_ms", "deprecated_unix_ms"}) {
    EXPECT_TRUE(offer(field, "4000"));
    for (const char* const value : {"-1", "9223372036854775807", "-9223372036854775808"}) {
      ASSERT_FALSE(offer(field, value)) << field << value;
      EXPECT_EQ(offer(field, value).failure().message.find(field), 0U);
    }
  }
}

TEST(Codec, AFailureIsCutToWhatAPersonReads) {
  const std::string text(1 << 20, 'x');
  const Failure failure = codec::decode_failure(
      R"({"code":"denied","message":")" + text + R"(","vendor_code":")" + text +
      R"(","vendor_text":")" + text + R"(","retry_after_ms":9223372036854775807})");
  EXPECT_EQ(failure.code, ErrorCode::denied);
  EXPECT_EQ(failure.message.size(), 4096U);
  EXPECT_EQ(failure.vendor_code.size(), 256U);
  EXPECT_EQ(failure.vendor_text.size(), 2048U);
  EXPECT_EQ(failure.retry_after_ms, 24LL * 3600 * 1000);
}

TEST(Codec, RoundTripsFailuresAndParsesManifests) {
  for (const auto& example : examples_of("failure")) {
    const Failure failure = codec::decode_failure(boost::json::serialize(example));
    EXPECT_EQ(boost::json::parse(codec::encode(failure)), example);
  }
  for (const auto& example : examples_of("manifest")) {
    const auto manifest = parse_manifest(boost::json::serialize(example));
    EXPECT_TRUE(manifest) << manifest.failure().message;
  }
}

template <class T>
std::string complaint(std::string_view json) {
  const Result<T> read = codec::decode<T>(json);
  if (read) return "";
  EXPECT_EQ(read.failure().code, ErrorCode::invalid);
  EXPECT_EQ(read.failure().effect, Effect::none);
  return read.failure().message;
}

TEST(Codec, NamesTheFieldThatIsMissingOrWrong) {
  EXPECT_EQ(complaint<Sought>("{}"), "attempt_id: is missing");
  EXPECT_EQ(complaint<Sought>(R"({"attempt_id": null})"), "attempt_id: is missing");
  EXPECT_EQ(complaint<Sought>(R"({"attempt_id": 5})"), "attempt_id: expected text, got a number");
  EXPECT_EQ(complaint<Sought>("[]"), "expected an object, got an array");
  EXPECT_EQ(
      complaint<FindRequest>(R"({"installation_id": "i", "sought": [{"attempt_id": "a"}, {}]})"),
      "sought[1].attempt_id: is missing");
  EXPECT_EQ(complaint<FindRequest>(R"({"installation_id": "i", "all": 1})"),
            "all: expected true or false, got a number");
  EXPECT_EQ(complaint<OffersRequest>(R"({"regions": [1]})"),
            "regions[0]: expected text, got a number");
}

constexpr const char* offer_begin =
    R"({"region":"r","instance_type":"t","arch":"x86_64","vcpu":2.0,"memory_mib":1024,)"
    R"("disk_mib":0,"as_of_unix_ms":1,"from_the_future":[1])";

std::string offer_with(const std::string& more) { return offer_begin + more + "}"; }

TEST(Codec, IgnoresUnknownFieldsAndKeepsDefaults) {
  const auto offer = codec::decode<Offer>(offer_with(""));
  ASSERT_TRUE(offer) << offer.failure().message;
  EXPECT_EQ(offer->vcpu, 2);
  EXPECT_EQ(offer->market, "on_demand");
  EXPECT_EQ(offer->billing_step_s, 3600);
  EXPECT_EQ(offer->hourly_nanos, std::nullopt);
  EXPECT_EQ(offer->availability, Availability::unknown);
}

TEST(Codec, MoneyIsDecimalTextWithItsCurrency) {
  const auto offer = codec::decode<Offer>(offer_with(R"(,"hourly":"0.0114","currency":"EUR")"));
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->hourly_nanos, 11'400'000);
  EXPECT_EQ(complaint<Offer>(offer_with(R"(,"hourly":0.0114,"currency":"EUR")")),
            "hourly: expected a decimal as text, such as \"0.0114\", got a number");
  EXPECT_EQ(complaint<Offer>(offer_with(R"(,"hourly":"1e3","currency":"EUR")")),
            "hourly: is not a decimal of a usable size: \"1e3\"");
  EXPECT_EQ(complaint<Offer>(offer_with(R"(,"hourly":"1")")),
            "currency: is missing beside a price");
}

TEST(Codec, AnUnknownWordIsUnknownWhereTheEnumCanSaySo) {
  const auto offer = codec::decode<Offer>(offer_with(R"(,"availability":"on_tuesdays")"));
  ASSERT_TRUE(offer);
  EXPECT_EQ(offer->availability, Availability::unknown);
  EXPECT_EQ(codec::decode<CloudServer>(R"({"server_id":"1","state":"hibernating"})")->state,
            ServerState::unknown);
  EXPECT_EQ(complaint<Offer>(R"({"region":"r","instance_type":"t","arch":"mips"})"),
            "arch: unknown word \"mips\"");
}

TEST(Codec, RefusesNumbersThatAreNotWholeOrDoNotFit) {
  for (const char* number : {"1.5", "1e30", "9223372036854775808", "\"1\"", "true"})
    EXPECT_NE(complaint<Offer>(std::string(R"({"region":"r","instance_type":"t","arch":"arm64",)") +
                               R"("vcpu":)" + number + "}")
                  .find("vcpu: expected a whole number"),
              std::string::npos)
        << number;
}

TEST(Codec, RefusesBrokenText) {
  for (const char* json : {"", "{", "{}x", "nul", "{\"a\": NaN}", "{\"attempt_id\": \"\xFF\"}"})
    EXPECT_NE(complaint<Sought>(json).find("not JSON"), std::string::npos) << json;
  EXPECT_NE(complaint<Sought>(std::string(100, '[')).find("not JSON"), std::string::npos);
}

TEST(Codec, WritesNoBadUtf8) {
  Sought sought;
  sought.attempt_id = "a\xC3\xA9\xFF\xC0\xAF\xED\xA0\x80\xF0\x9F\x9A\xA2\xE2\x82";
  const auto read = codec::decode<Sought>(codec::encode(sought));
  ASSERT_TRUE(read) << read.failure().message;
  EXPECT_EQ(read->attempt_id.substr(0, 6), "a\xC3\xA9\xEF\xBF\xBD");
  EXPECT_NE(read->attempt_id.find("\xF0\x9F\x9A\xA2"), std::string::npos);
}

TEST(Codec, TextWithNulSurvives) {
  Sought sought;
  sought.attempt_id = std::string("a\0b", 3);
  const std::string json = codec::encode(sought);
  EXPECT_EQ(json.find('\0'), std::string::npos);  // crosses as a C string
  EXPECT_EQ(codec::decode<Sought>(json)->attempt_id, sought.attempt_id);
}

TEST(Codec, ANoteHasItsLimit) {
  const std::string note(4097, 'x');
  EXPECT_EQ(complaint<Created>(R"({"server":{"server_id":"1","state":"running"},"note":")" + note +
                               "\"}"),
            "note: is longer than 4096 bytes");
}

TEST(Codec, AFailureIsAlwaysRead) {
  const Failure newer =
      codec::decode_failure(R"({"code":"on_fire","effect":"perhaps","message":"m"})");
  EXPECT_EQ(newer.code, ErrorCode::internal);
  EXPECT_EQ(newer.effect, Effect::unknown);
  EXPECT_EQ(newer.message, "m");
  for (const char* garbage : {"", "[]", "{}", R"({"code":1})", "\xFF"}) {
    const Failure failure = codec::decode_failure(garbage);
    EXPECT_EQ(failure.code, ErrorCode::internal) << garbage;
    EXPECT_EQ(failure.effect, Effect::unknown);
    EXPECT_FALSE(failure.message.empty());
  }
}

TEST(Codec, VendorTextIsCutWithoutBreakingALetter) {
  Failure failure;
  failure.vendor_text = std::string(2047, 'x') + "\xC3\xA9";
  EXPECT_EQ(codec::decode_failure(codec::encode(failure)).vendor_text, std::string(2047, 'x'));
}

TEST(Codec, AnEventsFieldsMustBeAnObject) {
  Event event;
  event.fields_json = "[1]";
  EXPECT_THROW(codec::encode(event), std::invalid_argument);
  event.fields_json = "{";
  EXPECT_THROW(codec::encode(event), std::invalid_argument);
}

}  // namespace
}  // namespace berth
