// Makes a class a plugin: one of the three macros, once, at the end of the plugin's source. C++17.
//
//   BERTH_EXPORT_CLOUD_PROVIDER(Paperclip, R"({"id": "paperclip", …})")
//
// The class is constructed from `const berth::PluginConfig&`, once per account, and may throw
// berth::ConfigError there. Behind the macro stands the adapter: it checks the settings against the
// manifest, turns requests into structs and results into replies, answers every call exactly once,
// and lets no exception cross the library's edge.
#pragma once

#include <memory>

#include "berth/cloud_provider.hpp"
#include "berth/config.hpp"
#include "berth/notifier.hpp"
#include "berth/plugin.h"
#include "berth/stack_provisioner.hpp"

namespace berth::adapter {

/// What one create() made: the object of one account.
struct Instance {
  std::unique_ptr<CloudProvider> cloud_provider;
  std::unique_ptr<Notifier> notifier;
  std::unique_ptr<StackProvisioner> stack_provisioner;
};

using Make = Instance (*)(const PluginConfig& config);

template <class Class>
Instance make_cloud_provider(const PluginConfig& config) {
  return {std::make_unique<Class>(config), nullptr, nullptr};
}

template <class Class>
Instance make_notifier(const PluginConfig& config) {
  return {nullptr, std::make_unique<Class>(config), nullptr};
}

template <class Class>
Instance make_stack_provisioner(const PluginConfig& config) {
  return {nullptr, nullptr, std::make_unique<Class>(config)};
}

// The functions of the table.
int32_t create(const char* manifest_json, Make make, const char* config_json, berth_call* call,
               void** self) noexcept;
void destroy(void* self) noexcept;
const berth_interface* interface_of(void* self, const char* id) noexcept;

}  // namespace berth::adapter

#define BERTH_EXPORT_PLUGIN_(make, ...)                                                           \
  extern "C" __attribute__((visibility("default"))) const berth_plugin* berth_plugin_v1(void);    \
  extern "C" const berth_plugin* berth_plugin_v1(void) {                                          \
    static constexpr const char* berth_manifest = __VA_ARGS__;                                    \
    static const berth_plugin plugin{sizeof(berth_plugin),                                        \
                                     BERTH_ABI_MINOR,                                             \
                                     berth_manifest,                                              \
                                     [](const char* config_json, berth_call* call, void** self) { \
                                       return ::berth::adapter::create(berth_manifest, make,      \
                                                                       config_json, call, self);  \
                                     },                                                           \
                                     ::berth::adapter::destroy,                                   \
                                     ::berth::adapter::interface_of};                             \
    return &plugin;                                                                               \
  }                                                                                               \
  static_assert(true, "so that a semicolon may follow")

#define BERTH_EXPORT_CLOUD_PROVIDER(Class, ...) \
  BERTH_EXPORT_PLUGIN_(&::berth::adapter::make_cloud_provider<Class>, __VA_ARGS__)

#define BERTH_EXPORT_NOTIFIER(Class, ...) \
  BERTH_EXPORT_PLUGIN_(&::berth::adapter::make_notifier<Class>, __VA_ARGS__)

#define BERTH_EXPORT_STACK_PROVISIONER(Class, ...) \
  BERTH_EXPORT_PLUGIN_(&::berth::adapter::make_stack_provisioner<Class>, __VA_ARGS__)
