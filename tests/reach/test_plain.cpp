// What a plugin, its vendor or its worker says is plain text before anybody keeps or shows it.
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "berth/codec.hpp"
#include "fakes.hpp"
#include "reach/hosted.hpp"
#include "reach/proxies.hpp"
#include "request/escapes.hpp"

namespace berth::test {
namespace {

/// Answers each method as told; says what it must not.
class Evil final : public PluginInstance {
 public:
  std::optional<Failure> start(Call&) override { return failure(); }
  Outcome call(std::string_view, std::string_view method, std::string_view, Call& call) override {
    call.log(LogLevel::info, every_escape());
    call.progress(every_escape());
    const auto found = replies.find(std::string(method));
    if (found == replies.end()) return failure();
    return found->second;
  }
  static Failure failure() {
    Failure failure;
    failure.message = failure.vendor_code = failure.vendor_text = failure.scope_name =
        every_escape();
    return failure;
  }
  std::map<std::string, std::string> replies;
};

void expect_plain(const Failure& failure) {
  for (const std::string& text :
       {failure.message, failure.vendor_code, failure.vendor_text, failure.scope_name}) {
    EXPECT_EQ("", what_escapes(text));
    EXPECT_EQ(std::string::npos, text.find('\n')) << "a line is forged: " << text;
    EXPECT_NE(std::string::npos, text.find("owned")) << "what was said is lost: " << text;
  }
}

TEST(Plain, EveryFailureLogLineAndProgressOfAPluginIs) {
  RecordedJournal journal;
  FakeTransport transport;
  HostedInstance hosted(std::make_unique<RedactedJournal>(journal, Redaction()),
                        std::make_unique<Evil>(), transport,
                        MemoryRateBudgets().of("", {}, ""), Redaction(), {});
  FakeCall call;
  expect_plain(*hosted.start(call));
  const Outcome outcome = hosted.call("berth.test/1", "fails", "{}", call);
  ASSERT_FALSE(outcome.ok());
  expect_plain(outcome.failure());
  ASSERT_EQ(1U, call.logged.size());
  ASSERT_EQ(1U, call.progressed.size());
  EXPECT_TRUE(is_plain_line(call.logged[0]));
  EXPECT_TRUE(is_plain_line(call.progressed[0]));
}

CloudServer evil_server() {
  CloudServer server;
  server.server_id = "42";
  server.attempt_id = server.name = server.region = server.detail = server.ssh_user =
      server.organization_id = server.instance_type = every_escape();
  return server;
}

TEST(Plain, LabelsAndNamesOfServersAre) {
  auto evil = std::make_shared<Evil>();
  const auto provider = cloud_provider_over(evil);
  FakeCall call;
  Found found;
  found.servers = {evil_server()};
  evil->replies["find"] = codec::encode(found);
  const auto seen = provider->find({}, call);
  ASSERT_TRUE(seen.ok()) << seen.failure().message;
  const CloudServer& server = seen->servers.at(0);
  for (const std::string& text : {server.attempt_id, server.name, server.region, server.detail,
                                  server.ssh_user, server.organization_id, server.instance_type})
    EXPECT_TRUE(is_plain_line(text)) << plain_line(text);

  AccountCheck check;
  check.account = every_escape();
  check.notes = {every_escape()};
  evil->replies["check"] = codec::encode(check);
  const auto account = provider->check(call);
  ASSERT_TRUE(account.ok());
  EXPECT_TRUE(is_plain_line(account->account));
  EXPECT_TRUE(is_plain_line(account->notes.at(0)));
}

// Cleaned, it would be the id of another server, and that one would be looked for and destroyed.
TEST(Plain, AnIdWithAnEscapeInItIsRefusedAndNotChanged) {
  auto evil = std::make_shared<Evil>();
  const auto provider = cloud_provider_over(evil);
  FakeCall call;
  Found found;
  found.servers = {evil_server()};
  found.servers[0].server_id = "4\x1b[2J2";
  evil->replies["find"] = codec::encode(found);
  const auto seen = provider->find({}, call);
  ASSERT_FALSE(seen.ok());
  EXPECT_EQ(Effect::unknown, seen.failure().effect);
  Created created;
  created.server = found.servers[0];
  evil->replies["create"] = codec::encode(created);
  EXPECT_EQ(Effect::unknown, provider->create({}, call).failure().effect);
}

TEST(Plain, AnOfferWithAnEscapeInItsNameIsNotSold) {
  auto evil = std::make_shared<Evil>();
  const auto provider = cloud_provider_over(evil);
  FakeCall call;
  Offer offer;
  offer.region = "nbg1";
  offer.instance_type = "cx33";
  offer.vcpu = 1;
  offer.memory_mib = offer.disk_mib = 1024;
  offer.as_of_unix_ms = 1;
  offer.excludes = {every_escape()};
  OfferList list;
  list.offers = {offer, offer};
  list.offers[1].instance_type = "cx\xe2\x80\xae" "33";
  evil->replies["offers"] = codec::encode(list);
  const auto sold = provider->offers({}, call);
  ASSERT_TRUE(sold.ok()) << sold.failure().message;
  ASSERT_EQ(1U, sold->offers.size());
  EXPECT_TRUE(is_plain_line(sold->offers[0].excludes.at(0)));
}

TEST(Plain, ALogFileHasALineForEachLine) {
  const std::string file = ::testing::TempDir() + "/berth-plain.log";
  std::filesystem::remove(file);
  open_journal(LogLevel::info, file)->write(LogLevel::info, every_escape() + "\nforged");
  std::ifstream read(file);
  std::string line, more;
  ASSERT_TRUE(std::getline(read, line));
  EXPECT_FALSE(std::getline(read, more)) << "a line is forged: " << more;
  EXPECT_EQ("", what_escapes(line));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace berth::test
