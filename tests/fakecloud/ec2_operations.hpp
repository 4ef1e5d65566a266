// EC2's operations, grouped by file: instances, catalogue (types, zones, images), network (keys,
// security groups, subnets).
#pragma once

#include "ec2_form.hpp"
#include "world.hpp"

namespace fakecloud::ec2 {

struct Asked {
    World& world;
    const Call& call;
    const Form& form;
    const AwsRegion& region;
};

inline Response invalid(const Asked& asked, std::string_view code, std::string_view message) {
    return error(400, code, message, asked.world.random);
}

std::string owner_id(const std::string& account);  // twelve digits

// ec2_run.cpp
Response run_instances(const Asked& asked);

// ec2_instances.cpp
Response reservation_reply(const Asked& asked, const std::vector<const Machine*>& made);
Response describe_instances(const Asked& asked);
Response describe_instance_status(const Asked& asked);
Response terminate_instances(const Asked& asked);
Response create_tags(const Asked& asked);
Response describe_volumes(const Asked& asked);

// ec2_catalogue.cpp
Response describe_instance_types(const Asked& asked);
Response describe_instance_type_offerings(const Asked& asked);
Response describe_regions(const Asked& asked);
Response describe_availability_zones(const Asked& asked);
Response describe_images(const Asked& asked);
bool sold_in_zone(const AwsType& type, const AwsRegion& region, char zone_letter);

// ec2_network.cpp
Response describe_key_pairs(const Asked& asked);
Response import_key_pair(const Asked& asked);
Response delete_key_pair(const Asked& asked);
Response describe_security_groups(const Asked& asked);
Response create_security_group(const Asked& asked);
Response authorize_ingress(const Asked& asked);
Response delete_security_group(const Asked& asked);
Response describe_vpcs(const Asked& asked);
Response describe_addresses(const Asked& asked);
Response describe_subnets(const Asked& asked);

std::string default_vpc(const std::string& account, const AwsRegion& region);
std::string default_subnet(const std::string& account, const AwsRegion& region, char zone_letter);
std::string default_group(const std::string& account, const AwsRegion& region);
bool group_exists(const Asked& asked, const std::string& id);

// {ResourceType -> labels} of TagSpecification.N; a refusal otherwise.
std::optional<Response> read_tags(const Asked& asked, std::map<std::string, Labels>& out);
void put_tags(pugi::xml_node parent, const Labels& labels);

}  // namespace fakecloud::ec2
