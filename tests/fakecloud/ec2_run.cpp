// RunInstances: what it asks for, whether the vendor would give it, and the machine.
#include <algorithm>

#include "ec2_operations.hpp"

namespace fakecloud::ec2 {

namespace {

// Fills what RunInstances asks for; a refusal otherwise.
std::optional<Response> read_instance(const Asked& asked, Machine& machine) {
    const auto& form = asked.form;
    const auto& shop = asked.world.catalogue;
    for (const char* must : {"ImageId", "InstanceType", "MinCount", "MaxCount"})
        if (form.get(must).empty())
            return invalid(asked, "MissingParameter",
                           std::string("The request must contain the parameter ") + must);
    const auto least = to_integer(form.get("MinCount")), most = to_integer(form.get("MaxCount"));
    if (!least || !most || *least < 1 || *most < *least || *most > 10)
        return invalid(asked, "InvalidParameterValue", "Invalid values for MinCount and MaxCount");

    const auto* type = shop.aws_type(form.get("InstanceType"));
    if (type == nullptr)
        return invalid(asked, "InvalidParameterValue",
                       "Invalid value '" + form.get("InstanceType") + "' for InstanceType.");
    const AwsImage* image = nullptr;
    for (const auto& one : shop.aws_images)
        if (one.id == form.get("ImageId") && one.region == asked.region.name) image = &one;
    if (image == nullptr)
        return invalid(asked,
                       form.get("ImageId").rfind("ami-", 0) == 0 ? "InvalidAMIID.NotFound"
                                                                 : "InvalidAMIID.Malformed",
                       "The image id '[" + form.get("ImageId") + "]' does not exist");
    if (std::find(type->archs.begin(), type->archs.end(), image->arch) == type->archs.end())
        return invalid(asked, "InvalidParameterValue",
                       "The architecture '" + type->archs.front() +
                           "' of the specified instance type does not "
                           "match the architecture '" +
                           image->arch + "' of the specified AMI.");
    machine.type = type->name;
    machine.image = image->id;
    machine.arch = image->arch;
    machine.region = asked.region.name;

    std::string subnet = form.get("SubnetId");
    if (subnet.empty()) subnet = form.get("NetworkInterface.1.SubnetId");
    machine.zone = form.get("Placement.AvailabilityZone");
    for (const char letter : asked.region.zone_letters)
        if (subnet == default_subnet(machine.account, asked.region, letter))
            machine.zone = asked.region.name + letter;
    if (!subnet.empty() && machine.zone.empty())
        return invalid(asked, "InvalidSubnetID.NotFound",
                       "The subnet ID '" + subnet + "' does not exist");
    if (machine.zone.empty()) {  // the cloud's choice: the first zone that has the type
        for (const char letter : asked.region.zone_letters)
            if (machine.zone.empty() && sold_in_zone(*type, asked.region, letter))
                machine.zone = asked.region.name + letter;
    }
    const char letter = machine.zone.empty() ? '?' : machine.zone.back();
    if (machine.zone.size() != asked.region.name.size() + 1 ||
        machine.zone.rfind(asked.region.name, 0) != 0 ||
        asked.region.zone_letters.find(letter) == std::string::npos)
        return invalid(asked, "InvalidParameterValue",
                       "Invalid availability zone: [" + machine.zone + "]");
    if (type->hourly.count(asked.region.name) == 0 || !sold_in_zone(*type, asked.region, letter))
        return invalid(asked, "Unsupported",
                       "Your requested instance type (" + type->name +
                           ") is not supported in your requested "
                           "Availability Zone (" +
                           machine.zone + ").");
    machine.subnet = default_subnet(machine.account, asked.region, letter);

    auto groups = form.list("SecurityGroupId");
    const auto of_card = form.list("NetworkInterface.1.SecurityGroupId");
    if (form.has_below("NetworkInterface") && (!groups.empty() || form.has("SubnetId")))
        return invalid(
            asked, "InvalidParameterCombination",
            "Network interfaces and an instance-level security groups or subnet ID may not be "
            "specified on the same request");
    groups.insert(groups.end(), of_card.begin(), of_card.end());
    for (const auto& group : groups)
        if (!group_exists(asked, group))
            return invalid(asked, "InvalidGroup.NotFound",
                           "The security group '" + group + "' does not exist");
    machine.security_group =
        groups.empty() ? default_group(machine.account, asked.region) : groups.front();

    if (const auto key = form.get("KeyName"); !key.empty()) {
        const auto& keys = asked.world.keys;
        const auto found = std::find_if(keys.begin(), keys.end(), [&](const auto& one) {
            return one.vendor == "aws" && one.account == machine.account &&
                   one.region == machine.region && one.name == key;
        });
        if (found == keys.end())
            return invalid(asked, "InvalidKeyPair.NotFound",
                           "The key pair '" + key + "' does not exist");
        machine.key_name = key;
        machine.ssh_keys = {found->public_key};
    }
    if (const auto data = form.get("UserData"); !data.empty()) {
        const auto decoded = base64_decode(data);
        if (!decoded)
            return invalid(asked, "InvalidUserData.Malformed",
                           "Invalid BASE64 encoding of user data");
        if (decoded->size() > 16384)
            return invalid(asked, "InvalidParameterValue", "User data is limited to 16384 bytes");
        machine.user_data = *decoded;
    }
    machine.root_gb = image->root_gb;
    for (const auto& index : form.indices("BlockDeviceMapping")) {
        const auto prefix = "BlockDeviceMapping." + index;
        const auto device = form.get(prefix + ".DeviceName");
        if (device.empty())
            return invalid(asked, "MissingParameter",
                           "The request must contain the parameter deviceName");
        const auto size = form.get(prefix + ".Ebs.VolumeSize");
        const auto gb = to_integer(size);
        if (!size.empty() && (!gb || *gb < 1 || *gb > 16384))
            return invalid(asked, "InvalidParameterValue", "Invalid volume size: " + size);
        const auto kind = form.get(prefix + ".Ebs.VolumeType");
        if (!kind.empty() && kind != "gp3" && kind != "gp2" && kind != "standard" &&
            kind != "io1" && kind != "io2")
            return invalid(asked, "InvalidParameterValue", "Invalid volume type: " + kind);
        if (device != image->root_device) continue;
        if (gb && *gb < image->root_gb)
            return invalid(asked, "InvalidBlockDeviceMapping",
                           "Volume of size " + size +
                               "GB is smaller than snapshot, expect size >= " +
                               std::to_string(image->root_gb) + "GB");
        if (gb) machine.root_gb = static_cast<int>(*gb);
    }
    if (const auto tokens = form.get("MetadataOptions.HttpTokens"); !tokens.empty()) {
        if (tokens != "required" && tokens != "optional")
            return invalid(asked, "InvalidParameterValue",
                           "Invalid value for HttpTokens: " + tokens);
        machine.http_tokens = tokens;
    }
    std::map<std::string, Labels> tags;
    if (auto refusal = read_tags(asked, tags)) return refusal;
    for (const auto& [resource, labels] : tags) {
        if (resource == "instance")
            machine.labels = labels;
        else if (resource == "volume")
            machine.volume_labels = labels;
        else if (resource == "network-interface")
            machine.interface_labels = labels;
        else if (resource != "spot-instances-request")
            return invalid(
                asked, "InvalidParameterValue",
                "'" + resource + "' is not a valid taggable resource type for this operation.");
    }
    if (const auto name = machine.labels.find("Name"); name != machine.labels.end())
        machine.name = name->second;
    return std::nullopt;
}

}  // namespace

Response run_instances(const Asked& asked) {
    auto& world = asked.world;
    const auto now = asked.call.now_ms;
    Machine machine;
    machine.vendor = "aws";
    machine.account = asked.call.account();
    machine.client_token = asked.form.get("ClientToken");
    machine.parameters = asked.form.fingerprint();
    if (machine.client_token.size() > 64)
        return invalid(asked, "InvalidParameterValue",
                       "ClientToken must be at most 64 ASCII characters");
    if (!machine.client_token.empty()) {
        auto* before =
            world.by_client_token(machine.account, asked.region.name, machine.client_token);
        if (before != nullptr && before->parameters != machine.parameters)
            return invalid(
                asked, "IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used in "
                "previous request(s).");
        if (before != nullptr) return reservation_reply(asked, {before});
    }
    if (auto refusal = read_instance(asked, machine)) return *refusal;
    const auto count = *to_integer(asked.form.get("MinCount"));
    if (world.living("aws", machine.account, now) + count > world.options.server_limit)
        return invalid(
            asked, "VcpuLimitExceeded",
            "You have requested more vCPU capacity than your current vCPU limit of " +
                std::to_string(world.options.server_limit * 2) +
                " allows for the instance bucket that the specified instance type belongs to.");
    const auto with_id = [&](Machine& made) {
        made.id = "i-0" + world.random.hex_digits(16);
        made.reservation = "r-0" + world.random.hex_digits(16);
        made.volume = "vol-0" + world.random.hex_digits(16);
        made.interface = "eni-0" + world.random.hex_digits(16);
    };
    const auto* fault = asked.call.fault;
    if (fault != nullptr && fault->name_taken) {
        Machine foreign = machine;  // legal here: the name is only a tag
        foreign.labels = {{"Name", machine.name}, {"owner", "somebody-else"}};
        foreign.client_token.clear();
        world.add(foreign, nullptr, "planted", now, with_id);
    }
    std::vector<const Machine*> made;
    for (std::int64_t i = 0; i < count; ++i)
        made.push_back(&world.add(machine, fault, "create", now, with_id));
    if (fault != nullptr && fault->duplicate) {
        Machine twin = machine;
        twin.client_token.clear();
        world.add(twin, fault, "duplicate", now, with_id);
    }
    return reservation_reply(asked, made);
}

}  // namespace fakecloud::ec2
