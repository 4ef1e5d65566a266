#include "api.hpp"

#include <set>

#include "encoding.hpp"
#include "errors.hpp"
#include "json_api/clock.hpp"
#include "signed_exchange.hpp"

namespace berth::aws {
namespace {

Ec2Query list_query(const std::string& action, const Filters& filters, int page_size) {
  Ec2Query query(action);
  query.set("MaxResults", std::to_string(page_size));
  for (const auto& [name, values] : filters) query.filter(name, values);
  return query;
}

Instance instance_of(const pugi::xml_node& item) {
  Instance instance;
  instance.id = item.child_value("instanceId");
  instance.type = item.child_value("instanceType");
  instance.zone = item.child("placement").child_value("availabilityZone");
  instance.state = item.child("instanceState").child_value("name");
  instance.architecture = item.child_value("architecture");
  instance.state_reason = item.child("stateReason").child_value("message");
  if (instance.state_reason.empty())
    instance.state_reason = item.child("stateReason").child_value("code");
  instance.public_ipv4 = item.child_value("ipAddress");
  instance.private_ipv4 = item.child_value("privateIpAddress");
  instance.launched_unix_ms = unix_ms_of_iso(item.child_value("launchTime"));
  for (const pugi::xml_node tag : item.child("tagSet").children("item"))
    instance.tags[tag.child_value("key")] = tag.child_value("value");
  return instance;
}

InstanceType instance_type_of(const pugi::xml_node& item) {
  InstanceType type;
  type.name = item.child_value("instanceType");
  type.vcpus = item.child("vCpuInfo").child("defaultVCpus").text().as_llong();
  type.memory_mib = item.child("memoryInfo").child("sizeInMiB").text().as_llong();
  for (const pugi::xml_node arch :
       item.child("processorInfo").child("supportedArchitectures").children("item"))
    type.architectures.emplace_back(arch.child_value());
  type.current_generation = item.child("currentGeneration").text().as_bool();
  type.bare_metal = item.child("bareMetal").text().as_bool();
  return type;
}

Image image_of(const pugi::xml_node& item) {
  Image image;
  image.id = item.child_value("imageId");
  image.name = item.child_value("name");
  image.architecture = item.child_value("architecture");
  image.created = item.child_value("creationDate");
  image.root_device = item.child_value("rootDeviceName");
  for (const pugi::xml_node device : item.child("blockDeviceMapping").children("item"))
    if (image.root_device == device.child_value("deviceName"))
      image.root_gib = device.child("ebs").child("volumeSize").text().as_llong();
  return image;
}

}  // namespace

Failure unreadable(const std::string& action, const std::string& why) {
  Failure failure;
  failure.code = ErrorCode::unavailable;
  failure.effect = Effect::unknown;
  failure.message = "AWS's answer to " + action + " cannot be used: " + why + ". Try again later.";
  return failure;
}

std::optional<Failure> Api::stopped(const std::string& action) const {
  Failure failure;
  failure.effect = Effect::none;
  if (call_.cancelled()) {
    failure.code = ErrorCode::cancelled;
    failure.message = action + " was cancelled before AWS was asked.";
    return failure;
  }
  if (call_.remaining_ms() <= 0) {
    failure.code = ErrorCode::unavailable;
    failure.message = "There was no time left to ask AWS for " + action + ". Try again later.";
    return failure;
  }
  return std::nullopt;
}

std::string Api::redacted(std::string text) const {
  for (const Credentials& keys : used_) text = without_keys(std::move(text), keys);
  return text;
}

Result<Credentials> Api::keys() {
  if (!account_.chain) return account_.credentials;
  return account_.chain->current({call_, deleting_});
}

Failure Api::refused(const HttpResponse& response, const VendorError& told,
                     const std::string& action) const {
  Failure failure = failure_of({response.status, redacted(told.code), redacted(told.text)}, action);
  if (failure.code == ErrorCode::denied)
    if (const auto error_ms = json_api::clock_error_ms(response, call_.now_unix_ms()))
      failure.message += " " + json_api::clock_sentence(*error_ms, "AWS");
  return failure;
}

Result<HttpResponse> Api::exchange(HttpRequest request, const SigningScope& scope,
                                   const std::string& action) {
  if (auto failure = stopped(action)) return *failure;
  request.method = "POST";
  request.deleting = deleting_;
  std::atomic<std::int64_t>& error_ms = *account_.clock_error_ms;
  const auto held = keys();
  if (!held) return held.failure();
  used_.push_back(*held);
  auto answer = signed_exchange(request, *held, scope, error_ms, call_);
  if (!account_.chain || !answer || !refuses_keys(*answer) || stopped(action)) return answer;
  const auto others = account_.chain->after_refusal(*held, {call_, deleting_});
  if (!others || stopped(action)) return answer;
  used_.push_back(*others);
  return signed_exchange(request, *others, scope, error_ms, call_);
}

Result<pugi::xml_document> Api::ask(const std::string& url, const SigningScope& scope,
                                    const Ec2Query& query) {
  const std::string action = query.action() + " in " + scope.region;
  HttpRequest request;
  request.url = url;
  request.headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}};
  request.body = query.body();
  const auto response = exchange(std::move(request), scope, action);
  if (!response) return response.failure();

  // A success whose body speaks of an error is none.
  const auto error = xml_error(response->body);
  if (response->status < 200 || response->status > 299 || error) {
    const VendorError told = error.value_or(VendorError{"", response->body.substr(0, 2048)});
    return refused(*response, told, action);
  }
  auto document = parsed_answer(response->body, query.action());
  if (!document) return unreadable(action, "it is not the XML that EC2 sends");
  return std::move(*document);
}

