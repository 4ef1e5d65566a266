// What reaping found and did, as the door shows it.
#pragma once

#include "berth.hpp"
#include "engine/parts.hpp"

namespace berth {

/// Looks, and says what a pass would do. Writes nothing.
ReapReport look_before_reaping(const EngineParts& parts, const std::string& account,
                               bool confirmed);

/// How things stand after passes over these accounts; `since_seq`: the newest event before them.
ReapReport report_of_reaping(const EngineParts& parts, const LedgerView& view,
                             const std::vector<std::string>& accounts, bool with_fleet,
                             std::int64_t since_seq);

}  // namespace berth
