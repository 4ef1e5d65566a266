#include "ledger/backup.hpp"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "ledger/ledger_file.hpp"
#include "ledger/state_folder.hpp"

namespace berth {
namespace {

void sync_file(const std::string& path, int flags) {
  const int file = open(path.c_str(), flags | O_CLOEXEC);
  const bool done = file >= 0 && fsync(file) == 0;
  const int problem = errno;
  if (file >= 0) close(file);
  if (!done)
    throw LedgerError(LedgerProblem::io, path + " cannot be written to the disk (" +
                                             strerror(problem) + ").");
}

/// Removes what was begun and did not come to its end.
struct Unfinished {
  std::string path;
  bool done = false;
  ~Unfinished() {
    if (!done) unlink(path.c_str());
  }
};

/// A copy of the ledger `from` as the new file `to`, whole and on the disk or not there at all.
void copy_ledger(const std::string& from, const std::string& to, std::int64_t backup_unix_ms) {
  namespace fs = std::filesystem;
  const std::string unfinished = to + ".unfinished-" + std::to_string(getpid());
  if (const int problem = make_private_file(unfinished); problem != 0)
    throw LedgerError(LedgerProblem::unwritable_folder,
                      unfinished + " cannot be made (" + strerror(problem) + ").");
  Unfinished guard{unfinished};
  try {
    sqlite::Database source(from, sqlite::Access::read_only, ledger_patience_ms);
    check_ledger(source, from);
    if (source.integer("PRAGMA application_id") != ledger_application_id)
      throw LedgerError(LedgerProblem::corrupt,
                        from + " is no ledger of berth; nothing was changed.");
    {
      sqlite::Database copy(unfinished, sqlite::Access::read_write, ledger_patience_ms);
      copy.become_copy_of(source);
      copy.script("PRAGMA journal_mode = DELETE");  // one file, complete by itself
      migrate_ledger(copy, {});
      // A backup that was taken of a backup, or restored before, keeps its first time.
      copy.run("UPDATE identity SET backup_unix_ms = ? WHERE one = 1 AND backup_unix_ms = 0",
               backup_unix_ms);
    }
    sync_file(unfinished, O_RDWR);
  } catch (const sqlite::Error& error) {
    throw explained(error, from);
  }
  if (link(unfinished.c_str(), to.c_str()) != 0)
    throw LedgerError(LedgerProblem::unwritable_folder,
                      to + (errno == EEXIST ? " is there already; nothing was changed."
                                            : std::string(" cannot be made (") + strerror(errno) +
                                                  ")."));
  const fs::path parent = fs::path(to).parent_path();
  sync_file(parent.empty() ? "." : parent.string(), O_RDONLY | O_DIRECTORY);
}

}  // namespace

void back_up_ledger(const std::string& folder, const std::string& file, std::int64_t now_unix_ms) {
  std::error_code ignored;
  const std::string path = ledger_path(folder);
  if (!std::filesystem::exists(path, ignored))
    throw LedgerError(LedgerProblem::io, "There is no ledger in " + folder +
                                             " (" + path + "), so nothing was backed up. Name the "
                                             "state folder with --state-dir or in the config.");
  if (std::filesystem::exists(file, ignored))
    throw LedgerError(LedgerProblem::unwritable_folder,
                      file + " is there already; nothing was changed. Name a new file.");
  copy_ledger(path, file, now_unix_ms);
}

void restore_ledger(const std::string& file, const std::string& folder, std::int64_t now_unix_ms) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored))
    throw LedgerError(LedgerProblem::io, "There is no file " + file + "; nothing was changed.");
  if (const std::string why = make_state_folder(folder); !why.empty())
    throw LedgerError(LedgerProblem::unwritable_folder,
                      "The state folder " + folder + " cannot be used: " + why + ".");
  const FolderLock lock(folder, ledger_patience_ms);
  if (!lock.held())
    throw LedgerError(LedgerProblem::locked, "Another process is setting up " + folder +
                                                 "; run this again when it has ended.");
  const std::string path = ledger_path(folder);
  for (const char* part : {"", "-wal", "-shm"})
    if (std::filesystem::exists(path + part, ignored))
      throw LedgerError(LedgerProblem::unwritable_folder,
                        folder + " has a ledger (" + path + part + "), and it is not overwritten. "
                        "End every berth that uses it, then move the folder away (mv " + folder +
                            " " + folder + ".old), or name another one with --state-dir.");
  copy_ledger(file, path, now_unix_ms);
}

}  // namespace berth
