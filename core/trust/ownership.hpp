// Whose is a file? Who can replace what berth reads as orders, or runs, can do all that berth's
// user can. Threads: any. Nothing here throws.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace berth {

/// Why a file or folder is not to be relied on.
struct Distrust {
  std::filesystem::path at;  // the file itself, or the folder or link on the way that is to blame
  std::string what;          // "the file can be written by every user, who could replace it"
  std::string next;          // what to do; never to change a file of the system

  /// "FILE: what, at PATH. What to do."
  [[nodiscard]] std::string text_for(const std::filesystem::path& file) const;
  /// The same without the file before it and the full stop behind it.
  [[nodiscard]] std::string words_for(const std::filesystem::path& file) const;
};

/// Could somebody other than root and the effective user put another file in this one's place?
/// Looks at the file, at every folder on its way, and at the links between them. Each has to be of
/// root or of this user, and writable by nobody else, its group included. In a folder that others
/// may write an entry counts where the folder is sticky and the entry is ours. nullopt: nobody
/// could. Of what is not there, the folder is looked at in which it would be made.
std::optional<Distrust> distrust_of(const std::filesystem::path& file);

/// The same of a folder that berth keeps files of its own in: nobody else may write it at all,
/// since who may adds files beside ours (a sticky folder does not hinder that).
std::optional<Distrust> distrust_of_folder(const std::filesystem::path& folder);

/// Of a file that berth made there itself: a link leads to where nobody has looked, and so it is
/// refused; else as distrust_of(). nullopt also where there is none.
std::optional<Distrust> distrust_of_own_file(const std::filesystem::path& file);

/// Does it belong to the system, so that its owner and mode are not ours to change?
bool is_of_the_system(const std::filesystem::path& path);

}  // namespace berth
