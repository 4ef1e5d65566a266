#include "aws/errors.hpp"

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
