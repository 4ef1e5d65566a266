// Which plugins there are: those on the search path, and those the configuration names.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/manifest.hpp"
#include "journal/journal.hpp"

namespace berth {

/// automatic: what lies in the bundled directory runs in this process, everything else in a worker.
enum class HowToRun { automatic, in_process, worker };

/// A plugin that the configuration names: a library by `path`, or a script by `command`.
struct NamedPlugin {
  std::string id;  // "": whatever its manifest says
  std::filesystem::path path;
  std::vector<std::string> command;
  HowToRun how = HowToRun::automatic;
};

struct CatalogueOptions {
  std::filesystem::path bundled_dir;               // installed with berth; "": none
  std::vector<std::filesystem::path> search_path;  // further directories of *.so
  std::vector<NamedPlugin> named;
  std::filesystem::path worker_program;            // berth-worker
  std::int64_t describe_timeout_ms = 10'000;       // one plugin in a worker
  bool bundled_only = false;  // all others are examined and listed, and no code of theirs runs
};

/// One plugin that was found, usable or not.
struct CatalogueEntry {
  std::string id, version, name;        // "" where it could not be read
  std::vector<std::string> interfaces;
  std::filesystem::path file;           // absolute; empty for a command
  std::vector<std::string> command;
  bool in_process = false;
  bool bundled = false;                 // its file lies in the bundled directory
  std::string problem;                  // why it cannot be used, and what to do; "": it can
  std::optional<Manifest> manifest;     // absent: unusable, or not asked (bundled_only)
  std::string manifest_json;

  /// The file or the command, for messages.
  [[nodiscard]] std::string where() const;
};

/// What starts the worker of this plugin. Throws PluginUnusable: there is no berth-worker.
std::vector<std::string> worker_command(const CatalogueEntry& entry,
                                        const CatalogueOptions& options);

/// Reads every plugin's manifest once, when it is first asked: what runs in this process is loaded,
/// what runs in a worker is asked there, so listing a stranger's file does not run it here.
/// Threads: any.
class Catalogue {
 public:
  Catalogue(CatalogueOptions options, Journal& journal);

  /// All of them by id, broken ones last.
  const std::vector<CatalogueEntry>& list();

  /// The usable plugin of this id. Throws PluginUnusable: there is none ("did you mean"), it is
  /// broken, or two have this id. With bundled_only also one that was not asked and may have it.
  const CatalogueEntry& find(std::string_view id);

  /// A plugin that need not be on the search path. Throws PluginUnusable.
  CatalogueEntry look_at(const NamedPlugin& plugin) const;

  [[nodiscard]] const CatalogueOptions& options() const { return options_; }

 private:
  void read_all();
  CatalogueEntry read(const NamedPlugin& plugin) const;
  void read_manifest(CatalogueEntry& entry) const;

  const CatalogueOptions options_;
  Journal& journal_;
  std::mutex mutex_;
  bool read_ = false;
  std::vector<CatalogueEntry> entries_;
};

/// The worker program and the bundled plugins as they lie around the running program: DIR/../lib/
/// berth/plugins and berth-worker beside it or in DIR/../libexec/berth. Empty where not found.
struct Installation {
  std::filesystem::path worker_program, bundled_dir;
};
Installation find_installation();

}  // namespace berth
