// What a rendering does to a project's folder: first decided, then done.
//
// The folder keeps what was rendered last, in .berth/base/, so that what its user changed can be
// told from what the template changed. A file that the user deleted stays deleted; one that both
// sides made is the user's, and the template's lies beside it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth/stack_provisioner.hpp"
#include "stacks/project_folder.hpp"

namespace berth {

enum class FileFate {
  unchanged,  // it is as it should be
  added,
  updated,   // the user had left it as it was rendered
  merged,    // both changed it, in different places
  conflict,  // both changed the same lines: they are marked in the file
  yours,     // it was there before berth: kept, and the template's is NAME.berth
  kept,      // only the user changed it, or it is the user's to change
  deleted,   // the user deleted it: it stays away
  removed,   // the template has it no more, and the user had left it as it was
};
std::string_view to_word(FileFate fate);

struct FileChange {
  std::string path;
  FileFate fate = FileFate::unchanged;
  std::string before, after;  // what the file has, and is to have; "" where there is none
  mode_t mode = 0644;
  bool secret = false;  // neither text is for people's eyes
};

/// Decides; writes nothing. Throws FolderProblem: something is in the way of a file.
std::vector<FileChange> changes_of(const ProjectFolder& folder, const Rendering& rendering);

/// Does what was decided. Everything is written where nobody looks, then put in place a file at a
/// time: a disk that is full changes nothing. Where it ends half way, deciding and doing it again
/// ends the same as if it had not. Throws FolderProblem.
void apply(ProjectFolder& folder, const Rendering& rendering,
           const std::vector<FileChange>& changes);

}  // namespace berth
