#include "berth/table_call.hpp"

#include <cstddef>
#include <cstring>

#include "berth/codec.hpp"

namespace berth {
namespace {

Failure internal(std::string message) {
  Failure failure;
  failure.message = std::move(message);
  return failure;
}

LogLevel level_of(std::int32_t level) {
  if (level <= BERTH_DEBUG) return LogLevel::debug;
  return level >= BERTH_ERROR ? LogLevel::error : static_cast<LogLevel>(level);
}

std::string text_of(const char* text) { return text == nullptr ? std::string() : text; }

}  // namespace

TableCall& TableCall::of(berth_call* call) { return *static_cast<TableCall*>(call->host); }

TableCall::TableCall(Call& call) : call_(call) {
  raw_.size = sizeof raw_;
  raw_.host = this;
  raw_.now_unix_ms = [](berth_call* c) -> std::int64_t { return of(c).call_.now_unix_ms(); };
  raw_.remaining_ms = [](berth_call* c) -> std::int64_t { return of(c).call_.remaining_ms(); };
  raw_.cancelled = [](berth_call* c) -> std::int32_t { return of(c).call_.cancelled() ? 1 : 0; };
  raw_.log = [](berth_call* c, std::int32_t level, const char* text) {
    of(c).call_.log(level_of(level), text_of(text));
  };
  raw_.progress = [](berth_call* c, const char* text) { of(c).call_.progress(text_of(text)); };
  raw_.reply = [](berth_call* c, const char* response_json) -> std::int32_t {
    TableCall& self = of(c);
    ++self.answers_;
    self.failed_ = false;
    self.answer_ = text_of(response_json);
    return BERTH_OK;
  };
  raw_.fail = [](berth_call* c, const char* failure_json) -> std::int32_t {
    TableCall& self = of(c);
    ++self.answers_;
    self.failed_ = true;
    self.answer_ = text_of(failure_json);
    return BERTH_FAILED;
  };
  raw_.service = [](berth_call* /*c*/, const char* id) -> const void* {
    static constexpr berth_http_1 http{sizeof(berth_http_1), 0, &TableCall::exchange};
    return id != nullptr && std::strcmp(id, "berth.http/1") == 0 ? &http : nullptr;
  };
}

std::int32_t TableCall::exchange(berth_call* call, const berth_http_request* in,
                                 berth_http_response* out) {
  TableCall& self = of(call);
  HttpRequest request;
  request.method = text_of(in->method);
  request.url = text_of(in->url);
  for (std::uint32_t i = 0; i < in->header_count; ++i)
    request.headers.emplace_back(text_of(in->headers[i].name), text_of(in->headers[i].value));
  if (in->body != nullptr) request.body.assign(static_cast<const char*>(in->body), in->body_size);
  request.deleting =
      in->size >= offsetof(berth_http_request, deleting) + sizeof in->deleting && in->deleting != 0;

  const Result<HttpResponse> result = self.call_.http().exchange(request);
  berth_http_response filled{};
  filled.size = out->size;
  if (result) {
    self.response_ = *result;
    self.response_headers_.clear();
    for (const auto& [name, value] : self.response_.headers)
      self.response_headers_.push_back({name.c_str(), value.c_str()});
    filled.status = self.response_.status;
    filled.header_count = static_cast<std::uint32_t>(self.response_headers_.size());
    filled.headers = self.response_headers_.data();
    filled.body = self.response_.body.data();
    filled.body_size = self.response_.body.size();
  } else {
    self.http_failure_ = codec::encode(result.failure());
    filled.failure_json = self.http_failure_.c_str();
  }
  // An older plugin's struct is shorter than ours (version rule).
  std::memcpy(out, &filled, out->size < sizeof filled ? out->size : sizeof filled);
  return result ? BERTH_OK : BERTH_FAILED;
}

Result<std::string> TableCall::answer(std::int32_t returned) const {
  if (answers_ == 0) return internal("the plugin did not answer the call");
  if (answers_ > 1)
    return internal("the plugin answered the call " + std::to_string(answers_) + " times");
  if (returned != (failed_ ? BERTH_FAILED : BERTH_OK))
    return internal("the plugin's answer and its return value contradict each other");
  if (failed_) return codec::decode_failure(answer_);
  return answer_;
}

MethodCaller table_caller(const berth_plugin& plugin, void* self) {
  return [&plugin, self](const char* interface_id, const char* method,
                         const std::string& request_json, Call& call) -> Result<std::string> {
    const berth_interface* table = plugin.interface_of(self, interface_id);
    for (std::uint32_t i = 0; table != nullptr && i < table->method_count; ++i) {
      const berth_method& entry = table->methods[i];
      if (entry.name == nullptr || entry.call == nullptr || std::strcmp(entry.name, method) != 0)
        continue;
      TableCall lent(call);
      const std::int32_t returned = entry.call(self, request_json.c_str(), lent.raw());
      return lent.answer(returned);
    }
    Failure unsupported;
    unsupported.code = ErrorCode::unsupported;
    unsupported.effect = Effect::none;
    unsupported.message = std::string("the plugin has no ") + interface_id + " " + method;
    return unsupported;
  };
}

}  // namespace berth
