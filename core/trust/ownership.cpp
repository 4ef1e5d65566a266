#include "trust/ownership.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <string_view>
#include <system_error>

namespace berth {
namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40;  // as the kernel follows

bool is_ours(const struct stat& facts) {
  return facts.st_uid == 0 || facts.st_uid == ::geteuid();
}

bool others_may_write(const struct stat& facts) {
  return (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

const char* noun_of(const struct stat& facts) {
  if (S_ISLNK(facts.st_mode)) return "the link";
  return S_ISDIR(facts.st_mode) ? "the folder it is in" : "the file";
}

std::string remedy(const fs::path& at, const std::string& command, const struct stat& facts) {
  if (is_of_the_system(at)) return "Use a file in a folder of your own";
  // Only root gives away, and only an owner takes a right away.
  if (::geteuid() != 0 && facts.st_uid != ::geteuid())
    return "Use a copy in a folder of your own, or ask its owner";
  return command + ' ' + at.string();
}

Distrust of_a_stranger(const fs::path& at, const struct stat& facts) {
  return {at,
          std::string(noun_of(facts)) + " belongs to user " + std::to_string(facts.st_uid) +
              ", neither to root nor to the user berth runs as, who could replace it",
          remedy(at, "If you trust it, take it over: chown " + std::to_string(::geteuid()), facts)};
}

Distrust of_writers(const fs::path& at, const struct stat& facts) {
  return {at,
          std::string(noun_of(facts)) + " can be written by " +
              ((facts.st_mode & S_IWOTH) != 0 ? "every user" : "its group") +
              ", who could replace it",
          remedy(at, "Take that right away: chmod go-w", facts)};
}

/// What is wrong with `entry` itself, which lies in `folder`.
std::optional<Distrust> in_its_folder(const fs::path& folder, const struct stat& folder_facts,
                                      const fs::path& entry, const struct stat& facts) {
  // In a sticky folder only its owner and the entry's replace an entry.
  if (others_may_write(folder_facts)) {
    if ((folder_facts.st_mode & S_ISVTX) == 0) return of_writers(folder, folder_facts);
    if (!is_ours(facts)) return of_a_stranger(entry, facts);
  }
  if (S_ISLNK(facts.st_mode)) return {};  // its folder says who replaces a link
  if (!is_ours(facts)) return of_a_stranger(entry, facts);
  // A folder is judged by what is looked up in it: a sticky one may be written.
  if (!S_ISDIR(facts.st_mode) && others_may_write(facts)) return of_writers(entry, facts);
  return {};
}

void put_before(std::deque<fs::path>& parts, const fs::path& path) {
  std::deque<fs::path> more;
  for (const fs::path& part : path)
    if (!part.empty() && part != "/" && part != ".") more.push_back(part);
  parts.insert(parts.begin(), more.begin(), more.end());
}

}  // namespace

bool is_of_the_system(const fs::path& path) {
  // Folders that all users share are nobody's to close; below these trees nothing is a person's.
  static constexpr std::array<std::string_view, 13> shared{
      "/",     "/home", "/mnt",  "/media", "/opt",     "/root", "/srv",
      "/tmp",  "/var",  "/var/lib", "/var/tmp", "/run/user", "/usr/local"};
  static constexpr std::array<std::string_view, 12> trees{
      "/bin",   "/boot", "/dev", "/etc",  "/lib", "/lib32",
      "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr"};
  static constexpr std::array<std::string_view, 4> of_people{"/etc/berth", "/dev/shm/",
                                                             "/run/user/", "/usr/local/"};
  const std::string text = path.lexically_normal().string();
  const auto is_in = [&](std::string_view tree) {
    return text.compare(0, tree.size(), tree) == 0 &&
           (text.size() == tree.size() || tree.back() == '/' || text[tree.size()] == '/');
  };
  if (std::find(shared.begin(), shared.end(), text) != shared.end()) return true;
  if (std::any_of(of_people.begin(), of_people.end(), is_in)) return false;
  return std::any_of(trees.begin(), trees.end(), is_in);
}

std::optional<Distrust> distrust_of(const fs::path& file) {
  std::error_code error;
  const fs::path whole = fs::absolute(file, error);
  if (error) return {};
  std::deque<fs::path> parts;
  put_before(parts, whole);
  fs::path at = "/";
  struct stat at_facts {};
  if (::lstat(at.c_str(), &at_facts) != 0) return {};
  if (!is_ours(at_facts)) return of_a_stranger(at, at_facts);
  for (int links = 0; !parts.empty();) {
    const fs::path part = parts.front();
    parts.pop_front();
    if (part == "..") {
      at = at.parent_path();
      if (::lstat(at.c_str(), &at_facts) != 0) return {};
      continue;
    }
    const fs::path entry = at / part;
    struct stat facts {};
    if (::lstat(entry.c_str(), &facts) != 0) {
      // Not there: whoever may write the folder makes it.
      if (others_may_write(at_facts) && (at_facts.st_mode & S_ISVTX) == 0)
        return of_writers(at, at_facts);
      return {};
    }
    if (auto problem = in_its_folder(at, at_facts, entry, facts)) return problem;
    if (S_ISLNK(facts.st_mode)) {
      const fs::path target = fs::read_symlink(entry, error);
      if (error || ++links > most_links) return {};
      if (target.is_absolute()) {
        at = "/";
        if (::lstat(at.c_str(), &at_facts) != 0) return {};
      }
      put_before(parts, target);
      continue;
    }
    at = entry;
    at_facts = facts;
  }
  return {};
}

std::optional<Distrust> distrust_of_folder(const fs::path& folder) {
  std::error_code error;
  const fs::path whole = fs::absolute(folder, error).lexically_normal();
  struct stat facts {};
  if (!error && ::stat(whole.c_str(), &facts) == 0) {
    if (!is_ours(facts))
      return Distrust{
          whole,
          "it belongs to user " + std::to_string(facts.st_uid) +
              ", neither to root nor to the user berth runs as, who could replace what is in it",
          ::geteuid() == 0 && !is_of_the_system(whole)
              ? "Run berth as that user, or take the folder over: chown -R 0 " + whole.string()
              : "Run berth as that user, or use a folder of your own"};
    if (others_may_write(facts))
      return Distrust{whole,
                      std::string("it can be written by ") +
                          ((facts.st_mode & S_IWOTH) != 0 ? "every user" : "its group") +
                          ", who could put files of theirs into it",
                      remedy(whole, "Take that right away: chmod go-w", facts)};
  }
  return distrust_of(folder);
}

std::optional<Distrust> distrust_of_own_file(const fs::path& file) {
  struct stat facts {};
  if (::lstat(file.c_str(), &facts) != 0) return {};
  if (!S_ISLNK(facts.st_mode)) return distrust_of(file);
  std::error_code error;
  return Distrust{fs::absolute(file, error).lexically_normal(),
                  "it is a symbolic link, and what belongs beside the file itself (its log, its "
                  "lock) is looked for beside the link",
                  "Name the folder in which the file itself lies, or put the file here in the "
                  "link's place"};
}

std::string Distrust::words_for(const fs::path& file) const {
  std::error_code error;
  const bool itself = at == fs::absolute(file, error).lexically_normal();
  return what + (itself ? "" : " (" + at.string() + ")") + ". " + next;
}

std::string Distrust::text_for(const fs::path& file) const {
  return file.string() + ": " + words_for(file) + ".";
}

}  // namespace berth
