/* Its manifest is not JSON. */
#define BERTH_PLUGIN_IMPLEMENTATION
#include "berth/plugin.h"
static int32_t create(const char* config, berth_call* call, void** self) {
  (void)config;
  (void)call;
  (void)self;
  return BERTH_FAILED;
}
static const berth_interface* interface_of(void* self, const char* id) {
  (void)self;
  (void)id;
  return 0;
}
static const berth_plugin plugin = {sizeof(berth_plugin), 0, "{\"id\": \"malformed\", ",
                                    create, 0, interface_of};
const berth_plugin* berth_plugin_v1(void) { return &plugin; }
