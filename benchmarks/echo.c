/* Answers every request with itself: what is left of a call is the way there and back. */
#define BERTH_PLUGIN_IMPLEMENTATION
#include "berth/plugin.h"
#include <string.h>

static int32_t echo(void* self, const char* request, berth_call* call) {
  (void)self;
  return call->reply(call, request);
}
static const berth_method methods[] = {{"echo", echo}};
static const berth_interface interface = {sizeof(berth_interface), 1, methods};

static int32_t create(const char* config, berth_call* call, void** self) {
  (void)config;
  *self = (void*)methods;
  return call->reply(call, "{}");
}
static void destroy(void* self) { (void)self; }
static const berth_interface* interface_of(void* self, const char* id) {
  (void)self;
  return strcmp(id, "bench.echo/1") == 0 ? &interface : 0;
}
static const berth_plugin plugin = {
    sizeof(berth_plugin), 0,
    "{\"id\": \"echo\", \"version\": \"1.0.0\", \"name\": \"Echo\","
    " \"interfaces\": [\"bench.echo/1\"], \"config\": {}}",
    create, destroy, interface_of};
const berth_plugin* berth_plugin_v1(void) { return &plugin; }
