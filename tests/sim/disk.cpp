#include "disk.hpp"

#include <errno.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace berth::sim {

namespace {
constexpr std::size_t sector = 512;
constexpr int shm_slots = SQLITE_SHM_NLOCK;
}  // namespace

/// One file, and what its openers share while it is open.
struct Disk::File {
  std::string content;          // as a reader sees it
  std::string durable;          // as of the last sync
  std::vector<Write> unsynced;  // since then, in order
  bool was_synced = false;      // else it may not be there after the power failed
  int open = 0;
  // The file's lock: so many have SHARED; who has RESERVED, PENDING, EXCLUSIVE.
  int shared = 0;
  const void *reserved = nullptr, *pending = nullptr;
  // The index of the write-ahead log, in memory that processes share.
  std::vector<std::unique_ptr<char[]>> regions;
  std::array<int, shm_slots> slots{};  // -1: exclusive; else so many share it
  int mapped = 0;
};

namespace {

/// SQLite's handle of an open file.
struct Handle {
  sqlite3_file base;
  Disk* disk;
  std::shared_ptr<Disk::File>* file;  // SQLite's memory is not constructed
  int lock;
  bool mapped;
  std::array<bool, shm_slots> holds;  // a slot of the index, shared or exclusive
};

Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
Disk::File& content_of(sqlite3_file* file) { return **of(file).file; }

int close_file(sqlite3_file* raw);

int read_file(sqlite3_file* raw, void* into, int amount, sqlite3_int64 at) {
  if (of(raw).disk->off()) return SQLITE_IOERR_READ;
  const std::string& content = content_of(raw).content;
  const auto size = static_cast<sqlite3_int64>(content.size());
  const auto there = static_cast<int>(std::clamp<sqlite3_int64>(size - at, 0, amount));
  if (there > 0) std::memcpy(into, content.data() + at, static_cast<std::size_t>(there));
  if (there == amount) return SQLITE_OK;
  std::memset(static_cast<char*>(into) + there, 0, static_cast<std::size_t>(amount - there));
  return SQLITE_IOERR_SHORT_READ;
}

void put(std::string& content, std::int64_t at, std::string_view bytes) {
  const auto end = static_cast<std::size_t>(at) + bytes.size();
  if (content.size() < end) content.resize(end, '\0');
  std::memcpy(content.data() + at, bytes.data(), bytes.size());
}

int write_file(sqlite3_file* raw, const void* bytes, int amount, sqlite3_int64 at) {
  Disk& disk = *of(raw).disk;
  if (!disk.operation()) return SQLITE_IOERR_WRITE;
  Disk::File& file = content_of(raw);
  const std::string_view text(static_cast<const char*>(bytes), static_cast<std::size_t>(amount));
  put(file.content, at, text);
  file.unsynced.push_back({at, std::string(text), 0});
  return SQLITE_OK;
}

int truncate_file(sqlite3_file* raw, sqlite3_int64 size) {
  if (!of(raw).disk->operation()) return SQLITE_IOERR_TRUNCATE;
  Disk::File& file = content_of(raw);
  file.content.resize(static_cast<std::size_t>(size), '\0');
  file.unsynced.push_back({-1, {}, size});
  return SQLITE_OK;
}

int sync_file(sqlite3_file* raw, int) {
  Disk& disk = *of(raw).disk;
  if (!disk.operation()) return SQLITE_IOERR_FSYNC;
  Disk::File& file = content_of(raw);
  for (const Disk::Write& write : file.unsynced)
    if (write.at < 0)
      file.durable.resize(static_cast<std::size_t>(write.size), '\0');
    else
      put(file.durable, write.at, write.bytes);
  file.unsynced.clear();
  file.was_synced = true;
  return SQLITE_OK;
}

int size_of_file(sqlite3_file* raw, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(content_of(raw).content.size());
  return SQLITE_OK;
}

int lock_file(sqlite3_file* raw, int wanted) {
  Handle& handle = of(raw);
  if (handle.lock >= wanted) return SQLITE_OK;
  Disk::File& file = content_of(raw);
  const auto others = [&](const void* holder) { return holder != nullptr && holder != &handle; };
  if (wanted == SQLITE_LOCK_SHARED) {
    if (others(file.pending)) return SQLITE_BUSY;
    ++file.shared;
  } else if (wanted == SQLITE_LOCK_RESERVED) {
    if (others(file.reserved)) return SQLITE_BUSY;
    file.reserved = &handle;
  } else {
    if (others(file.reserved) || others(file.pending)) return SQLITE_BUSY;
    file.pending = &handle;
    handle.lock = SQLITE_LOCK_PENDING;
    if (file.shared > 1) return SQLITE_BUSY;
  }
  handle.lock = wanted;
  return SQLITE_OK;
}

int unlock_file(sqlite3_file* raw, int to) {
  Handle& handle = of(raw);
  Disk::File& file = content_of(raw);
  if (handle.lock <= to) return SQLITE_OK;
  if (file.reserved == &handle) file.reserved = nullptr;
  if (file.pending == &handle) file.pending = nullptr;
  if (to == SQLITE_LOCK_NONE) --file.shared;
  handle.lock = to;
  return SQLITE_OK;
}

int is_reserved(sqlite3_file* raw, int* answer) {
  const Disk::File& file = content_of(raw);
  *answer = file.reserved != nullptr || file.pending != nullptr ? 1 : 0;
  return SQLITE_OK;
}

int control_file(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return 4096; }
// As Linux's file systems: what surrounds a write is not harmed when that write is torn.
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

int map_index(sqlite3_file* raw, int region, int size, int extend, void volatile** into) {
  Handle& handle = of(raw);
  Disk::File& file = content_of(raw);
  if (!handle.mapped) {
    handle.mapped = true;
    ++file.mapped;
  }
  while (extend != 0 && static_cast<int>(file.regions.size()) <= region)
    file.regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
  *into = static_cast<int>(file.regions.size()) > region
              ? file.regions[static_cast<std::size_t>(region)].get()
              : nullptr;
  return SQLITE_OK;
}

int lock_index(sqlite3_file* raw, int first, int count, int flags) {
  Handle& handle = of(raw);
  Disk::File& file = content_of(raw);
  const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  const auto begin = static_cast<std::size_t>(first), end = begin + static_cast<std::size_t>(count);
  if ((flags & SQLITE_SHM_UNLOCK) != 0) {
    for (std::size_t slot = begin; slot < end; ++slot) {
      if (!handle.holds[slot]) continue;
      handle.holds[slot] = false;
      file.slots[slot] = file.slots[slot] < 0 ? 0 : file.slots[slot] - 1;
    }
    return SQLITE_OK;
  }
  for (std::size_t slot = begin; slot < end; ++slot)
    if (!handle.holds[slot] && (exclusive ? file.slots[slot] != 0 : file.slots[slot] < 0))
      return SQLITE_BUSY;
  for (std::size_t slot = begin; slot < end; ++slot) {
    if (handle.holds[slot]) continue;
    handle.holds[slot] = true;
    file.slots[slot] = exclusive ? -1 : file.slots[slot] + 1;
  }
  return SQLITE_OK;
}

void index_barrier(sqlite3_file*) {}

int unmap_index(sqlite3_file* raw, int) {
  Handle& handle = of(raw);
  if (!handle.mapped) return SQLITE_OK;
  Disk::File& file = content_of(raw);
  lock_index(raw, 0, shm_slots, SQLITE_SHM_UNLOCK | SQLITE_SHM_SHARED);
  handle.mapped = false;
  if (--file.mapped == 0) file.regions.clear();
  return SQLITE_OK;
}

constexpr sqlite3_io_methods methods{
    2,           close_file,   read_file,     write_file,     truncate_file, sync_file,
    size_of_file, lock_file,   unlock_file,   is_reserved,    control_file,  sector_size,
    characteristics, map_index, lock_index,   index_barrier,  unmap_index,   nullptr,
    nullptr};

int close_file(sqlite3_file* raw) {
  Handle& handle = of(raw);
  unmap_index(raw, 0);
  unlock_file(raw, SQLITE_LOCK_NONE);
  --(*handle.file)->open;
  delete handle.file;
  return SQLITE_OK;
}

Disk& disk_of(sqlite3_vfs* vfs) { return *static_cast<Disk*>(vfs->pAppData); }

int open_here(sqlite3_vfs* vfs, const char* path, sqlite3_file* raw, int flags, int* out_flags) {
  raw->pMethods = nullptr;
  Disk& disk = disk_of(vfs);
  if (disk.off()) return SQLITE_CANTOPEN;
  // berth makes its databases itself, empty and private, before SQLite opens them: on the real file
  // system, where this one has not seen it.
  constexpr int may_make = SQLITE_OPEN_CREATE | SQLITE_OPEN_READWRITE;
  auto file = path == nullptr ? std::make_shared<Disk::File>()
                              : disk.open(path, (flags & may_make) != 0);
  if (file == nullptr) return SQLITE_CANTOPEN;
  Handle& handle = of(raw);
  handle.disk = &disk;
  handle.file = new std::shared_ptr<Disk::File>(std::move(file));
  handle.lock = SQLITE_LOCK_NONE;
  handle.mapped = false;
  handle.holds.fill(false);
  ++(*handle.file)->open;
  if (out_flags != nullptr) *out_flags = flags;
  raw->pMethods = &methods;
  return SQLITE_OK;
}

int delete_here(sqlite3_vfs* vfs, const char* path, int) {
  Disk& disk = disk_of(vfs);
  if (!disk.operation()) return SQLITE_IOERR_DELETE;
  if (!disk.exists(path)) return SQLITE_IOERR_DELETE_NOENT;
  disk.remove(path);
  return SQLITE_OK;
}

int look_here(sqlite3_vfs* vfs, const char* path, int, int* answer) {
  *answer = disk_of(vfs).exists(path) ? 1 : 0;
  return SQLITE_OK;
}

int whole_path(sqlite3_vfs*, const char* path, int room, char* into) {
  if (static_cast<int>(std::strlen(path)) >= room) return SQLITE_CANTOPEN;
  std::strcpy(into, path);
  return SQLITE_OK;
}

int random_bytes(sqlite3_vfs* vfs, int amount, char* into) {
  for (int i = 0; i < amount; ++i) into[i] = static_cast<char>(disk_of(vfs).dice().below(256));
  return amount;
}

int last_error(sqlite3_vfs*, int, char*) { return EIO; }

sqlite3_vfs& file_system() {
  static sqlite3_vfs vfs = [] {
    const sqlite3_vfs* real = sqlite3_vfs_find("unix");
    if (real == nullptr) throw std::runtime_error("SQLite has no file system 'unix'");
    sqlite3_vfs made = *real;  // its clock and its waiting
    made.iVersion = 2;
    made.szOsFile = sizeof(Handle);
    made.pNext = nullptr;
    made.zName = "simulated";
    made.xOpen = open_here;
    made.xDelete = delete_here;
    made.xAccess = look_here;
    made.xFullPathname = whole_path;
    made.xRandomness = random_bytes;
    made.xGetLastError = last_error;
    return made;
  }();
  return vfs;
}

}  // namespace

