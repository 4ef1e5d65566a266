// Price documents and catalogue answers as AWS gives them, cut to what is read.
#include "aws/catalogue.hpp"

#include <gtest/gtest.h>

#include "aws/prices.hpp"
#include "fakes.hpp"

namespace berth::aws {
namespace {

using test::ScriptedHttp;
using test::StillCall;

std::string document(const std::string& attributes, const std::string& unit,
                     const std::string& price) {
  return R"({"product":{"attributes":{)" + attributes +
         R"(}},"terms":{"OnDemand":{"S.T":{"priceDimensions":{"S.T.D":{"unit":")" + unit +
         R"(","pricePerUnit":)" + price + R"(}}}}}})";
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\\\"") : std::string(1, c);
  return out + "\"";
}

std::string price_page(const std::vector<std::string>& documents, const std::string& token = "") {
  std::string list;
  for (const auto& one : documents) list += (list.empty() ? "" : ",") + quoted(one);
  return "{\"FormatVersion\":\"aws_v1\",\"PriceList\":[" + list + "]" +
         (token.empty() ? "" : ",\"NextToken\":" + quoted(token)) + "}";
}

const std::string micro =
    document(R"("instanceType":"t3.micro")", "Hrs", R"({"USD":"0.0104000000"})");

TEST(Prices, DecimalTextBecomesNanos) {
  const auto product = priced_product(micro, "Hrs");
  ASSERT_TRUE(product);
  EXPECT_EQ(product->instance_type, "t3.micro");
  EXPECT_EQ(product->nanos, 10'400'000);
  EXPECT_EQ(product->currency, "USD");
}

TEST(Prices, NothingOrZeroIsNoPrice) {
  EXPECT_FALSE(priced_product(document("", "Hrs", R"({"USD":"0.0000000000"})"), "Hrs"));
  EXPECT_FALSE(priced_product(document("", "Quantity", R"({"USD":"5"})"), "Hrs"));
  EXPECT_FALSE(priced_product(document("", "Hrs", R"({"USD":"cheap"})"), "Hrs"));
  EXPECT_FALSE(priced_product(document("", "Hrs", R"({"USD":0.1})"), "Hrs"));
  EXPECT_FALSE(priced_product(document("", "Hrs", "null"), "Hrs"));
  EXPECT_FALSE(priced_product("not json", "Hrs"));
  EXPECT_FALSE(priced_product("[]", "Hrs"));
  EXPECT_FALSE(priced_product("{}", "Hrs"));
}

TEST(Prices, TheHighestOfSeveralCounts) {
  EXPECT_EQ(priced_product(
                R"({"terms":{"OnDemand":{"a":{"priceDimensions":{
                "x":{"unit":"Hrs","pricePerUnit":{"USD":"0.2"}},
                "y":{"unit":"Hrs","pricePerUnit":{"USD":"0.3"}},
                "z":{"unit":"Hrs","pricePerUnit":{"USD":"0.1"}}}}}}})",
                "Hrs")
                ->nanos,
            300'000'000);
}

TEST(Prices, AreReadPageByPageAndKeepDiskAndAddressApart) {
  ScriptedHttp http;
  StillCall call(http);
  Account account;
  Api api(account, call);
  http.say(200, price_page({micro}, "page2"));
  http.say(
      200,
      price_page({document(R"("instanceType":"m7i.large")", "Hrs", R"({"USD":"0.1008000000"})")}));
  http.say(200, price_page(
                    {document(R"("volumeApiName":"gp3")", "GB-Mo", R"({"USD":"0.0800000000"})")}));
  http.say(200, price_page({document(R"("usagetype":"USE1-PublicIPv4:IdleAddress")", "Hrs",
                                     R"({"USD":"0.009"})"),
                            document(R"("usagetype":"USE1-PublicIPv4:InUseAddress")", "Hrs",
                                     R"({"USD":"0.005"})")}));
  const auto prices = region_prices(api, "us-east-1");
  ASSERT_TRUE(prices);
  EXPECT_EQ(prices->hourly_nanos, (std::map<std::string, std::int64_t>{{"m7i.large", 100'800'000},
                                                                       {"t3.micro", 10'400'000}}));
  EXPECT_EQ(prices->disk_gib_month_nanos, 80'000'000);
  EXPECT_EQ(prices->ipv4_hourly_nanos, 5'000'000);
  ASSERT_EQ(http.requests.size(), 4u);
  EXPECT_NE(http.requests[0].body.find(R"("Field":"tenancy","Value":"Shared")"), std::string::npos);
  EXPECT_NE(http.requests[1].body.find(R"("NextToken":"page2")"), std::string::npos);
}

