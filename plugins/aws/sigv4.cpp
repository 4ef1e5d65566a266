#include "sigv4.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "encoding.hpp"

namespace berth::aws {
namespace {

constexpr const char* algorithm = "AWS4-HMAC-SHA256";

std::string hmac(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(),
           &size) == nullptr)
    throw std::runtime_error("OpenSSL could not compute an HMAC-SHA256");
  return {reinterpret_cast<const char*>(mac.data()), size};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Trimmed, and runs of blanks made one, as the canonical form of a header's value wants it.
std::string collapsed(std::string_view value) {
  std::string out;
  for (const char c : value) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank)
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

struct UrlParts {
  std::string_view host, path, query;
};

UrlParts parts_of(std::string_view url) {
  UrlParts parts;
  const auto scheme = url.find("://");
  const bool https = url.substr(0, 5) == "https";
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const auto end_of_host = std::min(url.find_first_of("/?#"), url.size());
  parts.host = url.substr(0, end_of_host);
  // HTTP leaves the scheme's own port out of Host.
  const std::string_view own_port = https ? ":443" : ":80";
  if (parts.host.size() > own_port.size() &&
      parts.host.substr(parts.host.size() - own_port.size()) == own_port)
    parts.host.remove_suffix(own_port.size());
  std::string_view rest = url.substr(end_of_host);
  rest = rest.substr(0, rest.find('#'));
  const auto question = rest.find('?');
  parts.path = rest.substr(0, question);
  if (question != std::string_view::npos) parts.query = rest.substr(question + 1);
  return parts;
}

std::string canonical_path(std::string_view path) {
  if (path.empty()) return "/";
  std::string out;
  for (const char c : path) out += c == '/' ? "/" : percent_encoded({&c, 1});
  return out;
}

// Sorted by encoded name, then encoded value.
std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> fields;
  while (!query.empty()) {
    const auto ampersand = query.find('&');
    const auto field = query.substr(0, ampersand);
    query.remove_prefix(ampersand == std::string_view::npos ? query.size() : ampersand + 1);
    if (field.empty()) continue;
    const auto equals = field.find('=');
    fields.emplace_back(percent_encoded(percent_decoded(field.substr(0, equals))),
                        equals == std::string_view::npos
                            ? ""
                            : percent_encoded(percent_decoded(field.substr(equals + 1))));
  }
  std::sort(fields.begin(), fields.end());
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += name;
    out += '=';
    out += value;
  }
  return out;
}

struct Stamp {
  std::string date;  // 20150830
  std::string time;  // 20150830T123600Z
};

Stamp stamp_of(std::int64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc);
  const std::string time(text.data(), size);
  return {time.substr(0, 8), time};
}

}  // namespace

CanonicalRequest canonical_request(const HttpRequest& request) {
  const UrlParts url = parts_of(request.url);
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : request.headers) {
    auto& held = headers[lower(name)];
    held += held.empty() ? collapsed(value) : "," + collapsed(value);
  }
  headers.erase("authorization");
  headers.emplace("host", url.host);

  CanonicalRequest canonical;
  std::string lines;
  for (const auto& [name, value] : headers) {
    lines += name + ":" + value + "\n";
    if (!canonical.signed_headers.empty()) canonical.signed_headers += ';';
    canonical.signed_headers += name;
  }
  canonical.text = request.method + "\n" + canonical_path(url.path) + "\n" +
                   canonical_query(url.query) + "\n" + lines + "\n" + canonical.signed_headers +
                   "\n" + sha256_hex(request.body);
  return canonical;
}

void sign(HttpRequest& request, const Credentials& credentials, const SigningScope& scope,
          std::int64_t now_unix_ms) {
  const Stamp stamp = stamp_of(now_unix_ms);
  request.headers.emplace_back("x-amz-date", stamp.time);
  if (!credentials.session_token.empty())
    request.headers.emplace_back("x-amz-security-token", credentials.session_token);

  const CanonicalRequest canonical = canonical_request(request);
  const std::string scope_text =
      stamp.date + "/" + scope.region + "/" + scope.service + "/aws4_request";
  const std::string to_sign = std::string(algorithm) + "\n" + stamp.time + "\n" + scope_text +
                              "\n" + sha256_hex(canonical.text);
  const std::string date_key = hmac("AWS4" + credentials.secret_access_key, stamp.date);
  const std::string key = hmac(hmac(hmac(date_key, scope.region), scope.service), "aws4_request");
  request.headers.emplace_back(
      "authorization", std::string(algorithm) + " Credential=" + credentials.access_key_id + "/" +
                           scope_text + ", SignedHeaders=" + canonical.signed_headers +
                           ", Signature=" + hex(hmac(key, to_sign)));
}

}  // namespace berth::aws
