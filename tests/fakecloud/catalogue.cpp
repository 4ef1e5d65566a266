#include "catalogue.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "encoding.hpp"

namespace fakecloud {

namespace {

// One price file: columns by their header's name, so that a moved column is an error, not a price.
class PriceFile {
public:
    explicit PriceFile(const std::filesystem::path& path) : path_(path), in_(path) {
        if (!in_) throw std::runtime_error(path.string() + ": cannot read this price file");
        next();
        header_ = cells_;
    }

    bool next() {
        std::string line;
        while (std::getline(in_, line)) {
            ++line_;
            if (!line.empty() && line.back() == '\r') line.pop_back();
            if (line.empty()) continue;
            cells_ = split(line, ',');
            if (!header_.empty() && cells_.size() != header_.size())
                fail("expected " + std::to_string(header_.size()) + " cells");
            return true;
        }
        return false;
    }

    std::string text(std::string_view column_prefix) const {
        for (std::size_t i = 0; i < header_.size(); ++i)
            if (header_[i].rfind(column_prefix, 0) == 0) return cells_[i];
        fail("no column starts with " + std::string(column_prefix));
    }

    Nano number(std::string_view column_prefix) const {
        const auto cell = text(column_prefix);
        if (const auto value = parse_decimal(cell)) return *value;
        fail("'" + cell + "' is not a number in column " + std::string(column_prefix));
    }

