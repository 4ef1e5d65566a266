// The C++ interfaces over a running instance. The engine sees only these interfaces and cannot tell
// a fake, an in-process plugin and a worker apart.
#pragma once

#include <memory>

#include "berth/cloud_provider.hpp"
#include "berth/notifier.hpp"
#include "berth/stack_provisioner.hpp"
#include "reach/instance.hpp"

namespace berth {

/// Threads: any, as the instance. A reply that cannot be read is an `internal` Failure of unknown
/// effect. Keeps the instance alive.
std::unique_ptr<CloudProvider> cloud_provider_over(std::shared_ptr<PluginInstance> instance);
std::unique_ptr<StackProvisioner> stack_provisioner_over(std::shared_ptr<PluginInstance> instance);
std::unique_ptr<Notifier> notifier_over(std::shared_ptr<PluginInstance> instance);

}  // namespace berth
