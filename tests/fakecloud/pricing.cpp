// AWS Price List: GetProducts, JSON 1.1. As at the vendor, a careless filter finds more than one
// product: other tenancies, other systems, and capacity reservations at a price of 0.
#include "pricing.hpp"

#include <functional>

#include "json_text.hpp"
#include "encoding.hpp"
#include "sigv4_check.hpp"
#include "world.hpp"

namespace fakecloud {

namespace {

using Attributes = std::vector<std::pair<std::string, std::string>>;

struct Product {
    std::string family, service;
    Attributes attributes;
    Nano price = 0;
    std::string unit, description;
};

std::string memory_text(std::int64_t mib) {  // "1 GiB", "0.5 GiB", "1,024 GiB"
    std::string text = format_decimal(mib * 1'000'000'000 / 1024, 4);
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    if (mib >= 1000 * 1024)
        text.insert(text.find('.') == std::string::npos ? text.size() - 3 : text.find('.') - 3,
                    ",");
    return text + " GiB";
}

std::string usage_prefix(const std::string& region) { return region == "us-east-1" ? "" : "EUC1-"; }

// Whether a filter could still accept a product of which only `known` is decided.
bool possible(const Attributes& wanted, const Attributes& known) {
    for (const auto& [field, value] : wanted)
        for (const auto& [key, own] : known)
            if (same_name(key, field) && own != value) return false;
    return true;
}

void add_instances(const AwsType& type, const AwsRegion& region, const Attributes& wanted,
                   const std::function<void(Product)>& take) {
    if (!possible(wanted, {{"instanceType", type.name}})) return;
    const auto price = type.hourly.find(region.name);
    if (price == type.hourly.end()) return;
    struct Variant {
        const char *system, *software, *capacity, *tenancy;
        Nano price;
        const char* usage;
    };
    const Nano plain = price->second, windows = plain + type.vcpus * Nano{46'000'000};
    const Variant variants[] = {
        {"Linux", "NA", "Used", "Shared", plain, "BoxUsage:"},
        {"Linux", "NA", "Used", "Dedicated", plain * 106 / 100, "DedicatedUsage:"},
        {"Linux", "NA", "AllocatedCapacityReservation", "Shared", 0, "Reservation:"},
        {"Linux", "NA", "UnusedCapacityReservation", "Shared", plain, "UnusedBox:"},
        {"Linux", "SQL Std", "Used", "Shared", plain + 480'000'000, "BoxUsage:"},
        {"Windows", "NA", "Used", "Shared", windows, "BoxUsage:"},
    };
    for (const auto& variant : variants) {
        // Decided before twenty attributes are written down: most queries want one in six.
        if (!possible(wanted, {{"operatingSystem", variant.system},
                               {"preInstalledSw", variant.software},
                               {"capacitystatus", variant.capacity},
                               {"tenancy", variant.tenancy}}))
            continue;
        Product product{"Compute Instance", "AmazonEC2", {}, variant.price, "Hrs", {}};
        product.attributes = {
            {"instanceType", type.name},
            {"regionCode", region.name},
            {"operatingSystem", variant.system},
            {"preInstalledSw", variant.software},
            {"capacitystatus", variant.capacity},
            {"tenancy", variant.tenancy},
            {"marketoption", "OnDemand"},
            {"vcpu", std::to_string(type.vcpus)},
            {"memory", memory_text(type.memory_mib)},
            {"storage", type.local_disk_gb > 0
                            ? "1 x " + std::to_string(type.local_disk_gb) + " NVMe SSD"
                            : "EBS only"},
            {"currentGeneration", type.current_generation ? "Yes" : "No"},
            {"instanceFamily", "General purpose"},
            {"physicalProcessor",
             type.archs.front() == "arm64" ? "AWS Graviton Processor" : "Intel Xeon"},
            {"processorArchitecture", "64-bit"},
            {"licenseModel", "No License required"},
            {"location", region.location},
            {"locationType", "AWS Region"},
            {"operation", "RunInstances"},
            {"servicecode", "AmazonEC2"},
            {"servicename", "Amazon Elastic Compute Cloud"},
            {"usagetype", usage_prefix(region.name) + variant.usage + type.name}};
        product.description = "$" + format_decimal(variant.price, 4) + " per On Demand " +
                              variant.system + " " + type.name + " Instance Hour";
        take(std::move(product));
    }
}

void each_product(const Catalogue& catalogue, const std::string& service, const Attributes& wanted,
                  const std::function<void(Product)>& take) {
    for (const auto& region : catalogue.aws_regions) {
        if (!possible(wanted, {{"regionCode", region.name}})) continue;
        if (service == "AmazonVPC") {
            for (const char* use : {"InUseAddress", "IdleAddress"})
                take({"IP Address",
                      "AmazonVPC",
                      {{"regionCode", region.name},
                       {"location", region.location},
                       {"locationType", "AWS Region"},
                       {"group", "VPCPublicIPv4Address"},
                       {"groupDescription", "Hourly charge for public IPv4 addresses"},
                       {"usagetype", usage_prefix(region.name) + "PublicIPv4:" + use},
                       {"operation", ""},
                       {"servicecode", "AmazonVPC"},
                       {"servicename", "Amazon Virtual Private Cloud"}},
                      region.ipv4_hourly,
                      "Hrs",
                      "$0.005 per public IPv4 address per hour"});
            continue;
        }
        struct Disk {
            const char *api, *type, *usage;
            Nano price;
        };
        const Disk disks[] = {
            {"gp3", "General Purpose", "EBS:VolumeUsage.gp3", region.gp3_gb_month},
            {"gp2", "General Purpose", "EBS:VolumeUsage.gp2", region.gp3_gb_month * 125 / 100}};
        for (const auto& disk : disks)
            take({"Storage",
                  "AmazonEC2",
                  {{"regionCode", region.name},
                   {"volumeApiName", disk.api},
                   {"volumeType", disk.type},
                   {"storageMedia", "SSD-backed"},
                   {"maxVolumeSize", "16 TiB"},
                   {"location", region.location},
                   {"locationType", "AWS Region"},
                   {"usagetype", usage_prefix(region.name) + disk.usage},
                   {"operation", ""},
                   {"servicecode", "AmazonEC2"},
                   {"servicename", "Amazon Elastic Compute Cloud"}},
                  disk.price,
                  "GB-Mo",
                  "$" + format_decimal(disk.price, 4) + " per GB-month of " + disk.api +
                      " provisioned storage"});
        if (!possible(wanted, {{"productFamily", "Compute Instance"}})) continue;
        for (const auto& type : catalogue.aws_types) add_instances(type, region, wanted, take);
    }
}

std::string document_of(const Product& product) {
    std::string identity = product.service;
    json::object attributes;
    for (const auto& [key, value] : product.attributes) {
        attributes[key] = value;
        identity += value + "|";
    }
    std::string sku;
    for (const unsigned char c : sha256(identity).substr(0, 16))
        sku += "ABCDEFGHJKMNPQRSTUVWXYZ23456789"[c % 31];
    const std::string offer = sku + ".JRTCKXETXF", rate = offer + ".6YS6EN2CT7";
    json::object currency, dimension, dimensions, term, terms, on_demand, inner, out;
    currency["USD"] = format_decimal(product.price, 10);
    dimension["unit"] = product.unit;
    dimension["endRange"] = "Inf";
    dimension["description"] = product.description;
    dimension["appliesTo"] = json::array();
    dimension["rateCode"] = rate;
    dimension["beginRange"] = "0";
    dimension["pricePerUnit"] = std::move(currency);
    dimensions[rate] = std::move(dimension);
    term["priceDimensions"] = std::move(dimensions);
    term["sku"] = sku;
    term["effectiveDate"] = "2026-07-01T00:00:00Z";
    term["offerTermCode"] = "JRTCKXETXF";
    term["termAttributes"] = json::object();
    on_demand[offer] = std::move(term);
    terms["OnDemand"] = std::move(on_demand);
    inner["productFamily"] = product.family;
    inner["attributes"] = std::move(attributes);
    inner["sku"] = sku;
    out["product"] = std::move(inner);
    out["serviceCode"] = product.service;
    out["terms"] = std::move(terms);
    out["version"] = "20260720000000";
    out["publicationDate"] = "2026-07-20T00:00:00Z";
    return json_text(out);
}

class Pricing final : public Vendor {
public:
    explicit Pricing(World& world) : world_(world) {}

    std::string_view name() const override { return "aws"; }
    std::string claimed_credential(const Request& request) const override {
        return read_scope(request).key_id;
    }

    Operation identify(const Request& request, const std::string&) const override {
        const auto target = request.header("x-amz-target");
        const auto dot = target.find('.');
        const auto action = dot == std::string::npos ? target : target.substr(dot + 1);
        return {action.empty() ? "(no X-Amz-Target)" : action,
                "offers",
                Effect::read,
                read_scope(request).region,
                {}};
    }

    std::optional<Response> refuse(Call& call) override {
        const auto check =
            check_sigv4(call.request, "pricing", world_.options.credentials, call.wall_ms,
                        &world_.sessions, call.now_ms);
        switch (check.verdict) {
            case Signature::good:
                break;
            case Signature::missing:
                return error(400, "MissingAuthenticationTokenException",
                             "Missing Authentication Token");
            case Signature::session_ended:
                return error(400, "ExpiredTokenException",
                             "The security token included in the request is expired");
            case Signature::unknown_key:
                return error(400, "UnrecognizedClientException",
                             "The security token included in the request is invalid.");
            default:
                return error(400, "InvalidSignatureException", check.why);
        }
        call.credential = check.credential;
        if (check.region != "us-east-1")
            return error(400, "InvalidSignatureException", "the Price List is served in us-east-1");
        return std::nullopt;
    }

    Response perform(Call& call) override {
        if (call.request.header("x-amz-target") != "AWSPriceListService.GetProducts")
            return error(400, "UnknownOperationException",
                         "fakecloud knows AWSPriceListService.GetProducts");
        json::error_code failed;
        const auto body = json::parse(call.request.body, failed);
        if (failed || !body.is_object())
            return error(400, "SerializationException", "not a JSON object");
        const auto& object = body.get_object();
        const auto* service = object.if_contains("ServiceCode");
        if (service == nullptr || !service->is_string())
            return error(400, "InvalidParameterException", "ServiceCode is required");
        const std::string code = service->get_string().c_str();
        if (code != "AmazonEC2" && code != "AmazonVPC")
            return error(400, "InvalidParameterException", "fakecloud has AmazonEC2 and AmazonVPC");
        Attributes wanted;
        if (const auto* filters = object.if_contains("Filters");
            filters != nullptr && filters->is_array()) {
            for (const auto& filter : filters->get_array()) {
                const auto text = [&](const char* key) -> std::string {
                    const auto* value =
                        filter.is_object() ? filter.get_object().if_contains(key) : nullptr;
                    return value != nullptr && value->is_string() ? value->get_string().c_str()
                                                                  : "";
                };
                if (text("Type") != "TERM_MATCH" || text("Field").empty())
                    return error(400, "InvalidParameterException",
                                 "a filter needs Type TERM_MATCH, Field and Value");
                wanted.emplace_back(text("Field"), text("Value"));
            }
        }
        std::int64_t size = 100, begin = 0;
        if (const auto* most = object.if_contains("MaxResults");
            most != nullptr && !most->is_null()) {
            if (!most->is_int64() || most->get_int64() < 1 || most->get_int64() > 100)
                return error(400, "InvalidParameterException", "MaxResults is between 1 and 100");
            size = most->get_int64();
        }
        if (const auto* token = object.if_contains("NextToken");
            token != nullptr && token->is_string()) {
            const auto decoded = base64_decode(token->get_string().c_str());
            const auto at = decoded ? to_integer(*decoded) : std::nullopt;
            if (!at || *at < 0) return error(400, "InvalidNextTokenException", "Invalid NextToken");
            begin = *at;
        }
        return products(call, code, wanted, begin, size);
    }

    Response injected_error(const Fault& fault, const Call&) override {
        if (!fault.code.empty())
            return error(fault.status.value_or(400), fault.code, fault.message);
        if (fault.error == "rate_limited")
            return error(400, "ThrottlingException", "Rate exceeded");
        if (fault.error == "denied")
            return error(400, "AccessDeniedException",
                         "not authorized to perform: pricing:GetProducts");
        if (fault.error == "unauthorized")
            return error(400, "UnrecognizedClientException",
                         "The security token included in the request is invalid.");
        if (fault.error == "expired_token")
            return error(400, "ExpiredTokenException",
                         "The security token included in the request is expired");
        if (fault.error == "invalid") return error(400, "InvalidParameterException", "invalid");
        return error(500, "InternalErrorException", "internal error");
    }

private:
    std::vector<Product> matching(const std::string& service, const Attributes& wanted) const {
        std::vector<Product> found;
        each_product(world_.catalogue, service, wanted, [&](Product product) {
            for (const auto& [field, value] : wanted) {
                bool same = same_name(field, "productFamily") && product.family == value;
                for (const auto& [key, own] : product.attributes)
                    if (same_name(key, field) && own == value) same = true;
                if (!same) return;
            }
            found.push_back(std::move(product));
        });
        return found;
    }

    static std::vector<const Product*> pointers_to(const std::vector<Product>& products) {
        std::vector<const Product*> out;
        for (const auto& product : products) out.push_back(&product);
        return out;
    }

    Response products(const Call& call, const std::string& service, const Attributes& wanted,
                      std::int64_t begin, std::int64_t size) {
        if (query_ != std::make_pair(service, wanted)) {
            query_ = {service, wanted};
            matching_ = matching(service, wanted);
        }
        auto found = pointers_to(matching_);
        thin_out(found, call.fault, world_.random);
        const auto count = static_cast<std::int64_t>(found.size());
        const bool endless = call.fault != nullptr && call.fault->endless_pages;
        if (endless && begin >= count) begin = std::max<std::int64_t>(0, count - size);
        const auto end = std::min(count, begin + size);
        json::array list;
        for (auto i = begin; i < end; ++i)
            list.emplace_back(document_of(*found[static_cast<std::size_t>(i)]));
        json::object out;
        out["FormatVersion"] = "aws_v1";
        out["PriceList"] = std::move(list);
        if (end < count || endless)
            out["NextToken"] = base64_encode(std::to_string(std::max(end, begin + 1)));
        Response response;
        response.content_type = "application/x-amz-json-1.1";
        response.body = json_text(out);
        response.headers.emplace_back("x-amzn-RequestId", world_.random.uuid());
        return response;
    }

    Response error(int status, std::string_view code, std::string_view message) {
        json::object body;
        body["__type"] = code;
        body["Message"] = message;
        Response response;
        response.status = status;
        response.content_type = "application/x-amz-json-1.1";
        response.body = json_text(body);
        response.error_code = code;
        response.headers.emplace_back("x-amzn-RequestId", world_.random.uuid());
        return response;
    }

    World& world_;
    std::pair<std::string, Attributes> query_;  // the last one: its pages come one after another
    std::vector<Product> matching_;
};

}  // namespace

std::unique_ptr<Vendor> make_pricing(World& world) { return std::make_unique<Pricing>(world); }

}  // namespace fakecloud
