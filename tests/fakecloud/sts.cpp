// STS: GetCallerIdentity, the cheapest question whether credentials work, and the keys of roles.
#include "sts.hpp"

#include <sstream>

#include "ec2_form.hpp"
#include "ec2_operations.hpp"
#include "encoding.hpp"
#include "sigv4_check.hpp"

namespace fakecloud {

namespace {

class Sts final : public Vendor {
public:
    explicit Sts(World& world) : world_(world) {}

    std::string_view name() const override { return "aws"; }
    std::string claimed_credential(const Request& request) const override {
        return read_scope(request).key_id;
    }

    Operation identify(const Request& request, const std::string&) const override {
        const auto action = ec2::Form(request).get("Action");
        return {action.empty() ? "(no Action)" : action,
                action == "GetCallerIdentity" ? "check" : "other",
                Effect::read,
                read_scope(request).region,
                {}};
    }

    std::optional<Response> refuse(Call& call) override {
        if (call.operation.name == "AssumeRoleWithWebIdentity") return std::nullopt;  // unsigned
        const auto check =
            check_sigv4(call.request, "sts", world_.options.credentials, call.wall_ms,
                        &world_.sessions, call.now_ms);
        switch (check.verdict) {
            case Signature::good:
                break;
            case Signature::missing:
                return error(403, "MissingAuthenticationToken",
                             "Request is missing Authentication Token");
            case Signature::session_ended:
                return error(403, "ExpiredToken",
                             "The security token included in the request is expired");
            case Signature::unknown_key:
                return error(403, "InvalidClientTokenId",
                             "The security token included in the request is invalid.");
            case Signature::malformed:
                return error(400, "IncompleteSignature", check.why);
            default:
                return error(403, "SignatureDoesNotMatch", check.why);
        }
        call.credential = check.credential;
        return std::nullopt;
    }

    Response perform(Call& call) override {
        const ec2::Form form(call.request);
        if (call.operation.name.rfind("AssumeRole", 0) == 0 && form.get("Version") == "2011-06-15")
            return assume(call, form);
        if (call.operation.name != "GetCallerIdentity" || form.get("Version") != "2011-06-15")
            return error(400, "InvalidAction",
                         "Could not find operation " + call.operation.name + " for version " +
                             form.get("Version"));
        const auto owner = ec2::owner_id(call.account());
        pugi::xml_document document;
        auto root = document.append_child("GetCallerIdentityResponse");
        root.append_attribute("xmlns") = "https://sts.amazonaws.com/doc/2011-06-15/";
        auto result = root.append_child("GetCallerIdentityResult");
        const auto* session = world_.sessions.find(call.credential->token);
        ec2::put(result, "Arn",
                 session != nullptr ? session->arn : "arn:aws:iam::" + owner + ":user/berth");
        ec2::put(result, "UserId", "AIDA" + call.credential->token.substr(4));
        ec2::put(result, "Account", owner);
        ec2::put(root.append_child("ResponseMetadata"), "RequestId", world_.random.uuid());
        return xml(document, 200);
    }

    Response injected_error(const Fault& fault, const Call&) override {
        if (!fault.code.empty())
            return error(fault.status.value_or(400), fault.code, fault.message);
        if (fault.error == "rate_limited") return error(400, "Throttling", "Rate exceeded");
        if (fault.error == "denied") return error(403, "AccessDenied", "not authorized");
        if (fault.error == "unauthorized")
            return error(403, "InvalidClientTokenId",
                         "The security token included in the request is invalid.");
        if (fault.error == "expired_token")
            return error(403, "ExpiredToken",
                         "The security token included in the request is expired");
        return error(503, "ServiceUnavailable", "Service is unavailable");
    }

private:
    // Roles of any account can be assumed whose name does not begin with "forbidden".
    Response assume(Call& call, const ec2::Form& form) {
        const auto arn = form.get("RoleArn");
        const auto role = arn.substr(arn.rfind('/') + 1);
        const bool by_token = call.operation.name == "AssumeRoleWithWebIdentity";
        if (by_token && form.get("WebIdentityToken") != "fake-web-identity-token")
            return error(400, "InvalidIdentityToken", "The token is not one of the provider's");
        if (arn.rfind("arn:aws:iam::", 0) != 0 || form.get("RoleSessionName").empty())
            return error(400, "ValidationError", "RoleArn and RoleSessionName are needed");
        if (role.rfind("forbidden", 0) == 0)
            return error(403, "AccessDenied",
                         "The caller is not authorized to perform: sts:AssumeRole on resource: " +
                             arn);
        const auto seconds = to_integer(form.get("DurationSeconds")).value_or(3600);
        const auto& session = world_.sessions.issue(
            by_token ? "main" : call.account(), !by_token && call.credential->read_only,
            "arn:aws:sts::" + split(arn, ':')[4] + ":assumed-role/" + role + "/" +
                form.get("RoleSessionName"),
            call.now_ms + seconds * 1000, world_.random);
        pugi::xml_document document;
        auto root = document.append_child((call.operation.name + "Response").c_str());
        root.append_attribute("xmlns") = "https://sts.amazonaws.com/doc/2011-06-15/";
        auto result = root.append_child((call.operation.name + "Result").c_str());
        auto keys = result.append_child("Credentials");
        ec2::put(keys, "AccessKeyId", session.credential.token);
        ec2::put(keys, "SecretAccessKey", session.credential.secret);
        ec2::put(keys, "SessionToken", session.token);
        ec2::put(keys, "Expiration", iso_time(session.expires_ms));
        ec2::put(result.append_child("AssumedRoleUser"), "Arn", session.arn);
        ec2::put(root.append_child("ResponseMetadata"), "RequestId", world_.random.uuid());
        return xml(document, 200);
    }

    static Response xml(pugi::xml_document& document, int status) {
        std::ostringstream out;
        document.save(out, "", pugi::format_raw | pugi::format_no_declaration);
        Response response;
        response.status = status;
        response.content_type = "text/xml";
        response.body = out.str();
        return response;
    }

    Response error(int status, std::string_view code, std::string_view message) {
        pugi::xml_document document;
        auto root = document.append_child("ErrorResponse");
        root.append_attribute("xmlns") = "https://sts.amazonaws.com/doc/2011-06-15/";
        auto inner = root.append_child("Error");
        ec2::put(inner, "Type", status < 500 ? "Sender" : "Receiver");
        ec2::put(inner, "Code", code);
        ec2::put(inner, "Message", message);
        ec2::put(root, "RequestId", world_.random.uuid());
        auto response = xml(document, status);
        response.error_code = code;
        return response;
    }

    World& world_;
};

}  // namespace

std::unique_ptr<Vendor> make_sts(World& world) { return std::make_unique<Sts>(world); }

}  // namespace fakecloud
