/* The paperclip provider in plain C over plugin.h alone, with jansson for JSON. See ../cloud.py for
 * the cloud's API, ../cpp/paperclip.cpp for the same in C++ with the SDK. */
#define BERTH_PLUGIN_IMPLEMENTATION
#include "berth/plugin.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char manifest[] =
    "{\"id\": \"paperclip-c\", \"version\": \"1.0.0\", \"name\": \"Paperclip cloud (C)\","
    " \"interfaces\": [\"berth.cloud-provider/1\"], \"concurrent\": 16, \"default_region\": "
    "\"desk\","
    " \"rate\": {\"requests\": 600, \"per_s\": 60},"
    " \"config\": {\"token\": {\"type\": \"string\", \"secret\": true, \"required\": true,"
    "                        \"help\": \"the API token\"},"
    "            \"endpoint\": {\"type\": \"string\", \"default\": \"http://127.0.0.1:8085\","
    "                           \"help\": \"where the API is\"}}}";

typedef struct {
  char *endpoint, *authorization;
} paperclip;

/* ---- answers ---- */

static int32_t reply(berth_call* call, json_t* response) {
  char* text = json_dumps(response, JSON_COMPACT);
  int32_t status = text ? call->reply(call, text)
                        : call->fail(call, "{\"code\": \"internal\", \"message\": \"no memory\"}");
  free(text);
  json_decref(response);
  return status;
}

static int32_t fail(berth_call* call, const char* code, const char* effect, const char* message) {
  json_t* failure = json_pack("{ss ss ss}", "code", code, "effect", effect, "message", message);
  char* text = failure ? json_dumps(failure, JSON_COMPACT) : NULL;
  int32_t status =
      call->fail(call, text ? text : "{\"code\": \"internal\", \"effect\": \"unknown\"}");
  free(text);
  json_decref(failure);
  return status;
}

static int32_t refuse(berth_call* call, const char* why) {
  return fail(call, "invalid", "none", why);
}

/* ---- the cloud ---- */

/* One request. The answer's JSON (null for 204), or NULL after the call has been failed, except
 * that
 * `*tolerated` (an HTTP status, or 0) is not failed: it comes back as JSON null. */
static json_t* ask(paperclip* self, berth_call* call, const char* method, const char* path,
                   const char* body, int* tolerated, int32_t* status) {
  const berth_http_1* http = call->service(call, "berth.http/1");
  if (!http) {
    *status = fail(call, "unsupported", "none", "this host offers no HTTP");
    return NULL;
  }
  char url[1024];
  if (snprintf(url, sizeof url, "%s%s", self->endpoint, path) >= (int)sizeof url) {
    *status = refuse(call, "an id is too long");
    return NULL;
  }
  berth_http_header header = {"authorization", self->authorization};
  berth_http_request in = {0};
  in.size = sizeof in;
  in.method = method;
  in.url = url;
  in.headers = &header;
  in.header_count = 1;
  in.body = body;
  in.body_size = body ? strlen(body) : 0;
  in.deleting = strcmp(method, "DELETE") == 0;
  berth_http_response out = {0};
  out.size = sizeof out;
  if (http->exchange(call, &in, &out) != BERTH_OK) {
    *status = call->fail(call, out.failure_json ? out.failure_json : "{\"code\": \"unavailable\"}");
    return NULL;
  }
  if (out.status == 204 || (tolerated && out.status == *tolerated)) {
    if (tolerated && out.status != *tolerated) *tolerated = 0;
    return json_null();
  }
  if (tolerated) *tolerated = 0;
  json_error_t error;
  json_t* answer = json_loadb(out.body_size ? out.body : "", out.body_size, 0, &error);
  if (out.status < 300 && answer) return answer;

  const char *vendor_code = "", *message = "no reason given";
  if (answer) json_unpack(answer, "{s{ss ss}}", "error", "code", &vendor_code, "message", &message);
  const int out_of_stock = strcmp(vendor_code, "out_of_stock") == 0;
  const char* code = out_of_stock                             ? "out_of_stock"
                     : out.status == 401 || out.status == 403 ? "denied"
                     : out.status == 409                      ? "conflict"
                     : out.status == 429                      ? "rate_limited"
                     : out.status >= 500 || out.status < 300  ? "unavailable"
                                                              : "invalid";
  const int refused = out_of_stock || (out.status >= 400 && out.status < 500);
  *status = fail(call, code, refused ? "none" : "unknown", message);
  json_decref(answer);
  return NULL;
}

static const char* text_of(json_t* object, const char* key) {
  const char* text = json_string_value(json_object_get(object, key));
  return text ? text : "";
}

