#include "aws/ec2_query.hpp"

#include <gtest/gtest.h>

#include "aws/encoding.hpp"
#include "fakes.hpp"

namespace berth::aws {
namespace {

TEST(Ec2Query, NumbersListsFiltersAndTagsFromOne) {
  Ec2Query query("RunInstances");
  query.list("SecurityGroupId", {"sg-1", "sg-2"}).set_if("KeyName", "");
  query.filter("tag:attempt", {"a", "b"}).filter("instance-type", {"t3.*"});
  query.tags("instance", {{"Name", "x y"}}).tags("volume", {{"Name", "x y"}});
  EXPECT_EQ(query.body(),
            "Action=RunInstances&Version=2016-11-15&SecurityGroupId.1=sg-1&SecurityGroupId.2=sg-2"
            "&Filter.1.Name=tag%3Aattempt&Filter.1.Value.1=a&Filter.1.Value.2=b"
            "&Filter.2.Name=instance-type&Filter.2.Value.1=t3.%2A"
            "&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=Name"
            "&TagSpecification.1.Tag.1.Value=x%20y&TagSpecification.2.ResourceType=volume"
            "&TagSpecification.2.Tag.1.Key=Name&TagSpecification.2.Tag.1.Value=x%20y");
}

TEST(Ec2Xml, FindsTheErrorUnderResponseAndErrorResponse) {
  const auto ec2 = xml_error(test::error_xml("VcpuLimitExceeded", "too many &amp; more"));
  ASSERT_TRUE(ec2);
  EXPECT_EQ(ec2->code, "VcpuLimitExceeded");
  EXPECT_EQ(ec2->text, "too many & more");
  const auto sts = xml_error(
      "<ErrorResponse "
      "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>"
      "<Code>InvalidClientTokenId</Code><Message>no</Message></Error></ErrorResponse>");
  ASSERT_TRUE(sts);
  EXPECT_EQ(sts->code, "InvalidClientTokenId");
}

TEST(Ec2Xml, GarbageIsNoAnswerAndNoError) {
  for (const std::string body :
       {"", "garbage", "<html><body><h1>502 Bad Gateway</h1></body></html>",
        "<html><Error><Code>X</Code></Error></html>", "{\"a\": 1}",
        "<DescribeInstancesResponse><reservationSet><item>", "\xff\xfe\x00\x01"}) {
    EXPECT_FALSE(xml_error(body)) << body;
    EXPECT_FALSE(parsed_answer(body, "DescribeInstances")) << body;
  }
  EXPECT_FALSE(parsed_answer("<RunInstancesResponse/>", "DescribeInstances"));
  EXPECT_TRUE(parsed_answer(test::described(""), "DescribeInstances"));
}

TEST(Ec2Xml, ReadsTimes) {
  EXPECT_EQ(unix_ms_of_iso("2026-11-27T12:00:00.000Z"), test::friday_noon);
  EXPECT_EQ(unix_ms_of_iso("2026-11-27T12:00:00Z"), test::friday_noon);
  EXPECT_EQ(unix_ms_of_iso("2026-11-27T12:00:00.250Z"), test::friday_noon + 250);
  EXPECT_EQ(unix_ms_of_iso("yesterday"), 0);
  EXPECT_EQ(unix_ms_of_iso(""), 0);
}

TEST(Encoding, Base64PadsAsRfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace berth::aws
