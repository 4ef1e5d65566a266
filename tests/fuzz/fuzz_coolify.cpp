// What a Coolify answers when servers are put on its list or taken off; vendor.hpp has the format.
#include "notifiers/coolify/coolify.hpp"
#include "vendor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const berth::PluginConfig config(berth::Settings{
      {"url", std::string("http://vendor/")}, {"token", std::string("token")},
      {"private_key_uuid", std::string("k1")}});
  berth::notifiers::Coolify coolify(config);
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view method = fuzz::take_line(text);
  if (method != "add" && method != "remove") return -1;
  berth::Event event;
  event.event_id = "e1";
  event.type = method == "add" ? "server.auto-provisioned" : "server.destroyed";
  event.at_unix_ms = 1'795'000'000'000;
  event.message = "a server";
  event.fields_json =
      R"({"server_id":"s1","server_name":"auto-acme-s1","ip":"198.51.100.7","ssh_user":"root"})";
  fuzz::Vendor vendor(text);
  fuzz::require_usable(coolify.notify(event, vendor));
  return 0;
}
