#include "engine/permit.hpp"

#include <algorithm>
#include <string_view>

#include "berth/did_you_mean.hpp"
#include "engine/finish.hpp"
#include "engine/tell.hpp"

namespace berth {
namespace {

bool is_one_of(const std::vector<std::string>& users, const Caller& by) {
  return !by.name.empty() && std::find(users.begin(), users.end(), by.name) != users.end();
}

std::string name_of(const Caller& by) { return by.name.empty() ? "somebody unnamed" : by.name; }

/// What somebody who was denied can do about it.
std::string way_out(const Configuration& settings) {
  return ". --as says who acts" +
         (settings.file.empty() ? std::string()
                                : "; [[organization]] admins in " + settings.file.string() +
                                      " says who is an admin");
}

[[noreturn]] void deny(const Configuration& settings, const AccessRule& rule, const Concerns& about,
                       const Caller& by, const std::string& text) {
  throw Denied(text, way_out(settings), by, rule, about);
}

/// "web of acme was deployed first by ann: only ann and admins of acme (boss) may release it, not
/// mallory"
std::string of_the_maker(const AccessRule& rule, const Concerns& about, const std::string& maker,
                         const std::vector<std::string>& admins, const Caller& by) {
  std::string text = about.maker ? "project " + about.target + " was made by "
                                 : about.application + " of " + about.organization +
                                       " was deployed first by ";
  text += maker.empty() ? "nobody known: only " : maker + ": only " + maker + " and ";
  text += "admins of " + about.organization;
  if (!admins.empty()) text += " (" + joined(admins) + ")";
  return text + " may " + std::string(rule.words) + ", not " + name_of(by);
}

}  // namespace

void require(const Configuration& settings, Act act, const Caller& by) {
  const AccessRule& rule = rule_of(act);
  std::vector<std::string> admins;
  for (const OrganizationSettings& one : settings.organizations)
    for (const std::string& admin : one.admins)
      if (std::find(admins.begin(), admins.end(), admin) == admins.end()) admins.push_back(admin);
  Standing caller;
  caller.any_admin = is_one_of(admins, by);
  caller.state_owner = is_one_of({settings.state_owner}, by);
  if (may(rule, caller)) return;
  std::string who = "only an admin of an organization";
  if (!admins.empty()) who += " (" + joined(admins) + ")";
  if (!settings.state_owner.empty())
    who += ", or " + settings.state_owner + ", who owns " + settings.state_dir.string() + ",";
  deny(settings, rule, {}, by, who + " may " + std::string(rule.words) + ", not " + name_of(by));
}

void require(const EngineParts& parts, const LedgerView& view, Act act, const Concerns& about,
             const Caller& by) {
  const Configuration& settings = parts.settings();
  const AccessRule& rule = rule_of(act);
  if (rule.takes == Takes::any_admin) return require(settings, act, by);
  const OrganizationSettings* organization = settings.organization(about.organization);
  if (organization == nullptr && !rule.where_it_left) {
    std::vector<std::string> known;
    for (const OrganizationSettings& one : settings.organizations) known.push_back(one.id);
    throw Refusal(Refused::usage, "there is no organization '" + about.organization + "' in " +
                                      settings.file.string() +
                                      did_you_mean(about.organization, known));
  }
  const std::vector<std::string> admins = organization != nullptr
                                              ? organization->admins
                                              : std::vector<std::string>{settings.state_owner};
  Standing caller;
  caller.admin = is_one_of(admins, by);
  std::string maker;
  if (rule.takes == Takes::maker && !caller.admin) {
    if (about.maker) {
      maker = *about.maker;
    } else if (const auto first = view.first_deployment(about.organization, about.application)) {
      maker = first->requested_by;
    } else if (act == Act::redeploy) {
      return;  // nobody has deployed it yet
    }
    caller.maker = is_one_of({maker}, by);
  }
  if (may(rule, caller)) return;
  if (rule.takes == Takes::maker)
    deny(settings, rule, about, by, of_the_maker(rule, about, maker, admins, by));
  std::string who = "only admins of " + about.organization;
  if (organization == nullptr)
    who = "organization '" + about.organization + "' is in the config no more: only " +
          settings.state_owner + ", who owns " + settings.state_dir.string() + ",";
  deny(settings, rule, about, by,
       who + " may " + std::string(rule.words) + ", and " + name_of(by) + " is none of them (" +
           (admins.empty() ? "there are none" : joined(admins)) + ")");
}

boost::json::object signed_by(const Caller& by, boost::json::object fields) {
  fields["by"] = by.name;
  if (by.uid >= 0) fields["by_uid"] = by.uid;
  return fields;
}

void record_denied(const EngineParts& parts, const Denied& denied) {
  const std::string text = name_of(denied.caller) + " was denied: " + denied.why + ".";
  const Concerns& about = denied.about;
  const std::string& target = about.target.empty() ? about.application : about.target;
  try {
    parts.ledger.write([&](LedgerTransaction& tx) {
      tell(parts, tx, "access.denied", about.organization, about.deployment, text,
           signed_by(denied.caller, {{"act", denied.rule.name},
                                     {"target", target},
                                     {"organization_id", about.organization}}),
           admins_of(parts, about.organization));
    });
  } catch (const LedgerError& problem) {  // the answer stays no
    parts.journal.write(LogLevel::warning,
                        text + " That could not be recorded: " + problem.what());
  }
}

}  // namespace berth
