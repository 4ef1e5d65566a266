// Words for a plugin that cannot be used: what happened, where, and what to do next.
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "berth/plugin.h"

namespace berth {

struct Diagnosis {
  std::string where;  // the file or command
  std::string what;
  std::string next;

  /// "FILE: what happened. What to do."
  [[nodiscard]] std::string text() const { return where + ": " + what + ". " + next + "."; }
};

/// A plugin cannot be used. what() is for a person.
class PluginUnusable : public std::runtime_error {
 public:
  explicit PluginUnusable(const Diagnosis& diagnosis) : runtime_error(diagnosis.text()) {}
  explicit PluginUnusable(const std::string& text) : runtime_error(text) {}
};

/// Before loading: not there, not a library for this machine, or others could have written it.
/// nullopt: nothing speaks against it.
std::optional<Diagnosis> diagnose_file(const std::filesystem::path& file);

/// The loader refused; `loader_text` is dlerror's.
Diagnosis diagnose_loading(const std::filesystem::path& file, std::string_view loader_text);

/// It loaded, and has no berth_plugin_v1. `newer`: it has berth_plugin_v2.
Diagnosis diagnose_no_entry(const std::filesystem::path& file, bool newer);

/// The table that berth_plugin_v1() returned. nullopt: it can be used.
std::optional<Diagnosis> diagnose_table(const std::filesystem::path& file,
                                        const berth_plugin* table);

/// The manifest cannot be read; `reason` is the parser's.
Diagnosis diagnose_manifest(const std::string& where, std::string_view reason);

/// Two plugins have one id.
Diagnosis diagnose_twice(const std::string& id, const std::string& first,
                         const std::string& second);

}  // namespace berth
