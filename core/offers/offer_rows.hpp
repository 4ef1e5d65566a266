// The offers of a cached catalogue as rows of cache.db.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "berth/cloud_provider.hpp"
#include "ledger/sqlite.hpp"

namespace berth {

/// CREATE TABLE of the offers.
std::string offer_table_sql();

/// Adds the offers of a catalogue, in their order. Throws sqlite::Error.
void add_offers(sqlite::Database& database, std::int64_t catalogue,
                const std::vector<Offer>& offers);

/// The offers of a catalogue, in the order they were added. Throws sqlite::Error; corrupt where a
/// row cannot be read.
std::vector<Offer> offers_of(sqlite::Database& database, std::int64_t catalogue);

}  // namespace berth
