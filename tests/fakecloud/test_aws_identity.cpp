// Temporary keys of the fake AWS: whom it gives them, and until when they are good.
#include "test_story.hpp"

namespace fakecloud {

class AwsKeys : public Story {
protected:
    struct Keys {
        Credential credential;
        std::string token;
    };
    Response sts(const std::string& form, const Keys* keys) {
        Request request{"POST", "/aws-sts/", {{"Host", "fake"}}, "Version=2011-06-15&" + form};
        if (keys != nullptr) sign(request, *keys, "sts");
        return cloud->answer(request, now);
    }
    void sign(Request& request, const Keys& keys, const std::string& service) {
        if (!keys.token.empty()) request.headers.emplace_back("X-Amz-Security-Token", keys.token);
        sign_sigv4(request, keys.credential, "us-east-1", service, now);
    }
    Keys keys_in(const Response& response, const std::string& action) {
        const auto at = "/" + action + "Response/" + action + "Result/Credentials/";
        return {{"aws", xml(response, at + "AccessKeyId"), xml(response, at + "SecretAccessKey")},
                xml(response, at + "SessionToken")};
    }
    Response described(const Keys& keys) {
        auto request = ec2_request("DescribeInstances", {});
        sign(request, keys, "ec2");
        return cloud->answer(request, now);
    }
    Keys own() const { return {options.credentials[4], ""}; }
};

const std::string assume = "Action=AssumeRole&RoleSessionName=me&RoleArn=arn:aws:iam::1:role/";

TEST_F(AwsKeys, a_role_has_keys_until_its_session_ends) {
    const auto mine = own();
    const auto given = sts(assume + "buyer&DurationSeconds=900", &mine);
    ASSERT_EQ(given.status, 200) << given.body;
    const auto keys = keys_in(given, "AssumeRole");
    EXPECT_EQ(described(keys).status, 200);
    auto without_token = keys;
    without_token.token.clear();
    EXPECT_EQ(described(without_token).status, 401);
    const auto who = sts("Action=GetCallerIdentity", &keys);
    EXPECT_EQ(xml(who, "//Arn"), "arn:aws:sts::1:assumed-role/buyer/me");
    EXPECT_EQ(cloud->answer({"POST", "/_berth/clock", {}, R"({"advance_ms":900000})"}, now).status,
              200);
    EXPECT_EQ(described(keys).error_code, "RequestExpired");
    EXPECT_EQ(sts("Action=GetCallerIdentity", &keys).error_code, "ExpiredToken");
    EXPECT_EQ(sts(assume + "forbidden-buyer", &mine).error_code, "AccessDenied");
}

TEST_F(AwsKeys, a_web_identity_needs_its_token_and_no_signature) {
    const std::string web =
        "Action=AssumeRoleWithWebIdentity&RoleSessionName=me&RoleArn=arn:aws:iam::1:role/pod"
        "&WebIdentityToken=";
    const auto given = sts(web + "fake-web-identity-token", nullptr);
    ASSERT_EQ(given.status, 200) << given.body;
    EXPECT_EQ(described(keys_in(given, "AssumeRoleWithWebIdentity")).status, 200);
    EXPECT_EQ(sts(web + "another", nullptr).error_code, "InvalidIdentityToken");
}

TEST_F(AwsKeys, metadata_speaks_to_who_has_its_token) {
    const std::string folder = "/aws-metadata/latest/meta-data/iam/security-credentials/";
    EXPECT_EQ(cloud->answer({"GET", folder, {}, ""}, now).status, 401);
    const auto token = cloud->answer({"PUT", "/aws-metadata/latest/api/token",
                                      {{"X-aws-ec2-metadata-token-ttl-seconds", "60"}}, ""}, now);
    const Headers headers{{"X-aws-ec2-metadata-token", token.body}};
    const auto role = cloud->answer({"GET", folder, headers, ""}, now);
    EXPECT_EQ(role.body, "berth-instance");
    const auto given = cloud->answer({"GET", folder + role.body, headers, ""}, now);
    EXPECT_EQ(described({{"aws", text(given, "/AccessKeyId"), text(given, "/SecretAccessKey")},
                         text(given, "/Token")})
                  .status,
              200);
}

}  // namespace fakecloud
