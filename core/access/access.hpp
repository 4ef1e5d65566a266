// Who may do what: one table. Reading, deploying an application that nobody has deployed yet, and
// making a project are everybody's, so none of them stands in it. Pure: engine/permit.hpp asks it.
#pragma once

#include <string_view>

namespace berth {

enum class Act {
  redeploy, cancel, retry, release,
  approve,
  add_server, buy_server, drain_server, undrain_server, remove_server, report_server,
  trust_host_key,
  confirm_reaping, adopt, restore,
  add_account, change_account, check_account, remove_account, rotate_key,
  save_stack, provision_project, read_credentials, remove_project,
};

enum class Takes {
  maker,      // whoever deployed the application first, or made the project; or an admin
  admin,      // of the organization
  any_admin,  // of any organization, or whoever owns the state folder: it is about all there is
};

struct AccessRule {
  Act act;
  std::string_view name;   // on record: "release"
  Takes takes;
  std::string_view words;  // for people: "only admins of acme may <words>"
  /// Where the organization is in the config no more, whoever owns the state folder is its admin
  /// for this: it takes away, or shows what there is.
  bool where_it_left;
};

const AccessRule& rule_of(Act act);

/// How a caller stands to what the act is about.
struct Standing {
  bool maker = false;        // of the application or the project
  bool admin = false;        // of its organization
  bool any_admin = false;    // of one of all organizations
  bool state_owner = false;  // of the folder that has the ledger
};

bool may(const AccessRule& rule, const Standing& caller);

}  // namespace berth
