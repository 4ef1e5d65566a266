// What is said of accounts: those of the config and those of the ledger, side by side.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "berth.hpp"
#include "engine/parts.hpp"

namespace berth {

/// What lives at an account: servers by name, and strays that nobody has destroyed yet.
std::vector<std::string> living_at(const LedgerView& view, const std::string& account);

/// Those that `organization` ("": any) may use. Throws LedgerError.
std::vector<AccountReport> account_reports(const EngineParts& parts, std::string_view organization);

/// Throws Error (not_found): it was removed meanwhile.
AccountReport account_report(const EngineParts& parts, const std::string& id);

}  // namespace berth