Disk::Disk(Dice& dice) : dice_(dice) {
  file_system().pAppData = this;
  sqlite3_vfs_register(&file_system(), 1);
}

Disk::~Disk() { sqlite3_vfs_unregister(&file_system()); }

bool Disk::operation() {
  if (!off_ && left_ >= 0 && left_-- == 0) off_ = true;
  return !off_;
}

std::shared_ptr<Disk::File> Disk::open(const std::string& path, bool make) {
  const auto found = files_.find(path);
  if (found != files_.end()) return found->second;
  if (!make) return nullptr;
  return files_[path] = std::make_shared<File>();
}

void Disk::remove(const std::string& path) { files_.erase(path); }
bool Disk::exists(const std::string& path) const { return files_.count(path) != 0; }

void Disk::begin() {
  if (!begun_)
    for (const auto& [path, file] : files_) first_[path] = file->content;
  begun_ = true;
  fill(first_);
  backup_.clear();
  left_ = -1;
  off_ = false;
}

void Disk::fill(const std::map<std::string, std::string>& contents) {
  files_.clear();
  for (const auto& [path, content] : contents) {
    auto file = std::make_shared<File>();
    file->content = file->durable = content;
    file->was_synced = true;
    files_[path] = std::move(file);
  }
}

void Disk::keep() {
  backup_.clear();
  for (const auto& [path, file] : files_) backup_[path] = file->content;
}

