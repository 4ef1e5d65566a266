// The accounts of the config and of the ledger as one list: what is new, what is gone, and what
// cannot be opened.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <map>

#include "accounts.hpp"
#include "credentials/seal.hpp"

namespace berth {
namespace {
namespace fs = std::filesystem;

class HandClock final : public Clock {
 public:
  [[nodiscard]] Moment now() const override { return {ms, ms, "boot"}; }
  std::int64_t ms = 1'000;
};

class KeptJournal final : public Journal {
 public:
  void write(LogLevel, std::string_view text) override { lines.emplace_back(text); }
  std::vector<std::string> lines;
};

Configuration with_main() {
  AccountSettings main;
  main.id = "main";
  main.plugin = "hetzner";
  main.organizations = {"acme", "initech"};
  Configuration config;
  config.accounts = {main};
  return config;
}

class OneList : public testing::Test {
 protected:
  OneList() {
    std::string name = fs::temp_directory_path() / "berth-accounts-XXXXXX";
    folder_ = mkdtemp(name.data());
    ledger_ = open_sqlite_ledger(folder_, "installation");
    environment_[key_variable] = key_.text();
  }
  ~OneList() override {
    ledger_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  AccountRecord record(const std::string& id, AccountStatus status = AccountStatus::active) {
    AccountRecord made;
    made.id = id;
    made.organization = id.substr(0, id.find('.'));
    made.plugin = "hetzner";
    made.status = status;
    made.settings_json = R"({"network":"7"})";
    made.sealed = seal(key_, {id, made.organization}, R"({"token":"s3cret","more":["a1b2","c3"]})");
    made.key_id = key_.id();
    return made;
  }
  void save(const AccountRecord& one) {
    ledger_->write([&](LedgerTransaction& tx) { tx.save(one); });
  }
  void look(LiveAccounts& accounts) {
    ledger_->read([&](const LedgerView& view) { accounts.refresh(view); });
  }
  static std::vector<std::string> ids(const AccountList& list) {
    std::vector<std::string> all;
    for (const AccountPointer& one : list) all.push_back(one->id);
    return all;
  }

  std::string folder_;
  std::unique_ptr<Ledger> ledger_;
  Configuration config_ = with_main();
  CredentialKey key_ = CredentialKey::fresh();
  std::map<std::string, std::string> environment_;
  KeyStore keys_{"", [this](const std::string& name) -> const char* {
                   const auto found = environment_.find(name);
                   return found == environment_.end() ? nullptr : found->second.c_str();
                 }};
  HandClock clock_;
  KeptJournal journal_;
  FixedConfiguration in_force_{config_};
  LiveAccounts accounts_{in_force_, keys_, clock_, journal_};
};

using Ids = std::vector<std::string>;

TEST_F(OneList, has_the_config_alone_until_one_is_added_and_changes_only_then) {
  look(accounts_);
  const auto before = accounts_.list();
  EXPECT_EQ(ids(*before), Ids{"main"});
  look(accounts_);
  EXPECT_EQ(accounts_.list(), before);
  save(record("acme.own"));
  look(accounts_);
  EXPECT_EQ(ids(*accounts_.list()), (Ids{"main", "acme.own"}));
  EXPECT_EQ(ids(*before), Ids{"main"}) << "who holds a list keeps it as it was";
}

TEST_F(OneList, opens_the_secrets_and_tells_them_for_redaction) {
  save(record("acme.own"));
  look(accounts_);
  const AccountPointer own = accounts_.find("acme.own");
  ASSERT_NE(own, nullptr);
  EXPECT_EQ(own->settings.json, R"({"network":"7","token":"s3cret","more":["a1b2","c3"]})");
  EXPECT_EQ(own->settings.secrets, (Ids{"s3cret", "a1b2", "c3"}));
  EXPECT_TRUE(own->set_aside.empty());
}

TEST_F(OneList, an_account_with_other_secrets_has_another_credential_and_one_with_the_same_has_it) {
  save(record("acme.own"));
  save(record("acme.twin"));
  look(accounts_);
  const std::string first = accounts_.find("acme.own")->credential;
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(accounts_.find("acme.twin")->credential, first);
  EXPECT_NE(accounts_.find("main")->credential, first);
  AccountRecord rotated = record("acme.own");
  rotated.sealed = seal(key_, {rotated.id, "acme"}, R"({"token":"fresh"})");
  save(rotated);
  look(accounts_);
  EXPECT_NE(accounts_.find("acme.own")->credential, first);
  EXPECT_EQ(accounts_.find("acme.own")->credential.find("fresh"), std::string::npos);
}

TEST_F(OneList, a_credential_that_lies_around_the_process_is_followed_and_told_by_whose_it_is) {
  std::string found = "one";
  const auto outside = [&](const AccountSettings& account) {
    return account.id == "main" ? found : "";
  };
  LiveAccounts accounts(in_force_, keys_, clock_, journal_, outside);
  const auto now = [&] {
    clock_.ms += 1'000;
    look(accounts);
    return accounts.find("main")->credential;
  };
  save(record("acme.own"));
  EXPECT_EQ(now(), "one");
  const auto before = accounts.list();
  EXPECT_EQ(now(), "one");
  EXPECT_EQ(accounts.list(), before);
  found = "two";
  EXPECT_EQ(now(), "two");
  EXPECT_EQ(before->front()->credential, "one") << "who holds it keeps it as it was";
  EXPECT_EQ(ids(*accounts.list()), (Ids{"main", "acme.own"}));
  found = "";
  EXPECT_EQ(now(), credential_of(config_.accounts.front()));
}

TEST_F(OneList, shows_an_organization_only_what_is_active_and_its_own) {
  save(record("acme.own"));
  save(record("acme.rests", AccountStatus::inactive));
  save(record("acme.new", AccountStatus::unchecked));
  save(record("acme.no", AccountStatus::denied));
  save(record("acme.gone", AccountStatus::removed));
  save(record("initech.own"));
  look(accounts_);
  EXPECT_EQ(ids(accounts_.of("acme")), (Ids{"main", "acme.no", "acme.own"}));
  EXPECT_EQ(ids(accounts_.of("initech")), (Ids{"main", "initech.own"}));
  EXPECT_NE(accounts_.find("acme.no")->set_aside, "");
  EXPECT_EQ(accounts_.find("acme.gone"), nullptr);
}

TEST_F(OneList, does_not_go_back_to_what_an_older_view_shows) {
  save(record("acme.own"));
  ledger_->read([&](const LedgerView& older) {
    EXPECT_EQ(older.accounts_revision(), 1);
    AccountRecord gone = record("acme.own", AccountStatus::removed);
    save(gone);
    ledger_->write([&](LedgerTransaction& tx) { accounts_.refresh(tx); });
    accounts_.refresh(older);
  });
  EXPECT_EQ(accounts_.find("acme.own"), nullptr);
}

TEST_F(OneList, sets_aside_what_cannot_be_opened_and_takes_it_up_when_the_key_comes) {
  save(record("acme.own"));
  AccountRecord moved = record("acme.other");
  moved.id = "acme.moved";
  save(moved);
  environment_[key_variable] = CredentialKey::fresh().text();
  look(accounts_);
  EXPECT_NE(accounts_.find("acme.own")->set_aside.find("sealed with key " + key_.id()),
            std::string::npos);
  EXPECT_EQ(accounts_.find("acme.own")->settings.unresolved.size(), 1U);
  EXPECT_EQ(accounts_.find("main")->set_aside, "");
  environment_[key_variable] = key_.text();
  look(accounts_);
  EXPECT_NE(accounts_.find("acme.own")->set_aside, "") << "it is not looked for at every step";
  clock_.ms += 3'000;
  look(accounts_);
  EXPECT_EQ(accounts_.find("acme.own")->set_aside, "");
  EXPECT_NE(accounts_.find("acme.moved")->set_aside.find("come from another row"),
            std::string::npos);
}

TEST_F(OneList, goes_on_without_a_row_that_is_damaged) {
  AccountRecord damaged = record("acme.damaged");
  damaged.settings_json = "{";
  save(damaged);
  save(record("acme.own"));
  look(accounts_);
  EXPECT_NE(accounts_.find("acme.damaged")->set_aside, "");
  EXPECT_EQ(accounts_.find("acme.own")->set_aside, "");
}

TEST_F(OneList, tells_once_that_the_config_has_taken_a_name) {
  save(record("acme.main"));
  look(accounts_);
  save(record("acme.own"));
  look(accounts_);
  ASSERT_EQ(journal_.lines.size(), 1U);
  EXPECT_NE(journal_.lines[0].find("has the name of acme.main"), std::string::npos);
  EXPECT_EQ(ids(accounts_.of("acme")), (Ids{"main", "acme.main", "acme.own"}));
}

}  // namespace
}  // namespace berth
