// What the fake clouds sell: the dated prices of prices/*.csv plus the vendors' regions and images.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "decimal.hpp"

namespace fakecloud {

struct AwsType {
    std::string name;
    int vcpus = 0;
    std::int64_t memory_mib = 0;
    std::int64_t local_disk_gb = 0;
    std::vector<std::string> archs;      // x86_64, arm64, i386, ...
    std::map<std::string, Nano> hourly;  // region -> USD an hour, on demand, Linux, shared
    bool current_generation = true;
    bool bare_metal = false;
};

struct AwsRegion {
    std::string name, location, zone_letters;
    Nano gp3_gb_month = 0;  // USD
    Nano ipv4_hourly = 0;   // USD
};

struct AwsImage {
    std::string id, region, name, owner, arch, description, created;
    int root_gb = 8;
    std::string root_device;
};

struct DigitalOceanSize {
    std::string slug, description;
    int vcpus = 0;
    std::int64_t memory_mb = 0, disk_gb = 0;
    Nano monthly = 0, hourly = 0, transfer_tb = 0;
};

struct DigitalOceanRegion {
    std::string slug, name;
};

struct DigitalOceanImage {
    std::int64_t id = 0;
    std::string slug, name, distribution;
    int min_disk_gb = 7;
};

struct HetznerType {
    std::int64_t id = 0;
    std::string name, category, cpu_type, architecture;  // x86 or arm
    int cores = 0, memory_gb = 0, disk_gb = 0;
    Nano monthly_net = 0, hourly_net = 0;  // EUR, without the address
    std::vector<std::string> locations;
    bool leaving_europe = false;  // deprecated there, still sold
};

struct HetznerLocation {
    std::int64_t id = 0;
    std::string name, description, country, city, network_zone;
    double latitude = 0, longitude = 0;
};

struct HetznerImage {
    std::int64_t id = 0;
    std::string name, description, flavor, version, architecture;
};

struct Catalogue {
    std::vector<AwsType> aws_types;
    std::vector<AwsRegion> aws_regions;
    std::vector<AwsImage> aws_images;
    std::vector<DigitalOceanSize> sizes;
    std::vector<DigitalOceanRegion> digitalocean_regions;
    std::vector<DigitalOceanImage> digitalocean_images;
    std::vector<HetznerType> hetzner_types;
    std::vector<HetznerLocation> hetzner_locations;
    std::vector<HetznerImage> hetzner_images;
    Nano hetzner_ipv4_monthly_net = 0, hetzner_ipv4_hourly_net = 0;  // EUR

    const AwsType* aws_type(std::string_view name) const;
    const AwsRegion* aws_region(std::string_view name) const;
    const DigitalOceanSize* size(std::string_view slug) const;
    const HetznerType* hetzner_type(std::string_view name_or_id) const;
    const HetznerLocation* hetzner_location(std::string_view name_or_id) const;
};

// Reads the three price files of `folder`. Throws std::runtime_error with file:line and the reason.
Catalogue load_catalogue(const std::filesystem::path& folder);

// The folder compiled in: the installed one where it exists, else the source tree's.
std::filesystem::path default_price_folder();

}  // namespace fakecloud
