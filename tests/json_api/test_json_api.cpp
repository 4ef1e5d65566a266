// What both JSON clouds stand on.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "json_api/fields.hpp"
#include "json_api/look.hpp"
#include "json_api/pages.hpp"
#include "json_api/ssh_key.hpp"
#include "json_api/story.hpp"

namespace berth::json_api {
namespace {

TEST(Fields, wrong_types_and_nulls_read_as_absent) {
  const json::value value = json::parse(
      R"({"a":{"b":"text","n":null,"i":4,"f":4.0,"h":4.5,"big":1e300,"u":18446744073709551615}})");
  EXPECT_EQ(text_at(value, {"a", "b"}), "text");
  EXPECT_EQ(text_at(value, {"a", "i"}), "");
  EXPECT_EQ(text_at(value, {"a", "b", "c"}), "");
  EXPECT_EQ(value_at(value, {"a", "n"}), nullptr);
  EXPECT_EQ(integer_at(value, {"a", "i"}), 4);
  EXPECT_EQ(integer_at(value, {"a", "f"}), 4);
  EXPECT_EQ(integer_at(value, {"a", "h"}), std::nullopt);
  EXPECT_EQ(integer_at(value, {"a", "big"}), std::nullopt);
  EXPECT_EQ(integer_at(value, {"a", "u"}), std::nullopt);
  EXPECT_EQ(number_at(value, {"a", "i"}), 4.0);
  EXPECT_EQ(list_at(value, {"a"}), nullptr);
  EXPECT_EQ(id_at(value, {"a", "i"}), "4");
}

TEST(Fields, times_in_both_of_the_vendors_spellings) {
  EXPECT_EQ(unix_ms_of_rfc3339("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(unix_ms_of_rfc3339("2026-11-18T10:00:00+00:00"), 1'794'996'000'000);
  EXPECT_EQ(unix_ms_of_rfc3339("2026-11-18T12:00:00.123456+02:00"), 1'794'996'000'000);
  EXPECT_EQ(unix_ms_of_rfc3339("2024-02-29T00:00:00Z"), 1'709'164'800'000);
  for (const char* bad :
       {"", "yesterday", "2026-11-18", "2026-11-18T10:00:00", "2026-13-18T10:00:00Z"})
    EXPECT_EQ(unix_ms_of_rfc3339(bad), std::nullopt) << bad;
}

TEST(SshKey, has_the_fingerprint_that_ssh_keygen_shows) {
  // ssh-keygen -l -E md5 says so of this key.
  EXPECT_EQ(
      md5_fingerprint("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxg"
                      "ZGhscHR4f a comment"),
      "0f:a2:0a:d7:38:3e:65:45:08:6b:63:84:1c:ff:dc:ba");
  EXPECT_EQ(key_name_of("b7:2f:30"), "berth-b72f30");
  for (const char* bad :
       {"", "ssh-ed25519", "ssh-ed25519 ", "ssh-ed25519 AAAA", "ssh-rsa !!!!",
        "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs"})
    EXPECT_EQ(md5_fingerprint(bad), std::nullopt) << bad;
}

TEST(Encoding, leaves_nothing_that_could_end_a_path_or_a_query) {
  EXPECT_EQ(encoded("a-b_c.d~E9"), "a-b_c.d~E9");
  EXPECT_EQ(encoded("a/b?c&d=e:f \xc3\xa4"), "a%2Fb%3Fc%26d%3De%3Af%20%C3%A4");
}

Found looked(const FindRequest& request, std::vector<CloudServer> listed, bool complete,
             const AskById& by_id) {
  story::ScriptedWire wire("");
  story::Call call(wire);
  return look(request, call, std::move(listed), complete, by_id);
}

CloudServer server(const std::string& id, const std::string& attempt) {
  CloudServer out;
  out.server_id = id;
  out.attempt_id = attempt;
  return out;
}

Failure failing(ErrorCode code) {
  Failure failure;
  failure.code = code;
  return failure;
}

TEST(Look, an_attempt_absent_by_its_label_may_be_present_by_its_id) {
  FindRequest request;
  request.sought = {{"a", "1", "", ""}, {"b", "2", "", ""}, {"c", "", "", ""}};
  const Found found = looked(request, {}, true, [](const Sought& sought) -> Result<CloudServer> {
    if (sought.server_id == "1") return server("1", "");
    return failing(ErrorCode::not_found);
  });
  ASSERT_EQ(found.servers.size(), 1U);
  EXPECT_EQ(found.servers[0].server_id, "1");
  EXPECT_EQ(found.absent, (std::vector<std::string>{"b", "c"}));
}

TEST(Look, an_incomplete_list_makes_nothing_absent_even_on_a_404) {
  FindRequest request;
  request.sought = {{"a", "1", "", ""}, {"b", "", "", ""}};
  const Found found = looked(request, {}, false, [](const Sought&) -> Result<CloudServer> {
    return failing(ErrorCode::not_found);
  });
  EXPECT_TRUE(found.absent.empty());
  EXPECT_FALSE(found.complete);
}

TEST(Look, stops_asking_when_the_vendor_says_so) {
  FindRequest request;
  for (int i = 0; i < 40; ++i) request.sought.push_back({"a" + std::to_string(i), "1", "", ""});
  int asked = 0;
  const Found found = looked(request, {}, true, [&](const Sought&) -> Result<CloudServer> {
    ++asked;
    return failing(ErrorCode::rate_limited);
  });
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(found.absent.empty());
  EXPECT_FALSE(found.complete);
}

FindRequest for_so_many(int servers) {
  FindRequest request;
  for (int i = 0; i < servers; ++i)
    request.sought.push_back({"a" + std::to_string(i), std::to_string(i), "", ""});
  return request;
}

// A list that hid a fleet cost a call and a warning for each of its servers, and the hour's budget.
TEST(Look, asks_for_twenty_of_many_that_a_list_hides_and_calls_it_partial) {
  story::ScriptedWire wire("");
  story::Call call(wire);
  int asked = 0;
  const Found found = look(for_so_many(3'751), call, {}, true,
                           [&](const Sought& sought) -> Result<CloudServer> {
                             if (++asked % 2 == 0) return failing(ErrorCode::not_found);
                             return server(sought.server_id, sought.attempt_id);
                           });
  EXPECT_EQ(asked, 20);
  EXPECT_EQ(found.servers.size(), 10U);
  EXPECT_FALSE(found.complete);
  EXPECT_TRUE(found.absent.empty()) << "not even those that were a 404";
  ASSERT_EQ(call.lines.size(), 1U) << "one warning";
  const std::string& log = call.lines[0];
  EXPECT_NE(log.find("does not show 3751 servers"), std::string::npos) << log;
  EXPECT_NE(log.find("of 20 that were asked for alone, 10 are there"), std::string::npos) << log;
}

TEST(Look, believes_a_list_that_lacks_many_where_twenty_of_them_are_gone) {
  int asked = 0;
  const Found found =
      looked(for_so_many(100), {}, true, [&](const Sought&) -> Result<CloudServer> {
        ++asked;
        return failing(ErrorCode::not_found);
      });
  EXPECT_EQ(asked, 20);
  EXPECT_TRUE(found.complete);
  EXPECT_EQ(found.absent.size(), 100U);
}

TEST(Look, concludes_nothing_of_many_where_one_cannot_be_looked_up) {
  int asked = 0;
  const Found found =
      looked(for_so_many(100), {}, true, [&](const Sought&) -> Result<CloudServer> {
        return failing(++asked == 7 ? ErrorCode::unavailable : ErrorCode::not_found);
      });
  EXPECT_FALSE(found.complete);
  EXPECT_TRUE(found.absent.empty());
}

TEST(Look, lists_every_server_of_an_attempt_once) {
  FindRequest request;
  request.all = true;
  request.sought = {{"a", "1", "", ""}};
  const Found found =
      looked(request, {server("1", "a"), server("2", "a"), server("3", "z")}, true, nullptr);
  EXPECT_EQ(found.servers.size(), 3U);
  request.all = false;
  EXPECT_EQ(looked(request, {server("1", "a"), server("2", "a"), server("3", "z")}, true, nullptr)
                .servers.size(),
            2U);
}

}  // namespace
}  // namespace berth::json_api
