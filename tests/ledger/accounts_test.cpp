// Accounts that were added at run time, and a ledger that was made before there were any.
#include <gtest/gtest.h>

#include "ledger/ledger_file.hpp"
#include "ledger/schema.hpp"
#include "story.hpp"

namespace berth {
namespace {

AccountRecord an_account(const std::string& id) {
  AccountRecord account;
  account.id = id;
  account.organization = "acme";
  account.plugin = "hetzner";
  account.status = AccountStatus::denied;
  account.default_region = "nbg1";
  account.regions = {"nbg1", "fsn1"};
  account.image = "debian-12";
  account.ssh_user = "ops";
  account.ssh_port = 2222;
  account.ssh_public_keys = {"ssh-ed25519 AAAA x"};
  account.settings_json = R"({"network":"7"})";
  account.secret_keys = {"token"};
  account.sealed = "c2VhbGVk";
  account.key_id = "0123456789abcdef";
  account.created_unix_ms = 1;
  account.created_by = "ann";
  account.updated_unix_ms = 2;
  account.updated_by = "ben";
  account.validated_unix_ms = 3;
  account.validation = "denied";
  account.validation_sentence = "no";
  account.vendor_account = "team";
  return account;
}

class AccountRows : public testing::Test {
 protected:
  Folder folder_;
  std::unique_ptr<Ledger> ledger_ = open_sqlite_ledger(folder_.path(), "installation");
};

TEST_F(AccountRows, keep_every_field) {
  const AccountRecord given = an_account("acme.hetzner");
  ledger_->write([&](LedgerTransaction& change) { change.save(given); });
  ledger_->read([&](const LedgerView& view) {
    const AccountRecord found = view.account("acme.hetzner").value();
    EXPECT_EQ(found.revision, 1);
    const auto fields = [](const AccountRecord& one) {
      return std::tie(one.organization, one.plugin, one.status, one.default_region, one.regions,
                      one.image, one.ssh_user, one.ssh_port, one.ssh_public_keys, one.settings_json,
                      one.secret_keys, one.sealed, one.key_id, one.created_unix_ms, one.created_by,
                      one.updated_unix_ms, one.updated_by, one.validated_unix_ms, one.validation,
                      one.validation_sentence, one.vendor_account);
    };
    EXPECT_EQ(fields(found), fields(given));
    EXPECT_FALSE(view.account("acme.other"));
  });
}

TEST_F(AccountRows, have_a_revision_that_grows_with_each_change_and_outlives_a_removal) {
  std::int64_t last = 0;
  const auto grown = [&] {
    std::int64_t now = 0;
    ledger_->read([&](const LedgerView& view) { now = view.accounts_revision(); });
    const bool more = now > last;
    last = now;
    return more;
  };
  EXPECT_FALSE(grown());
  for (const char* id : {"acme.a", "acme.b", "acme.a"}) {
    ledger_->write([&](LedgerTransaction& change) { change.save(an_account(id)); });
    EXPECT_TRUE(grown());
  }
  ledger_->write([&](LedgerTransaction& change) {
    AccountRecord gone = an_account("acme.a");
    gone.status = AccountStatus::removed;
    change.save(gone);
  });
  EXPECT_TRUE(grown());
  ledger_->read([](const LedgerView& view) {
    ASSERT_EQ(view.accounts().size(), 1U);
    EXPECT_EQ(view.accounts().front().id, "acme.b");
    EXPECT_EQ(view.account("acme.a")->status, AccountStatus::removed);
  });
}

TEST_F(AccountRows, are_read_from_a_snapshot_too) {
  ledger_->write([](LedgerTransaction& change) { change.save(an_account("acme.a")); });
  open_sqlite_ledger(folder_.path(), "x", true)->read([](const LedgerView& view) {
    EXPECT_EQ(view.accounts().size(), 1U);
    EXPECT_EQ(view.accounts_revision(), 1);
  });
}

TEST(AccountMigration, gives_a_ledger_of_version_4_a_place_for_accounts) {
  const Folder folder;
  {
    const std::string before(ledger_schema.substr(0, ledger_schema.find("-- migration 5")));
    sqlite::Database database(folder.file("ledger.db"), sqlite::Access::make, 0);
    database.script("PRAGMA journal_mode = WAL;" + before);
    database.script("PRAGMA application_id = " + std::to_string(ledger_application_id));
    database.script("PRAGMA user_version = 4; INSERT INTO installation VALUES (1, 'installation')");
  }
  open_sqlite_ledger(folder.path(), "another")->write([](LedgerTransaction& change) {
    EXPECT_EQ(change.installation_id(), "installation");
    EXPECT_EQ(change.accounts_revision(), 0);
    change.save(an_account("acme.a"));
    EXPECT_EQ(change.accounts().size(), 1U);
  });
}

}  // namespace
}  // namespace berth