    int integer(std::string_view column_prefix) const {
        return static_cast<int>(number(column_prefix) / 1'000'000'000);
    }

    bool empty(std::string_view column_prefix) const { return text(column_prefix).empty(); }

private:
    [[noreturn]] void fail(const std::string& why) const {
        throw std::runtime_error(path_.string() + ":" + std::to_string(line_) + ": " + why);
    }

    std::filesystem::path path_;
    std::ifstream in_;
    int line_ = 0;
    std::vector<std::string> header_, cells_;
};

bool old_generation(const std::string& name) {
    static const std::vector<std::string> families = {"a1", "t1",  "m1",  "m2",  "m3",
                                                      "c1", "c3",  "cc2", "cg1", "cr1",
                                                      "g2", "hi1", "hs1", "i2",  "r3"};
    const auto family = name.substr(0, name.find('.'));
    return std::find(families.begin(), families.end(), family) != families.end();
}

std::filesystem::path one_file(const std::filesystem::path& folder, const std::string& prefix) {
    std::error_code error;
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        const auto name = entry.path().filename().string();
        if (name.rfind(prefix, 0) == 0 && entry.path().extension() == ".csv")
            found.push_back(entry);
    }
    if (error) throw std::runtime_error(folder.string() + ": " + error.message());
    if (found.empty())
        throw std::runtime_error(folder.string() + ": no file " + prefix +
                                 "*.csv; give --prices DIR");
    return *std::max_element(found.begin(), found.end());  // the newest date
}

void load_aws(Catalogue& out, const std::filesystem::path& folder) {
    PriceFile file(one_file(folder, "aws-"));
    while (file.next()) {
        if (file.empty("vcpu") || file.empty("memory_gb") || file.empty("arch")) continue;
        AwsType type;
        type.name = file.text("type");
        type.vcpus = file.integer("vcpu");
        type.memory_mib = file.number("memory_gb") / 1'000'000 * 1024 / 1000;
        type.local_disk_gb = file.empty("local_disk_gb") ? 0 : file.integer("local_disk_gb");
        type.archs = split(file.text("arch"), '+');
        if (!file.empty("usd_hourly_us_east_1"))
            type.hourly["us-east-1"] = file.number("usd_hourly_us_east_1");
        if (!file.empty("usd_hourly_eu_central_1"))
            type.hourly["eu-central-1"] = file.number("usd_hourly_eu_central_1");
        type.current_generation = !old_generation(type.name);
        type.bare_metal = type.name.find(".metal") != std::string::npos;
        if (!type.hourly.empty()) out.aws_types.push_back(std::move(type));
    }
    out.aws_regions = {
        {"us-east-1", "US East (N. Virginia)", "abcd", 80'000'000, 5'000'000},
        {"eu-central-1", "EU (Frankfurt)", "abc", 95'200'000, 5'000'000},
    };
    struct Named {
        const char *name, *owner, *arch, *description, *created, *root;
        int root_gb;
    };
    static const Named images[] = {
        {"debian-12-amd64-20260713-2500", "136693071363", "x86_64", "Debian 12 (20260713-2500)",
         "2026-07-13T06:32:11.000Z", "/dev/xvda", 8},
        {"debian-12-amd64-20260302-2401", "136693071363", "x86_64", "Debian 12 (20260302-2401)",
         "2026-03-02T06:30:00.000Z", "/dev/xvda", 8},
        {"debian-12-arm64-20260713-2500", "136693071363", "arm64", "Debian 12 (20260713-2500)",
         "2026-07-13T06:33:40.000Z", "/dev/xvda", 8},
        {"debian-13-amd64-20260713-2500", "136693071363", "x86_64", "Debian 13 (20260713-2500)",
         "2026-07-13T07:02:19.000Z", "/dev/xvda", 8},
        {"debian-13-arm64-20260713-2500", "136693071363", "arm64", "Debian 13 (20260713-2500)",
         "2026-07-13T07:03:02.000Z", "/dev/xvda", 8},
        {"ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20260701", "099720109477", "x86_64",
         "Canonical, Ubuntu, 22.04, amd64 jammy image", "2026-07-01T03:11:00.000Z", "/dev/sda1", 8},
        {"ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-arm64-server-20260701", "099720109477", "arm64",
         "Canonical, Ubuntu, 22.04, arm64 jammy image", "2026-07-01T03:12:00.000Z", "/dev/sda1", 8},
        {"ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260715", "099720109477",
         "x86_64", "Canonical, Ubuntu, 24.04, amd64 noble image", "2026-07-15T03:11:00.000Z",
         "/dev/sda1", 8},
        {"ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20260715", "099720109477",
         "arm64", "Canonical, Ubuntu, 24.04, arm64 noble image", "2026-07-15T03:12:00.000Z",
         "/dev/sda1", 8},
    };
    for (const auto& region : out.aws_regions)
        for (const auto& image : images)
            out.aws_images.push_back({"ami-" + hex(sha256(region.name + image.name)).substr(0, 17),
                                      region.name, image.name, image.owner, image.arch,
                                      image.description, image.created, image.root_gb, image.root});
}

std::string digitalocean_class(const std::string& slug) {
    if (slug.rfind("gpu-", 0) == 0) return "GPU";
    if (slug.rfind("so", 0) == 0) return "Storage Optimized";
    if (slug.rfind("s-", 0) == 0) return "Basic";
    if (slug.rfind("c", 0) == 0) return "CPU-Optimized";
    if (slug.rfind("m", 0) == 0) return "Memory-Optimized";
    return "General Purpose";
}

void load_digitalocean(Catalogue& out, const std::filesystem::path& folder) {
    PriceFile file(one_file(folder, "digitalocean-"));
    while (file.next()) {
        if (file.empty("vcpus") || file.empty("memory_gb") || file.empty("disk_gb") ||
            file.empty("price_monthly") || file.empty("price_hourly"))
            continue;
        DigitalOceanSize size;
        size.slug = file.text("slug");
        size.description = digitalocean_class(size.slug);
        size.vcpus = file.integer("vcpus");
        size.memory_mb = file.number("memory_gb") / 1'000'000 * 1024 / 1000;
        size.disk_gb = file.integer("disk_gb");
        size.monthly = file.number("price_monthly");
        size.hourly = file.number("price_hourly");
        size.transfer_tb = static_cast<Nano>(std::clamp(size.vcpus, 1, 10)) * 1'000'000'000;
        out.sizes.push_back(std::move(size));
    }
    out.digitalocean_regions = {{"nyc1", "New York 1"},
                                {"nyc3", "New York 3"},
                                {"fra1", "Frankfurt 1"},
                                {"sfo3", "San Francisco 3"},
                                {"ams3", "Amsterdam 3"}};
    out.digitalocean_images = {{195932981, "debian-12-x64", "12 x64", "Debian", 7},
                               {207110221, "debian-13-x64", "13 x64", "Debian", 7},
                               {195932411, "ubuntu-22-04-x64", "22.04 (LTS) x64", "Ubuntu", 7},
                               {195932442, "ubuntu-24-04-x64", "24.04 (LTS) x64", "Ubuntu", 7}};
}

void load_hetzner(Catalogue& out, const std::filesystem::path& folder) {
    PriceFile file(one_file(folder, "hetzner-"));
    std::int64_t id = 100;
    while (file.next()) {
        if (file.empty("monthly_eur_net_excl_ipv4")) continue;
        HetznerType type;
        type.id = ++id;
        type.name = file.text("name");
        type.cores = file.integer("vcpu");
        type.memory_gb = file.integer("memory_gb");
        type.disk_gb = file.integer("disk_gb");
        type.architecture = file.text("arch") == "arm64" ? "arm" : "x86";
        type.cpu_type = file.text("cpu");
        type.category = type.cpu_type == "dedicated" ? "dedicated_vcpu" : "shared_vcpu";
        type.monthly_net = file.number("monthly_eur_net_excl_ipv4");
        // The vendor's own ratio of month to hour, rounded as it rounds.
        type.hourly_net = (type.monthly_net / 624 + 50'000) / 100'000 * 100'000;
        type.locations = {"nbg1", "fsn1", "hel1"};
        const bool cpx = type.name.rfind("cpx", 0) == 0;
        if (cpx) type.locations.insert(type.locations.end(), {"ash", "hil"});
        type.leaving_europe = cpx && type.name.back() == '1';
        out.hetzner_types.push_back(std::move(type));
    }
    out.hetzner_ipv4_monthly_net = 500'000'000;
    out.hetzner_ipv4_hourly_net = 800'000;
    out.hetzner_locations = {
        {1, "fsn1", "Falkenstein DC Park 1", "DE", "Falkenstein", "eu-central", 50.47612,
         12.370071},
        {2, "nbg1", "Nuremberg DC Park 1", "DE", "Nuremberg", "eu-central", 49.452102, 11.076665},
        {3, "hel1", "Helsinki DC Park 1", "FI", "Helsinki", "eu-central", 60.169855, 24.938379},
        {4, "ash", "Ashburn, VA", "US", "Ashburn, VA", "us-east", 39.045821, -77.487073},
        {5, "hil", "Hillsboro, OR", "US", "Hillsboro, OR", "us-west", 45.54222, -122.951924},
    };
    out.hetzner_images = {
        {114690387, "debian-12", "Debian 12", "debian", "12", "x86"},
        {114690389, "debian-12", "Debian 12", "debian", "12", "arm"},
        {310557660, "debian-13", "Debian 13", "debian", "13", "x86"},
        {310557661, "debian-13", "Debian 13", "debian", "13", "arm"},
        {67794396, "ubuntu-22.04", "Ubuntu 22.04", "ubuntu", "22.04", "x86"},
        {103908130, "ubuntu-22.04", "Ubuntu 22.04", "ubuntu", "22.04", "arm"},
        {161547269, "ubuntu-24.04", "Ubuntu 24.04", "ubuntu", "24.04", "x86"},
        {161547270, "ubuntu-24.04", "Ubuntu 24.04", "ubuntu", "24.04", "arm"},
    };
}

template <class Items, class Same>
auto find_in(const Items& items, Same same) -> decltype(&items.front()) {
    for (const auto& item : items)
        if (same(item)) return &item;
    return nullptr;
}

}  // namespace

Catalogue load_catalogue(const std::filesystem::path& folder) {
    Catalogue out;
    load_aws(out, folder);
    load_digitalocean(out, folder);
    load_hetzner(out, folder);
    return out;
}

std::filesystem::path default_price_folder() {
    if (std::filesystem::is_directory(FAKECLOUD_INSTALLED_PRICES))
        return FAKECLOUD_INSTALLED_PRICES;
    return FAKECLOUD_SOURCE_PRICES;
}

const AwsType* Catalogue::aws_type(std::string_view name) const {
    return find_in(aws_types, [&](const auto& type) { return type.name == name; });
}
const AwsRegion* Catalogue::aws_region(std::string_view name) const {
    return find_in(aws_regions, [&](const auto& region) { return region.name == name; });
}
const DigitalOceanSize* Catalogue::size(std::string_view slug) const {
    return find_in(sizes, [&](const auto& size) { return size.slug == slug; });
}
const HetznerType* Catalogue::hetzner_type(std::string_view key) const {
    return find_in(hetzner_types, [&](const auto& type) {
        return type.name == key || std::to_string(type.id) == key;
    });
}
const HetznerLocation* Catalogue::hetzner_location(std::string_view key) const {
    return find_in(hetzner_locations, [&](const auto& location) {
        return location.name == key || std::to_string(location.id) == key;
    });
}

}  // namespace fakecloud
