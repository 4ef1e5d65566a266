#include "reach/catalogue.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <system_error>

#include "berth/did_you_mean.hpp"
#include "reach/diagnose.hpp"
#include "reach/failed.hpp"
#include "reach/isolated.hpp"
#include "reach/library.hpp"
#include "trust/command.hpp"

namespace berth {
namespace {

namespace fs = std::filesystem;

// A call to ask a worker what it is: time and nothing else.
class DescribeCall final : public Call {
 public:
  explicit DescribeCall(std::int64_t timeout_ms) : until_(steady_ms() + timeout_ms) {}
  [[nodiscard]] std::int64_t now_unix_ms() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  [[nodiscard]] std::int64_t remaining_ms() const override { return until_ - steady_ms(); }
  [[nodiscard]] bool cancelled() const override { return false; }
  void log(LogLevel, std::string_view) override {}
  void progress(std::string_view) override {}
  Http& http() override { return no_http_; }

 private:
  class NoHttp final : public Http {
    Result<HttpResponse> exchange(const HttpRequest&) override {
      return failed(ErrorCode::unsupported, Effect::none, "there is no HTTP here");
    }
  };
  const std::int64_t until_;
  NoHttp no_http_;
};

fs::path real_path(const fs::path& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  return error ? fs::absolute(path) : real;
}

// The *.so files of a directory, sorted; a directory that is not there has none. `error`: why it
// cannot be read otherwise.
std::vector<fs::path> libraries_in(const fs::path& directory, std::error_code& error) {
  std::vector<fs::path> files;
  if (directory.empty()) return files;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".so") files.push_back(fs::absolute(at->path()));
  if (error == std::errc::no_such_file_or_directory) error.clear();
  std::sort(files.begin(), files.end());
  return files;
}

void mark_twice(std::vector<CatalogueEntry>& entries) {
  std::map<std::string, std::vector<CatalogueEntry*>> by_id;
  for (CatalogueEntry& entry : entries)
    if (!entry.id.empty()) by_id[entry.id].push_back(&entry);
  for (auto& [id, same] : by_id)
    for (std::size_t i = 0; same.size() > 1 && i < same.size(); ++i)
      same[i]->problem =
          diagnose_twice(id, same[i]->where(), same[i == 0 ? 1 : 0]->where()).text();
}

// Before any of it runs: could somebody else have put it there?
void examine(const CatalogueEntry& entry) {
  if (!entry.file.empty())
    if (auto problem = diagnose_file(entry.file)) throw PluginUnusable(*problem);
  if (const std::string why = command_problem(entry.command); !why.empty())
    throw PluginUnusable(entry.where() + ": it is not started: " + why + ".");
}

}  // namespace

std::string CatalogueEntry::where() const {
  if (!file.empty()) return file.string();
  std::string text;
  for (const std::string& word : command) text += (text.empty() ? "" : " ") + word;
  return text;
}

Catalogue::Catalogue(CatalogueOptions options, Journal& journal)
    : options_(std::move(options)), journal_(journal) {}

const std::vector<CatalogueEntry>& Catalogue::list() {
  const std::lock_guard lock(mutex_);
  if (!read_) read_all();
  read_ = true;
  return entries_;
}

const CatalogueEntry& Catalogue::find(std::string_view id) {
  const std::vector<CatalogueEntry>& all = list();
  std::vector<std::string> ids;
  std::string broken;
  const CatalogueEntry* unasked = nullptr;
  for (const CatalogueEntry& entry : all) {
    if (entry.id == id) {
      if (!entry.problem.empty()) throw PluginUnusable(entry.problem);
      return entry;
    }
    if (entry.id.empty() && entry.problem.empty()) unasked = &entry;
    else if (entry.id.empty()) broken += "\n  " + entry.problem;
    else ids.push_back(entry.id);
  }
  if (unasked != nullptr) return *unasked;
  std::string message = "no plugin has the id \"" + std::string(id) + '"';
  const std::string meant = did_you_mean(id, ids);
  message += meant.empty() ? "; see what there is: berth plugins list" : meant;
  if (!broken.empty()) message += "\nThese could not be read:" + broken;
  throw PluginUnusable(message);
}

CatalogueEntry Catalogue::look_at(const NamedPlugin& plugin) const {
  CatalogueEntry entry = read(plugin);
  if (!entry.problem.empty()) throw PluginUnusable(entry.problem);
  return entry;
}