Result<pugi::xml_document> Api::ask_ec2(const std::string& region, const Ec2Query& query) {
  return ask(endpoint_in(account_.endpoint, region), {region, "ec2"}, query);
}

template <class T, class ReadItem>
Listing<T> Api::pages(const std::string& region, const Ec2Query& query, const char* set,
                      ReadItem read_item) {
  const std::string action = query.action() + " in " + region;
  Listing<T> listing;
  std::set<std::string> seen;
  std::string token;
  for (int page = 0; page < most_pages; ++page) {
    Ec2Query next = query;
    next.set_if("NextToken", token);
    const auto answer = ask_ec2(region, next);
    if (!answer) {
      listing.failure = without_effect(answer.failure());
      return listing;
    }
    const pugi::xml_node root = answer->document_element();
    // An answer without its list is a broken answer, not an empty list.
    if (!root.child(set)) {
      listing.failure = without_effect(unreadable(action, std::string("it has no ") + set));
      return listing;
    }
    for (const pugi::xml_node item : root.child(set).children("item"))
      read_item(item, listing.items);
    token = root.child_value("nextToken");
    if (token.empty()) return listing;
    if (!seen.insert(token).second) {
      listing.failure = without_effect(unreadable(action, "its pages did not advance"));
      return listing;
    }
  }
  listing.failure = without_effect(unreadable(action, "it has too many pages"));
  return listing;
}

Result<Identity> Api::get_caller_identity(const std::string& region) {
  const Ec2Query query("GetCallerIdentity", "2011-06-15");
  const auto answer = ask(endpoint_in(account_.sts_endpoint, region), {region, "sts"}, query);
  if (!answer) return without_effect(answer.failure());
  const pugi::xml_node result = answer->document_element().child("GetCallerIdentityResult");
  Identity identity{result.child_value("Account"), result.child_value("Arn")};
  if (identity.account.empty())
    return without_effect(unreadable("GetCallerIdentity", "it names no account"));
  return identity;
}

Listing<Instance> Api::describe_instances(const std::string& region, const Filters& filters) {
  return pages<Instance>(
      region, list_query("DescribeInstances", filters, 1000), "reservationSet",
      [](const pugi::xml_node& reservation, std::vector<Instance>& into) {
        for (const pugi::xml_node item : reservation.child("instancesSet").children("item"))
          into.push_back(instance_of(item));
      });
}

Listing<InstanceType> Api::describe_instance_types(const std::string& region,
                                                   const Filters& filters) {
  return pages<InstanceType>(region, list_query("DescribeInstanceTypes", filters, 100),
                             "instanceTypeSet",
                             [](const pugi::xml_node& item, std::vector<InstanceType>& into) {
                               into.push_back(instance_type_of(item));
                             });
}

Listing<TypeOffering> Api::describe_instance_type_offerings(const std::string& region,
                                                            const Filters& filters) {
  Ec2Query query = list_query("DescribeInstanceTypeOfferings", filters, 1000);
  query.set("LocationType", "availability-zone");
  return pages<TypeOffering>(
      region, query, "instanceTypeOfferingSet",
      [](const pugi::xml_node& item, std::vector<TypeOffering>& into) {
        into.push_back({item.child_value("instanceType"), item.child_value("location")});
      });
}

Listing<Image> Api::describe_images(const std::string& region, const std::string& id,
                                    const std::string& owner, const Filters& filters) {
  Ec2Query query("DescribeImages");
  query.set_if("ImageId.1", id).set_if("Owner.1", owner);
  for (const auto& [name, values] : filters) query.filter(name, values);
  return pages<Image>(
      region, query, "imagesSet",
      [](const pugi::xml_node& item, std::vector<Image>& into) { into.push_back(image_of(item)); });
}

Result<Instance> Api::run_instances(const std::string& region, const Launch& launch) {
  Ec2Query query("RunInstances");
  query.set("MinCount", "1").set("MaxCount", "1");
  query.set("ClientToken", launch.client_token);
  query.set("ImageId", launch.image_id).set("InstanceType", launch.instance_type);
  query.set_if("Placement.AvailabilityZone", launch.zone).set_if("KeyName", launch.key_name);
  query.set_if("SubnetId", launch.subnet_id);
  query.list("SecurityGroupId", launch.security_group_ids);
  query.set("BlockDeviceMapping.1.DeviceName", launch.root_device);
  query.set("BlockDeviceMapping.1.Ebs.VolumeSize", std::to_string(launch.root_gib));
  query.set("BlockDeviceMapping.1.Ebs.VolumeType", "gp3");
  query.set("BlockDeviceMapping.1.Ebs.DeleteOnTermination", "true");
  // Session tokens only: a forged request through a deployed web server must not reach IMDSv1.
  query.set("MetadataOptions.HttpTokens", "required");
  if (!launch.user_data.empty()) query.set("UserData", base64(launch.user_data));
  // In the same call, so that nothing that costs money is ever without its owner's name.
  for (const char* resource : {"instance", "volume", "network-interface"})
    query.tags(resource, launch.tags);

  auto answer = ask_ec2(region, query);
  if (!answer) return answer.failure();
  const pugi::xml_node item = answer->document_element().child("instancesSet").child("item");
  Instance instance = instance_of(item);
  if (instance.id.empty()) return unreadable("RunInstances in " + region, "it names no instance");
  return instance;
}

Result<Done> Api::terminate_instance(const std::string& region, const std::string& id) {
  Ec2Query query("TerminateInstances");
  query.list("InstanceId", {id});
  const auto answer = ask_ec2(region, query);
  if (!answer) return answer.failure();
  return Done{};
}

}  // namespace berth::aws