static json_t* server_of(json_t* given) {
  json_t* labels = json_object_get(given, "labels");
  const char* state = text_of(given, "state");
  return json_pack(
      "{ss ss ss ss ss ss ss ss ss ss sO*}", "server_id", text_of(given, "id"), "attempt_id",
      text_of(labels, "attempt"), "installation_id", text_of(labels, "installation"),
      "organization_id", text_of(labels, "organization_id"), "name", text_of(given, "name"),
      "region", text_of(given, "region"), "instance_type", text_of(given, "type"), "detail", state,
      "state", strcmp(state, "running") == 0 ? "running" : "pending", "public_ipv4",
      text_of(given, "ipv4"), "created_unix_ms", json_object_get(given, "created_unix_ms"));
}

/* Reads a request; NULL after the call has been failed. */
static json_t* read_request(berth_call* call, const char* text, int32_t* status) {
  json_error_t error;
  json_t* request = json_loads(text, 0, &error);
  if (json_is_object(request)) return request;
  *status = refuse(call, request ? "the request is not an object" : error.text);
  json_decref(request);
  return NULL;
}

/* ---- the methods ---- */

static int32_t check(void* self, const char* request_json, berth_call* call) {
  int32_t status = BERTH_FAILED;
  json_t* request = read_request(call, request_json, &status);
  if (!request) return status;
  json_decref(request);
  json_t* answer = ask(self, call, "GET", "/offers", NULL, NULL, &status);
  if (!answer) return status;
  json_decref(answer);
  return reply(call, json_object());
}

static int32_t offers(void* self, const char* request_json, berth_call* call) {
  int32_t status = BERTH_FAILED;
  json_t* request = read_request(call, request_json, &status);
  if (!request) return status;
  json_t* regions = json_object_get(request, "regions"); /* this cloud has one */
  const int usable = !regions || json_is_array(regions);
  json_decref(request);
  if (!usable) return refuse(call, "regions: expected an array");
  json_t* answer = ask(self, call, "GET", "/offers", NULL, NULL, &status);
  if (!answer) return status;
  json_t *list = json_array(), *given;
  size_t i;
  json_array_foreach(json_object_get(answer, "offers"), i, given) {
    const json_int_t disk = json_integer_value(json_object_get(given, "disk_gib"));
    json_array_append_new(
        list,
        json_pack("{ss ss ss sO sO sI ss sO sI ss}", "region", text_of(given, "region"),
                  "instance_type", text_of(given, "type"), "arch", "x86_64", "vcpu",
                  json_object_get(given, "cpus"), "memory_mib",
                  json_object_get(given, "memory_mib"), "disk_mib", disk * 1024, "currency",
                  text_of(given, "currency"), "hourly", json_object_get(given, "price_per_hour"),
                  "as_of_unix_ms", (json_int_t)call->now_unix_ms(call), "availability",
                  json_is_true(json_object_get(given, "in_stock")) ? "available" : "unavailable"));
  }
  json_decref(answer);
  return reply(call, json_pack("{so}", "offers", list));
}

static int32_t create_server(void* self, const char* request_json, berth_call* call) {
  int32_t status = BERTH_FAILED;
  json_t* request = read_request(call, request_json, &status);
  if (!request) return status;
  const char *installation, *organization, *attempt, *name, *region, *type, *user_data = "";
  json_int_t candidate;
  json_t* given_labels = NULL;
  json_error_t error;
  if (json_unpack_ex(request, &error, 0, "{ss ss ss sI ss ss ss s?s s?o}", "installation_id",
                     &installation, "organization_id", &organization, "attempt_id", &attempt,
                     "candidate", &candidate, "name", &name, "region", &region, "instance_type",
                     &type, "user_data", &user_data, "labels", &given_labels) != 0) {
    json_decref(request);
    return refuse(call, error.text);
  }
  char number[32], query[512];
  snprintf(number, sizeof number, "%lld", (long long)candidate);
  snprintf(query, sizeof query, "/servers?installation=%s&attempt=%s&candidate=%s", installation,
           attempt, number);
  json_t* labels = given_labels ? json_copy(given_labels) : json_object();
  json_object_set_new(labels, "installation", json_string(installation));
  json_object_set_new(labels, "organization_id", json_string(organization));
  json_object_set_new(labels, "attempt", json_string(attempt));
  json_object_set_new(labels, "candidate", json_string(number));
  json_t* wanted = json_pack("{ss ss ss ss so}", "name", name, "type", type, "region", region,
                             "user_data", user_data, "labels", labels);
  char* body = json_dumps(wanted, JSON_COMPACT);
  json_decref(wanted);
  json_decref(request);

  int taken = 409;
  json_t* server = ask(self, call, "POST", "/servers", body, &taken, &status);
  free(body);
  if (!server) return status;
  if (taken == 409) { /* ours if installation, attempt and candidate agree */
    json_t* listed = ask(self, call, "GET", query, NULL, NULL, &status);
    if (!listed) return status;
    server = json_incref(json_array_get(json_object_get(listed, "servers"), 0));
    json_decref(listed);
    if (!server) return fail(call, "conflict", "none", "the name is taken by something else");
  }
  json_t* created = json_pack("{so}", "server", server_of(server));
  json_decref(server);
  return reply(call, created);
}

