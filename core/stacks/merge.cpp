#include "stacks/merge.hpp"

#include <git2.h>

#include <memory>
#include <stdexcept>

namespace berth {
namespace {

/// The library as long as the process: to begin it takes longer than to join a file.
class Git {
 public:
  Git() {
    if (git_libgit2_init() < 0) throw std::runtime_error("libgit2 cannot be used");
  }
  ~Git() { git_libgit2_shutdown(); }
  Git(const Git&) = delete;
  Git& operator=(const Git&) = delete;
};

void use_git() { static const Git git; }

void require(int outcome) {
  if (outcome >= 0) return;
  const git_error* error = git_error_last();
  throw std::runtime_error(error == nullptr ? "libgit2 failed" : error->message);
}

git_merge_file_input input_of(const std::string& text) {
  git_merge_file_input input = GIT_MERGE_FILE_INPUT_INIT;
  input.ptr = text.data();
  input.size = text.size();
  return input;
}

bool is_text(const std::string& content) { return content.find('\0') == std::string::npos; }

}  // namespace

Merged merged(const std::string& base, const std::string& mine, const std::string& theirs) {
  if (!is_text(base) || !is_text(mine) || !is_text(theirs)) return {mine, true};
  use_git();
  const git_merge_file_input ancestor = input_of(base);
  const git_merge_file_input ours = input_of(mine);
  const git_merge_file_input other = input_of(theirs);
  git_merge_file_options options = GIT_MERGE_FILE_OPTIONS_INIT;
  options.our_label = "yours";
  options.their_label = "template";
  git_merge_file_result result{};
  require(git_merge_file(&result, &ancestor, &ours, &other, &options));
  Merged merged{std::string(result.ptr, result.len), result.automergeable == 0};
  git_merge_file_result_free(&result);
  return merged;
}

std::string diff_of(const std::string& path, const std::string& before, const std::string& after) {
  if (before == after) return "";
  use_git();
  git_patch* made = nullptr;
  require(git_patch_from_buffers(&made, before.data(), before.size(), path.c_str(), after.data(),
                                 after.size(), path.c_str(), nullptr));
  const std::unique_ptr<git_patch, void (*)(git_patch*)> patch(made, git_patch_free);
  git_buf text = GIT_BUF_INIT;
  require(git_patch_to_buf(&text, patch.get()));
  std::string diff(text.ptr, text.size);
  git_buf_dispose(&text);
  return diff;
}

}  // namespace berth
