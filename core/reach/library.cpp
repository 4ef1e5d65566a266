#include "reach/library.hpp"

#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <string>

#include "reach/diagnose.hpp"

namespace berth {
namespace {

namespace dll = boost::dll;

const berth_interface* interface_of(const berth_plugin& table, void* self, std::string_view id) {
  const berth_interface* found = table.interface_of(self, std::string(id).c_str());
  if (found == nullptr || found->size < sizeof(berth_interface) || found->methods == nullptr)
    return nullptr;
  return found;
}

}  // namespace

const berth_plugin& load_plugin(const std::filesystem::path& file) {
  if (auto problem = diagnose_file(file)) throw PluginUnusable(*problem);
  // The real path: a bare name would be looked for elsewhere, and a link may change.
  const std::filesystem::path real = std::filesystem::canonical(file);
  dll::shared_library library;
  try {
    // The constructor that throws is the one that keeps dlerror's text.
    library = dll::shared_library(real, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  } catch (const std::exception& error) {
    throw PluginUnusable(diagnose_loading(file, error.what()));
  }
  if (!library.has("berth_plugin_v1"))
    throw PluginUnusable(diagnose_no_entry(file, library.has("berth_plugin_v2")));
  const auto& entry = library.get<const berth_plugin*()>("berth_plugin_v1");
  // From here on its code runs: pin it, so that `library` going away unloads nothing.
  dlopen(real.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD | RTLD_NODELETE);
  const berth_plugin* table = nullptr;
  try {
    table = entry();
  } catch (...) {
    throw PluginUnusable({file, "its berth_plugin_v1() threw an exception",
                          "Report this to its author"});
  }
  if (auto problem = diagnose_table(file, table)) throw PluginUnusable(*problem);
  return *table;
}

const berth_method* method_of(const berth_plugin& table, void* self, std::string_view interface_id,
                              std::string_view method) {
  const berth_interface* const found = interface_of(table, self, interface_id);
  if (found == nullptr) return nullptr;
  for (std::uint32_t i = 0; i < found->method_count; ++i)
    if (found->methods[i].name != nullptr && method == found->methods[i].name)
      return found->methods[i].call == nullptr ? nullptr : &found->methods[i];
  return nullptr;
}

bool implements(const berth_plugin& table, void* self, std::string_view interface_id) {
  return interface_of(table, self, interface_id) != nullptr;
}

}  // namespace berth
