#include "berth/export.hpp"
#include "coolify/coolify.hpp"

BERTH_EXPORT_NOTIFIER(berth::notifiers::Coolify, R"({
  "id": "coolify",
  "version": "0.1.0",
  "name": "Registration with Coolify",
  "interfaces": ["berth.notifier/1"],
  "concurrent": 4,
  "config": {
    "url": {"type": "string", "required": true,
      "help": "of the Coolify, as in https://coolify.example.org"},
    "token": {"type": "string", "secret": true, "required": true,
      "help": "an API token of Coolify (Keys & Tokens) that may write"},
    "private_key_uuid": {"type": "string", "required": true,
      "help": "which of Coolify's keys logs in; its public half belongs into ssh_public_keys"},
    "proxy_type": {"type": "string",
      "help": "traefik, caddy or none; Coolify's own default if it is left out"},
    "validate": {"type": "boolean", "default": true,
      "help": "lets Coolify check the server, and install Docker, at once"}
  }
})");
