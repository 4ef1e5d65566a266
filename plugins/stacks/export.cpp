#include "berth/export.hpp"
#include "provisioner.hpp"

BERTH_EXPORT_STACK_PROVISIONER(berth::stacks::Provisioner, R"json({
  "id": "stacks",
  "name": "Stacks",
  "version": "1.0.0",
  "interfaces": ["berth.stack-provisioner/1"],
  "concurrent": 8,
  "config": {
    "templates": {
      "type": "string_list",
      "help": "folders with templates of your own: every/ and SLOT/ID/, each with a part.toml"
    }
  }
})json");
