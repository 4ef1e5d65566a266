// Where a ledger is, and how far it had come: what tells a ledger from its copies and backups.
#pragma once

#include <cstdint>
#include <string>

#include "ledger/sqlite.hpp"

namespace berth {

struct Whereabouts {
  std::string folder;  // the state folder
  std::string place;   // its device and inode, and the machine; or what the config calls it
};

/// `instance`: stands for the place; "": the folder itself tells.
Whereabouts whereabouts_of(const std::string& folder, const std::string& instance);

/// arrive() would change nothing. Throws sqlite::Error.
bool is_as_it_was_left(sqlite::Database& database, const Whereabouts& here);

/// Looks whether this is the ledger that it was. One that was copied or moved, is older than what
/// was noted beside it, or comes from a backup, is paused and gets `fresh_name`. Throws
/// sqlite::Error.
void arrive(sqlite::Database& database, const Whereabouts& here, const std::string& fresh_name);

/// The highest generation noted beside the folder or in it for this installation; 0: none.
std::int64_t noted_generation(const std::string& folder, const std::string& installation_id);

/// Notes it in both places, where this user may write and none higher stands there.
void note_generation(const std::string& folder, const std::string& installation_id,
                     std::int64_t generation);

}  // namespace berth
