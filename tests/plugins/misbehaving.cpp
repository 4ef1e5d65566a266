// One plugin with every misbehaviour that C++ allows, a method each. Written against plugin.h
// alone, without the SDK, whose adapter would catch most of it.
#define BERTH_PLUGIN_IMPLEMENTATION
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>

#include "berth/plugin.h"

namespace {

using Method = std::int32_t (*)(void*, const char*, berth_call*);

std::int32_t echo(void*, const char* request, berth_call* call) {
  return call->reply(call, request);
}
std::int32_t fails(void*, const char*, berth_call* call) {
  return call->fail(call, R"({"code":"denied","effect":"none","message":"no: s3cret-t0ken"})");
}
std::int32_t throws(void*, const char*, berth_call*) { throw std::runtime_error("oops"); }
std::int32_t throws_garbage(void*, const char*, berth_call*) { throw 42; }
std::int32_t segfaults(void*, const char*, berth_call*) {
  volatile int* nowhere = nullptr;
  *nowhere = 1;
  return BERTH_OK;
}
std::int32_t exits(void*, const char*, berth_call*) { std::_Exit(3); }
std::int32_t hangs(void*, const char*, berth_call*) {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}
std::int32_t waits_for_cancel(void*, const char*, berth_call* call) {
  while (call->cancelled(call) == 0 && call->remaining_ms(call) > 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return call->fail(call, R"({"code":"cancelled","effect":"none","message":"stopped in time"})");
}
std::int32_t replies_twice(void*, const char*, berth_call* call) {
  call->reply(call, "1");
  return call->reply(call, "2");
}
std::int32_t never_replies(void*, const char*, berth_call*) { return BERTH_OK; }
std::int32_t replies_null(void*, const char*, berth_call* call) {
  return call->reply(call, nullptr);
}
std::int32_t replies_garbage(void*, const char*, berth_call* call) {
  return call->reply(call, "<html>\xff no JSON");
}
std::int32_t fails_with_garbage(void*, const char*, berth_call* call) {
  return call->fail(call, "not JSON either");
}
std::int32_t replies_huge(void*, const char*, berth_call* call) {
  return call->reply(call, std::string(40U << 20U, 'x').c_str());
}
std::int32_t replies_large(void*, const char*, berth_call* call) {
  return call->reply(call, ('"' + std::string(20U << 20U, 'x') + '"').c_str());
}
std::int32_t prints(void*, const char*, berth_call* call) {
  std::printf("printed with s3cret-t0ken in it\n");
  std::fflush(stdout);
  return call->reply(call, "{}");
}
std::int32_t prints_a_lot(void*, const char*, berth_call* call) {
  for (int i = 0; i < 20'000; ++i) std::printf("line %d of far too many lines of output\n", i);
  std::fflush(stdout);
  return call->reply(call, "{}");
}
std::int32_t logs(void*, const char*, berth_call* call) {
  call->log(call, BERTH_WARNING, "found s3cret-t0ken");
  call->log(call, BERTH_INFO, "two\nlines \x1b[31mred");
  call->progress(call, "half way with s3cret-t0ken");
  return call->reply(call, "{}");
}
std::int32_t logs_a_lot(void*, const char*, berth_call* call) {
  for (int i = 0; i < 5'000; ++i) call->log(call, BERTH_INFO, "and another line");
  return call->reply(call, "{}");
}
std::int32_t naps(void*, const char*, berth_call* call) {
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  return call->reply(call, "{}");
}

// GET of the request's text as URL; replies status, a header and the body's size.
std::int32_t fetches(void*, const char* request, berth_call* call) {
  const auto* http = static_cast<const berth_http_1*>(call->service(call, "berth.http/1"));
  if (http == nullptr || call->service(call, "berth.nothing/1") != nullptr)
    return call->fail(call, R"({"code":"unsupported","effect":"none"})");
  const berth_http_header header{"X-Token", "s3cret-t0ken"};
  berth_http_request in{};
  in.size = sizeof in;
  in.method = "GET";
  in.url = request;
  in.headers = &header;
  in.header_count = 1;
  berth_http_response out{};
  out.size = sizeof out;
  if (http->exchange(call, &in, &out) != BERTH_OK) return call->fail(call, out.failure_json);
  std::string reply = "{\"status\":" + std::to_string(out.status) +
                      ",\"bytes\":" + std::to_string(out.body_size) + ",\"first\":\"";
  if (out.header_count > 0) reply += std::string(out.headers[0].name) + '=' + out.headers[0].value;
  return call->reply(call, (reply + "\"}").c_str());
}

constexpr berth_method methods[] = {
    {"echo", echo},
    {"fails", fails},
    {"throws", throws},
    {"throws_garbage", throws_garbage},
    {"segfaults", segfaults},
    {"exits", exits},
    {"hangs", hangs},
    {"waits_for_cancel", waits_for_cancel},
    {"replies_twice", replies_twice},
    {"never_replies", never_replies},
    {"replies_null", replies_null},
    {"replies_garbage", replies_garbage},
    {"fails_with_garbage", fails_with_garbage},
    {"replies_huge", replies_huge},
    {"replies_large", replies_large},
    {"prints", prints},
    {"prints_a_lot", prints_a_lot},
    {"logs", logs},
    {"logs_a_lot", logs_a_lot},
    {"naps", naps},
    {"fetches", fetches},
    {"has_no_function", nullptr},
};
constexpr berth_interface test_interface{sizeof(berth_interface),
                                         sizeof methods / sizeof methods[0], methods};

std::int32_t create(const char* config, berth_call* call, void** self) {
  if (std::strstr(config, "\"refuse\":true") != nullptr)
    return call->fail(
        call, R"({"code":"invalid","effect":"none","message":"I do not like these settings"})");
  if (std::strstr(config, "\"crash\":true") != nullptr) std::abort();
  static int object;
  *self = &object;
  return BERTH_OK;
}

const berth_interface* interface_of(void*, const char* id) {
  return std::strcmp(id, "berth.test/1") == 0 ? &test_interface : nullptr;
}

constexpr berth_plugin plugin{
    sizeof(berth_plugin),
    BERTH_ABI_MINOR,
    R"({"id":"misbehaving","version":"1.0","name":"Misbehaving","interfaces":["berth.test/1"],
        "concurrent":8,
        "config":{"token":{"type":"string","secret":true,"help":"a secret"},
                  "size":{"type":"integer","help":"a number"},
                  "refuse":{"type":"boolean","help":"refuse these settings"},
                  "crash":{"type":"boolean","help":"crash at create"}}})",
    create,
    nullptr,
    interface_of};

}  // namespace

const berth_plugin* berth_plugin_v1(void) { return &plugin; }
