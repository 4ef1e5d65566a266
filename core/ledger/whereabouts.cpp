#include "ledger/whereabouts.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>

namespace berth {
namespace {

std::string whole_path(const std::string& folder) {
  std::error_code ignored;
  std::string path = std::filesystem::weakly_canonical(folder, ignored).string();
  if (path.empty()) path = folder;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string machine_id() {
  std::ifstream file("/etc/machine-id");
  std::string id;
  std::getline(file, id);
  return id;
}

/// In the folder it goes where the folder goes; beside it, it stays when the whole folder is put
/// back.
std::array<std::string, 2> notes_of(const std::string& folder) {
  const std::string whole = whole_path(folder);
  return {whole + "/generation", whole + ".generation"};
}

/// Closed, and with it unlocked, at the end.
class Note {
 public:
  Note(const std::string& path, int flags)
      : file_(open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600)) {}
  Note(const Note&) = delete;
  Note& operator=(const Note&) = delete;
  ~Note() {
    if (file_ >= 0) close(file_);
  }
  [[nodiscard]] int file() const { return file_; }

  /// Somebody else's file in a shared folder proves nothing.
  [[nodiscard]] bool is_ours(const struct stat& folder) const {
    struct stat found {};
    return file_ >= 0 && fstat(file_, &found) == 0 && S_ISREG(found.st_mode) &&
           (found.st_uid == folder.st_uid || found.st_uid == geteuid() || found.st_uid == 0);
  }

  [[nodiscard]] std::int64_t generation(const std::string& installation_id) const {
    std::array<char, 256> bytes{};
    const ssize_t size = pread(file_, bytes.data(), bytes.size(), 0);
    const std::string_view text(bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    const std::size_t space = text.find(' ');
    if (space == text.npos || text.substr(0, space) != installation_id) return 0;
    std::int64_t number = 0;
    const auto [end, problem] =
        std::from_chars(text.data() + space + 1, text.data() + text.size(), number);
    return problem == std::errc() && end != text.data() + text.size() && *end == '\n' ? number : 0;
  }

 private:
  int file_;
};

std::string day_text(std::int64_t unix_ms) {
  const time_t seconds = unix_ms / 1000;
  struct tm parts {};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts);
  return text.data();
}

struct Row {
  std::string name, place, folder, paused, installation_id;
  std::int64_t generation = 0, backup_unix_ms = 0;
};

Row row_of(sqlite::Database& database) {
  sqlite::Query row = database.query(
      "SELECT name, place, folder, paused, generation, backup_unix_ms,"
      " (SELECT id FROM installation WHERE one = 1) FROM identity WHERE one = 1");
  if (!row.next()) return {};
  return {row.text(0), row.text(1),    row.text(2),    row.text(3),
          row.text(6), row.integer(4), row.integer(5)};
}

/// Why this is not simply the ledger as it was left; "" it is.
std::string strangeness(const Row& row, const Whereabouts& here, std::int64_t noted) {
  const std::string folder = whole_path(here.folder);
  if (row.backup_unix_ms > 0)
    return "The ledger in " + folder + " is a backup of " + day_text(row.backup_unix_ms) + ".";
  if (!row.place.empty() && row.place != here.place)
    return "The ledger in " + folder + " was copied or moved: " +
           (row.folder == folder ? "it was used last in another folder of this name, or on another "
                                   "machine."
                                 : "it was used last in " + row.folder + ".");
  if (noted > row.generation)
    return "The ledger in " + folder + " is older than what was done with it: it is at " +
           std::to_string(row.generation) + ", and had come to " + std::to_string(noted) + ".";
  return {};
}

}  // namespace

Whereabouts whereabouts_of(const std::string& folder, const std::string& instance) {
  if (!instance.empty()) return {folder, "instance " + instance};
  struct stat found {};
  if (stat(folder.c_str(), &found) != 0) return {folder, ""};
  return {folder, std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino) + " " +
                      machine_id()};
}

bool is_as_it_was_left(sqlite::Database& database, const Whereabouts& here) {
  const Row row = row_of(database);
  return row.place == here.place &&
         strangeness(row, here, noted_generation(here.folder, row.installation_id)).empty();
}

void arrive(sqlite::Database& database, const Whereabouts& here, const std::string& fresh_name) {
  if (is_as_it_was_left(database, here)) return;
  sqlite::Transaction transaction(database, sqlite::Transaction::Kind::writing);
  const Row row = row_of(database);
  const std::int64_t noted = noted_generation(here.folder, row.installation_id);
  const std::string why = strangeness(row, here, noted);
  const std::string paused =
      why.empty() ? row.paused
                  : why + " Servers that were bought since are unknown to it, so nothing is "
                          "destroyed. `berth reap --dry-run` lists them. When no other copy of it "
                          "is at work any more, `berth adopt` goes on with this one and takes them "
                          "into the fleet; `berth reap --confirm` destroys them.";
  database.run(
      "UPDATE identity SET name = ?, place = ?, folder = ?, paused = ?, told = CASE WHEN ? THEN 0"
      " ELSE told END, generation = max(generation, ?), backup_unix_ms = 0 WHERE one = 1",
      why.empty() && !row.name.empty() ? row.name : fresh_name, here.place,
      whole_path(here.folder), paused, !why.empty(), noted);
  transaction.commit();
}

std::int64_t noted_generation(const std::string& folder, const std::string& installation_id) {
  struct stat owner {};
  if (stat(folder.c_str(), &owner) != 0) return 0;
  std::int64_t highest = 0;
  for (const std::string& path : notes_of(folder)) {
    const Note note(path, O_RDONLY);
    if (note.is_ours(owner)) highest = std::max(highest, note.generation(installation_id));
  }
  return highest;
}

void note_generation(const std::string& folder, const std::string& installation_id,
                     std::int64_t generation) {
  struct stat owner {};
  if (stat(folder.c_str(), &owner) != 0) return;
  for (const std::string& path : notes_of(folder)) {
    const Note note(path, O_RDWR | O_CREAT);
    if (!note.is_ours(owner)) continue;  // beside the folder not everybody may write
    if (flock(note.file(), LOCK_EX) != 0) continue;
    if (note.generation(installation_id) >= generation) continue;
    const std::string text = installation_id + " " + std::to_string(generation) + "\n";
    // A note that is not written makes a restored ledger harder to recognise; it harms no step.
    if (pwrite(note.file(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
        ftruncate(note.file(), static_cast<off_t>(text.size())) == 0 && geteuid() == 0 &&
        fchown(note.file(), owner.st_uid, owner.st_gid) != 0)
      continue;
  }
}

}  // namespace berth
