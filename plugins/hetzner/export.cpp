#include "berth/export.hpp"
#include "provider.hpp"

BERTH_EXPORT_CLOUD_PROVIDER(berth::hetzner::Provider, R"({
  "id": "hetzner",
  "version": "0.1.0",
  "name": "Hetzner Cloud",
  "interfaces": ["berth.cloud-provider/1"],
  "concurrent": 64,
  "default_region": "nbg1",
  "rate": {"requests": 3600, "per_s": 3600},
  "config": {
    "token": {"type": "string", "secret": true, "required": true,
      "help": "API token of the project, with read and write permission"},
    "endpoint": {"type": "string", "default": "https://api.hetzner.cloud/v1",
      "help": "the API's address, to its version"},
    "regions": {"type": "string_list", "default": [],
      "help": "locations to buy in, such as nbg1, fsn1, hel1; empty: default_region only"},
    "image": {"type": "string", "default": "debian-12",
      "help": "name or id of the image, where a deployment names none"},
    "ssh_keys": {"type": "string_list", "default": [],
      "help": "names or ids of keys at Hetzner that every server gets, beside berth's own"},
    "network": {"type": "string", "default": "",
      "help": "id of a private network that every server joins"},
    "tags": {"type": "string_list", "default": [],
      "help": "more labels for every server: team=web"}
  }
})");
