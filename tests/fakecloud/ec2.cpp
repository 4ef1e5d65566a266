// EC2: who may ask, what was asked, and the table of operations.
#include "ec2.hpp"

#include <map>

#include "ec2_operations.hpp"
#include "rate.hpp"
#include "sigv4_check.hpp"

namespace fakecloud {

namespace {

using namespace ec2;

struct Action {
    const char *name, *verb;
    Effect effect;
    Response (*perform)(const Asked&);
    std::vector<std::string> parameters;  // top-level names the vendor knows
};

const std::vector<Action>& actions() {
    static const std::vector<Action> all = {
        {"RunInstances",
         "create",
         Effect::write,
         run_instances,
         {"ImageId",
          "InstanceType",
          "MinCount",
          "MaxCount",
          "KeyName",
          "ClientToken",
          "UserData",
          "SecurityGroupId",
          "SecurityGroup",
          "SubnetId",
          "TagSpecification",
          "BlockDeviceMapping",
          "MetadataOptions",
          "Placement",
          "NetworkInterface",
          "Monitoring",
          "EbsOptimized",
          "InstanceInitiatedShutdownBehavior",
          "DisableApiTermination",
          "IamInstanceProfile",
          "InstanceMarketOptions",
          "CreditSpecification",
          "CpuOptions",
          "PrivateDnsNameOptions",
          "Ipv6AddressCount",
          "AdditionalInfo",
          "HibernationOptions",
          "EnclaveOptions"}},
        {"DescribeInstances",
         "list",
         Effect::read,
         describe_instances,
         {"InstanceId", "Filter", "MaxResults", "NextToken"}},
        {"DescribeInstanceStatus",
         "get",
         Effect::read,
         describe_instance_status,
         {"InstanceId", "Filter", "MaxResults", "NextToken", "IncludeAllInstances"}},
        {"TerminateInstances", "delete", Effect::destroy, terminate_instances, {"InstanceId"}},
        {"CreateTags", "other", Effect::write, create_tags, {"ResourceId", "Tag"}},
        {"DescribeVolumes",
         "other",
         Effect::read,
         describe_volumes,
         {"VolumeId", "Filter", "MaxResults", "NextToken"}},
        {"DescribeInstanceTypes",
         "offers",
         Effect::read,
         describe_instance_types,
         {"InstanceType", "Filter", "MaxResults", "NextToken"}},
        {"DescribeInstanceTypeOfferings",
         "offers",
         Effect::read,
         describe_instance_type_offerings,
         {"LocationType", "Filter", "MaxResults", "NextToken"}},
        {"DescribeRegions",
         "check",
         Effect::read,
         describe_regions,
         {"RegionName", "Filter", "AllRegions"}},
        {"DescribeAvailabilityZones",
         "offers",
         Effect::read,
         describe_availability_zones,
         {"ZoneName", "ZoneId", "Filter", "AllAvailabilityZones"}},
        {"DescribeImages",
         "images",
         Effect::read,
         describe_images,
         {"ImageId", "Owner", "ExecutableBy", "Filter", "IncludeDeprecated", "MaxResults",
          "NextToken"}},
        {"DescribeKeyPairs",
         "keys",
         Effect::read,
         describe_key_pairs,
         {"KeyName", "KeyPairId", "Filter", "IncludePublicKey"}},
        {"ImportKeyPair",
         "keys",
         Effect::write,
         import_key_pair,
         {"KeyName", "PublicKeyMaterial", "TagSpecification"}},
        {"DeleteKeyPair", "keys", Effect::destroy, delete_key_pair, {"KeyName", "KeyPairId"}},
        {"DescribeSecurityGroups",
         "other",
         Effect::read,
         describe_security_groups,
         {"GroupId", "GroupName", "Filter", "MaxResults", "NextToken"}},
        {"CreateSecurityGroup",
         "other",
         Effect::write,
         create_security_group,
         {"GroupName", "GroupDescription", "VpcId", "TagSpecification"}},
        {"AuthorizeSecurityGroupIngress",
         "other",
         Effect::write,
         authorize_ingress,
         {"GroupId", "GroupName", "IpPermissions", "IpProtocol", "FromPort", "ToPort", "CidrIp",
          "TagSpecification"}},
        {"DeleteSecurityGroup",
         "other",
         Effect::destroy,
         delete_security_group,
         {"GroupId", "GroupName"}},
        {"DescribeVpcs",
         "other",
         Effect::read,
         describe_vpcs,
         {"VpcId", "Filter", "MaxResults", "NextToken"}},
        {"DescribeAddresses",
         "other",
         Effect::read,
         describe_addresses,
         {"PublicIp", "AllocationId", "Filter"}},
        {"DescribeSubnets",
         "other",
         Effect::read,
         describe_subnets,
         {"SubnetId", "Filter", "MaxResults", "NextToken"}},
    };
    return all;
}

const Action* action_of(std::string_view name) {
    for (const auto& action : actions())
        if (action.name == name) return &action;
    return nullptr;
}

class Ec2 final : public Vendor {
public:
    explicit Ec2(World& world) : world_(world) {}

    std::string_view name() const override { return "aws"; }

    std::string claimed_credential(const Request& request) const override {
        return read_scope(request).key_id;
    }

    Operation identify(const Request& request, const std::string&) const override {
        const Form form(request);
        const auto name = form.get("Action");
        Operation out{name.empty() ? "(no Action)" : name, "other", Effect::write,
                      read_scope(request).region, form.get("InstanceType")};
        if (const auto* action = action_of(name)) {
            out.verb = action->verb;
            out.effect = action->effect;
        }
        if (name == "DescribeInstances" && form.has_below("InstanceId")) out.verb = "get";
        return out;
    }

