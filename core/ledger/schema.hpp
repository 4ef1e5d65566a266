// The ledger's tables as SQL: schema.sql, built in.
#pragma once

#include <string_view>

namespace berth {

extern const std::string_view ledger_schema;

}  // namespace berth
