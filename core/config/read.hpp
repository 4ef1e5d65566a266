// The readers of the tables, one for each; load.cpp is their only caller. Each fills its part of
// the configuration and complains about the rest. Private to this folder.
#pragma once

#include "config/settings.hpp"
#include "config/table_reader.hpp"

namespace berth {

void read_berth(TableReader& root, Configuration& into);
void read_currency(TableReader& root, Configuration& into);
void read_placement(TableReader& root, Configuration& into);
void read_provisioning(TableReader& root, Configuration& into);
void read_deploy(TableReader& root, Configuration& into);
void read_credentials(TableReader& root, Configuration& into);
void read_reap(TableReader& root, Configuration& into);
/// Comes after the provisioning, which takes its time.
void read_scale_down(TableReader& root, Configuration& into);
/// Comes before all that name organizations.
void read_organizations(TableReader& root, Configuration& into);
void read_accounts(TableReader& root, Configuration& into);
void read_notifiers(TableReader& root, Configuration& into);
void read_stacks(TableReader& root, Configuration& into);
void read_plugins(TableReader& root, Configuration& into);
/// Comes after the accounts and the currency, which it names.
void read_pipeline(TableReader& root, Configuration& into);

/// The [….settings] of an account or notifier, secrets resolved.
PluginSettings read_plugin_settings(TableReader& owner);

/// The [[account.discount]]s of an account, whose regions are read.
void read_discounts(TableReader& owner, AccountSettings& account);

/// "2026-11-20" of a date or of a text; "" for another form.
std::string date_text(const toml::node& node);

/// "USD": three capital letters.
bool is_currency(std::string_view text);

}  // namespace berth