void Disk::put_back() { fill(backup_); }

/// Of the writes since the last sync: none survive, or those up to some moment, or any of them, the
/// last one or each in part. A disk may write them in any order.
void Disk::settle(File& file) {
  file.content = file.durable;
  const auto count = static_cast<std::int64_t>(file.unsynced.size());
  const std::int64_t manner = dice_.below(4);
  const std::int64_t until = manner == 0 ? 0 : manner == 1 ? dice_.below(count + 1) : count;
  for (std::int64_t i = 0; i < until; ++i) {
    const Write& write = file.unsynced[static_cast<std::size_t>(i)];
    if (manner >= 2 && dice_.chance(0.5)) continue;
    if (write.at < 0) {
      file.content.resize(static_cast<std::size_t>(write.size), '\0');
      continue;
    }
    if (manner < 3 && !(manner == 1 && i + 1 == until)) {
      put(file.content, write.at, write.bytes);
      continue;
    }
    for (std::size_t at = 0; at < write.bytes.size(); at += sector)  // torn
      if (dice_.chance(0.5))
        put(file.content, write.at + static_cast<std::int64_t>(at),
            std::string_view(write.bytes).substr(at, sector));
  }
  file.unsynced.clear();
  file.durable = file.content;
}

void Disk::power_on() {
  for (auto it = files_.begin(); it != files_.end();) {
    File& file = *it->second;
    if (!file.was_synced && dice_.chance(0.5)) {
      it = files_.erase(it);  // the folder had not been told yet
      continue;
    }
    settle(file);
    file.was_synced = true;
    ++it;
  }
  off_ = false;
  left_ = -1;
}

}  // namespace berth::sim
