#include "metadata.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <string_view>

#include "aws/encoding.hpp"
#include "aws/errors.hpp"
#include "profiles.hpp"

namespace berth::aws {
namespace {

namespace json = boost::json;

// Where a container's keys may be asked for, as AWS's tools have it: nothing that leaves the
// machine.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
constexpr std::string_view container_hosts[] = {"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]",
                                                "localhost", "[::1]"};

// Keys that this service gives though they have expired are still taken by AWS: it lengthens them
// while it cannot make new ones.
constexpr std::int64_t lengthened_ms = 15 * 60'000;

std::string host_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (url.find('@') != std::string_view::npos) return {};
  const bool six = !url.empty() && url[0] == '[';
  return std::string(six ? url.substr(0, url.find(']') + 1) : url.substr(0, url.find(':')));
}

bool is_container_host(const std::string& host) {
  const bool loopback =
      host.compare(0, 4, "127.") == 0 && host.find_first_not_of("0123456789.") == std::string::npos;
  return loopback || std::find(std::begin(container_hosts), std::end(container_hosts), host) !=
                         std::end(container_hosts);
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string first_line(std::string text) {
  text.erase(std::min(text.find_first_of("\r\n"), text.size()));
  return text;
}

}  // namespace

SourcePointer ContainerRole::found(const ChainSettings& settings) {
  const std::string relative = settings.around->variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  std::string url = settings.around->variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (!relative.empty())
    url = "http://169.254.170.2" + (relative[0] == '/' ? relative : "/" + relative);
  return url.empty() ? nullptr : std::make_shared<ContainerRole>(settings, url);
}

std::string ContainerRole::identity() const { return "container " + sha256_hex(url_); }

Result<Issued> ContainerRole::fetch(const Asking& asking) const {
  const Surroundings& around = *settings_.around;
  const std::string host = host_of(url_);
  if (!is_container_host(host))
    return no_keys("AWS_CONTAINER_CREDENTIALS_FULL_URI leads to " +
                   (host.empty() ? "no host" : host) +
                   ", and keys are asked for on this machine only: at 169.254.170.2, "
                   "169.254.170.23, [fd00:ec2::23], or a loopback address.");
  HttpRequest request;
  request.url = url_;
  request.headers = {{"accept", "application/json"}};
  request.deleting = asking.deleting;
  std::string token = around.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (const std::string path = around.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
      !path.empty()) {
    const Surroundings::File file = around.read(expanded(around, path));
    if (!file.text)
      return no_keys("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: " + path + " " +
                     (file.why.empty() ? "is not there" : "cannot be read: " + file.why) + ".");
    token = *file.text;
    token.erase(token.find_last_not_of("\r\n") + 1);
  }
  if (!token.empty()) request.headers.emplace_back("authorization", token);
  const auto response = asking.call.http().exchange(request);
  if (!response) {
    Failure failure = without_effect(response.failure());
    failure.message = "the container's credentials could not be asked for: " + failure.message;
    return failure;
  }
  const std::string about = "the container's credentials (" + host + ")";
  if (response->status >= 500)
    return keys_not_now(about + " are not to be had now: HTTP " + std::to_string(response->status) +
                        ".");
  if (response->status != 200)
    return no_keys(about + " were refused: HTTP " + std::to_string(response->status) + ".");
  return issued_by_json(response->body, "Token", about);
}

bool InstanceRole::is_off(const Surroundings& around) {
  return lower(around.variable("AWS_EC2_METADATA_DISABLED")) == "true";
}

std::string InstanceRole::endpoint() const {
  std::string url = settings_.around->variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (url.empty())
    url = lower(settings_.around->variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")) == "ipv6"
              ? "http://[fd00:ec2::254]"
              : "http://169.254.169.254";
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url;
}

Failure InstanceRole::nothing(const std::string& why, bool may_pass) const {
  const std::string sentence = "EC2's metadata service (" + host_of(endpoint()) + ") " + why + ".";
  if (may_pass) return keys_not_now(sentence);
  return no_keys(otherwise_.empty() ? sentence : otherwise_ + " " + sentence);
}

Result<Issued> InstanceRole::fetch(const Asking& asking) const {
  if (is_off(*settings_.around))
    return no_keys("AWS_EC2_METADATA_DISABLED is true: this machine's role is not asked for.");
  Http& http = asking.call.http();
  HttpRequest request;
  request.method = "PUT";
  request.url = endpoint() + "/latest/api/token";
  request.headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}};
  request.deleting = asking.deleting;
  const auto token = http.exchange(request);
  if (!token) {
    if (token.failure().code == ErrorCode::cancelled ||
        token.failure().code == ErrorCode::rate_limited)
      return without_effect(token.failure());
    return nothing("does not answer (" + token.failure().message +
                   "); in a container on EC2 its answers need a hop limit of 2");
  }
  const auto refused = [&](const HttpResponse& response, const std::string& what) {
    return nothing("answered " + what + " with HTTP " + std::to_string(response.status),
                   response.status >= 500 || response.status == 429);
  };
  if (token->status != 200) return refused(*token, "the request for a token");

  request.method = "GET";
  request.headers = {{"x-aws-ec2-metadata-token", first_line(token->body)}};
  const std::string folder = endpoint() + "/latest/meta-data/iam/security-credentials/";
  request.url = folder;
  const auto roles = http.exchange(request);
  if (!roles) return nothing("stopped answering: " + roles.failure().message, true);
  if (roles->status == 404) return nothing("says that this instance has no role");
  if (roles->status != 200) return refused(*roles, "the request for its role");
  const std::string role = first_line(roles->body);
  if (role.empty()) return nothing("says that this instance has no role");

  request.url = folder + percent_encoded(role);
  const auto response = http.exchange(request);
  if (!response) return nothing("stopped answering: " + response.failure().message, true);
  if (response->status != 200) return refused(*response, "the request for the keys of its role");
  auto issued =
      issued_by_json(response->body, "Token", "the role " + role + " of this EC2 instance");
  if (!issued) return issued.failure();
  const std::int64_t now = asking.call.now_unix_ms() + settings_.clock_error_ms->load();
  if (issued->expires_unix_ms != 0 && issued->expires_unix_ms <= now) {
    asking.call.log(LogLevel::warning,
                    "EC2's metadata service gives keys that have expired. AWS still takes them "
                    "while it cannot make new ones; they are asked for again in some minutes.");
    issued->expires_unix_ms = now + lengthened_ms;
  }
  return issued;
}

}  // namespace berth::aws
