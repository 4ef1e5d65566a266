#include "aws_identity.hpp"

#include "ec2_operations.hpp"
#include "encoding.hpp"
#include "json_text.hpp"
#include "world.hpp"

namespace fakecloud {

namespace {

constexpr std::int64_t session_ms = 6 * 3'600'000;
constexpr const char* metadata_token = "fake-metadata-token";
constexpr const char* instance_role = "berth-instance";
const std::string roles_path = "/latest/meta-data/iam/security-credentials/";

std::string role_arn(const std::string& role) {
    return "arn:aws:sts::" + ec2::owner_id("main") + ":assumed-role/" + role + "/fake";
}

// One path, one answer; nobody signs here.
class Unsigned : public Vendor {
public:
    explicit Unsigned(World& world) : world_(world) {}
    std::string_view name() const override { return "aws"; }
    std::string claimed_credential(const Request&) const override { return {}; }
    std::optional<Response> refuse(Call&) override { return std::nullopt; }
    Response injected_error(const Fault& fault, const Call&) override {
        return text(fault.status.value_or(503), fault.message);
    }

protected:
    static Response text(int status, const std::string& body) {
        Response response;
        response.status = status;
        response.content_type = "text/plain";
        response.body = body;
        return response;
    }
    const Session& issue(const std::string& role, std::int64_t now_ms) {
        return world_.sessions.issue("main", false, role_arn(role), now_ms + session_ms,
                                     world_.random);
    }
    static std::string metadata_of(const Session& session, std::int64_t now_ms) {
        json::object out;
        out["Code"] = "Success";
        out["LastUpdated"] = iso_time(now_ms);
        out["Type"] = "AWS-HMAC";
        out["AccessKeyId"] = session.credential.token;
        out["SecretAccessKey"] = session.credential.secret;
        out["Token"] = session.token;
        out["Expiration"] = iso_time(session.expires_ms);
        return json_text(out);
    }
    World& world_;
};

class InstanceMetadata final : public Unsigned {
public:
    using Unsigned::Unsigned;
    Operation identify(const Request& request, const std::string& path) const override {
        return {request.method == "PUT" ? "PutMetadataToken"
                : path == roles_path    ? "GetInstanceRole"
                                        : "GetInstanceCredentials",
                "other", Effect::read, "", ""};
    }
    Response perform(Call& call) override {
        const auto& request = call.request;
        if (request.method == "PUT" && call.path == "/latest/api/token")
            return request.header("x-aws-ec2-metadata-token-ttl-seconds").empty()
                       ? text(400, "")
                       : text(200, metadata_token);
        if (request.header("x-aws-ec2-metadata-token") != metadata_token) return text(401, "");
        if (call.path == roles_path) return text(200, instance_role);
        if (call.path != roles_path + instance_role) return text(404, "");
        return text(200, metadata_of(issue(instance_role, call.now_ms), call.now_ms));
    }
};

class ContainerCredentials final : public Unsigned {
public:
    using Unsigned::Unsigned;
    Operation identify(const Request&, const std::string&) const override {
        return {"GetContainerCredentials", "other", Effect::read, "", ""};
    }
    Response perform(Call& call) override {
        if (call.request.header("authorization") != "fake-container-token") return text(401, "");
        return text(200, metadata_of(issue("berth-container", call.now_ms), call.now_ms));
    }
};

class SsoPortal final : public Unsigned {
public:
    using Unsigned::Unsigned;
    Operation identify(const Request&, const std::string&) const override {
        return {"GetRoleCredentials", "other", Effect::read, "", ""};
    }
    Response perform(Call& call) override {
        if (call.path != "/federation/credentials") return text(404, "");
        if (call.request.header("x-amz-sso_bearer_token") != "fake-sso-token")
            return text(401, R"({"message":"Session token not found or invalid"})");
        const auto fields = parse_form(call.request.query());
        if (field(fields, "account_id") == "000000000000") {  // one that nobody may use
            auto refused = text(403, R"({"message":"No access"})");
            refused.headers.emplace_back("x-amzn-ErrorType", "ForbiddenException:fake");
            return refused;
        }
        const auto& session = issue(field(fields, "role_name"), call.now_ms);
        json::object keys;
        keys["accessKeyId"] = session.credential.token;
        keys["secretAccessKey"] = session.credential.secret;
        keys["sessionToken"] = session.token;
        keys["expiration"] = session.expires_ms;
        json::object out;
        out["roleCredentials"] = std::move(keys);
        return text(200, json_text(out));
    }
};

}  // namespace

std::unique_ptr<Vendor> make_instance_metadata(World& world) {
    return std::make_unique<InstanceMetadata>(world);
}
std::unique_ptr<Vendor> make_container_credentials(World& world) {
    return std::make_unique<ContainerCredentials>(world);
}
std::unique_ptr<Vendor> make_sso_portal(World& world) { return std::make_unique<SsoPortal>(world); }

}  // namespace fakecloud
