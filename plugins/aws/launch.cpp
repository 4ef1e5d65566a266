#include "launch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "errors.hpp"
#include "provider.hpp"
#include "tags.hpp"
#include "user_data.hpp"

namespace berth::aws {
namespace {

// Debian's account and its images' names: https://wiki.debian.org/Cloud/AmazonEC2Image/Bookworm
constexpr const char* debian_owner = "136693071363";

// What would be refused anyway, or would reach another host than AWS's.
std::optional<Failure> problem_of(const CreateRequest& request) {
  if (!is_region(request.region))
    return invalid_request("\"" + request.region +
                           "\" is not an AWS region. Name one such as us-east-1.");
  if (!request.zone.empty() && !is_zone_of(request.zone, request.region))
    return invalid_request("Zone \"" + request.zone + "\" does not lie in " + request.region + ".");
  if (request.market != "on_demand" && !request.market.empty())
    return invalid_request("The AWS plugin sells on_demand only, not \"" + request.market + "\".");
  if (request.attempt_id.empty() || request.installation_id.empty())
    return invalid_request(
        "A server needs an attempt_id and an installation_id as its owner's name.");
  return std::nullopt;
}

// "debian-12": "debian-12-amd64-*", as Debian names its images. "": the word names none of
// Debian's.
std::string debian_pattern(const std::string& word, const std::string& arch) {
  const std::string debian = "debian-";
  const bool numbered = word.size() > debian.size() &&
                        word.compare(0, debian.size(), debian) == 0 &&
                        std::all_of(word.begin() + static_cast<std::ptrdiff_t>(debian.size()),
                                    word.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!numbered) return {};
  return word + (arch == "arm64" ? "-arm64-*" : "-amd64-*");
}

Result<Image> image_for(const CreateRequest& request, const Account& account, Api& api) {
  const std::string arch = request.arch == Arch::arm64 ? "arm64" : "x86_64";
  std::string word = request.image.empty() ? account.image : request.image;
  if (word.empty()) word = "debian-12";
  const bool is_id = word.compare(0, 4, "ami-") == 0;
  const std::string pattern = debian_pattern(word, arch);
  if (!is_id && pattern.empty())
    return invalid_request("\"" + word +
                           "\" is no image on AWS. Name an id (ami-...) or debian-12.");

  const auto images = is_id ? api.describe_images(request.region, word, "", {})
                            : api.describe_images(request.region, "", debian_owner,
                                                  {{"name", {pattern}},
                                                   {"architecture", {arch}},
                                                   {"state", {"available"}},
                                                   {"root-device-type", {"ebs"}}});
  if (images.failure) return *images.failure;
  // ISO times sort as text; of two made in one second the id decides, so that retries agree.
  const auto newest = std::max_element(
      images.items.begin(), images.items.end(), [](const Image& a, const Image& b) {
        return std::tie(a.created, a.id) < std::tie(b.created, b.id);
      });
  if (newest == images.items.end())
    return invalid_request("There is no image " + word + " for " + arch + " in " + request.region +
                           ". Set \"image\" to one of that region.");
  if (newest->architecture != arch)
    return invalid_request("Image " + newest->id + " is for " + newest->architecture + ", and " +
                           request.instance_type + " is " + arch + ". Set another \"image\".");
  if (newest->root_device.empty())
    return invalid_request("Image " + newest->id + " has no root volume. Set another \"image\".");
  return *newest;
}

}  // namespace

Result<Launch> launch_of(const CreateRequest& request, const Account& account, Api& api) {
  if (auto problem = problem_of(request)) return *problem;
  const auto user_data = boot_user_data(request.user_data, request.ssh_public_keys);
  if (!user_data) return user_data.failure();
  constexpr std::int64_t most_disk_gib = 16 * 1024;
  const std::int64_t disk_gib = (request.disk_mib + 1023) / 1024;
  if (request.disk_mib < 0 || disk_gib > most_disk_gib)
    return invalid_request("A root disk has at most 16384 GB on AWS.");
  const auto image = image_for(request, account, api);
  if (!image) return image.failure();

  Launch launch;
  launch.client_token = client_token(request.attempt_id, request.candidate);
  launch.image_id = image->id;
  launch.instance_type = request.instance_type;
  launch.zone = request.zone;
  launch.subnet_id = account.subnet_id;
  launch.key_name = account.key_name;
  launch.security_group_ids = account.security_group_ids;
  launch.root_device = image->root_device;
  launch.root_gib = std::max({disk_gib, image->root_gib, std::int64_t{1}});
  launch.user_data = *user_data;
  launch.tags = tags_of(request);
  return launch;
}

}  // namespace berth::aws
