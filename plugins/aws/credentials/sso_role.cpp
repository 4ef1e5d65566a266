#include "sso_role.hpp"

#include <boost/json.hpp>

#include "aws/encoding.hpp"
#include "aws/errors.hpp"
#include "endpoints.hpp"
#include "profiles.hpp"

namespace berth::aws {
namespace {

namespace json = boost::json;

json::object object_of(const std::string& text) {
  json::error_code error;
  const json::value value = json::parse(text, error);
  return error || !value.is_object() ? json::object() : value.get_object();
}

std::string text_in(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

std::string SsoRole::identity() const {
  return "sso " + login_.start_url + " " + login_.session + " " + login_.account_id + " " +
         login_.role_name;
}

std::string SsoRole::words() const {
  return "role " + login_.role_name + " in " + login_.account_id +
         ", by the SSO login of profile " + login_.profile;
}

Failure SsoRole::log_in_again(const std::string& why) const {
  return no_keys("the SSO login of profile " + login_.profile + " " + why +
                 ". Run: aws sso login --profile " + login_.profile);
}

Result<Issued> SsoRole::fetch(const Asking& asking) const {
  const std::string name = login_.session.empty() ? login_.start_url : login_.session;
  const std::string path =
      expanded(*settings_.around, "~/.aws/sso/cache/" + sha1_hex(name) + ".json");
  const Surroundings::File file = settings_.around->read(path);
  if (!file.text && !file.why.empty())
    return no_keys("the SSO login of profile " + login_.profile + " cannot be read: " + path +
                   ": " + file.why + ".");
  if (!file.text) return log_in_again("is not there (" + path + ")");
  const json::object login = object_of(*file.text);
  const std::string token = text_in(login, "accessToken");
  const std::int64_t until_ms = unix_ms_of_expiry(text_in(login, "expiresAt"));
  if (token.empty() || until_ms == 0) return log_in_again("cannot be used (" + path + ")");
  if (until_ms <= asking.call.now_unix_ms() + settings_.clock_error_ms->load())
    return log_in_again("has expired");

  HttpRequest request;
  request.url = sso_portal_url(settings_, login_.region) +
                "federation/credentials?role_name=" + percent_encoded(login_.role_name) +
                "&account_id=" + percent_encoded(login_.account_id);
  request.headers = {{"x-amz-sso_bearer_token", token}};
  request.deleting = asking.deleting;
  const auto response = asking.call.http().exchange(request);
  if (!response) {
    Failure failure = without_effect(response.failure());
    failure.message = "the SSO portal could not be asked: " + failure.message;
    return failure;
  }
  if (response->status == 401) return log_in_again("is not valid any more");
  const json::object answer = object_of(response->body);
  if (response->status != 200) {
    std::string code(response->header("x-amzn-errortype"));
    code = code.substr(0, code.find(':'));
    Failure failure = without_effect(failure_of(
        {response->status, code, without_keys(text_in(answer, "message"), {"", token, ""})},
        "GetRoleCredentials of " + login_.role_name + " in " + login_.account_id));
    if (failure.code == ErrorCode::denied || failure.code == ErrorCode::invalid)
      failure.scope = StockScope::credential;
    return failure;
  }
  const json::value* keys = answer.if_contains("roleCredentials");
  if (keys == nullptr || !keys->is_object())
    return keys_not_now("the SSO portal's answer has no roleCredentials.");
  const json::object& issued = keys->get_object();
  const json::value* expires = issued.if_contains("expiration");
  return usable({{text_in(issued, "accessKeyId"), text_in(issued, "secretAccessKey"),
                  text_in(issued, "sessionToken")},
                 expires != nullptr && expires->is_int64() ? expires->get_int64() : 0},
                "the SSO portal's answer");
}

}  // namespace berth::aws
