// What DigitalOcean answers; vendor.hpp has the format.
#include "digitalocean/provider.hpp"
#include "vendor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  berth::digitalocean::Account account;
  account.token = "token";
  account.endpoint = "http://vendor/api";
  berth::digitalocean::Provider provider(account);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  return fuzz::drive(provider, text, "nyc1", "s-4vcpu-8gb") ? 0 : -1;
}
