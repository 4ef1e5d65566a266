#include "berth/export.hpp"
#include "log/log.hpp"

BERTH_EXPORT_NOTIFIER(berth::notifiers::Log, R"({
  "id": "log",
  "version": "0.1.0",
  "name": "Events as JSON lines",
  "interfaces": ["berth.notifier/1"],
  "concurrent": 16,
  "config": {
    "path": {"type": "string", "default": "",
      "help": "absolute path of the file, made with mode 0600; empty: the host's own log"}
  }
})");
