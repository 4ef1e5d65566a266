#include "berth/export.hpp"
#include "provider.hpp"

// 5000 requests an hour and 250 in any minute: 160 at once and 80 a minute stay below both.
// https://docs.digitalocean.com/reference/api/api-reference/#section/Introduction/Rate-Limit
BERTH_EXPORT_CLOUD_PROVIDER(berth::digitalocean::Provider, R"({
  "id": "digitalocean",
  "version": "0.1.0",
  "name": "DigitalOcean",
  "interfaces": ["berth.cloud-provider/1"],
  "concurrent": 64,
  "default_region": "nyc1",
  "rate": {"requests": 160, "per_s": 120},
  "config": {
    "token": {"type": "string", "secret": true, "required": true,
      "help": "API token of the team; README.md lists the scopes"},
    "endpoint": {"type": "string", "default": "https://api.digitalocean.com/v2",
      "help": "the API's address, to its version"},
    "regions": {"type": "string_list", "default": [],
      "help": "regions to buy in, such as nyc1, fra1; empty: default_region only"},
    "image": {"type": "string", "default": "debian-12-x64",
      "help": "slug or id of the image, where a deployment names none"},
    "ssh_keys": {"type": "string_list", "default": [],
      "help": "ids, fingerprints or names of keys at DigitalOcean that every droplet gets"},
    "vpc_uuid": {"type": "string", "default": "",
      "help": "VPC that every droplet joins; empty: the region's default"},
    "tags": {"type": "string_list", "default": [],
      "help": "more tags for every droplet: team:web"}
  }
})");
