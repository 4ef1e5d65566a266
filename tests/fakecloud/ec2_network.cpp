// What an instance stands in: keys, security groups, the default network; and the rules for tags.
#include <algorithm>

#include "ec2_operations.hpp"

namespace fakecloud::ec2 {

namespace {

std::string derived(const char* prefix, const std::string& from) {
    return prefix + hex(sha256(from)).substr(0, 17);
}

Response returned_true(const char* action, const Asked& asked) {
    Answer answer(action, asked.world.random.uuid());
    put_flag(answer.root(), "return", true);
    return answer.done();
}

bool mine(const SshKey& key, const Asked& asked) {
    return key.vendor == "aws" && key.account == asked.call.account() &&
           key.region == asked.region.name;
}

bool mine(const SecurityGroup& group, const Asked& asked) {
    return group.account == asked.call.account() && group.region == asked.region.name;
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

std::string owner_id(const std::string& account) {
    if (account == "main") return "123456789012";
    std::string digits;
    for (const unsigned char c : sha256(account).substr(0, 12))
        digits += static_cast<char>('0' + c % 10);
    return digits;
}

std::string default_vpc(const std::string& account, const AwsRegion& region) {
    return derived("vpc-", account + region.name);
}
std::string default_subnet(const std::string& account, const AwsRegion& region, char letter) {
    return derived("subnet-", account + region.name + letter);
}
std::string default_group(const std::string& account, const AwsRegion& region) {
    return derived("sg-", account + region.name);
}

bool group_exists(const Asked& asked, const std::string& id) {
    if (id == default_group(asked.call.account(), asked.region)) return true;
    return std::any_of(asked.world.groups.begin(), asked.world.groups.end(),
                       [&](const auto& group) { return mine(group, asked) && group.id == id; });
}

std::optional<Response> read_tags(const Asked& asked, std::map<std::string, Labels>& out) {
    for (const auto& index : asked.form.indices("TagSpecification")) {
        const auto prefix = "TagSpecification." + index;
        const auto resource = asked.form.get(prefix + ".ResourceType");
        if (resource.empty())
            return invalid(asked, "InvalidParameterValue",
                           "Tag specification resource type must have a value");
        if (out.count(resource) > 0)
            return invalid(
                asked, "InvalidParameterValue",
                "The same resource type may not be specified more than once in tag specifications");
        auto& labels = out[resource];
        for (const auto& tag : asked.form.indices(prefix + ".Tag")) {
            const auto key = asked.form.get(prefix + ".Tag." + tag + ".Key");
            const auto value = asked.form.get(prefix + ".Tag." + tag + ".Value");
            if (key.empty() || key.size() > 128 || value.size() > 256 || key.rfind("aws:", 0) == 0)
                return invalid(
                    asked, "InvalidParameterValue",
                    "Tag key '" + key + "' or its value is too long, empty or reserved (aws:)");
            if (!labels.emplace(key, value).second)
                return invalid(asked, "InvalidParameterValue",
                               "Duplicate tag key '" + key + "' specified.");
        }
        if (labels.empty())
            return invalid(asked, "InvalidParameterValue",
                           "Tag specification must have at least one tag");
        if (labels.size() > 50) return invalid(asked, "TagLimitExceeded", "More than 50 tags");
    }
    return std::nullopt;
}

void put_tags(pugi::xml_node parent, const Labels& labels) {
    if (labels.empty()) return;
    auto set = parent.append_child("tagSet");
    for (const auto& [key, value] : labels) {
        auto item = set.append_child("item");
        put(item, "key", key);
        put(item, "value", value);
    }
}

Response describe_key_pairs(const Asked& asked) {
    const auto names = asked.form.list("KeyName");
    for (const auto& name : names)
        if (std::none_of(asked.world.keys.begin(), asked.world.keys.end(),
                         [&](const auto& key) { return mine(key, asked) && key.name == name; }))
            return invalid(asked, "InvalidKeyPair.NotFound",
                           "The key pair '" + name + "' does not exist");
    Answer answer("DescribeKeyPairs", asked.world.random.uuid());
    auto set = answer.root().append_child("keySet");
    for (const auto& key : asked.world.keys) {
        if (!mine(key, asked) || (!names.empty() && !contains(names, key.name))) continue;
        bool keep = true;
        for (const auto& filter : asked.form.filters()) {
            if (filter.name == "key-name") keep = keep && filter.accepts(key.name);
            if (filter.name == "fingerprint") keep = keep && filter.accepts(key.fingerprint);
            if (filter.name.rfind("tag:", 0) == 0) {
                const auto found = key.labels.find(filter.name.substr(4));
                keep = keep && found != key.labels.end() && filter.accepts(found->second);
            }
        }
        if (!keep) continue;
        auto item = set.append_child("item");
        put(item, "keyPairId", derived("key-0", std::to_string(key.id)).substr(0, 21));
        put(item, "keyFingerprint", key.fingerprint);
        put(item, "keyName", key.name);
        put(item, "keyType", key.public_key.rfind("ssh-ed25519", 0) == 0 ? "ed25519" : "rsa");
        put_tags(item, key.labels);
        if (asked.form.get("IncludePublicKey") == "true") put(item, "publicKey", key.public_key);
        put(item, "createTime", iso_time_ms(key.created_ms));
    }
    return answer.done();
}

Response import_key_pair(const Asked& asked) {
    SshKey key{"aws", asked.call.account(), asked.region.name, 0, asked.form.get("KeyName"), {}, {},
               {},    asked.call.now_ms};
    if (key.name.empty() || key.name.size() > 255)
        return invalid(asked, "MissingParameter", "The request must contain the parameter KeyName");
    const auto material = base64_decode(asked.form.get("PublicKeyMaterial"));
    const auto fingerprint = material ? ssh_fingerprint(*material) : std::nullopt;
    if (!fingerprint)
        return invalid(asked, "InvalidKey.Format", "Key is not in valid OpenSSH public key format");
    for (const auto& other : asked.world.keys)
        if (mine(other, asked) && other.name == key.name)
            return invalid(asked, "InvalidKeyPair.Duplicate",
                           "The keypair '" + key.name + "' already exists.");
    std::map<std::string, Labels> tags;
    if (auto refusal = read_tags(asked, tags)) return *refusal;
    key.labels = tags["key-pair"];
    key.public_key = *material;
    key.fingerprint = *fingerprint;
    key.id = asked.world.next_id();
    asked.world.keys.push_back(key);
    Answer answer("ImportKeyPair", asked.world.random.uuid());
    put(answer.root(), "keyName", key.name);
    put(answer.root(), "keyFingerprint", key.fingerprint);
    put(answer.root(), "keyPairId", derived("key-0", std::to_string(key.id)).substr(0, 21));
    put_tags(answer.root(), key.labels);
    return answer.done();
}

Response delete_key_pair(const Asked& asked) {
    auto& keys = asked.world.keys;
    keys.erase(std::remove_if(keys.begin(), keys.end(),
                              [&](const auto& key) {
                                  return mine(key, asked) && key.name == asked.form.get("KeyName");
                              }),
               keys.end());
    return returned_true("DeleteKeyPair", asked);  // true as well when there was none
}

Response describe_security_groups(const Asked& asked) {
    std::vector<SecurityGroup> all;
    all.push_back({asked.call.account(),
                   asked.region.name,
                   default_group(asked.call.account(), asked.region),
                   "default",
                   "default VPC security group",
                   {},
                   {}});
    for (const auto& group : asked.world.groups)
        if (mine(group, asked)) all.push_back(group);
    const auto ids = asked.form.list("GroupId"), names = asked.form.list("GroupName");
    for (const auto& id : ids)
        if (!group_exists(asked, id))
            return invalid(asked, "InvalidGroup.NotFound",
                           "The security group '" + id + "' does not exist");
    const auto vpc = default_vpc(asked.call.account(), asked.region);
    Answer answer("DescribeSecurityGroups", asked.world.random.uuid());
    auto set = answer.root().append_child("securityGroupInfo");
    for (const auto& group : all) {
        if ((!ids.empty() && !contains(ids, group.id)) ||
            (!names.empty() && !contains(names, group.name)))
            continue;
        bool keep = true;
        for (const auto& filter : asked.form.filters()) {
            if (filter.name == "group-name") keep = keep && filter.accepts(group.name);
            if (filter.name == "group-id") keep = keep && filter.accepts(group.id);
            if (filter.name == "vpc-id") keep = keep && filter.accepts(vpc);
            if (filter.name.rfind("tag:", 0) == 0) {
                const auto found = group.labels.find(filter.name.substr(4));
                keep = keep && found != group.labels.end() && filter.accepts(found->second);
            }
        }
        if (!keep) continue;
        auto item = set.append_child("item");
        put(item, "ownerId", owner_id(group.account));
        put(item, "groupId", group.id);
        put(item, "groupName", group.name);
        put(item, "groupDescription", group.description);
        put(item, "vpcId", vpc);
        auto rules = item.append_child("ipPermissions");
        for (const auto& rule : group.ingress) {
            auto entry = rules.append_child("item");
            put(entry, "ipProtocol", rule.protocol);
            put(entry, "fromPort", rule.from_port);
            put(entry, "toPort", rule.to_port);
            entry.append_child("groups");
            put(entry.append_child("ipRanges").append_child("item"), "cidrIp", rule.cidr);
        }
        item.append_child("ipPermissionsEgress");
        put_tags(item, group.labels);
    }
    return answer.done();
}

Response create_security_group(const Asked& asked) {
    SecurityGroup group{asked.call.account(),
                        asked.region.name,
                        {},
                        asked.form.get("GroupName"),
                        asked.form.get("GroupDescription"),
                        {},
                        {}};
    if (group.name.empty() || group.description.empty())
        return invalid(asked, "MissingParameter",
                       "The request must contain GroupName and GroupDescription");
    for (const auto& other : asked.world.groups)
        if (mine(other, asked) && other.name == group.name)
            return invalid(asked, "InvalidGroup.Duplicate",
                           "The security group '" + group.name + "' already exists");
    std::map<std::string, Labels> tags;
    if (auto refusal = read_tags(asked, tags)) return *refusal;
    group.labels = tags["security-group"];
    group.id = "sg-0" + asked.world.random.hex_digits(16);
    asked.world.groups.push_back(group);
    Answer answer("CreateSecurityGroup", asked.world.random.uuid());
    put_flag(answer.root(), "return", true);
    put(answer.root(), "groupId", group.id);
    put_tags(answer.root(), group.labels);
    return answer.done();
}

Response authorize_ingress(const Asked& asked) {
    for (auto& group : asked.world.groups) {
        if (!mine(group, asked) || group.id != asked.form.get("GroupId")) continue;
        for (const auto& index : asked.form.indices("IpPermissions")) {
            const auto prefix = "IpPermissions." + index;
            for (const auto& range : asked.form.indices(prefix + ".IpRanges")) {
                const SecurityGroup::Ingress rule{
                    asked.form.get(prefix + ".IpProtocol"), asked.form.get(prefix + ".FromPort"),
                    asked.form.get(prefix + ".ToPort"),
                    asked.form.get(prefix + ".IpRanges." + range + ".CidrIp")};
                for (const auto& old : group.ingress)
                    if (old.protocol == rule.protocol && old.from_port == rule.from_port &&
                        old.to_port == rule.to_port && old.cidr == rule.cidr)
                        return invalid(asked, "InvalidPermission.Duplicate",
                                       "the specified rule already exists");
                group.ingress.push_back(rule);
            }
        }
        return returned_true("AuthorizeSecurityGroupIngress", asked);
    }
    return invalid(asked, "InvalidGroup.NotFound",
                   "The security group '" + asked.form.get("GroupId") + "' does not exist");
}

Response delete_security_group(const Asked& asked) {
    auto& groups = asked.world.groups;
    for (auto it = groups.begin(); it != groups.end(); ++it) {
        if (!mine(*it, asked) || it->id != asked.form.get("GroupId")) continue;
        for (const auto& machine : asked.world.machines())
            if (machine.security_group == it->id && machine.exists(asked.call.now_ms))
                return invalid(asked, "DependencyViolation",
                               "resource " + it->id + " has a dependent object");
        groups.erase(it);
        return returned_true("DeleteSecurityGroup", asked);
    }
    return invalid(asked, "InvalidGroup.NotFound",
                   "The security group '" + asked.form.get("GroupId") + "' does not exist");
}

Response describe_vpcs(const Asked& asked) {
    Answer answer("DescribeVpcs", asked.world.random.uuid());
    auto item = answer.root().append_child("vpcSet").append_child("item");
    put(item, "vpcId", default_vpc(asked.call.account(), asked.region));
    put(item, "ownerId", owner_id(asked.call.account()));
    put(item, "state", "available");
    put(item, "cidrBlock", "10.0.0.0/8");
    put(item, "dhcpOptionsId", "dopt-0fake");
    put(item, "instanceTenancy", "default");
    put_flag(item, "isDefault", true);
    return answer.done();
}

// Elastic addresses: nobody has any here, which clients that list instances want to know.
Response describe_addresses(const Asked& asked) {
    for (const auto& ip : asked.form.list("PublicIp"))
        return invalid(asked, "InvalidAddress.NotFound", "Address '" + ip + "' not found.");
    for (const auto& id : asked.form.list("AllocationId"))
        return invalid(asked, "InvalidAllocationID.NotFound",
                       "The allocation ID '" + id + "' does not exist");
    Answer answer("DescribeAddresses", asked.world.random.uuid());
    answer.root().append_child("addressesSet");
    return answer.done();
}

Response describe_subnets(const Asked& asked) {
    Answer answer("DescribeSubnets", asked.world.random.uuid());
    auto set = answer.root().append_child("subnetSet");
    const auto vpc = default_vpc(asked.call.account(), asked.region);
    for (const char letter : asked.region.zone_letters) {
        const auto id = default_subnet(asked.call.account(), asked.region, letter);
        const auto zone = asked.region.name + letter;
        const auto ids = asked.form.list("SubnetId");
        bool keep = ids.empty() || contains(ids, id);
        for (const auto& filter : asked.form.filters()) {
            if (filter.name == "availability-zone") keep = keep && filter.accepts(zone);
            if (filter.name == "vpc-id") keep = keep && filter.accepts(vpc);
            if (filter.name == "default-for-az") keep = keep && filter.accepts("true");
        }
        if (!keep) continue;
        auto item = set.append_child("item");
        put(item, "subnetId", id);
        put(item, "state", "available");
        put(item, "ownerId", owner_id(asked.call.account()));
        put(item, "vpcId", vpc);
        put(item, "cidrBlock", "10." + std::to_string(16 * (letter - 'a')) + ".0.0/12");
        put(item, "availableIpAddressCount", 4091);
        put(item, "availabilityZone", zone);
        put_flag(item, "defaultForAz", true);
        put_flag(item, "mapPublicIpOnLaunch", true);
    }
    return answer.done();
}

}  // namespace fakecloud::ec2
