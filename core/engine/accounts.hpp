// The accounts there are just now: the config's, and those that were added at run time.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "ledger/ledger.hpp"

namespace berth {

using AccountList = std::vector<AccountPointer>;

/// Threads: any.
class Accounts {
 public:
  virtual ~Accounts() = default;
  /// Takes over what was changed, also by other processes. Inside a write transaction what is known
  /// afterwards holds until its end; where nothing was changed it costs one look at an index.
  virtual void refresh(const LedgerView& view) = 0;
  /// As the last refresh found them; another list only where something changed.
  [[nodiscard]] virtual std::shared_ptr<const AccountList> list() const = 0;

  /// null: there is none, or none any more.
  [[nodiscard]] AccountPointer find(std::string_view id) const {
    const auto all = list();
    for (const AccountPointer& account : *all)
      if (account->id == id) return account;
    return nullptr;
  }
  /// Active ones that this organization may use.
  [[nodiscard]] AccountList of(std::string_view organization) const {
    AccountList found;
    const auto all = list();
    for (const AccountPointer& account : *all) {
      if (!account->active) continue;
      for (const std::string& allowed : account->organizations)
        if (allowed == organization) {
          found.push_back(account);
          break;
        }
    }
    return found;
  }
};

}  // namespace berth
