// Accounts that are added, changed and removed at run time: by an organization's admins, checked
// before they are used, and told as events.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/access.hpp"
#include "access/caller.hpp"
#include "accounts.hpp"
#include "berth.hpp"
#include "config/load.hpp"
#include "engine/parts.hpp"
#include "reach/open.hpp"

namespace berth {

/// Threads: one at a time. What it refers to outlives it.
class AccountChanges {
 public:
  AccountChanges(const EngineParts& parts, const KeyStore& keys, Catalogue& catalogue,
                 PluginOpener& opener, Environment environment, Caller caller);

  // As the door has them: berth.hpp. Throw Error, Refusal, PluginUnusable, LedgerError.
  AccountReport add(const AccountChange& wish);
  AccountReport update(const AccountChange& wish);
  AccountReport validate(std::string_view account);
  std::string remove(std::string_view account);
  KeyRotation rotate_key();

 private:
  struct Outcome {
    std::string code, sentence, vendor_account;  // code: "ok", or an ErrorCode
  };
  void settle_plain_settings(AccountRecord& record, const AccountChange& wish,
                             const Manifest& manifest) const;
  /// Stored secrets go only where they went before: who names another place has to know them.
  void refuse_to_redirect(const AccountRecord& record, const AccountChange& wish,
                          const Manifest& manifest) const;
  [[nodiscard]] std::string secrets_json(std::string before, const AccountChange& wish,
                                         const Manifest& manifest) const;
  void refuse_misfits(const AccountSettings& account, const Manifest& manifest) const;
  [[nodiscard]] Outcome check(const AccountSettings& account);
  /// One of the config: what its check says is told, and stands nowhere.
  AccountReport validate_configured(const AccountSettings& account);
  /// `undone`: what does not happen to the account where the check fails ("added").
  Outcome check_or_refuse(const AccountSettings& account, const char* undone);
  void seal_projects_anew(LedgerTransaction& tx, const Keyring& ring,
                          KeyRotation& rotation) const;
  /// Throws Denied: an account of that organization is not the caller's to do that with.
  void allow(const LedgerView& view, Act act, const std::string& organization,
             const std::string& account) const;
  /// The same before anything is begun; a no is recorded.
  void allow(Act act, const std::string& organization, const std::string& account) const;
  void note(AccountRecord& record, const Outcome& outcome) const;
  [[nodiscard]] const Manifest& manifest_of(const std::string& plugin);
  [[nodiscard]] Keyring keys() const;
  [[nodiscard]] std::string opened_secrets(const AccountRecord& record) const;
  [[nodiscard]] AccountRecord named(const LedgerView& view, std::string_view account) const;
  void tell_changed(LedgerTransaction& tx, std::string_view type, const AccountRecord& record,
                    const std::string& what) const;

  const EngineParts& parts_;
  const KeyStore& keys_;
  Catalogue& catalogue_;
  PluginOpener& opener_;
  const Environment environment_;
  const Caller caller_;
};

}  // namespace berth
