// What EC2, STS and the Price List answer; vendor.hpp has the format.
#include "aws/provider.hpp"
#include "vendor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  berth::aws::Account account;
  account.credentials = {"AKIAFAKEFAKEFAKEFAKE", "fake-aws-secret", ""};
  account.endpoint = "http://vendor/ec2";
  account.pricing_endpoint = "http://vendor/pricing";
  account.sts_endpoint = "http://vendor/sts";
  account.instance_families = {"t3"};
  berth::aws::Provider provider(account);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  return fuzz::drive(provider, text, "us-east-1", "t3.xlarge") ? 0 : -1;
}
