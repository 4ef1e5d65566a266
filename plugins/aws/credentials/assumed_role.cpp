#include "assumed_role.hpp"

#include "aws/account.hpp"
#include "aws/ec2_query.hpp"
#include "aws/errors.hpp"
#include "aws/signed_exchange.hpp"
#include "endpoints.hpp"
#include "profiles.hpp"

namespace berth::aws {
namespace {

Ec2Query query_for(const std::string& action, const Role& role) {
  Ec2Query query(action, "2011-06-15");
  query.set("RoleArn", role.arn);
  query.set("RoleSessionName", role.session_name.empty() ? "berth" : role.session_name);
  query.set_if("DurationSeconds", role.duration_s).set_if("ExternalId", role.external_id);
  return query;
}

HttpRequest request_of(const ChainSettings& settings, const Ec2Query& query, bool deleting) {
  HttpRequest request;
  request.method = "POST";
  request.url = sts_url(settings);
  request.headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}};
  request.body = query.body();
  request.deleting = deleting;
  return request;
}

/// `secret`: what of the request must not be quoted.
Result<Issued> issued_by(const Result<HttpResponse>& response, const std::string& action,
                         const Role& role, const Credentials& secret) {
  if (!response) {
    Failure failure = without_effect(response.failure());
    failure.message = "AWS could not be asked for the keys of " + role.arn + ": " + failure.message;
    return failure;
  }
  const std::string about = action + " of " + role.arn;
  const auto error = xml_error(response->body);
  if (response->status < 200 || response->status > 299 || error) {
    const VendorError told = error.value_or(VendorError{"", response->body.substr(0, 2048)});
    Failure failure = without_effect(failure_of(
        {response->status, without_keys(told.code, secret), without_keys(told.text, secret)},
        about));
    if (failure.code == ErrorCode::denied || failure.code == ErrorCode::invalid)
      failure.scope = StockScope::credential;
    return failure;
  }
  const auto document = parsed_answer(response->body, action);
  if (!document) return keys_not_now("AWS's answer to " + about + " is not the XML of STS.");
  const pugi::xml_node keys =
      document->document_element().child((action + "Result").c_str()).child("Credentials");
  Issued issued;
  issued.keys = {keys.child_value("AccessKeyId"), keys.child_value("SecretAccessKey"),
                 keys.child_value("SessionToken")};
  issued.expires_unix_ms = unix_ms_of_expiry(keys.child_value("Expiration"));
  return usable(std::move(issued), "AWS's answer to " + about);
}

}  // namespace

std::string AssumedRole::identity() const {
  return "role " + role_.arn + " as " + role_.session_name + " of " + source_->identity();
}

std::string AssumedRole::state() const {
  return "role " + role_.arn + " as " + role_.session_name + " for " + role_.external_id +
         " during " + role_.duration_s + " of " + source_->state();
}

std::string AssumedRole::words() const {
  return "role " + role_.arn + " (" + where_ + "), assumed by " + source_->words();
}

Result<Issued> AssumedRole::fetch(const Asking& asking) const {
  const auto source = source_->fetch(asking);
  if (!source) return source.failure();
  const HttpRequest request =
      request_of(settings_, query_for("AssumeRole", role_), asking.deleting);
  return issued_by(signed_exchange(request, source->keys, {settings_.region, "sts"},
                                   *settings_.clock_error_ms, asking.call),
                   "AssumeRole", role_, source->keys);
}

std::string WebIdentityRole::identity() const {
  return "role " + role_.arn + " as " + role_.session_name + " by " + token_file_;
}

std::string WebIdentityRole::words() const {
  return "role " + role_.arn + " (" + where_ + "), by the token in " + token_file_;
}

Result<Issued> WebIdentityRole::fetch(const Asking& asking) const {
  // Read each time: whoever put it there renews it.
  const Surroundings::File file = settings_.around->read(expanded(*settings_.around, token_file_));
  if (!file.text)
    return no_keys("the web identity token " + token_file_ + " (" + where_ + ") " +
                   (file.why.empty() ? "is not there" : "cannot be read: " + file.why) +
                   ". Name a file that holds one, for the user berth runs as.");
  std::string token = *file.text;
  token.erase(token.find_last_not_of(" \t\r\n") + 1);
  Ec2Query query = query_for("AssumeRoleWithWebIdentity", role_);
  query.set("WebIdentityToken", token);
  const HttpRequest request = request_of(settings_, query, asking.deleting);
  return issued_by(asking.call.http().exchange(request), "AssumeRoleWithWebIdentity", role_,
                   {"", token, ""});
}

}  // namespace berth::aws
