#include "partition.hpp"

namespace berth::aws {
namespace {

// https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
// Price Lists: "Using the AWS Price List Query API" in AWS's Billing guide.
// GovCloud has none of its own: the commercial one names its prices.
// Debian: https://wiki.debian.org/Cloud/AmazonEC2Image/Bookworm
constexpr Partition partitions[] = {
    {"aws-cn", "cn-", "amazonaws.com.cn", "cn-northwest-1", ""},
    {"aws-us-gov", "us-gov-", "amazonaws.com", "us-east-1", ""},
    {"aws", "", "amazonaws.com", "us-east-1", "136693071363"},
};

}  // namespace

const Partition& partition_of(std::string_view region) {
  for (const Partition& partition : partitions)
    if (region.substr(0, partition.prefix.size()) == partition.prefix) return partition;
  return partitions[2];
}

}  // namespace berth::aws
