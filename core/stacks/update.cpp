#include "stacks/update.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <sstream>

#include "berth/stack_rules.hpp"
#include "stacks/merge.hpp"

namespace berth {
namespace {

constexpr std::string_view base_folder = ".berth/base/";
constexpr const char* list_of_bases = ".berth/files";  // their paths, a line each
constexpr std::string_view beside = ".berth";          // NAME.berth

std::string base_of(const std::string& path) { return std::string(base_folder) + path; }

/// KEY of "KEY=VALUE"; "" for any other line.
std::string_view key_of(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos || line.starts_with('#')) return {};
  std::string_view key = line.substr(0, equals);
  if (key.starts_with("export ")) key.remove_prefix(7);
  return key;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(std::move(line));
  return lines;
}

/// `mine` and what it lacks of `theirs`, at its end.
std::string with_missing_keys(const std::string& mine, const std::string& theirs) {
  std::set<std::string, std::less<>> known;
  for (const std::string& line : lines_of(mine)) known.emplace(key_of(line));
  std::string text = mine;
  for (const std::string& line : lines_of(theirs)) {
    const std::string_view key = key_of(line);
    if (key.empty() || known.count(key) > 0) continue;
    if (!text.empty() && text.back() != '\n') text += '\n';
    text += line + '\n';
  }
  return text;
}

bool has_marks(const std::string& text) {
  const std::vector<std::string> lines = lines_of(text);
  return std::find(lines.begin(), lines.end(), "<<<<<<< yours") != lines.end();
}

void decide(FileChange& change, const RenderedFile& file, const std::optional<std::string>& base,
            const std::optional<std::string>& mine) {
  change.after = file.content;
  if (!mine) {
    change.fate = base ? FileFate::deleted : FileFate::added;
    if (base) change.after.clear();
    return;
  }
  change.before = change.after = *mine;
  if (*mine == file.content) return;
  if (file.update == RenderedFile::Update::keys) {
    change.after = with_missing_keys(*mine, file.content);
    change.fate = change.after == *mine ? FileFate::kept : FileFate::merged;
  } else if (!base) {
    change.fate = FileFate::yours;
  } else if (*base == file.content) {
    change.fate = FileFate::kept;
  } else if (*mine == *base) {
    change.fate = FileFate::updated;
    change.after = file.content;
  } else if (has_marks(*mine)) {  // of the last time; they are for the user to settle first
    change.fate = FileFate::conflict;
  } else {
    const Merged both = merged(*base, *mine, file.content);
    change.fate = both.conflicts ? FileFate::conflict : FileFate::merged;
    change.after = both.text;
  }
}

const RenderedFile* file_of(const Rendering& rendering, const std::string& path) {
  for (const RenderedFile& file : rendering.files)
    if (file.path == path) return &file;
  return nullptr;
}

/// Everything that is to be written, where nobody looks.
void stage(ProjectFolder& folder, const Rendering& rendering,
           const std::vector<FileChange>& changes) {
  // Placed first, so that a death on the way leaves no base unlisted.
  std::string list;
  for (const FileChange& change : changes) list += change.path + "\n";
  folder.stage(list_of_bases, list, 0600, true);
  for (const FileChange& change : changes) {
    const RenderedFile* file = file_of(rendering, change.path);
    if (file == nullptr) continue;
    switch (change.fate) {
      case FileFate::added: folder.stage(change.path, change.after, change.mode, false); break;
      case FileFate::updated:
      case FileFate::merged:
      case FileFate::conflict: folder.stage(change.path, change.after, change.mode, true); break;
      case FileFate::yours:
        folder.stage(change.path + std::string(beside), file->content, change.mode, true);
        break;
      case FileFate::unchanged:
      case FileFate::kept:
      case FileFate::deleted:
      case FileFate::removed: break;
    }
    // A secret's file is added to by key, and needs no second copy of the secret.
    if (!change.secret && folder.read(base_of(change.path)) != file->content)
      folder.stage(base_of(change.path), file->content, 0600, true);
  }
}

}  // namespace

std::string_view to_word(FileFate fate) {
  switch (fate) {
    case FileFate::unchanged: return "unchanged";
    case FileFate::added: return "added";
    case FileFate::updated: return "updated";
    case FileFate::merged: return "merged";
    case FileFate::conflict: return "conflict";
    case FileFate::yours: return "yours";
    case FileFate::kept: return "kept";
    case FileFate::deleted: return "deleted";
    case FileFate::removed: return "removed";
  }
  return "unchanged";
}

std::vector<FileChange> changes_of(const ProjectFolder& folder, const Rendering& rendering) {
  std::vector<FileChange> changes;
  std::set<std::string> rendered;
  for (const RenderedFile& file : rendering.files) {
    if (const std::string problem = path_problem(file.path); !problem.empty())
      throw FolderProblem("the template's path '" + file.path + "' " + problem +
                          "; nothing was written");
    if (!rendered.insert(file.path).second)
      throw FolderProblem("the template has '" + file.path + "' twice; nothing was written");
    FileChange change;
    change.path = file.path;
    change.mode = file.secret ? 0600 : file.executable ? 0755 : 0644;
    change.secret = file.secret;
    decide(change, file, folder.read(base_of(file.path)), folder.read(file.path));
    changes.push_back(std::move(change));
  }
  for (const std::string& path : lines_of(folder.read(list_of_bases).value_or(""))) {
    if (rendered.count(path) > 0 || !path_problem(path).empty()) continue;
    const auto base = folder.read(base_of(path));
    const auto mine = folder.read(path);
    if (!base || !mine) continue;
    FileChange change;
    change.path = path;
    change.before = *mine;
    change.fate = *base == *mine ? FileFate::removed : FileFate::kept;
    if (change.fate == FileFate::kept) change.after = *mine;
    changes.push_back(std::move(change));
  }
  return changes;
}

void apply(ProjectFolder& folder, const Rendering& rendering,
           const std::vector<FileChange>& changes) {
  folder.drop_staged();
  try {
    stage(folder, rendering, changes);
  } catch (...) {
    folder.drop_staged();
    throw;
  }
  folder.place_staged();
  for (const FileChange& change : changes) {
    if (change.fate != FileFate::removed) continue;
    folder.remove(change.path);
    folder.remove(base_of(change.path));
  }
}

}  // namespace berth
