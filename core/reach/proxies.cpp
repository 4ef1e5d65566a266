#include "reach/proxies.hpp"

#include <utility>

#include "berth/proxy.hpp"

namespace berth {
namespace {

MethodCaller caller_of(std::shared_ptr<PluginInstance> instance) {
  return [instance = std::move(instance)](const char* interface_id, const char* method,
                                          const std::string& request_json, Call& call) {
    return instance->call(interface_id, method, request_json, call);
  };
}

}  // namespace

std::unique_ptr<CloudProvider> cloud_provider_over(std::shared_ptr<PluginInstance> instance) {
  return std::make_unique<CloudProviderProxy>(caller_of(std::move(instance)));
}

std::unique_ptr<StackProvisioner> stack_provisioner_over(std::shared_ptr<PluginInstance> instance) {
  return std::make_unique<StackProvisionerProxy>(caller_of(std::move(instance)));
}

std::unique_ptr<Notifier> notifier_over(std::shared_ptr<PluginInstance> instance) {
  return std::make_unique<NotifierProxy>(caller_of(std::move(instance)));
}

}  // namespace berth
