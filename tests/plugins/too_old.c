/* A table from before the first release: shorter than version 1. */
#define BERTH_PLUGIN_IMPLEMENTATION
#include "berth/plugin.h"
static const berth_plugin plugin = {16, 0, "{}", 0, 0, 0};
const berth_plugin* berth_plugin_v1(void) { return &plugin; }
