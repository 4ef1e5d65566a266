// A plugin's file, loaded into this process. library.cpp is the only file with Boost.DLL.
#pragma once

#include <filesystem>
#include <string_view>

#include "berth/plugin.h"

namespace berth {

/// Loads `file` and returns its table, checked. The file stays loaded until the process ends: code
/// of a plugin may still run in destructors and threads of its own. Runs the file's static
/// constructors. Throws PluginUnusable. Threads: any.
const berth_plugin& load_plugin(const std::filesystem::path& file);

/// The method of an interface, or nullptr. Heeds the sizes that the plugin states.
const berth_method* method_of(const berth_plugin& table, void* self, std::string_view interface_id,
                              std::string_view method);

/// Does this object implement the interface at all?
bool implements(const berth_plugin& table, void* self, std::string_view interface_id);

}  // namespace berth
