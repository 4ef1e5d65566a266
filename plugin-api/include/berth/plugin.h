/* berth plugin contract, major 1. C11 to C++20; crosses the binary boundary.
 *
 * VERSION RULE. The major is in the symbol's name. Structs lead with `size` and only grow at the
 * end; a reader treats a field beyond `size` as null. A new meaning or a new obligation is a new
 * interface id. Offsets released are pinned below.
 *
 * MEMORY. None crosses: the host copies what reply() and fail() give before they return; what the
 * host hands to the plugin lives until the method that got it returns (an HTTP response: until the
 * next exchange in the same call). TEXT is UTF-8 and ends with NUL. THREADS: a method may be called
 * from any thread; one instance gets one call at a time unless its manifest says "concurrent": N.
 */
#ifndef BERTH_PLUGIN_H
#define BERTH_PLUGIN_H
#include <stddef.h>
#include <stdint.h>
#define BERTH_ABI_MINOR 0u
#ifdef __cplusplus
extern "C" {
#endif

enum { BERTH_OK = 0, BERTH_FAILED = 1 };                        /* what a method returns */
enum { BERTH_DEBUG = 0, BERTH_INFO = 1, BERTH_WARNING = 2, BERTH_ERROR = 3 }; /* log levels */

/* One call in flight. The plugin answers exactly once, by reply() or fail(), on the calling thread
 * and before the method returns, and returns what that function returned. */
typedef struct berth_call {
  uint32_t size, reserved;
  void* host; /* the host's own */
  int64_t (*now_unix_ms)(struct berth_call* call);
  int64_t (*remaining_ms)(struct berth_call* call); /* until the call's deadline; <= 0: give up */
  int32_t (*cancelled)(struct berth_call* call);    /* 1: nobody waits for the answer any more */
  void (*log)(struct berth_call* call, int32_t level, const char* text);
  void (*progress)(struct berth_call* call, const char* text); /* one line for a waiting person */
  int32_t (*reply)(struct berth_call* call, const char* response_json);
  int32_t (*fail)(struct berth_call* call, const char* failure_json);
  const void* (*service)(struct berth_call* call, const char* id); /* null: not offered */
} berth_call;

/* One method of an interface: its name and its function. The request is JSON. */
typedef struct berth_method {
  const char* name;
  int32_t (*call)(void* self, const char* request_json, berth_call* call);
} berth_method;

/* What interface_of() returns. Unnamed methods answer as "unsupported". */
typedef struct berth_interface {
  uint32_t size, method_count;
  const berth_method* methods;
} berth_interface;

typedef struct berth_plugin {
  uint32_t size, abi_minor;
  const char* manifest_json; /* schema/manifest.schema.json; constant for the library's life */
  int32_t (*create)(const char* config_json, berth_call* call, void** self); /* no waiting here */
  void (*destroy)(void* self);
  const berth_interface* (*interface_of)(void* self, const char* id); /* null: not implemented */
} berth_plugin;

/* Service "berth.http/1": the host does HTTP (TLS, proxies, time-outs, redaction, rate budgets).
 * It never repeats a request and never follows a redirect. */
typedef struct berth_http_header { const char *name, *value; } berth_http_header;

typedef struct berth_http_request {
  uint32_t size, header_count;
  const char *method, *url;
  const berth_http_header* headers;
  const void* body;
  size_t body_size;
  int32_t deleting; /* 1: may use the share of the rate budget that is kept for deletes */
  int32_t reserved;
} berth_http_request;

typedef struct berth_http_response {
  uint32_t size, header_count; /* the plugin sets size; the host fills the rest */
  int32_t status, reserved;
  const berth_http_header* headers; /* names in lower case */
  const void* body;
  size_t body_size;
  const char* failure_json; /* null, or why there is no response; the same shape as fail() */
} berth_http_response;

typedef struct berth_http_1 {
  uint32_t size, reserved;
  int32_t (*exchange)(berth_call* call, const berth_http_request* in, berth_http_response* out);
} berth_http_1;

/* The one exported function. */
typedef const berth_plugin* (*berth_plugin_v1_function)(void);
#ifdef BERTH_PLUGIN_IMPLEMENTATION
__attribute__((visibility("default"))) const berth_plugin* berth_plugin_v1(void);
#endif
#ifdef __cplusplus
}
static_assert(offsetof(berth_call, service) == 72 && offsetof(berth_plugin, interface_of) == 32 &&
              offsetof(berth_http_request, deleting) == 48 && sizeof(berth_interface) == 16 &&
              offsetof(berth_http_response, failure_json) == 40, "released offsets (64-bit)");
#endif
#endif
