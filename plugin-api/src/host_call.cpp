#include "host_call.hpp"

#include <cctype>
#include <cstddef>

#include "berth/codec.hpp"

// A field that a struct's `size` does not cover is null (version rule, plugin.h).
#define BERTH_COVERS(pointer, type, field) \
  ((pointer)->size >= offsetof(type, field) + sizeof((pointer)->field))

namespace berth::adapter {
namespace {

Failure failed(ErrorCode code, Effect effect, const char* message) {
  Failure failure;
  failure.code = code;
  failure.effect = effect;
  failure.message = message;
  return failure;
}

const berth_http_1* http_of(berth_call* call) {
  if (!BERTH_COVERS(call, berth_call, service) || call->service == nullptr) return nullptr;
  const auto* http = static_cast<const berth_http_1*>(call->service(call, "berth.http/1"));
  if (http == nullptr || !BERTH_COVERS(http, berth_http_1, exchange)) return nullptr;
  return http->exchange == nullptr ? nullptr : http;
}

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

HttpResponse copied(const berth_http_response& given) {
  HttpResponse response;
  response.status = given.status;
  for (std::uint32_t i = 0; i < given.header_count; ++i)
    response.headers.emplace_back(lower_case(given.headers[i].name), given.headers[i].value);
  if (given.body != nullptr)
    response.body.assign(static_cast<const char*>(given.body), given.body_size);
  return response;
}

}  // namespace

Result<HttpResponse> HostHttp::exchange(const HttpRequest& request) {
  const berth_http_1* http = http_of(call_);
  if (http == nullptr)
    return failed(ErrorCode::unsupported, Effect::none, "this host offers no HTTP to plugins");

  std::vector<berth_http_header> headers;
  headers.reserve(request.headers.size());
  for (const auto& [name, value] : request.headers)
    headers.push_back({name.c_str(), value.c_str()});
  berth_http_request in{};
  in.size = sizeof in;
  in.header_count = static_cast<std::uint32_t>(headers.size());
  in.method = request.method.c_str();
  in.url = request.url.c_str();
  in.headers = headers.data();
  in.body = request.body.data();
  in.body_size = request.body.size();
  in.deleting = request.deleting ? 1 : 0;
  berth_http_response out{};
  out.size = sizeof out;

  const std::int32_t status = http->exchange(call_, &in, &out);
  if (out.failure_json != nullptr) return codec::decode_failure(out.failure_json);
  if (status != BERTH_OK)
    return failed(ErrorCode::internal, Effect::unknown,
                  "the host's HTTP failed and gave no reason");
  return copied(out);
}

void HostCall::log(LogLevel level, std::string_view text) {
  call_->log(call_, static_cast<std::int32_t>(level), codec::valid_utf8(text).c_str());
}

void HostCall::progress(std::string_view text) {
  call_->progress(call_, codec::valid_utf8(text).c_str());
}

}  // namespace berth::adapter