    std::optional<Response> refuse(Call& call) override {
        const auto check =
            check_sigv4(call.request, "ec2", world_.options.credentials, call.wall_ms,
                        &world_.sessions, call.now_ms);
        const auto refused = [&](int status, const char* code, const std::string& message) {
            // `why` is more than AWS tells; a fake may help its user.
            return error(status, code,
                         message + (check.why.empty() ? "" : " [fakecloud: " + check.why + "]"),
                         world_.random);
        };
        switch (check.verdict) {
            case Signature::good:
                break;
            case Signature::missing:
                return refused(403, "MissingAuthenticationToken",
                               "Request is missing Authentication Token");
            case Signature::session_ended:
            case Signature::expired:
                return refused(400, "RequestExpired", "Request has expired.");
            case Signature::wrong_scope:
                return refused(403, "SignatureDoesNotMatch",
                               "Credential should be scoped to correct service.");
            default:
                return refused(401, "AuthFailure",
                               "AWS was not able to validate the provided access credentials");
        }
        call.credential = check.credential;
        if (world_.catalogue.aws_region(check.region) == nullptr)
            return error(401, "AuthFailure",
                         "AWS was not able to validate the provided access credentials"
                         " [fakecloud: it has no region '" +
                             check.region + "']",
                         world_.random);
        if (world_.options.rate_limits && !bucket(call, check.region).take(call.now_ms))
            return error(503, "RequestLimitExceeded", "Request limit exceeded.", world_.random);
        if (call.credential->read_only && call.operation.effect != Effect::read)
            return error(403, "UnauthorizedOperation",
                         "You are not authorized to perform this operation.", world_.random);
        return std::nullopt;
    }

    Response perform(Call& call) override {
        const Form form(call.request);
        const auto version = form.get("Version");
        const auto* action = action_of(form.get("Action"));
        if (form.get("Action").empty())
            return error(400, "MissingAction", "The request is missing an action.", world_.random);
        if (action == nullptr || version != "2016-11-15")
            return error(400, "InvalidAction",
                         "The action " + form.get("Action") + " is not valid for this web service.",
                         world_.random);
        if (const auto unknown = form.first_unknown(action->parameters); !unknown.empty())
            return error(400, "UnknownParameter", "The parameter " + unknown + " is not recognized",
                         world_.random);
        if (form.get("DryRun") == "true")
            return error(412, "DryRunOperation",
                         "Request would have succeeded, but DryRun flag is set.", world_.random);
        const auto* region = world_.catalogue.aws_region(call.operation.region);
        return action->perform({world_, call, form, *region});
    }

    Response injected_error(const Fault& fault, const Call&) override {
        const auto text = [&](const char* usual) {
            return fault.message.empty() ? usual : fault.message.c_str();
        };
        if (!fault.code.empty())
            return error(fault.status.value_or(400), fault.code, text("injected by fakecloud"),
                         world_.random);
        struct Named {
            const char* name;
            int status;
            const char *code, *message;
        };
        static const Named all[] = {
            {"out_of_stock", 500, "InsufficientInstanceCapacity",
             "We currently do not have sufficient capacity in the Availability Zone you "
             "requested."},
            {"quota_reached", 400, "VcpuLimitExceeded",
             "You have requested more vCPU capacity than your current vCPU limit allows."},
            {"rate_limited", 503, "RequestLimitExceeded", "Request limit exceeded."},
            {"unavailable", 503, "Unavailable",
             "The service is unavailable. Please try again shortly."},
            {"denied", 403, "UnauthorizedOperation",
             "You are not authorized to perform this operation."},
            {"unauthorized", 401, "AuthFailure",
             "AWS was not able to validate the provided access credentials"},
            {"expired_token", 400, "RequestExpired", "Request has expired."},
            {"invalid", 400, "InvalidParameterValue", "Invalid value 'x' for InstanceType."},
            {"conflict", 400, "IdempotentParameterMismatch",
             "Arguments on this idempotent request are inconsistent with arguments used in "
             "previous request(s)."},
            {"locked", 400, "IncorrectInstanceState", "The instance is not in a valid state."},
            {"not_found", 400, "InvalidInstanceID.NotFound", "The instance ID does not exist"},
            {"unknown_code", 400, "FluxMisaligned", "the flux is misaligned"},
        };
        for (const auto& named : all)
            if (fault.error == named.name)
                return error(named.status, named.code, text(named.message), world_.random);
        return error(500, "InternalError", "An internal error has occurred", world_.random);
    }

private:
    // The documented bucket sizes: creations are the scarcest.
    TokenBucket& bucket(const Call& call, const std::string& region) {
        const auto& name = call.operation.name;
        const bool read = call.operation.effect == Effect::read;
        const std::string kind = name == "RunInstances"         ? name
                                 : name == "TerminateInstances" ? name
                                 : read                         ? "read"
                                                                : "write";
        const TokenBucket fresh = kind == "RunInstances"         ? TokenBucket(5, 2)
                                  : kind == "TerminateInstances" ? TokenBucket(100, 5)
                                  : read                         ? TokenBucket(100, 20)
                                                                 : TokenBucket(50, 5);
        return buckets_.try_emplace(call.account() + "/" + region + "/" + kind, fresh)
            .first->second;
    }

    World& world_;
    std::map<std::string, TokenBucket> buckets_;
};

}  // namespace

std::unique_ptr<Vendor> make_ec2(World& world) { return std::make_unique<Ec2>(world); }

}  // namespace fakecloud