TEST(Prices, PagesThatDoNotAdvanceFail) {
  ScriptedHttp http;
  StillCall call(http);
  Account account;
  Api api(account, call);
  http.say(200, price_page({micro}, "again"));
  http.say(200, price_page({micro}, "again"));
  const auto prices = region_prices(api, "us-east-1");
  ASSERT_FALSE(prices);
  EXPECT_NE(prices.failure().message.find("did not advance"), std::string::npos);
  EXPECT_EQ(prices.failure().effect, Effect::none);
}

TEST(Prices, RefusalInJsonIsRead) {
  ScriptedHttp http;
  StillCall call(http);
  Account account;
  Api api(account, call);
  http.say(400, R"({"__type":"com.amazonaws.pricing#AccessDeniedException","Message":"no"})");
  const auto prices = region_prices(api, "us-east-1");
  ASSERT_FALSE(prices);
  EXPECT_EQ(prices.failure().code, ErrorCode::denied);
  EXPECT_EQ(prices.failure().vendor_code, "AccessDeniedException");
}

class Catalogue : public testing::Test {
 protected:
  Account account;
  std::vector<InstanceType> types{{"t3.micro", 2, 1024, {"i386", "x86_64"}, true, false}};
  std::vector<TypeOffering> offerings{{"t3.micro", "us-east-1a"}, {"t3.micro", "us-east-1b"}};
  RegionPrices prices{"USD", {{"t3.micro", 10'400'000}}, 80'000'000, 5'000'000};

  std::vector<Offer> offers() {
    return offers_of(account, "us-east-1", types, offerings, prices, test::friday_noon);
  }
};

TEST_F(Catalogue, OneOfferForEachZone) {
  const auto list = offers();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].zone, "us-east-1a");
  EXPECT_EQ(list[1].zone, "us-east-1b");
  EXPECT_EQ(list[0].arch, Arch::x86_64);
  EXPECT_EQ(list[0].vcpu, 2);
  EXPECT_EQ(list[0].memory_mib, 1024);
  EXPECT_EQ(list[0].disk_mib, 0);
  EXPECT_EQ(list[0].max_disk_mib, 16'777'216);
  EXPECT_EQ(list[0].hourly_nanos, 10'400'000);
  EXPECT_EQ(list[0].disk_gib_month_nanos, 80'000'000);
  EXPECT_EQ(list[0].ipv4_hourly_nanos, 5'000'000);
  EXPECT_EQ(list[0].currency, "USD");
  EXPECT_EQ(list[0].billing_step_s, 60);
  EXPECT_EQ(list[0].as_of_unix_ms, test::friday_noon);
  EXPECT_EQ(list[0].availability, Availability::available);
}

TEST_F(Catalogue, AMissingPriceIsNotZero) {
  prices.hourly_nanos.clear();
  ASSERT_EQ(offers().size(), 2u);
  EXPECT_FALSE(offers()[0].hourly_nanos);
}

TEST_F(Catalogue, WithoutTheDisksPriceThereIsNoPrice) {
  prices.disk_gib_month_nanos.reset();
  EXPECT_FALSE(offers()[0].hourly_nanos);
}

TEST_F(Catalogue, WithoutTheAddresssPriceTheOfferSaysSo) {
  const auto before = offers()[0].excludes.size();
  prices.ipv4_hourly_nanos.reset();
  EXPECT_TRUE(offers()[0].hourly_nanos);
  EXPECT_EQ(offers()[0].excludes.size(), before + 1);
}

TEST_F(Catalogue, LeavesOutWhatIsNotToBeBought) {
  types = {{"m4.large", 2, 8192, {"x86_64"}, false, false},
           {"m7i.metal-24xl", 96, 393216, {"x86_64"}, true, true},
           {"mac2.metal", 8, 16384, {"x86_64_mac"}, true, false},
           {"p5.48xlarge", 192, 2097152, {"x86_64"}, true, false},
           {"t4g.small", 2, 2048, {"arm64"}, true, false}};
  account.instance_families = {"m4", "m7i", "mac2", "t4g"};
  offerings.clear();
  for (const auto& type : types) offerings.push_back({type.name, "us-east-1a"});
  const auto list = offers();
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].instance_type, "t4g.small");
  EXPECT_EQ(list[0].arch, Arch::arm64);
}

TEST_F(Catalogue, KeepsToTheAccountsZonesAndOutOfLocalZones) {
  offerings.push_back({"t3.micro", "us-east-1-bos-1a"});
  EXPECT_EQ(offers().size(), 2u);
  account.zones = {"us-east-1b", "eu-west-1a"};
  ASSERT_EQ(offers().size(), 1u);
  EXPECT_EQ(offers()[0].zone, "us-east-1b");
}

}  // namespace
}  // namespace berth::aws
