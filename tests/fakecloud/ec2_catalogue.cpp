#include <algorithm>

#include "ec2_operations.hpp"

namespace fakecloud::ec2 {

namespace {

std::vector<const AwsType*> types_here(const Asked& asked) {
    std::vector<const AwsType*> out;
    for (const auto& type : asked.world.catalogue.aws_types)
        if (type.hourly.count(asked.region.name) > 0) out.push_back(&type);
    return out;
}

void put_items(pugi::xml_node parent, const char* name, const std::vector<std::string>& items) {
    auto set = parent.append_child(name);
    for (const auto& item : items) put(set, "item", item);
}

// Whether a filter of DescribeInstanceTypes keeps the type; `known` is false for a name not served.
bool keeps(const Filter& filter, const AwsType& type, bool& known) {
    const auto flag = [&](bool value) { return filter.accepts(value ? "true" : "false"); };
    if (filter.name == "instance-type") return filter.accepts(type.name);
    if (filter.name == "current-generation") return flag(type.current_generation);
    if (filter.name == "bare-metal") return flag(type.bare_metal);
    if (filter.name == "processor-info.supported-architecture")
        return std::any_of(type.archs.begin(), type.archs.end(),
                           [&](const auto& arch) { return filter.accepts(arch); });
    if (filter.name == "vcpu-info.default-vcpus") return filter.accepts(std::to_string(type.vcpus));
    if (filter.name == "memory-info.size-in-mib")
        return filter.accepts(std::to_string(type.memory_mib));
    if (filter.name == "supported-usage-class")
        return filter.accepts("on-demand") || filter.accepts("spot");
    if (filter.name == "supported-virtualization-type") return filter.accepts("hvm");
    if (filter.name == "supported-root-device-type") return filter.accepts("ebs");
    if (filter.name == "hypervisor") return filter.accepts("nitro");
    if (filter.name == "instance-storage-supported") return flag(type.local_disk_gb > 0);
    known = false;
    return true;
}

void put_type(pugi::xml_node item, const AwsType& type) {
    put(item, "instanceType", type.name);
    put_flag(item, "currentGeneration", type.current_generation);
    put_flag(item, "freeTierEligible", type.name == "t2.micro" || type.name == "t3.micro");
    put_items(item, "supportedUsageClasses", {"on-demand", "spot"});
    put_items(item, "supportedRootDeviceTypes", {"ebs"});
    put_items(item, "supportedVirtualizationTypes", {"hvm"});
    put_flag(item, "bareMetal", type.bare_metal);
    if (!type.bare_metal) put(item, "hypervisor", type.current_generation ? "nitro" : "xen");
    auto processor = item.append_child("processorInfo");
    put_items(processor, "supportedArchitectures", type.archs);
    put(processor, "sustainedClockSpeedInGhz", "2.5");
    auto cpu = item.append_child("vCpuInfo");
    const bool arm = type.archs.front() == "arm64";
    put(cpu, "defaultVCpus", type.vcpus);
    put(cpu, "defaultCores", arm ? type.vcpus : std::max(1, type.vcpus / 2));
    put(cpu, "defaultThreadsPerCore", arm || type.vcpus == 1 ? 1 : 2);
    put(item.append_child("memoryInfo"), "sizeInMiB", type.memory_mib);
    put_flag(item, "instanceStorageSupported", type.local_disk_gb > 0);
    if (type.local_disk_gb > 0) {
        auto storage = item.append_child("instanceStorageInfo");
        put(storage, "totalSizeInGB", type.local_disk_gb);
        put(storage, "nvmeSupport", "required");
    }
    auto ebs = item.append_child("ebsInfo");
    put(ebs, "ebsOptimizedSupport", "default");
    put(ebs, "encryptionSupport", "supported");
    put(ebs, "nvmeSupport", "required");
    auto network = item.append_child("networkInfo");
    put(network, "networkPerformance", "Up to 5 Gigabit");
    put(network, "maximumNetworkInterfaces", 4);
    put_flag(network, "ipv6Supported", true);
    put(network, "enaSupport", "required");
    put_items(item.append_child("placementGroupInfo"), "supportedStrategies",
              {"partition", "spread"});
    put_flag(item, "hibernationSupported", false);
    put_flag(item, "burstablePerformanceSupported", type.name.size() > 1 && type.name[0] == 't');
    put_flag(item, "dedicatedHostsSupported", true);
    put_flag(item, "autoRecoverySupported", true);
    put_items(item, "supportedBootModes", {"legacy-bios", "uefi"});
}

// Not every type is in every zone: the last letter has no arm and no old machines.
bool in_zone(const AwsType& type, const AwsRegion& region, char letter) {
    if (letter != region.zone_letters.back()) return true;
    return type.archs.front() != "arm64" && type.current_generation;
}

}  // namespace

bool sold_in_zone(const AwsType& type, const AwsRegion& region, char letter) {
    return in_zone(type, region, letter);
}

Response describe_instance_types(const Asked& asked) {
    auto all = types_here(asked);
    const auto names = asked.form.list("InstanceType");
    if (names.size() > 100)
        return invalid(asked, "InvalidParameterValue", "InstanceType: at most 100 values");
    if (!names.empty() && asked.form.has("MaxResults"))
        return invalid(asked, "InvalidParameterCombination",
                       "The parameter InstanceType cannot be used with the parameter MaxResults");
    std::string missing;
    for (const auto& name : names)
        if (std::none_of(all.begin(), all.end(),
                         [&](const auto* type) { return type->name == name; }))
            missing += (missing.empty() ? "" : ", ") + name;
    if (!missing.empty())
        return invalid(asked, "InvalidInstanceType",
                       "The following supplied instance types do not exist: [" + missing + "]");
    std::vector<const AwsType*> kept;
    for (const auto* type : all) {
        bool keep =
            names.empty() || std::find(names.begin(), names.end(), type->name) != names.end();
        for (const auto& filter : asked.form.filters()) {
            bool known = true;
            keep = keeps(filter, *type, known) && keep;
            if (!known)
                return invalid(asked, "InvalidParameterValue",
                               "The filter '" + filter.name + "' is invalid");
        }
        if (keep) kept.push_back(type);
    }
    thin_out(kept, asked.call.fault, asked.world.random);
    const auto part = window(asked.form, kept.size(), 100, 5, 100, asked.call.fault);
    if (!part.refusal.empty()) return invalid(asked, "InvalidParameterValue", part.refusal);
    Answer answer("DescribeInstanceTypes", asked.world.random.uuid());
    auto set = answer.root().append_child("instanceTypeSet");
    for (auto i = part.begin; i < part.end; ++i) put_type(set.append_child("item"), *kept[i]);
    if (!part.next_token.empty()) put(answer.root(), "nextToken", part.next_token);
    return answer.done();
}

Response describe_instance_type_offerings(const Asked& asked) {
    const auto kind = asked.form.has("LocationType") ? asked.form.get("LocationType") : "region";
    if (kind != "region" && kind != "availability-zone" && kind != "availability-zone-id")
        return invalid(asked, "InvalidParameterValue",
                       "Invalid value '" + kind + "' for locationType.");
    std::vector<std::pair<std::string, std::string>> all;  // type, location
    for (const auto* type : types_here(asked)) {
        if (kind == "region") {
            all.emplace_back(type->name, asked.region.name);
            continue;
        }
        for (const char letter : asked.region.zone_letters)
            if (in_zone(*type, asked.region, letter))
                all.emplace_back(type->name, kind == "availability-zone"
                                                 ? asked.region.name + letter
                                                 : "az" + std::to_string(letter - 'a' + 1));
    }
    const auto filters = asked.form.filters();
    for (const auto& filter : filters)
        if (filter.name != "location" && filter.name != "instance-type")
            return invalid(asked, "InvalidParameterValue",
                           "The filter '" + filter.name + "' is invalid");
    std::vector<std::pair<std::string, std::string>> kept;
    for (const auto& one : all) {
        const bool keep = std::all_of(filters.begin(), filters.end(), [&](const auto& filter) {
            return filter.accepts(filter.name == "location" ? one.second : one.first);
        });
        if (keep && (asked.call.fault == nullptr || !asked.call.fault->hide_stock))
            kept.push_back(one);
    }
    thin_out(kept, asked.call.fault, asked.world.random);
    const auto part = window(asked.form, kept.size(), 1000, 5, 1000, asked.call.fault);
    if (!part.refusal.empty()) return invalid(asked, "InvalidParameterValue", part.refusal);
    Answer answer("DescribeInstanceTypeOfferings", asked.world.random.uuid());
    auto set = answer.root().append_child("instanceTypeOfferingSet");
    for (auto i = part.begin; i < part.end; ++i) {
        auto item = set.append_child("item");
        put(item, "instanceType", kept[i].first);
        put(item, "locationType", kind);
        put(item, "location", kept[i].second);
    }
    if (!part.next_token.empty()) put(answer.root(), "nextToken", part.next_token);
    return answer.done();
}

Response describe_regions(const Asked& asked) {
    const auto names = asked.form.list("RegionName");
    Answer answer("DescribeRegions", asked.world.random.uuid());
    auto set = answer.root().append_child("regionInfo");
    for (const auto& name : names)
        if (asked.world.catalogue.aws_region(name) == nullptr)
            return invalid(asked, "InvalidParameterValue", "Invalid region provided: " + name);
    for (const auto& region : asked.world.catalogue.aws_regions) {
        if (!names.empty() && std::find(names.begin(), names.end(), region.name) == names.end())
            continue;
        auto item = set.append_child("item");
        put(item, "regionName", region.name);
        put(item, "regionEndpoint", "ec2." + region.name + ".amazonaws.com");
        put(item, "optInStatus", "opt-in-not-required");
    }
    return answer.done();
}

Response describe_availability_zones(const Asked& asked) {
    const auto names = asked.form.list("ZoneName");
    const auto filters = asked.form.filters();
    Answer answer("DescribeAvailabilityZones", asked.world.random.uuid());
    auto set = answer.root().append_child("availabilityZoneInfo");
    for (const char letter : asked.region.zone_letters) {
        const auto zone = asked.region.name + letter;
        if (!names.empty() && std::find(names.begin(), names.end(), zone) == names.end()) continue;
        const bool keep = std::all_of(filters.begin(), filters.end(), [&](const auto& filter) {
            if (filter.name == "state") return filter.accepts("available");
            if (filter.name == "zone-name") return filter.accepts(zone);
            if (filter.name == "zone-type") return filter.accepts("availability-zone");
            return filter.name != "region-name" || filter.accepts(asked.region.name);
        });
        if (!keep) continue;
        auto item = set.append_child("item");
        put(item, "zoneName", zone);
        put(item, "zoneState", "available");
        put(item, "regionName", asked.region.name);
        item.append_child("messageSet");
        put(item, "zoneId",
            (asked.region.name == "us-east-1" ? "use1-az" : "euc1-az") +
                std::to_string(letter - 'a' + 1));
        put(item, "groupName", asked.region.name);
        put(item, "networkBorderGroup", asked.region.name);
        put(item, "zoneType", "availability-zone");
        put(item, "optInStatus", "opt-in-not-required");
    }
    return answer.done();
}

Response describe_images(const Asked& asked) {
    const auto ids = asked.form.list("ImageId"), owners = asked.form.list("Owner");
    const auto filters = asked.form.filters();
    std::vector<const AwsImage*> kept;
    const auto& images = asked.world.catalogue.aws_images;
    const auto value = [](const AwsImage& image, const std::string& name,
                          bool& known) -> std::string {
        if (name == "name") return image.name;
        if (name == "architecture") return image.arch;
        if (name == "image-id") return image.id;
        if (name == "owner-id") return image.owner;
        if (name == "description") return image.description;
        if (name == "state") return "available";
        if (name == "root-device-type") return "ebs";
        if (name == "virtualization-type") return "hvm";
        if (name == "image-type") return "machine";
        if (name == "is-public") return "true";
        if (name == "ena-support") return "true";
        if (name == "hypervisor") return "xen";
        known = false;
        return {};
    };
    for (const auto& id : ids)
        if (std::none_of(images.begin(), images.end(), [&](const auto& image) {
                return image.id == id && image.region == asked.region.name;
            }))
            return invalid(
                asked,
                id.rfind("ami-", 0) == 0 ? "InvalidAMIID.NotFound" : "InvalidAMIID.Malformed",
                "The image id '[" + id + "]' does not exist");
    for (const auto& image : images) {
        if (image.region != asked.region.name) continue;
        if (!ids.empty() && std::find(ids.begin(), ids.end(), image.id) == ids.end()) continue;
        const auto& alias = image.owner;
        if (!owners.empty() && std::find(owners.begin(), owners.end(), alias) == owners.end())
            continue;
        bool keep = true;
        for (const auto& filter : filters) {
            bool known = true;
            const auto text = value(image, filter.name, known);
            if (!known)
                return invalid(asked, "InvalidParameterValue",
                               "The filter '" + filter.name + "' is invalid");
            keep = keep && filter.accepts(text);
        }
        if (keep) kept.push_back(&image);
    }
    thin_out(kept, asked.call.fault, asked.world.random);
    const auto part = window(asked.form, kept.size(), 0, 1, 1000, asked.call.fault);
    if (!part.refusal.empty()) return invalid(asked, "InvalidParameterValue", part.refusal);
    Answer answer("DescribeImages", asked.world.random.uuid());
    auto set = answer.root().append_child("imagesSet");
    for (auto i = part.begin; i < part.end; ++i) {
        const auto& image = *kept[i];
        auto item = set.append_child("item");
        put(item, "imageId", image.id);
        put(item, "imageLocation", image.owner + "/" + image.name);
        put(item, "imageState", "available");
        put(item, "imageOwnerId", image.owner);
        put(item, "creationDate", image.created);
        put_flag(item, "isPublic", true);
        put(item, "architecture", image.arch);
        put(item, "imageType", "machine");
        put(item, "name", image.name);
        put(item, "description", image.description);
        put(item, "rootDeviceType", "ebs");
        put(item, "rootDeviceName", image.root_device);
        auto disk = item.append_child("blockDeviceMapping").append_child("item");
        put(disk, "deviceName", image.root_device);
        auto ebs = disk.append_child("ebs");
        put(ebs, "snapshotId", "snap-" + image.id.substr(4));
        put(ebs, "volumeSize", image.root_gb);
        put_flag(ebs, "deleteOnTermination", true);
        put(ebs, "volumeType", "gp3");
        put_flag(ebs, "encrypted", false);
        put(item, "virtualizationType", "hvm");
        put(item, "hypervisor", "xen");
        put_flag(item, "enaSupport", true);
        put(item, "platformDetails", "Linux/UNIX");
        put(item, "usageOperation", "RunInstances");
    }
    if (!part.next_token.empty()) put(answer.root(), "nextToken", part.next_token);
    return answer.done();
}

}  // namespace fakecloud::ec2
