/* A deliberately bad plugin: crashes when it is configured. */
#define BERTH_PLUGIN_IMPLEMENTATION
#include <stdlib.h>

#include "berth/plugin.h"

static int32_t create(const char* config, berth_call* call, void** self) {
  (void)config;
  (void)call;
  (void)self;
  abort();
}
static void destroy(void* self) { (void)self; }
static const berth_interface* interface_of(void* self, const char* id) {
  (void)self;
  (void)id;
  return 0;
}
const berth_plugin* berth_plugin_v1(void) {
  static const berth_plugin plugin = {
      sizeof plugin,
      0,
      "{\"id\":\"crasher\",\"version\":\"1\",\"name\":\"c\",\"interfaces\":[\"x/1\"]}",
      create,
      destroy,
      interface_of};
  return &plugin;
}
int second_symbol = 1;
