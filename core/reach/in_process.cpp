#include "reach/in_process.hpp"

#include <cstring>
#include <thread>
#include <vector>

#include "berth/codec.hpp"
#include "reach/failed.hpp"
#include "reach/frames.hpp"
#include "reach/library.hpp"

namespace berth {
namespace {

// One call of the plugin: what it asks of the host, and what it answered.
class HostCall {
 public:
  HostCall(Call& call, Doors& doors) : call_(call), doors_(doors), door_(doors.take()) {
    door_->behind = this;
    fill(door_->c, door_.get());
    door_->owner = std::this_thread::get_id();
  }
  ~HostCall() {
    door_->owner = std::thread::id();
    doors_.give_back(std::move(door_));
  }
  HostCall(const HostCall&) = delete;
  HostCall& operator=(const HostCall&) = delete;

  berth_call* c() { return &door_->c; }

  // What the plugin answered in all, after its function returned.
  Outcome outcome(const std::string& about) {
    if (answers_ == 0)
      return failed(ErrorCode::internal, Effect::unknown, about + " returned without an answer");
    if (answers_ > 1)
      return failed(ErrorCode::internal, Effect::unknown,
                    about + " answered " + std::to_string(answers_) + " times");
    if (!is_text_)
      return failed(ErrorCode::internal, Effect::unknown,
                    about + " answered with no text, or with more than 32 MiB");
    if (status_ == BERTH_FAILED) return codec::decode_failure(text_);
    return std::move(text_);
  }

 private:
  // Every time anew: the struct is the plugin's to write into.
  static void fill(berth_call& c, Door* door) {
    c = {};
    c.size = sizeof(berth_call);
    c.host = door;
    c.now_unix_ms = [](berth_call* of) {
      HostCall* const host = inside(of);
      return host == nullptr ? 0 : host->call_.now_unix_ms();
    };
    c.remaining_ms = [](berth_call* of) {
      HostCall* const host = inside(of);
      return host == nullptr ? 0 : host->call_.remaining_ms();
    };
    c.cancelled = [](berth_call* of) {
      HostCall* const host = inside(of);
      return host == nullptr || host->call_.cancelled() ? 1 : 0;
    };
    c.log = [](berth_call* of, std::int32_t level, const char* text) {
      HostCall* const host = inside(of);
      if (host != nullptr && text != nullptr) host->call_.log(level_of(level), text);
    };
    c.progress = [](berth_call* of, const char* text) {
      HostCall* const host = inside(of);
      if (host != nullptr && text != nullptr) host->call_.progress(text);
    };
    c.reply = [](berth_call* of, const char* text) { return answer(of, text, BERTH_OK); };
    c.fail = [](berth_call* of, const char* text) { return answer(of, text, BERTH_FAILED); };
    c.service = [](berth_call*, const char* id) -> const void* {
      static constexpr berth_http_1 http{sizeof(berth_http_1), 0, exchange};
      return id != nullptr && std::strcmp(id, "berth.http/1") == 0 ? &http : nullptr;
    };
  }

  // Null: the call is over, or this is not the thread that it runs on.
  static HostCall* inside(berth_call* c) {
    const Door& door = *static_cast<const Door*>(c->host);
    if (door.open()) return static_cast<HostCall*>(door.behind);
    ++*door.knocks;
    return nullptr;
  }

  static std::int32_t answer(berth_call* c, const char* text, std::int32_t status) {
    HostCall* const host = inside(c);
    return host == nullptr ? BERTH_FAILED : host->answer(text, status);
  }

  static LogLevel level_of(std::int32_t level) {
    switch (level) {
      case BERTH_DEBUG: return LogLevel::debug;
      case BERTH_INFO: return LogLevel::info;
      case BERTH_WARNING: return LogLevel::warning;
      default: return LogLevel::error;
    }
  }

  std::int32_t answer(const char* text, std::int32_t status) {
    if (++answers_ > 1) return status;  // counted; the first one is kept for nobody
    status_ = status;
    const std::size_t size =
        text == nullptr ? max_frame_body + 1 : strnlen(text, max_frame_body + 1);
    is_text_ = size <= max_frame_body;
    if (is_text_) text_.assign(text, size);
    return status;
  }

  static std::int32_t exchange(berth_call* c, const berth_http_request* in,
                               berth_http_response* out) {
    HostCall* const host = inside(c);
    if (host != nullptr) return host->exchange(in, out);
    if (out != nullptr && out->size >= sizeof(berth_http_response)) {
      *out = {};
      out->size = sizeof(berth_http_response);
      out->failure_json = R"({"code":"invalid","effect":"none","message":"the call is over"})";
    }
    return BERTH_FAILED;
  }

