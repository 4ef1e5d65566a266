// Who may do what: what is another's stays so, and a refused try is on record.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "engine/adopt.hpp"
#include "engine/permit.hpp"
#include "story.hpp"

namespace berth {
namespace {

const Caller mallory{"mallory", 1666};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// What is answered to whom it is denied.
template <class Body>
std::string denied(const Body& body) {
  try {
    body();
  } catch (const Denied& refusal) {
    return refusal.what();
  }
  ADD_FAILURE() << "nobody was denied anything";
  return "";
}

DeployRequest web_by(const std::string& user, const std::string& application = "web") {
  DeployRequest request;
  request.organization = "acme";
  request.application = application;
  request.millicores = 1000;
  request.memory_mib = 1024;
  request.disk_mib = 20 * 1024;
  request.requested_by = user;
  return request;
}

std::vector<EventRecord> all_events(Story& story, const std::string& type) {
  std::vector<EventRecord> found;
  story.look([&](const LedgerView& view) {
    found.clear();
    for (std::int64_t after = 0;;) {
      const auto some = view.events({}, after);
      if (some.empty()) return;
      after = some.back().seq;
      for (const EventRecord& event : some)
        if (event.type == type) found.push_back(event);
    }
  });
  return found;
}

boost::json::object fields_of(const EventRecord& event) {
  return boost::json::parse(event.fields_json).as_object();
}

/// The newest refused try: who, whose process, what, at what.
void expect_refusal_on_record(Story& story, const std::string& act, const std::string& target) {
  const auto refused = all_events(story, "access.denied");
  ASSERT_FALSE(refused.empty()) << act;
  const boost::json::object fields = fields_of(refused.back());
  EXPECT_EQ(fields.at("by").as_string(), "mallory");
  EXPECT_EQ(fields.at("by_uid").to_number<int>(), 1666);
  EXPECT_EQ(fields.at("act").as_string(), act);
  EXPECT_EQ(fields.at("target").as_string(), target);
  EXPECT_TRUE(has(refused.back().message, "mallory was denied: ")) << refused.back().message;
}

/// Ann's application, in the fleet of acme, of which boss is the admin.
struct AnnsApplication : Story {
  AnnsApplication() {
    settings.organizations.front().admins = {"boss"};
    web = deploy(web_by("ann"));
    run();
  }
  std::string web;
};

TEST(Access, mallory_does_not_release_anns_application) {
  AnnsApplication story;
  const std::string text =
      denied([&] { release(story.parts(), "acme", "web", mallory); });
  EXPECT_TRUE(has(text, "web of acme was deployed first by ann: only ann and admins of acme (boss) "
                        "may release it, not mallory")) << text;
  EXPECT_TRUE(has(text, "--as says who acts")) << text;
  EXPECT_TRUE(has(text, "[[organization]] admins in berth.toml")) << text;
  EXPECT_EQ(story.holds("web").size(), 1U);
  expect_refusal_on_record(story, "release", "web");
  EXPECT_EQ(story.events(story.web).back(), "access.denied");
}

TEST(Access, a_release_carries_who_did_it) {
  AnnsApplication story;
  release(story.parts(), "acme", "web", {"ann", 1001});
  const EventRecord released = story.event_records(story.web).back();
  EXPECT_EQ(released.type, "application.released");
  EXPECT_EQ(fields_of(released).at("by").as_string(), "ann");
  EXPECT_EQ(fields_of(released).at("by_uid").to_number<int>(), 1001);
}

TEST(Access, an_idle_policy_destroys_no_server_because_mallory_released_anothers_application) {
  AnnsApplication story;
  story.settings.scale_down.idle_ms = 60'000;
  denied([&] { release(story.parts(), "acme", "web", mallory); });
  story.pass(30 * 60'000);
  EXPECT_EQ(story.live_machines(), 1);
}

TEST(Access, mallory_does_not_deploy_over_anothers_application) {
  AnnsApplication story;
  const std::string text =
      denied([&] { submit(story.parts(), web_by("mallory"), mallory.uid); });
  EXPECT_TRUE(has(text, "may deploy it again, not mallory")) << text;
  expect_refusal_on_record(story, "redeploy", "web");
  story.look([](const LedgerView& view) { EXPECT_EQ(view.deployments({}).size(), 1U); });
}

TEST(Access, everybody_deploys_an_application_that_nobody_has_deployed) {
  AnnsApplication story;
  const std::string own = submit(story.parts(), web_by("mallory", "own"), mallory.uid);
  story.run();
  EXPECT_EQ(story.status(own), "succeeded");
  const EventRecord accepted = story.event_records(own).front();
  EXPECT_EQ(fields_of(accepted).at("by").as_string(), "mallory");
  EXPECT_EQ(fields_of(accepted).at("by_uid").to_number<int>(), 1666);
  submit(story.parts(), web_by("mallory", "own"), mallory.uid);  // and again: it is hers
  release(story.parts(), "acme", "own", "boss");                 // an admin may as well
}

TEST(Access, the_first_deployer_stays_so_after_an_admin_deployed_it_again) {
  AnnsApplication story;
  submit(story.parts(), web_by("boss"));
  story.run();
  const std::string third = submit(story.parts(), web_by("ann"));
  story.run();
  EXPECT_EQ(story.status(third), "succeeded");
  release(story.parts(), "acme", "web", "ann");
  submit(story.parts(), web_by("ann"));  // also after it was released
  denied([&] { submit(story.parts(), web_by("mallory"), mallory.uid); });
}

TEST(Access, mallory_neither_cancels_nor_retries_anothers_deployment) {
  AnnsApplication story;
  const std::string again = story.deploy(web_by("ann"));
  const std::string text = denied([&] { cancel(story.parts(), again, mallory); });
  EXPECT_TRUE(has(text, "may cancel its deployments, not mallory")) << text;
  expect_refusal_on_record(story, "cancel", "web");
  cancel(story.parts(), again, {"ann", 1001});
  EXPECT_EQ(story.status(again), "cancelled");
  const EventRecord cancelled = story.event_records(again).back();
  EXPECT_EQ(cancelled.type, "deployment.cancelled");
  EXPECT_EQ(fields_of(cancelled).at("by_uid").to_number<int>(), 1001);
  denied([&] { retry(story.parts(), again, mallory); });
  expect_refusal_on_record(story, "retry", "web");
  EXPECT_EQ(story.status(again), "cancelled");
  retry(story.parts(), again, "boss");
  story.run();
  EXPECT_EQ(story.status(again), "succeeded");
}

TEST(Access, a_cancel_that_waits_for_the_command_says_at_once_who_wants_it) {
  Story story;
  std::string web;
  story.commands.scripts.push_back([&](const auto& cancelled) {
    cancel(story.parts(), web, {"ann", 1001});
    CommandResult ended = exited(143);
    ended.cancelled = cancelled();
    return ended;
  });
  web = story.deploy("web");
  story.run();
  EXPECT_EQ(story.status(web), "cancelled");
  bool told = false;
  for (const EventRecord& event : story.event_records(web))
    if (event.type == "deployment.cancelling")
      told = fields_of(event).at("by_uid").to_number<int>() == 1001;
  EXPECT_TRUE(told);
}

TEST(Access, a_known_idempotency_key_tells_everybody_of_its_deployment_and_changes_nothing) {
  AnnsApplication story;
  DeployRequest request = web_by("ann", "api");
  request.idempotency_key = "k";
  const std::string api = story.deploy(request);
  request.requested_by = "mallory";
  EXPECT_EQ(submit(story.parts(), request), api);
  EXPECT_EQ(story.deployment(api).requested_by, "ann");
}

TEST(Access, mallory_adds_buys_drains_removes_and_reports_no_server) {
  AnnsApplication story;
  Server own;
  own.organization = "acme";
  own.name = "own";
  own.public_ipv4 = "192.0.2.1";
  own.ssh_user = "root";
  own.arch = "x86_64";
  own.capacity = {4000, 8192, 81920};
  const std::string text = denied([&] { add_server(story.parts(), own, mallory); });
  EXPECT_TRUE(has(text, "only admins of acme may add servers, and mallory is none of them (boss)"))
      << text;
  expect_refusal_on_record(story, "add_server", "own");
  add_server(story.parts(), own, "boss");
  EXPECT_EQ(fields_of(all_events(story, "server.added").back()).at("by").as_string(), "boss");

  denied([&] { remove_server(story.parts(), "own", {true}, mallory); });
  expect_refusal_on_record(story, "remove_server", "own");
  denied([&] { drain_server(story.parts(), "own", true, mallory); });
  expect_refusal_on_record(story, "drain_server", "own");
  ServerNews news;
  news.enabled = false;
  denied([&] { report_server(story.parts(), "own", news, mallory); });
  expect_refusal_on_record(story, "report_server", "own");
  denied([&] { buy_server(story.parts(), "acme", "alpha/x//cx33/on_demand", mallory); });
  expect_refusal_on_record(story, "buy_server", "");
  for (const Server& server : story.servers())
    EXPECT_TRUE(server.enabled && server.status == ServerStatus::ready) << server.name;

  drain_server(story.parts(), "own", true, {"boss", 1000});
  denied([&] { drain_server(story.parts(), "own", false, mallory); });
  expect_refusal_on_record(story, "undrain_server", "own");
  EXPECT_EQ(fields_of(all_events(story, "server.draining").back()).at("by_uid").to_number<int>(),
            1000);
  report_server(story.parts(), "own", news, {"boss", 1000});
  const EventRecord reported = all_events(story, "server.reported").back();
  EXPECT_EQ(reported.message, "boss says that server own is disabled.");
  EXPECT_EQ(fields_of(reported).at("by_uid").to_number<int>(), 1000);
}

TEST(Access, the_first_deployer_of_an_application_is_no_admin_of_its_server) {
  AnnsApplication story;
  denied([&] { remove_server(story.parts(), story.server_of(story.web).id, {true}, "ann"); });
  EXPECT_EQ(story.live_machines(), 1);
}

TEST(Access, mallory_confirms_no_reaping_and_adopts_nothing) {
  AnnsApplication story;
  story.settings.state_owner = "berth";
  story.settings.state_dir = "/var/lib/berth";
  const std::string text = denied([&] { ask_to_reap(story.parts(), "", mallory); });
  EXPECT_TRUE(has(text, "only an admin of an organization (boss), or berth, who owns "
                        "/var/lib/berth, may confirm what reaping does, not mallory")) << text;
  expect_refusal_on_record(story, "confirm_reaping", "");
  denied([&] { adopt(story.parts(), "", mallory, false); });
  expect_refusal_on_record(story, "adopt", "");
  adopt(story.parts(), "", mallory, true);  // looking is everybody's
  for (const Caller& one : {Caller{"boss", 1000}, Caller{"berth", 999}}) {
    ask_to_reap(story.parts(), "", one);
    const EventRecord confirmed = all_events(story, "reap.confirmed").back();
    EXPECT_EQ(fields_of(confirmed).at("by").as_string(), one.name);
    EXPECT_EQ(fields_of(confirmed).at("by_uid").to_number<std::int64_t>(), one.uid);
    adopt(story.parts(), "", one, false);
  }
}

TEST(Access, whoever_has_no_name_is_nobody) {
  AnnsApplication story;
  story.settings.organizations.front().admins = {""};
  denied([&] { release(story.parts(), "acme", "web", ""); });
  denied([&] { approve(story.parts(), story.web, ""); });
}

TEST(Access, of_an_organization_that_left_the_config_the_owner_of_the_state_takes_away) {
  AnnsApplication story;
  story.settings.state_owner = "berth";
  const std::string server = story.server_of(story.web).id;
  story.settings.organizations.front().id = "another";
  denied([&] { drain_server(story.parts(), server, true, "boss"); });
  denied([&] { release(story.parts(), "acme", "web", "boss"); });
  drain_server(story.parts(), server, true, "berth", true);
  EXPECT_THROW(retry(story.parts(), story.web, "berth"), Refusal);
  release(story.parts(), "acme", "web", "ann", true);  // still hers to give back
}

TEST(Access, a_denial_stands_also_where_it_cannot_be_recorded) {
  AnnsApplication story;
  story.full_disk = 100;
  denied([&] { adopt(story.parts(), "", mallory, false); });
  story.full_disk = 0;
  EXPECT_TRUE(all_events(story, "access.denied").empty());
  EXPECT_TRUE(has(story.journal.text(), "could not be recorded")) << story.journal.text();
}

}  // namespace
}  // namespace berth
