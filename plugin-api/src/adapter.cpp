// The edge of a C++ plugin: nothing but the C contract leaves here, no exception, one answer.
#include <boost/json.hpp>
#include <new>
#include <stdexcept>

#include "berth/codec.hpp"
#include "berth/credential.hpp"
#include "berth/export.hpp"
#include "berth/manifest.hpp"
#include "host_call.hpp"
#include "json_fields.hpp"

namespace berth::adapter {
namespace {

namespace json = boost::json;

constexpr const char* out_of_memory =
    R"({"code":"internal","effect":"unknown","message":"the plugin ran out of memory"})";

Failure failed(ErrorCode code, Effect effect, std::string message) {
  Failure failure;
  failure.code = code;
  failure.effect = effect;
  failure.message = std::move(message);
  return failure;
}

int32_t answer_failure(berth_call* call, const Failure& failure) {
  return call->fail(call, codec::encode(failure).c_str());
}

/// Runs `body` (which answers the call as its last act, or throws before it has) and turns whatever
/// it throws into the call's answer.
template <class Body>
int32_t guarded(berth_call* call, Effect effect, const Body& body) noexcept {
  try {
    try {
      return body();
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& thrown) {
      return answer_failure(call, failed(ErrorCode::internal, effect,
                                         std::string("the plugin threw: ") + thrown.what()));
    } catch (...) {
      return answer_failure(call, failed(ErrorCode::internal, effect,
                                         "the plugin threw something that is no std::exception"));
    }
  } catch (...) {
    return call->fail(call, out_of_memory);
  }
}

template <class Reply>
int32_t answer(berth_call* call, const Result<Reply>& result) {
  if (!result) return answer_failure(call, result.failure());
  return call->reply(call, codec::encode(*result).c_str());
}

/// One method: `invoke(instance, request, call)` gives a Result.
template <class Request, class Invoke>
int32_t run(void* self, const char* request_json, berth_call* call, Effect effect,
            const Invoke& invoke) noexcept {
  return guarded(call, effect, [&] {
    const Result<Request> request =
        codec::decode<Request>(request_json == nullptr ? "{}" : request_json);
    if (!request) return answer_failure(call, request.failure());
    HostCall host(call);
    return answer(call, invoke(*static_cast<Instance*>(self), *request, host));
  });
}

int32_t check(void* self, const char* request_json, berth_call* call) {
  return run<Done>(
      self, request_json, call, Effect::none,
      [](Instance& instance, Done, Call& host) { return instance.cloud_provider->check(host); });
}
int32_t offers(void* self, const char* request_json, berth_call* call) {
  return run<OffersRequest>(self, request_json, call, Effect::none,
                            [](Instance& instance, const OffersRequest& request, Call& host) {
                              return instance.cloud_provider->offers(request, host);
                            });
}
int32_t create_server(void* self, const char* request_json, berth_call* call) {
  return run<CreateRequest>(self, request_json, call, Effect::unknown,
                            [](Instance& instance, const CreateRequest& request, Call& host) {
                              return instance.cloud_provider->create(request, host);
                            });
}
int32_t find(void* self, const char* request_json, berth_call* call) {
  return run<FindRequest>(self, request_json, call, Effect::none,
                          [](Instance& instance, const FindRequest& request, Call& host) {
                            return instance.cloud_provider->find(request, host);
                          });
}
int32_t destroy_server(void* self, const char* request_json, berth_call* call) {
  return run<DestroyRequest>(self, request_json, call, Effect::unknown,
                             [](Instance& instance, const DestroyRequest& request, Call& host) {
                               return instance.cloud_provider->destroy(request, host);
                             });
}
OutsideCredential* outside_credential_of(const Instance* instance) {
  return dynamic_cast<OutsideCredential*>(instance->cloud_provider.get());
}
int32_t identity(void* self, const char* request_json, berth_call* call) {
  return guarded(call, Effect::none, [&] {
    const Result<Done> request =
        codec::decode<Done>(request_json == nullptr ? "{}" : request_json);
    if (!request) return answer_failure(call, request.failure());
    HostCall host(call);
    const Result<std::string> whose =
        outside_credential_of(static_cast<Instance*>(self))->identity(host);
    if (!whose) return answer_failure(call, whose.failure());
    return call->reply(
        call, json::serialize(json::object{{"identity", json::string(*whose)}}).c_str());
  });
}
int32_t notify(void* self, const char* request_json, berth_call* call) {
  return run<Event>(self, request_json, call, Effect::unknown,
                    [](Instance& instance, const Event& event, Call& host) {
                      return instance.notifier->notify(event, host);
                    });
}
int32_t choices(void* self, const char* request_json, berth_call* call) {
  return run<Done>(self, request_json, call, Effect::none,
                   [](Instance& instance, Done, Call& host) {
                     return instance.stack_provisioner->choices(host);
                   });
}
int32_t plan(void* self, const char* request_json, berth_call* call) {
  return run<StackRequest>(self, request_json, call, Effect::none,
                           [](Instance& instance, const StackRequest& request, Call& host) {
                             return instance.stack_provisioner->plan(request, host);
                           });
}
int32_t render(void* self, const char* request_json, berth_call* call) {
  return run<RenderRequest>(self, request_json, call, Effect::none,
                            [](Instance& instance, const RenderRequest& request, Call& host) {
                              return instance.stack_provisioner->render(request, host);
                            });
}

constexpr berth_method cloud_provider_methods[] = {
    {"check", check}, {"offers", offers},          {"create", create_server},
    {"find", find},   {"destroy", destroy_server},
};
constexpr berth_interface cloud_provider_table{sizeof(berth_interface), 5, cloud_provider_methods};

constexpr berth_method outside_credential_methods[] = {{"identity", identity}};
constexpr berth_interface outside_credential_table{sizeof(berth_interface), 1,
                                                   outside_credential_methods};

constexpr berth_method notifier_methods[] = {{"notify", notify}};
constexpr berth_interface notifier_table{sizeof(berth_interface), 1, notifier_methods};

constexpr berth_method stack_provisioner_methods[] = {
    {"choices", choices}, {"plan", plan}, {"render", render}};
constexpr berth_interface stack_provisioner_table{sizeof(berth_interface), 3,
                                                  stack_provisioner_methods};

/// The host has checked the settings already, but a kit or a script may not have. Unknown keys
/// pass: a newer host may give more.
PluginConfig checked_config(const char* manifest_json, const char* config_json) {
  const Result<Manifest> manifest = parse_manifest(manifest_json);
  if (!manifest) throw ConfigError(manifest.failure().message);
  Result<Settings> known = codec::settings_among(
      config_json == nullptr ? "{}" : config_json, [&](const std::string& key) {
        return manifest->setting(key) != nullptr || key == account_id_key ||
               key == default_region_key;
      });
  if (!known) throw ConfigError(known.failure().message);
  std::string problems;
  for (const auto& problem : settings_problems(*manifest, *known))
    problems += (problems.empty() ? "" : "; ") + problem;
  if (!problems.empty()) throw ConfigError(problems);
  return PluginConfig(with_defaults(*manifest, std::move(*known)));
}

}  // namespace

int32_t create(const char* manifest_json, Make make, const char* config_json, berth_call* call,
               void** self) noexcept {
  *self = nullptr;
  return guarded(call, Effect::none, [&] {
    std::unique_ptr<Instance> instance;
    try {
      instance = std::make_unique<Instance>(make(checked_config(manifest_json, config_json)));
    } catch (const std::invalid_argument& wrong) {  // ConfigError among them
      return answer_failure(call, failed(ErrorCode::invalid, Effect::none, wrong.what()));
    }
    const int32_t status = call->reply(call, "{}");
    if (status == BERTH_OK) *self = instance.release();
    return status;
  });
}

void destroy(void* self) noexcept {
  try {
    delete static_cast<Instance*>(self);
  } catch (...) {  // a destructor that throws has nobody to tell
  }
}

const berth_interface* interface_of(void* self, const char* id) noexcept {
  const auto* instance = static_cast<const Instance*>(self);
  if (instance == nullptr || id == nullptr) return nullptr;
  const std::string_view wanted(id);
  if (instance->cloud_provider && wanted == cloud_provider_id) return &cloud_provider_table;
  if (instance->cloud_provider && wanted == outside_credential_id &&
      outside_credential_of(instance) != nullptr)
    return &outside_credential_table;
  if (instance->notifier && wanted == notifier_id) return &notifier_table;
  if (instance->stack_provisioner && wanted == stack_provisioner_id)
    return &stack_provisioner_table;
  return nullptr;
}

}  // namespace berth::adapter
