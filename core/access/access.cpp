#include "access/access.hpp"

#include <algorithm>
#include <iterator>

namespace berth {
namespace {

constexpr AccessRule table[] = {
    {Act::redeploy, "redeploy", Takes::maker, "deploy it again", false},
    {Act::cancel, "cancel", Takes::maker, "cancel its deployments", true},
    {Act::retry, "retry", Takes::maker, "try its deployments again", false},
    {Act::release, "release", Takes::maker, "release it", true},
    {Act::approve, "approve", Takes::admin, "approve", false},
    {Act::add_server, "add_server", Takes::admin, "add servers", false},
    {Act::buy_server, "buy_server", Takes::admin, "buy servers", false},
    {Act::drain_server, "drain_server", Takes::admin, "drain servers", true},
    {Act::undrain_server, "undrain_server", Takes::admin, "undrain servers", false},
    {Act::remove_server, "remove_server", Takes::admin, "remove servers", true},
    {Act::report_server, "report_server", Takes::admin, "report on servers", false},
    {Act::trust_host_key, "trust_host_key", Takes::admin, "trust host keys", false},
    {Act::confirm_reaping, "confirm_reaping", Takes::any_admin, "confirm what reaping does", false},
    {Act::adopt, "adopt", Takes::any_admin, "adopt servers", false},
    {Act::restore, "restore", Takes::any_admin, "restore a ledger", false},
    {Act::add_account, "add_account", Takes::admin, "add accounts", false},
    {Act::change_account, "change_account", Takes::admin, "change accounts", false},
    {Act::check_account, "check_account", Takes::admin, "validate accounts", false},
    {Act::remove_account, "remove_account", Takes::admin, "remove accounts", true},
    {Act::rotate_key, "rotate_key", Takes::any_admin, "replace the key of the credentials", false},
    {Act::save_stack, "save_stack", Takes::maker, "save its stack", false},
    {Act::provision_project, "provision_project", Takes::maker, "provision it", false},
    {Act::read_credentials, "read_credentials", Takes::maker, "read its credentials", true},
    {Act::remove_project, "remove_project", Takes::maker, "remove it", true},
};

}  // namespace

const AccessRule& rule_of(Act act) {
  return *std::find_if(std::begin(table), std::end(table),
                       [&](const AccessRule& rule) { return rule.act == act; });
}

bool may(const AccessRule& rule, const Standing& caller) {
  switch (rule.takes) {
    case Takes::maker: return caller.maker || caller.admin;
    case Takes::admin: return caller.admin;
    case Takes::any_admin: break;
  }
  return caller.any_admin || caller.state_owner;
}

}  // namespace berth
