// What Hetzner answers; vendor.hpp has the format.
#include "hetzner/provider.hpp"
#include "vendor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  berth::hetzner::Account account;
  account.token = "token";
  account.endpoint = "http://vendor/api";
  berth::hetzner::Provider provider(account);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  return fuzz::drive(provider, text, "nbg1", "cx33") ? 0 : -1;
}
