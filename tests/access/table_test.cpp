// The whole table, as its users know it: each act, and whom it is open to.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "access/access.hpp"

namespace berth {
namespace {

struct Expected {
  Act act;
  const char* name;
  const char* open_to;  // m: its maker, a: an admin of its organization, o: of another one, s: the
                        // state folder's owner
};

constexpr Expected expected[] = {
    {Act::redeploy, "redeploy", "ma"},
    {Act::cancel, "cancel", "ma"},
    {Act::retry, "retry", "ma"},
    {Act::release, "release", "ma"},
    {Act::approve, "approve", "a"},
    {Act::add_server, "add_server", "a"},
    {Act::buy_server, "buy_server", "a"},
    {Act::drain_server, "drain_server", "a"},
    {Act::undrain_server, "undrain_server", "a"},
    {Act::remove_server, "remove_server", "a"},
    {Act::report_server, "report_server", "a"},
    {Act::trust_host_key, "trust_host_key", "a"},
    {Act::confirm_reaping, "confirm_reaping", "aos"},
    {Act::adopt, "adopt", "aos"},
    {Act::restore, "restore", "aos"},
    {Act::add_account, "add_account", "a"},
    {Act::change_account, "change_account", "a"},
    {Act::check_account, "check_account", "a"},
    {Act::remove_account, "remove_account", "a"},
    {Act::rotate_key, "rotate_key", "aos"},
    {Act::save_stack, "save_stack", "ma"},
    {Act::provision_project, "provision_project", "ma"},
    {Act::read_credentials, "read_credentials", "ma"},
    {Act::remove_project, "remove_project", "ma"},
};
constexpr int acts = static_cast<int>(Act::remove_project) + 1;

Standing standing_of(char who) {
  Standing caller;
  caller.maker = who == 'm';
  caller.admin = who == 'a';
  caller.any_admin = who == 'a' || who == 'o';
  caller.state_owner = who == 's';
  return caller;
}

TEST(Access, EveryActIsOpenToWhomTheTableSaysAndToNobodyElse) {
  for (const Expected& one : expected)
    for (const char who : {'m', 'a', 'o', 's', 'x'})
      EXPECT_EQ(may(rule_of(one.act), standing_of(who)),
                std::string(one.open_to).find(who) != std::string::npos)
          << one.name << " by " << who;
}

TEST(Access, EveryActHasItsOwnLine) {
  std::set<Act> seen;
  for (const Expected& one : expected) {
    EXPECT_EQ(rule_of(one.act).act, one.act);
    EXPECT_EQ(rule_of(one.act).name, one.name);
    EXPECT_FALSE(rule_of(one.act).words.empty());
    EXPECT_TRUE(seen.insert(one.act).second) << one.name;
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(acts));
}

TEST(Access, OfAnOrganizationThatLeftTheConfigOneMayOnlyTakeAwayAndLook) {
  std::string names;
  for (const Expected& one : expected)
    if (rule_of(one.act).where_it_left) names += std::string(one.name) + " ";
  EXPECT_EQ(names, "cancel release drain_server remove_server remove_account read_credentials "
                   "remove_project ");
}

}  // namespace
}  // namespace berth