  std::int32_t exchange(const berth_http_request* in, berth_http_response* out) {
    if (out == nullptr || out->size < sizeof(berth_http_response)) return BERTH_FAILED;
    const std::uint32_t size = out->size;
    *out = {};
    out->size = size;
    Result<HttpResponse> result = send(in);
    c_headers_.clear();
    if (!result.ok()) {
      failure_json_ = codec::encode(result.failure());
      out->failure_json = failure_json_.c_str();
      return BERTH_FAILED;
    }
    response_ = std::move(*result);
    for (const auto& [name, value] : response_.headers)
      c_headers_.push_back({name.c_str(), value.c_str()});
    out->status = response_.status;
    out->header_count = static_cast<std::uint32_t>(c_headers_.size());
    out->headers = c_headers_.data();
    out->body = response_.body.data();
    out->body_size = response_.body.size();
    return BERTH_OK;
  }

  // An exception of the host's must not run through the plugin's frames.
  Result<HttpResponse> send(const berth_http_request* in) try {
    if (in == nullptr || in->size < offsetof(berth_http_request, deleting) || in->url == nullptr)
      return failed(ErrorCode::invalid, Effect::none, "an HTTP request without an address");
    if (in->body_size > max_frame_body)
      return failed(ErrorCode::invalid, Effect::none, "an HTTP request of more than 32 MiB");
    HttpRequest request;
    if (in->method != nullptr) request.method = in->method;
    request.url = in->url;
    for (std::uint32_t i = 0; in->headers != nullptr && i < in->header_count; ++i)
      if (in->headers[i].name != nullptr)
        request.headers.emplace_back(in->headers[i].name,
                                     in->headers[i].value == nullptr ? "" : in->headers[i].value);
    if (in->body != nullptr) request.body.assign(static_cast<const char*>(in->body), in->body_size);
    request.deleting = in->size >= offsetof(berth_http_request, reserved) && in->deleting != 0;
    return call_.http().exchange(request);
  } catch (const std::exception& error) {
    return failed(ErrorCode::internal, Effect::unknown,
                  std::string("the host's HTTP failed: ") + error.what());
  }

  Call& call_;
  Doors& doors_;
  std::unique_ptr<Door> door_;
  int answers_ = 0;
  std::int32_t status_ = BERTH_OK;
  bool is_text_ = false;
  std::string text_;
  HttpResponse response_;
  std::vector<berth_http_header> c_headers_;
  std::string failure_json_;
};

// Runs a function of the plugin, whatever it throws: a Failure in words instead.
template <class Function>
std::optional<Failure> guarded(const std::string& about, Function&& function) {
  try {
    function();
    return {};
  } catch (const std::exception& error) {
    return failed(ErrorCode::internal, Effect::unknown, about + " threw: " + error.what());
  } catch (...) {
    return failed(ErrorCode::internal, Effect::unknown,
                  about + " threw something that is no std::exception");
  }
}

}  // namespace

InProcessInstance::InProcessInstance(const berth_plugin& table, std::string name,
                                     std::string config_json, std::int64_t concurrent)
    : table_(table),
      name_(std::move(name)),
      config_json_(std::move(config_json)),
      slots_(name_, concurrent) {}

InProcessInstance::~InProcessInstance() {
  if (started_ && table_.destroy != nullptr) (void)guarded(name_, [&] { table_.destroy(self_); });
}

std::optional<Failure> InProcessInstance::start(Call& call) {
  const std::lock_guard lock(start_mutex_);
  if (started_) return {};
  const std::string about = "the plugin " + name_ + " (create)";
  HostCall host(call, doors_);
  std::int32_t status = BERTH_FAILED;
  void* self = nullptr;
  std::optional<Failure> failure =
      guarded(about, [&] { status = table_.create(config_json_.c_str(), host.c(), &self); });
  if (!failure && status != BERTH_OK) {
    Outcome outcome = host.outcome(about);
    failure = outcome.ok() ? failed(ErrorCode::internal, Effect::none,
                                    about + " replied, and returned that it failed")
                           : outcome.failure();
  }
  if (failure) {
    failure->effect = Effect::none;  // no method ran
    return failure;
  }
  self_ = self;
  started_ = true;
  return {};
}

Outcome InProcessInstance::call(std::string_view interface_id, std::string_view method,
                                std::string_view request_json, Call& call) {
  if (auto failure = slots_.take(call)) return *failure;
  struct Slot {
    Slots& slots;
    ~Slot() { slots.give_back(); }
  } slot{slots_};
  if (auto failure = start(call)) return *failure;

  if (const std::int64_t knocks = doors_.take_knocks(); knocks > 0)
    call.log(LogLevel::warning, "the plugin " + name_ + " used a call that was over, or from "
                                "another thread, " + std::to_string(knocks) +
                                    " times; that was ignored");
  const std::string about = "the plugin " + name_ + " (" + std::string(method) + ")";
  const berth_method* found = nullptr;
  if (auto failure =
          guarded(about, [&] { found = method_of(table_, self_, interface_id, method); })) {
    failure->effect = Effect::none;
    return *failure;
  }
  if (found == nullptr)
    return failed(ErrorCode::unsupported, Effect::none,
                  "the plugin " + name_ + " has no method " + std::string(method) + " of " +
                      std::string(interface_id));
  const std::string request(request_json);
  HostCall host(call, doors_);
  if (auto failure = guarded(about, [&] { found->call(self_, request.c_str(), host.c()); }))
    return *failure;
  return host.outcome(about);
}

}  // namespace berth
