/* Speaks a later major only. */
__attribute__((visibility("default"))) const void* berth_plugin_v2(void);
const void* berth_plugin_v2(void) { return 0; }