void Catalogue::read_all() {
  std::vector<NamedPlugin> found = options_.named;
  std::set<fs::path> seen;  // one file by two ways is one plugin
  for (const NamedPlugin& plugin : found)
    if (!plugin.path.empty()) seen.insert(real_path(plugin.path));
  std::vector<fs::path> directories{options_.bundled_dir};
  directories.insert(directories.end(), options_.search_path.begin(), options_.search_path.end());
  for (const fs::path& directory : directories) {
    std::error_code error;
    for (const fs::path& file : libraries_in(directory, error))
      if (seen.insert(real_path(file)).second)
        found.push_back({{}, file, {}, HowToRun::automatic});
    if (!error) continue;
    CatalogueEntry unread;  // else a plugin that lies there would seem not to be installed
    unread.file = directory;
    unread.problem = directory.string() + ": this folder cannot be read: " + error.message();
    entries_.push_back(std::move(unread));
  }
  for (const NamedPlugin& plugin : found) entries_.push_back(read(plugin));
  mark_twice(entries_);
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const CatalogueEntry& a, const CatalogueEntry& b) {
                     return a.id.empty() != b.id.empty() ? b.id.empty() : a.id < b.id;
                   });
}

CatalogueEntry Catalogue::read(const NamedPlugin& plugin) const {
  CatalogueEntry entry;
  entry.command = plugin.command;
  bool bundled = false;
  if (!plugin.path.empty()) {
    entry.file = fs::absolute(plugin.path);
    bundled = entry.bundled =
        !options_.bundled_dir.empty() &&
        real_path(plugin.path).parent_path() == real_path(options_.bundled_dir);
    entry.in_process = plugin.how == HowToRun::in_process ||
                       (plugin.how == HowToRun::automatic && bundled);
  }
  try {
    examine(entry);
    if (options_.bundled_only && !bundled) {
      entry.id = plugin.id;
      return entry;
    }
    read_manifest(entry);
    if (!plugin.id.empty() && entry.id != plugin.id)
      throw PluginUnusable({entry.where(),
                            "it is configured as \"" + plugin.id + "\", but says its id is \"" +
                                entry.id + '"',
                            "Write id = \"" + entry.id + "\" in its [[plugin]]"});
  } catch (const std::exception& error) {
    if (!plugin.id.empty()) entry.id = plugin.id;
    entry.problem = error.what();
  }
  return entry;
}

void Catalogue::read_manifest(CatalogueEntry& entry) const {
  if (entry.in_process) {
    entry.manifest_json = load_plugin(entry.file).manifest_json;
  } else {
    DescribeCall call(options_.describe_timeout_ms);
    const Outcome hello =
        describe_worker(worker_command(entry, options_), entry.where(), journal_, call);
    if (!hello.ok() && hello.failure().code == ErrorCode::invalid)
      throw PluginUnusable(hello.failure().message);  // a whole diagnosis, made in the worker
    if (!hello.ok())
      throw PluginUnusable({entry.where(), hello.failure().message,
                            "Correct that, or take it off plugin_path"});
    entry.manifest_json = *hello;
  }
  Result<Manifest> manifest = parse_manifest(entry.manifest_json);
  if (!manifest.ok())
    throw PluginUnusable(diagnose_manifest(entry.where(), manifest.failure().message));
  entry.manifest = std::move(*manifest);
  entry.id = entry.manifest->id;
  entry.version = entry.manifest->version;
  entry.name = entry.manifest->name;
  entry.interfaces = entry.manifest->interfaces;
}

std::vector<std::string> worker_command(const CatalogueEntry& entry,
                                        const CatalogueOptions& options) {
  if (entry.file.empty()) return entry.command;
  if (options.worker_program.empty())
    throw PluginUnusable({entry.where(), "berth-worker, which would run it, was not found",
                          "Reinstall berth, or run this plugin with isolation = \"in_process\""});
  return {options.worker_program.string(), entry.file.string()};
}

Installation find_installation() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  Installation installation;
  if (error) return installation;
  const fs::path bin = program.parent_path();
  for (const fs::path& worker :
       {bin / "berth-worker", bin / "../libexec/berth/berth-worker"})
    if (installation.worker_program.empty() && fs::exists(worker, error))
      installation.worker_program = fs::canonical(worker, error);
  const fs::path plugins = bin / "../lib/berth/plugins";
  if (fs::is_directory(plugins, error)) installation.bundled_dir = fs::canonical(plugins, error);
  return installation;
}

}  // namespace berth