static int32_t find(void* self, const char* request_json, berth_call* call) {
  int32_t status = BERTH_FAILED;
  json_t* request = read_request(call, request_json, &status);
  if (!request) return status;
  const char* installation;
  json_t* sought = NULL;
  int all = 0;
  json_error_t error;
  if (json_unpack_ex(request, &error, 0, "{ss s?o s?b}", "installation_id", &installation, "sought",
                     &sought, "all", &all) != 0) {
    json_decref(request);
    return refuse(call, error.text);
  }
  char path[512];
  snprintf(path, sizeof path, "/servers?installation=%s", installation);
  json_t* answer = ask(self, call, "GET", path, NULL, NULL, &status);
  if (!answer) {
    json_decref(request);
    return status;
  }
  /* attempt -> was it seen */
  json_t *present = json_object(), *servers = json_array(), *absent = json_array(), *entry, *seen;
  size_t i;
  const char* attempt;
  json_array_foreach(sought, i, entry)
      json_object_set_new(present, text_of(entry, "attempt_id"), json_false());
  json_array_foreach(json_object_get(answer, "servers"), i, entry) {
    json_t* server = server_of(entry);
    const int wanted = json_object_get(present, text_of(server, "attempt_id")) != NULL;
    if (wanted) json_object_set_new(present, text_of(server, "attempt_id"), json_true());
    if (wanted || all) json_array_append(servers, server);
    json_decref(server);
  }
  json_object_foreach(present, attempt, seen) if (json_is_false(seen))
      json_array_append_new(absent, json_string(attempt));
  json_decref(present);
  json_decref(answer);
  json_decref(request);
  return reply(call, json_pack("{so so sb}", "servers", servers, "absent", absent, "complete", 1));
}

static int32_t destroy_server(void* self, const char* request_json, berth_call* call) {
  int32_t status = BERTH_FAILED;
  json_t* request = read_request(call, request_json, &status);
  if (!request) return status;
  const char* id;
  json_error_t error;
  if (json_unpack_ex(request, &error, 0, "{s{ss}}", "server", "server_id", &id) != 0 || !*id) {
    json_decref(request);
    return refuse(call, *error.text ? error.text : "server_id is empty");
  }
  char path[512];
  int gone = 404; /* a server that is not there is done */
  snprintf(path, sizeof path, "/servers/%s", id);
  json_t* answer = ask(self, call, "DELETE", path, NULL, &gone, &status);
  json_decref(request);
  if (!answer) return status;
  json_decref(answer);
  return reply(call, json_object());
}

/* ---- the table ---- */

static const berth_method methods[] = {{"check", check},
                                       {"offers", offers},
                                       {"create", create_server},
                                       {"find", find},
                                       {"destroy", destroy_server}};
static const berth_interface provider = {sizeof provider, 5, methods};

static void destroy(void* self) {
  paperclip* mine = self;
  free(mine->endpoint);
  free(mine->authorization);
  free(mine);
}

static int32_t create(const char* config_json, berth_call* call, void** self) {
  int32_t status = BERTH_FAILED;
  json_error_t error;
  const char *token, *endpoint = "http://127.0.0.1:8085";
  json_t* config = read_request(call, config_json, &status);
  if (!config) return status;
  if (json_unpack_ex(config, &error, 0, "{ss s?s}", "token", &token, "endpoint", &endpoint) != 0) {
    json_decref(config);
    return refuse(call, error.text);
  }
  paperclip* mine = calloc(1, sizeof *mine);
  const size_t length = strlen("Bearer ") + strlen(token) + 1;
  if (mine) {
    mine->endpoint = strdup(endpoint);
    mine->authorization = malloc(length);
  }
  if (mine && mine->authorization) snprintf(mine->authorization, length, "Bearer %s", token);
  json_decref(config);
  if (!mine || !mine->endpoint || !mine->authorization) {
    if (mine) destroy(mine);
    return fail(call, "internal", "none", "no memory");
  }
  *self = mine;
  return call->reply(call, "{}");
}

static const berth_interface* interface_of(void* self, const char* id) {
  (void)self;
  return strcmp(id, "berth.cloud-provider/1") == 0 ? &provider : NULL;
}

const berth_plugin* berth_plugin_v1(void) {
  static const berth_plugin plugin = {sizeof plugin, BERTH_ABI_MINOR, manifest,
                                      create,        destroy,         interface_of};
  return &plugin;
}
