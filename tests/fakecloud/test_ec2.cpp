#include "test_story.hpp"

namespace fakecloud {

class Ec2Story : public Story {
protected:
    std::string run(const std::string& token = "t1") {
        const auto answer = ec2("RunInstances", instance(token));
        EXPECT_EQ(answer.status, 200) << answer.body;
        return xml(answer, "//instanceId");
    }
    std::string state(const std::string& id) {
        return xml(ec2("DescribeInstances", {{"InstanceId.1", id}}), "//instanceState/name");
    }
    static std::string code(const Response& response) { return xml(response, "//Code"); }
};

TEST_F(Ec2Story, elastic_addresses_are_asked_for_by_clients_and_nobody_has_any) {
    const auto none = ec2("DescribeAddresses", {});
    EXPECT_EQ(none.status, 200) << none.body;
    EXPECT_NE(none.body.find("<addressesSet"), std::string::npos);
    EXPECT_EQ(code(ec2("DescribeAddresses", {{"AllocationId.1", "eipalloc-1"}})),
              "InvalidAllocationID.NotFound");
}

TEST_F(Ec2Story, an_instance_is_created_polled_used_terminated_and_listed_for_an_hour) {
    const auto id = run();
    EXPECT_EQ(code(ec2("DescribeInstances", {{"InstanceId.1", id}})), "InvalidInstanceID.NotFound");
    wait(300);
    EXPECT_EQ(state(id), "pending");
    wait(1500);
    EXPECT_EQ(state(id), "running");
    const auto found = ec2("DescribeInstances", {{"Filter.1.Name", "tag:attempt"},
                                                 {"Filter.1.Value.1", "a1"},
                                                 {"Filter.2.Name", "instance-state-name"},
                                                 {"Filter.2.Value.1", "pending"},
                                                 {"Filter.2.Value.2", "running"}});
    EXPECT_EQ(xml(found, "//instanceId"), id);
    EXPECT_EQ(xml(found, "//instancesSet/item/ipAddress").substr(0, 4), "127.");
    const auto ended = ec2("TerminateInstances", {{"InstanceId.1", id}});
    EXPECT_EQ(xml(ended, "//currentState/name"), "shutting-down");
    EXPECT_EQ(xml(ended, "//previousState/name"), "running");
    wait(1000);
    EXPECT_EQ(state(id), "terminated");
    EXPECT_EQ(ec2("TerminateInstances", {{"InstanceId.1", id}}).status, 200);  // idempotent
    wait(3'600'000);
    EXPECT_EQ(code(ec2("DescribeInstances", {{"InstanceId.1", id}})), "InvalidInstanceID.NotFound");
}

TEST_F(Ec2Story, the_same_client_token_gives_the_same_instance) {
    const auto id = run("t1");
    EXPECT_EQ(run("t1"), id);
    EXPECT_NE(run("t2"), id);
    auto other = instance("t1");
    other[1].second = "t3.small";
    EXPECT_EQ(code(ec2("RunInstances", other)), "IdempotentParameterMismatch");
    EXPECT_EQ(made(), 2);
}

TEST_F(Ec2Story, one_bad_id_ends_none) {
    const auto id = run();
    wait(2000);
    EXPECT_EQ(code(ec2("TerminateInstances",
                       {{"InstanceId.1", id}, {"InstanceId.2", "i-0123456789abcdef0"}})),
              "InvalidInstanceID.NotFound");
    EXPECT_EQ(state(id), "running");
}

TEST_F(Ec2Story, tags_go_to_instance_volume_and_interface_in_one_call) {
    auto fields = instance();
    fields.push_back({"TagSpecification.2.ResourceType", "volume"});
    fields.push_back({"TagSpecification.2.Tag.1.Key", "attempt"});
    fields.push_back({"TagSpecification.2.Tag.1.Value", "a1"});
    EXPECT_EQ(ec2("RunInstances", fields).status, 200);
    EXPECT_EQ(cloud->machines()[0].volume_labels.at("attempt"), "a1");
    EXPECT_EQ(cloud->machines()[0].name, "auto-acme-1");
    EXPECT_EQ(cloud->machines()[0].attempt(), "a1");
}

TEST_F(Ec2Story, what_the_vendor_refuses_is_refused_with_its_code) {
    const auto with = [&](const std::string& name, const std::string& value) {
        wait(1000);  // RunInstances is limited to 2 a second
        auto fields = instance();
        for (auto& field : fields)
            if (field.first == name) return field.second = value, code(ec2("RunInstances", fields));
        fields.emplace_back(name, value);
        return code(ec2("RunInstances", fields));
    };
    EXPECT_EQ(with("ImageId", "ami-0123"), "InvalidAMIID.NotFound");
    EXPECT_EQ(with("ImageId", debian("eu-central-1")),
              "InvalidAMIID.NotFound");  // of another region
    EXPECT_EQ(with("InstanceType", "t9.huge"), "InvalidParameterValue");
    EXPECT_EQ(with("InstanceType", "t4g.micro"),
              "InvalidParameterValue");  // arm, and an amd64 image
    EXPECT_EQ(with("KeyName", "nobody"), "InvalidKeyPair.NotFound");
    EXPECT_EQ(with("UserData", "???"), "InvalidUserData.Malformed");
    EXPECT_EQ(with("UserData", base64_encode(std::string(16385, 'x'))), "InvalidParameterValue");
    EXPECT_EQ(with("SecurityGroupId.1", "sg-1"), "InvalidGroup.NotFound");
    EXPECT_EQ(with("Placement.AvailabilityZone", "us-east-1z"), "InvalidParameterValue");
    EXPECT_EQ(with("Colour", "red"), "UnknownParameter");
    wait(1000);
    EXPECT_EQ(code(ec2("RunInstances", {{"ImageId", debian()}})), "MissingParameter");
    EXPECT_EQ(made(), 0);
}

TEST_F(Ec2Story, a_wrong_signature_is_rejected) {
    auto wrong = options.credentials[4];
    wrong.secret = "guess";
    auto request = ec2_request("DescribeRegions", {});
    sign_sigv4(request, wrong, "us-east-1", "ec2", now);
    auto refused = cloud->answer(request, now);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(code(refused), "AuthFailure");

    request = ec2_request("DescribeRegions", {});
    sign_sigv4(request, options.credentials[4], "us-east-1", "ec2", now - 6 * 60 * 1000);
    EXPECT_EQ(code(cloud->answer(request, now)), "RequestExpired");

    request = ec2_request("DescribeRegions", {});
    sign_sigv4(request, options.credentials[4], "us-east-1", "sts", now);
    EXPECT_EQ(code(cloud->answer(request, now)), "SignatureDoesNotMatch");

    request = ec2_request("DescribeRegions", {});
    sign_sigv4(request, options.credentials[4], "us-east-1", "ec2", now);
    request.body += "&AllRegions=true";  // changed on the way
    EXPECT_EQ(code(cloud->answer(request, now)), "AuthFailure");

    request = ec2_request("RunInstances", instance());
    sign_sigv4(request, options.credentials[5], "us-east-1", "ec2", now);
    EXPECT_EQ(code(cloud->answer(request, now)), "UnauthorizedOperation");
}

TEST_F(Ec2Story, regions_do_not_see_each_others_machines) {
    const auto id = run();
    wait(1000);
    EXPECT_EQ(code(ec2("DescribeInstances", {{"InstanceId.1", id}}, "eu-central-1")),
              "InvalidInstanceID.NotFound");
    EXPECT_EQ(xml_count(ec2("DescribeInstances", {}, "eu-central-1"), "//instanceId"), 0);
}

TEST_F(Ec2Story, instance_types_come_in_pages_of_a_hundred) {
    std::string token;
    int count = 0, pages = 0;
    do {
        const auto page =
            ec2("DescribeInstanceTypes", token.empty() ? Fields{} : Fields{{"NextToken", token}});
        count += xml_count(page, "/DescribeInstanceTypesResponse/instanceTypeSet/item");
        token = xml(page, "//nextToken");
        ++pages;
    } while (!token.empty() && pages < 50);
    EXPECT_EQ(pages, 14);
    EXPECT_GT(count, 1300);
    EXPECT_EQ(code(ec2("DescribeInstanceTypes", {{"InstanceType.1", "nope.large"}})),
              "InvalidInstanceType");
}

TEST_F(Ec2Story, images_are_found_by_owner_name_and_architecture) {
    const auto images = ec2("DescribeImages", {{"Owner.1", "136693071363"},
                                               {"Filter.1.Name", "name"},
                                               {"Filter.1.Value.1", "debian-12-*"},
                                               {"Filter.2.Name", "architecture"},
                                               {"Filter.2.Value.1", "arm64"}});
    EXPECT_EQ(xml_count(images, "//imageId"), 1);
    EXPECT_EQ(xml(images, "//rootDeviceName"), "/dev/xvda");
}

}  // namespace fakecloud
