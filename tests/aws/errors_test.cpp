#include "aws/errors.hpp"
#include "aws/families.hpp"

#include <gtest/gtest.h>

namespace berth::aws {
namespace {

struct Row {
  int status;
  const char* vendor_code;
  ErrorCode code;
  Effect effect;
};

class ErrorTable : public testing::TestWithParam<Row> {};

TEST_P(ErrorTable, MapsTheVendorsCode) {
  const Row& row = GetParam();
  const Failure failure = failure_of({row.status, row.vendor_code, "the words"}, "RunInstances");
  EXPECT_EQ(to_word(failure.code), to_word(row.code)) << row.vendor_code;
  EXPECT_EQ(to_word(failure.effect), to_word(row.effect)) << row.vendor_code;
  EXPECT_EQ(failure.vendor_code, row.vendor_code);
  EXPECT_EQ(failure.vendor_text, "the words");
  EXPECT_EQ(without_effect(failure).effect, Effect::none);
}

constexpr auto none = Effect::none;
constexpr auto unknown = Effect::unknown;

INSTANTIATE_TEST_SUITE_P(
    Documented, ErrorTable,
    testing::Values(
        // A 500 that says no: nothing was made.
        Row{500, "InsufficientInstanceCapacity", ErrorCode::out_of_stock, none},
        Row{500, "Server.InsufficientInstanceCapacity", ErrorCode::out_of_stock, none},
        Row{400, "Unsupported", ErrorCode::out_of_stock, none},
        Row{400, "InsufficientFreeAddressesInSubnet", ErrorCode::out_of_stock, none},
        Row{400, "UnfulfillableCapacity", ErrorCode::out_of_stock, none},
        Row{400, "VcpuLimitExceeded", ErrorCode::quota_reached, none},
        Row{400, "InstanceLimitExceeded", ErrorCode::quota_reached, none},
        Row{400, "MaxSpotInstanceCountExceeded", ErrorCode::quota_reached, none},
        Row{400, "VolumeLimitExceeded", ErrorCode::quota_reached, none},
        Row{503, "RequestLimitExceeded", ErrorCode::rate_limited, none},
        Row{400, "Throttling", ErrorCode::rate_limited, none},
        Row{400, "ThrottlingException", ErrorCode::rate_limited, none},
        Row{400, "EC2ThrottledException", ErrorCode::rate_limited, none},
        Row{401, "AuthFailure", ErrorCode::denied, none},
        Row{403, "UnauthorizedOperation", ErrorCode::denied, none},
        Row{400, "OptInRequired", ErrorCode::denied, none},
        Row{400, "PendingVerification", ErrorCode::denied, none},
        Row{400, "Blocked", ErrorCode::denied, none},
        Row{400, "RequestExpired", ErrorCode::denied, none},
        Row{500, "InternalError", ErrorCode::unavailable, unknown},
        Row{503, "Unavailable", ErrorCode::unavailable, unknown},
        Row{503, "ServiceUnavailable", ErrorCode::unavailable, unknown},
        Row{400, "InvalidAMIID.NotFound", ErrorCode::invalid, none},
        Row{400, "InvalidAMIID.Malformed", ErrorCode::invalid, none},
        Row{400, "InvalidKeyPair.NotFound", ErrorCode::invalid, none},
        Row{400, "InvalidParameterValue", ErrorCode::invalid, none},
        Row{400, "InvalidUserData.Malformed", ErrorCode::invalid, none},
        Row{400, "InvalidInstanceID.NotFound", ErrorCode::not_found, none},
        Row{400, "IdempotentParameterMismatch", ErrorCode::conflict, unknown},
        Row{400, "IdempotentInstanceTerminated", ErrorCode::conflict, none}));

INSTANTIATE_TEST_SUITE_P(NotInTheTable, ErrorTable,
                         testing::Values(Row{400, "FreshlyInvented", ErrorCode::invalid, none},
                                         Row{403, "FreshlyInvented", ErrorCode::denied, none},
                                         Row{429, "FreshlyInvented", ErrorCode::rate_limited, none},
                                         Row{500, "FreshlyInvented", ErrorCode::unavailable,
                                             unknown},
                                         Row{502, "", ErrorCode::unavailable, unknown},
                                         Row{302, "", ErrorCode::unavailable, unknown}));

TEST(Errors, SayHowFarTheySpeak) {
  EXPECT_EQ(failure_of({400, "VcpuLimitExceeded", ""}, "x").scope, StockScope::region);
  EXPECT_EQ(failure_of({500, "InsufficientAddressCapacity", ""}, "x").scope, StockScope::region);
  EXPECT_EQ(failure_of({500, "InsufficientInstanceCapacity", ""}, "x").scope, StockScope::zone);
}

// A refused create, and how much it speaks for.

Failure refused(const std::string& code, const std::string& words,
                const std::string& type = "t4g.small", Arch arch = Arch::x86_64) {
  CreateRequest request;
  request.instance_type = type;
  request.arch = arch;
  request.region = "us-east-1";
  request.zone = "us-east-1a";
  return refused_create(failure_of({400, code, words}, "RunInstances in us-east-1"), request,
                        false);
}

const std::string not_authorized =
    "You are not authorized to perform this operation. User: arn:aws:iam::1:user/berth is not "
    "authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:us-east-1:1:";

TEST(RefusedCreate, APolicyAgainstOneFamilyDeniesNoOtherFamily) {
  const Failure failure =
      refused("UnauthorizedOperation",
              not_authorized + "instance/* with an explicit deny in a service control policy");
  EXPECT_EQ(failure.code, ErrorCode::denied);
  EXPECT_EQ(failure.scope, StockScope::family);
  EXPECT_EQ(failure.scope_name, "t4g");
  EXPECT_NE(failure.vendor_text.find("service control policy"), std::string::npos);
}

TEST(RefusedCreate, APolicyAgainstAnImageNamesTheSetting) {
  const Failure failure = refused(
      "UnauthorizedOperation", not_authorized + "image/ami-1 with an explicit deny in an identity");
  EXPECT_EQ(failure.scope, StockScope::request);
  EXPECT_NE(failure.message.find("is image."), std::string::npos) << failure.message;
}

TEST(RefusedCreate, ADenialThatNamesNothingIsTheAccounts) {
  EXPECT_EQ(refused("UnauthorizedOperation", "You are not authorized.").scope, std::nullopt);
  EXPECT_EQ(refused("AuthFailure", "not able to validate").scope, StockScope::credential);
  EXPECT_EQ(refused("InvalidClientTokenId", "no").scope, StockScope::credential);
  EXPECT_EQ(failure_of({401, "FreshlyInvented", ""}, "x").scope, StockScope::credential);
}

TEST(RefusedCreate, AFullVcpuQuotaSpeaksForItsBucketOnly) {
  const Failure standard = refused("VcpuLimitExceeded", "You have requested more", "m7i.large");
  EXPECT_EQ(standard.code, ErrorCode::quota_reached);
  EXPECT_EQ(standard.scope, StockScope::family);
  EXPECT_EQ(standard.scope_name, "vcpu:standard");
  EXPECT_EQ(refused("VcpuLimitExceeded", "", "g4dn.xlarge").scope_name, "vcpu:g");
}

TEST(RefusedCreate, AMissingDefaultVpcNamesTheSettingAndTheVendorsWords) {
  const Failure failure = refused("VPCIdNotSpecified", "No default VPC for this user.");
  EXPECT_EQ(failure.code, ErrorCode::invalid);
  EXPECT_EQ(failure.scope, StockScope::request);
  EXPECT_NE(failure.message.find("No default VPC for this user."), std::string::npos);
  EXPECT_NE(failure.message.find("subnet_id"), std::string::npos);
}

TEST(RefusedCreate, WhatATypeCannotDoIsNoFaultOfTheOthers) {
  EXPECT_EQ(refused("Unsupported", "The requested configuration is currently not supported.").scope,
            StockScope::instance_type);
  EXPECT_EQ(refused("Unsupported",
                    "type (t4g.small) is not supported in your requested "
                    "Availability Zone (us-east-1e).")
                .scope,
            StockScope::zone);
  EXPECT_EQ(refused("InvalidParameterCombination",
                    "The specified instance type is not eligible for Free Tier.")
                .scope,
            StockScope::instance_type);
  const Failure arch = refused("InvalidParameterValue",
                               "The architecture 'arm64' of the specified instance type does not "
                               "match the architecture 'x86_64' of the specified AMI.",
                               "t4g.small", Arch::arm64);
  EXPECT_EQ(arch.scope, StockScope::family);
  EXPECT_EQ(arch.scope_name, "arch:arm64");
}

TEST(RefusedCreate, WordsThatNoTableKnowsKeepWhatTheCodeImplies) {
  const Failure failure = refused("FreshlyInvented", "Something new.");
  EXPECT_EQ(failure.code, ErrorCode::invalid);
  EXPECT_EQ(failure.scope, std::nullopt);
  EXPECT_EQ(failure.vendor_text, "Something new.");
}

TEST(Families, AreTheFamilyTheQuotasBucketAndTheArchitecture) {
  EXPECT_EQ(families_of("m7g.large", Arch::arm64),
            (std::vector<std::string>{"m7g", "vcpu:standard", "arch:arm64"}));
  for (const char* type : {"a1.medium", "c7i-flex.large", "d3en.xlarge", "h1.2xlarge", "i4i.large",
                           "im4gn.large", "is4gen.large", "r7g.large", "t3.micro", "z1d.large"})
    EXPECT_EQ(quota_bucket_of(type), "vcpu:standard") << type;
  EXPECT_EQ(quota_bucket_of("gr6.4xlarge"), "vcpu:g");
  EXPECT_EQ(quota_bucket_of("vt1.3xlarge"), "vcpu:g");
  EXPECT_EQ(quota_bucket_of("x2iedn.xlarge"), "vcpu:x");
  EXPECT_EQ(quota_bucket_of("inf2.xlarge"), "vcpu:inf");
  EXPECT_EQ(quota_bucket_of("dl1.24xlarge"), "vcpu:dl");
  EXPECT_EQ(quota_bucket_of("u-6tb1.metal"), "vcpu:high-memory");
  EXPECT_EQ(quota_bucket_of("u7i-12tb.224xlarge"), "vcpu:high-memory");
}

TEST(Errors, VendorTextIsCutAndPrintable) {
  const Failure failure =
      failure_of({400, "Odd\n", std::string(5000, 'a') + "\xff"}, "RunInstances in us-east-1");
  EXPECT_EQ(failure.vendor_text.size(), 2048u);
  EXPECT_EQ(failure.vendor_code, "Odd ");
  EXPECT_LT(failure.message.size(), 500u);
  EXPECT_EQ(failure_of({400, "X", "a\xc3\xa9\n"}, "y").vendor_text, "a?? ");
}

TEST(Errors, MessageNamesActionCodeWordsAndWhatToDo) {
  EXPECT_EQ(
      failure_of({400, "VcpuLimitExceeded", "You have reached your limit."},
                 "RunInstances in us-east-1")
          .message,
      "AWS refused RunInstances in us-east-1: VcpuLimitExceeded (You have reached your limit.)"
      ". Ask AWS for more under Service Quotas, or free some.");
}

}  // namespace
}  // namespace berth::aws
