#include "sigv4_check.hpp"

#include <algorithm>
#include <cstdlib>

#include "encoding.hpp"

namespace fakecloud {

namespace {

constexpr std::int64_t allowed_skew_ms = 5 * 60 * 1000;

// Runs of spaces become one, ends are trimmed, as the specification says.
std::string squeeze(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
        out += c;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

std::string canonical_path(const Request& request) {
    std::string out;
    bool first = true;
    for (const auto& part : split(request.path(), '/')) {
        if (!first) out += '/';
        first = false;
        out += percent_encode(part);  // of the path as sent: every service but S3 encodes twice
    }
    return out.empty() ? "/" : out;
}

std::string canonical_query(const Request& request) {
    std::vector<std::string> parts;
    for (const auto& part : split(request.query(), '&')) {
        if (part.empty()) continue;
        const auto equals = part.find('=');
        const auto name = percent_decode(part.substr(0, equals), false);
        const auto value =
            equals == std::string::npos ? "" : percent_decode(part.substr(equals + 1), false);
        parts.push_back(percent_encode(name) + "=" + percent_encode(value));
    }
    std::sort(parts.begin(), parts.end());
    std::string out;
    for (const auto& part : parts) out += (out.empty() ? "" : "&") + part;
    return out;
}

std::string signature(const Request& request, const std::vector<std::string>& signed_headers,
                      const std::string& date, const std::string& scope,
                      const std::string& secret) {
    std::string canonical =
        request.method + "\n" + canonical_path(request) + "\n" + canonical_query(request) + "\n";
    std::string names;
    for (const auto& name : signed_headers) {
        canonical += name + ":" + squeeze(request.header(name)) + "\n";
        names += (names.empty() ? "" : ";") + name;
    }
    auto payload = request.header("x-amz-content-sha256");
    if (payload.empty()) payload = hex(sha256(request.body));
    canonical += "\n" + names + "\n" + payload;
    const auto to_sign = "AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" + hex(sha256(canonical));
    const auto parts = split(scope, '/');  // day, region, service, aws4_request
    std::string key = "AWS4" + secret;
    for (const auto& part : parts) key = hmac_sha256(key, part);
    return hex(hmac_sha256(key, to_sign));
}

struct Authorization {
    std::string credential, signed_headers, signature;
};

bool read_authorization(std::string text, Authorization& out) {
    const std::string scheme = "AWS4-HMAC-SHA256 ";
    if (text.rfind(scheme, 0) != 0) return false;
    for (auto part : split(text.substr(scheme.size()), ',')) {
        part = squeeze(part);
        const auto equals = part.find('=');
        if (equals == std::string::npos) return false;
        const auto name = part.substr(0, equals), value = part.substr(equals + 1);
        if (name == "Credential") out.credential = value;
        if (name == "SignedHeaders") out.signed_headers = value;
        if (name == "Signature") out.signature = value;
    }
    return !out.credential.empty() && !out.signed_headers.empty() && !out.signature.empty();
}

SignatureCheck& settle(SignatureCheck& check, Signature verdict, std::string why) {
    check.verdict = verdict;
    check.why = std::move(why);
    return check;
}

}  // namespace

SignatureCheck read_scope(const Request& request) {
    SignatureCheck out;
    Authorization authorization;
    if (!read_authorization(request.header("authorization"), authorization)) return out;
    const auto scope = split(authorization.credential, '/');
    if (scope.size() != 5) return out;
    out.key_id = scope[0];
    out.region = scope[2];
    out.service = scope[3];
    return out;
}

SignatureCheck check_sigv4(const Request& request, std::string_view service,
                           const std::vector<Credential>& credentials, std::int64_t now_ms,
                           const Sessions* sessions, std::int64_t clock_ms) {
    SignatureCheck out = read_scope(request);
    const auto header = request.header("authorization");
    if (header.empty()) return settle(out, Signature::missing, "no Authorization header");
    Authorization authorization;
    if (!read_authorization(header, authorization) || out.key_id.empty())
        return settle(out, Signature::malformed,
                      "Authorization needs AWS4-HMAC-SHA256 Credential, SignedHeaders, Signature");
    const auto found = std::find_if(credentials.begin(), credentials.end(), [&](const auto& one) {
        return one.vendor == "aws" && one.token == out.key_id;
    });
    const auto* session = found == credentials.end() && sessions != nullptr
                              ? sessions->find(out.key_id)
                              : nullptr;
    if (found == credentials.end() && session == nullptr)
        return settle(out, Signature::unknown_key, "unknown key id");
    if (session != nullptr && request.header("x-amz-security-token") != session->token)
        return settle(out, Signature::unknown_key, "the session token is missing, or another's");
    out.credential = session != nullptr ? &session->credential : &*found;
    const auto scope_parts = split(authorization.credential, '/');
    if (out.service != service || scope_parts[4] != "aws4_request")
        return settle(out, Signature::wrong_scope,
                      "credential scope should name the service '" + std::string(service) +
                          "' and aws4_request");
    const auto date = request.header("x-amz-date");
    const auto signed_at = parse_amz_date(date);
    if (!signed_at || date.substr(0, 8) != scope_parts[1])
        return settle(out, Signature::malformed,
                      "X-Amz-Date is missing or of another day than the scope");
    if (std::llabs(*signed_at - now_ms) > allowed_skew_ms)
        return settle(out, Signature::expired,
                      "signed at " + date + ", more than 5 minutes from now");
    const auto names = split(authorization.signed_headers, ';');
    if (!std::is_sorted(names.begin(), names.end()))
        return settle(out, Signature::wrong, "SignedHeaders is not sorted");
    for (const char* must : {"host", "x-amz-date"})
        if (std::find(names.begin(), names.end(), must) == names.end())
            return settle(out, Signature::wrong, std::string(must) + " is not signed");
    for (const auto& [name, value] : request.headers)
        if (lower(name).rfind("x-amz-", 0) == 0 &&
            std::find(names.begin(), names.end(), lower(name)) == names.end())
            return settle(out, Signature::wrong, lower(name) + " is sent but not signed");
    const auto payload = request.header("x-amz-content-sha256");
    if (!payload.empty() && payload != hex(sha256(request.body)))
        return settle(out, Signature::wrong, "X-Amz-Content-Sha256 does not fit the body");
    const auto scope = authorization.credential.substr(out.key_id.size() + 1);
    if (!constant_time_equal(signature(request, names, date, scope, out.credential->secret),
                             authorization.signature))
        return settle(out, Signature::wrong, "the signature does not match");
    if (session != nullptr && session->expires_ms <= clock_ms)
        return settle(out, Signature::session_ended, "these temporary keys have ended");
    return settle(out, Signature::good, "");
}

void sign_sigv4(Request& request, const Credential& credential, std::string_view region,
                std::string_view service, std::int64_t now_ms) {
    std::string date;
    for (char c : iso_time(now_ms))
        if (c != '-' && c != ':') date += c;
    request.headers.emplace_back("X-Amz-Date", date);
    std::vector<std::string> names;
    for (const auto& header : request.headers) names.push_back(lower(header.first));
    std::sort(names.begin(), names.end());
    const auto scope = date.substr(0, 8) + "/" + std::string(region) + "/" + std::string(service) +
                       "/aws4_request";
    std::string list;
    for (const auto& name : names) list += (list.empty() ? "" : ";") + name;
    request.headers.emplace_back("Authorization",
                                 "AWS4-HMAC-SHA256 Credential=" + credential.token + "/" + scope +
                                     ", SignedHeaders=" + list + ", Signature=" +
                                     signature(request, names, date, scope, credential.secret));
}

}  // namespace fakecloud
