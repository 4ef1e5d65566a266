#include "berth/export.hpp"
#include "webhook/webhook.hpp"

BERTH_EXPORT_NOTIFIER(berth::notifiers::Webhook, R"({
  "id": "webhook",
  "version": "0.1.0",
  "name": "Signed webhook",
  "interfaces": ["berth.notifier/1"],
  "concurrent": 16,
  "config": {
    "url": {"type": "string", "required": true,
      "help": "where events are posted to; redirects are not followed"},
    "secret": {"type": "string", "secret": true, "required": true,
      "help": "signs every delivery; the receiver holds the same: whsec_ and base64, or any text"},
    "old_secret": {"type": "string", "secret": true,
      "help": "signs besides, until every receiver holds the new one"}
  }
})");
