// Looking at instances, ending them, and their tags. Creating them is in ec2_run.cpp.
#include <algorithm>

#include "ec2_operations.hpp"

namespace fakecloud::ec2 {

namespace {

constexpr std::int64_t listed_after_end_ms = 3'600'000;

struct State {
    int code;
    const char* name;
};

State state_of(const Machine& machine, std::int64_t at_ms) {
    switch (machine.phase(at_ms)) {
        case Phase::running:
            return {16, "running"};
        case Phase::stopped:
            return {80, "stopped"};
        case Phase::failed:
            return {48, "terminated"};
        case Phase::deleting:
            return {32, "shutting-down"};
        case Phase::gone:
            return {48, "terminated"};
        default:
            return {0, "pending"};
    }
}

// A terminated instance stays listed for an hour; a new one is not known at once.
bool listed(const Machine& machine, const Asked& asked, std::int64_t at_ms) {
    if (machine.vendor != "aws" || machine.account != asked.call.account() ||
        machine.region != asked.region.name)
        return false;
    if (at_ms < machine.created_ms + asked.world.options.ec2_lag_ms) return false;
    const auto ended = std::min(machine.gone_ms, machine.failed_ms);
    return ended == never || at_ms < ended + listed_after_end_ms;
}

Machine* instance(const Asked& asked, const std::string& id) {
    auto* machine = asked.world.find("aws", asked.call.account(), id);
    return machine != nullptr && machine->region == asked.region.name ? machine : nullptr;
}

bool well_formed(const std::string& id) {
    if (id.rfind("i-", 0) != 0 || (id.size() != 19 && id.size() != 10)) return false;
    return id.find_first_not_of("0123456789abcdef", 2) == std::string::npos;
}

Response no_such_instances(const Asked& asked, const std::vector<std::string>& ids) {
    std::string list;
    for (const auto& id : ids) list += (list.empty() ? "" : ", ") + id;
    return invalid(asked, "InvalidInstanceID.NotFound",
                   ids.size() == 1 ? "The instance ID '" + list + "' does not exist"
                                   : "The instance IDs '" + list + "' do not exist");
}

void put_state(pugi::xml_node parent, const char* name, State state) {
    auto node = parent.append_child(name);
    put(node, "code", state.code);
    put(node, "name", state.name);
}

void put_groups(pugi::xml_node parent, const Machine& machine) {
    auto item = parent.append_child("groupSet").append_child("item");
    put(item, "groupId", machine.security_group);
    put(item, "groupName", "group");
}

void put_instance(pugi::xml_node item, const Machine& machine, const Asked& asked,
                  std::int64_t at_ms) {
    const auto state = state_of(machine, at_ms);
    const bool ended = state.code == 48;
    const auto* type = asked.world.catalogue.aws_type(machine.type);
    put(item, "instanceId", machine.id);
    put(item, "imageId", machine.image);
    put_state(item, "instanceState", state);
    put(item, "privateDnsName", ended ? "" : "ip-" + machine.private_address + ".ec2.internal");
    put(item, "dnsName", ended || state.code == 0 ? "" : machine.address);
    put(item, "reason",
        machine.delete_asked_ms <= at_ms
            ? "User initiated (" + iso_time(machine.delete_asked_ms) + ")"
            : "");
    if (!machine.key_name.empty()) put(item, "keyName", machine.key_name);
    put(item, "amiLaunchIndex", 0);
    item.append_child("productCodes");
    put(item, "instanceType", machine.type);
    put(item, "launchTime", iso_time_ms(machine.created_ms));
    auto placement = item.append_child("placement");
    put(placement, "availabilityZone", machine.zone);
    put(placement, "groupName", "");
    put(placement, "tenancy", "default");
    put(item.append_child("monitoring"), "state", "disabled");
    if (!ended) {
        put(item, "subnetId", machine.subnet);
        put(item, "vpcId", default_vpc(machine.account, asked.region));
        put(item, "privateIpAddress", machine.private_address);
        if (state.code == 16) put(item, "ipAddress", machine.address);  // not while pending
        put_flag(item, "sourceDestCheck", true);
        put_groups(item, machine);
    }
    const bool boot_failed = at_ms >= machine.failed_ms && at_ms < machine.delete_asked_ms;
    if (boot_failed || machine.delete_asked_ms <= at_ms) {
        auto reason = item.append_child("stateReason");
        put(reason, "code", boot_failed ? "Server.InternalError" : "Client.UserInitiatedShutdown");
        put(reason, "message",
            boot_failed ? "Server.InternalError: Internal error on launch"
                        : "Client.UserInitiatedShutdown: User initiated shutdown");
    }
    put(item, "architecture", machine.arch);
    put(item, "rootDeviceType", "ebs");
    put(item, "rootDeviceName", "/dev/xvda");
    auto disks = item.append_child("blockDeviceMapping");
    if (!ended) {
        auto disk = disks.append_child("item");
        put(disk, "deviceName", "/dev/xvda");
        auto ebs = disk.append_child("ebs");
        put(ebs, "volumeId", machine.volume);
        put(ebs, "status", state.code == 16 ? "attached" : "attaching");
        put(ebs, "attachTime", iso_time_ms(machine.created_ms));
        put_flag(ebs, "deleteOnTermination", true);
    }
    put(item, "virtualizationType", "hvm");
    put(item, "clientToken", machine.client_token);
    put_tags(item, machine.labels);
    put(item, "hypervisor", "xen");
    auto interfaces = item.append_child("networkInterfaceSet");
    if (!ended) {
        auto card = interfaces.append_child("item");
        put(card, "networkInterfaceId", machine.interface);
        put(card, "subnetId", machine.subnet);
        put(card, "vpcId", default_vpc(machine.account, asked.region));
        put(card, "ownerId", owner_id(machine.account));
        put(card, "status", "in-use");
        put(card, "privateIpAddress", machine.private_address);
        put_groups(card, machine);
    }
    put_flag(item, "ebsOptimized", true);
    put_flag(item, "enaSupport", true);
    auto cpu = item.append_child("cpuOptions");
    put(cpu, "coreCount", std::max(1, type->vcpus / 2));
    put(cpu, "threadsPerCore", type->vcpus == 1 ? 1 : 2);
    auto metadata = item.append_child("metadataOptions");
    put(metadata, "state", "applied");
    put(metadata, "httpTokens", machine.http_tokens);
    put(metadata, "httpPutResponseHopLimit", 2);
    put(metadata, "httpEndpoint", "enabled");
}

void put_reservation(pugi::xml_node parent, const Machine& machine) {
    put(parent, "reservationId", machine.reservation);
    put(parent, "ownerId", owner_id(machine.account));
    parent.append_child("groupSet");
}

bool keeps(const Filter& filter, const Machine& machine, const Asked& asked, std::int64_t at_ms,
           bool& known) {
    const auto& name = filter.name;
    if (name.rfind("tag:", 0) == 0) {
        const auto found = machine.labels.find(name.substr(4));
        return found != machine.labels.end() && filter.accepts(found->second);
    }
    if (name == "tag-key")
        return std::any_of(machine.labels.begin(), machine.labels.end(),
                           [&](const auto& label) { return filter.accepts(label.first); });
    if (name == "instance-state-name") return filter.accepts(state_of(machine, at_ms).name);
    if (name == "instance-state-code")
        return filter.accepts(std::to_string(state_of(machine, at_ms).code));
    if (name == "instance-id") return filter.accepts(machine.id);
    if (name == "instance-type") return filter.accepts(machine.type);
    if (name == "availability-zone") return filter.accepts(machine.zone);
    if (name == "client-token") return filter.accepts(machine.client_token);
    if (name == "image-id") return filter.accepts(machine.image);
    if (name == "ip-address") return filter.accepts(machine.address);
    if (name == "vpc-id") return filter.accepts(default_vpc(machine.account, asked.region));
    known = false;
    return false;
}

}  // namespace

Response reservation_reply(const Asked& asked, const std::vector<const Machine*>& made) {
    Answer answer("RunInstances", asked.world.random.uuid());
    put_reservation(answer.root(), *made.front());
    auto set = answer.root().append_child("instancesSet");
    for (const auto* machine : made)
        put_instance(set.append_child("item"), *machine, asked, asked.call.now_ms);
    return answer.done();
}

Response describe_instances(const Asked& asked) {
    const auto ids = asked.form.list("InstanceId");
    const auto at = asked.call.view_ms();
    if (!ids.empty() && asked.form.has("MaxResults"))
        return invalid(asked, "InvalidParameterCombination",
                       "The parameter instancesSet cannot be used with the parameter maxResults");
    std::vector<std::string> missing;
    for (const auto& id : ids) {
        if (!well_formed(id))
            return invalid(asked, "InvalidInstanceID.Malformed", "Invalid id: \"" + id + "\"");
        const auto* machine = instance(asked, id);
        if (machine == nullptr || !listed(*machine, asked, at)) missing.push_back(id);
    }
    if (!missing.empty()) return no_such_instances(asked, missing);
    const auto filters = asked.form.filters();
    std::vector<const Machine*> kept;
    for (const auto& filter : filters) {
        bool known = true;
        keeps(filter, Machine{}, asked, at, known);
        if (!known)
            return invalid(asked, "InvalidParameterValue",
                           "The filter '" + filter.name + "' is invalid");
    }
    for (const auto& machine : asked.world.machines()) {
        if (!listed(machine, asked, at)) continue;
        bool keep = ids.empty() || std::find(ids.begin(), ids.end(), machine.id) != ids.end();
        for (const auto& filter : filters) {
            bool known = true;
            keep = keep && keeps(filter, machine, asked, at, known);
        }
        if (keep) kept.push_back(&machine);
    }
    thin_out(kept, asked.call.fault, asked.world.random);
    const auto part = window(asked.form, kept.size(), 0, 5, 1000, asked.call.fault);
    if (!part.refusal.empty()) return invalid(asked, "InvalidParameterValue", part.refusal);
    Answer answer("DescribeInstances", asked.world.random.uuid());
    auto set = answer.root().append_child("reservationSet");
    for (auto i = part.begin; i < part.end; ++i) {
        auto item = set.append_child("item");
        put_reservation(item, *kept[i]);
        put_instance(item.append_child("instancesSet").append_child("item"), *kept[i], asked, at);
    }
    if (!part.next_token.empty()) put(answer.root(), "nextToken", part.next_token);
    return answer.done();
}

Response describe_instance_status(const Asked& asked) {
    const auto ids = asked.form.list("InstanceId");
    const auto at = asked.call.view_ms();
    const bool all = asked.form.get("IncludeAllInstances") == "true";
    for (const auto& id : ids)
        if (const auto* machine = instance(asked, id);
            machine == nullptr || !listed(*machine, asked, at))
            return no_such_instances(asked, {id});
    Answer answer("DescribeInstanceStatus", asked.world.random.uuid());
    auto set = answer.root().append_child("instanceStatusSet");
    for (const auto& machine : asked.world.machines()) {
        if (!listed(machine, asked, at)) continue;
        if (!ids.empty() && std::find(ids.begin(), ids.end(), machine.id) == ids.end()) continue;
        const auto state = state_of(machine, at);
        if (!all && state.code != 16) continue;
        auto item = set.append_child("item");
        put(item, "instanceId", machine.id);
        put(item, "availabilityZone", machine.zone);
        put_state(item, "instanceState", state);
        for (const char* kind : {"systemStatus", "instanceStatus"})
            put(item.append_child(kind), "status", state.code == 16 ? "ok" : "initializing");
    }
    return answer.done();
}

Response terminate_instances(const Asked& asked) {
    const auto ids = asked.form.list("InstanceId");
    const auto now = asked.call.now_ms;
    if (ids.empty())
        return invalid(asked, "MissingParameter",
                       "The request must contain the parameter InstanceId");
    std::vector<std::string> missing;
    for (const auto& id : ids) {
        if (!well_formed(id))
            return invalid(asked, "InvalidInstanceID.Malformed", "Invalid id: \"" + id + "\"");
        const auto* machine = instance(asked, id);
        if (machine == nullptr || !listed(*machine, asked, now)) missing.push_back(id);
    }
    if (!missing.empty()) return no_such_instances(asked, missing);  // one bad id ends none
    Answer answer("TerminateInstances", asked.world.random.uuid());
    auto set = answer.root().append_child("instancesSet");
    for (const auto& id : ids) {
        auto* machine = instance(asked, id);
        const auto before = state_of(*machine, now);
        if (before.code != 48) asked.world.destroy(*machine, now);
        auto item = set.append_child("item");
        put(item, "instanceId", id);
        put_state(item, "currentState", state_of(*machine, now));
        put_state(item, "previousState", before);
    }
    return answer.done();
}

Response create_tags(const Asked& asked) {
    Labels labels;
    for (const auto& index : asked.form.indices("Tag"))
        labels[asked.form.get("Tag." + index + ".Key")] = asked.form.get("Tag." + index + ".Value");
    for (const auto& id : asked.form.list("ResourceId")) {
        bool found = false;
        for (auto& machine : asked.world.machines()) {
            if (machine.vendor != "aws" || machine.account != asked.call.account()) continue;
            auto* into = machine.id == id          ? &machine.labels
                         : machine.volume == id    ? &machine.volume_labels
                         : machine.interface == id ? &machine.interface_labels
                                                   : nullptr;
            if (into == nullptr) continue;
            found = true;
            for (const auto& [key, value] : labels) (*into)[key] = value;
        }
        if (!found) return invalid(asked, "InvalidID", "The ID '" + id + "' is not valid");
    }
    Answer answer("CreateTags", asked.world.random.uuid());
    put_flag(answer.root(), "return", true);
    return answer.done();
}

Response describe_volumes(const Asked& asked) {
    Answer answer("DescribeVolumes", asked.world.random.uuid());
    auto set = answer.root().append_child("volumeSet");
    const auto at = asked.call.view_ms();
    for (const auto& machine : asked.world.machines()) {
        if (!listed(machine, asked, at) || !machine.exists(at)) continue;
        bool keep = true;
        for (const auto& filter : asked.form.filters()) {
            const auto found = filter.name.rfind("tag:", 0) == 0
                                   ? machine.volume_labels.find(filter.name.substr(4))
                                   : machine.volume_labels.end();
            if (filter.name.rfind("tag:", 0) == 0)
                keep =
                    keep && found != machine.volume_labels.end() && filter.accepts(found->second);
            else if (filter.name == "attachment.instance-id")
                keep = keep && filter.accepts(machine.id);
        }
        if (!keep) continue;
        auto item = set.append_child("item");
        put(item, "volumeId", machine.volume);
        put(item, "size", machine.root_gb);
        put(item, "availabilityZone", machine.zone);
        put(item, "status", "in-use");
        put(item, "createTime", iso_time_ms(machine.created_ms));
        put(item, "volumeType", "gp3");
        put_tags(item, machine.volume_labels);
        auto attachment = item.append_child("attachmentSet").append_child("item");
        put(attachment, "volumeId", machine.volume);
        put(attachment, "instanceId", machine.id);
        put(attachment, "status", "attached");
        put_flag(attachment, "deleteOnTermination", true);
    }
    return answer.done();
}

}  // namespace fakecloud::ec2
