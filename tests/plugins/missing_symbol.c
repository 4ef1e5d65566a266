/* Uses a function that no library has; built without -z defs, so only loading finds out. */
#define BERTH_PLUGIN_IMPLEMENTATION
#include "berth/plugin.h"
const berth_plugin* a_function_that_nobody_wrote(void);
const berth_plugin* berth_plugin_v1(void) { return a_function_that_nobody_wrote(); }
