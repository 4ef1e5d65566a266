#include "images.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <tuple>

#include "errors.hpp"
#include "families.hpp"
#include "partition.hpp"

namespace berth::aws {
namespace {

constexpr std::int64_t life_ms = 10 * 60'000;

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

Result<Image> newest_image(const CreateRequest& request, const std::string& word,
                           const std::string& arch, Api& api) {
  const bool is_id = word.compare(0, 4, "ami-") == 0;
  const std::string pattern = debian_pattern(word, arch);
  if (!is_id && pattern.empty())
    return invalid_request("\"" + word +
                           "\" is no image on AWS. Name an id (ami-...) or debian-12.");

  const std::string debian_owner(partition_of(request.region).debian_owner);
  if (!is_id && debian_owner.empty())
    return invalid_request("Debian's images in " + request.region +
                           " are not known. Set \"image\" to the id of an AMI (ami-...) there.");
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
  if (newest->architecture != arch) {
    Failure failure =
        invalid_request("Image " + newest->id + " is for " + newest->architecture + ", and " +
                        request.instance_type + " is " + arch + ". Set another \"image\".");
    failure.scope = StockScope::family;  // the types of the other architecture may have it
    failure.scope_name = arch_group_of(request.arch);
    return failure;
  }
  if (newest->root_device.empty())
    return invalid_request("Image " + newest->id + " has no root volume. Set another \"image\".");
  return *newest;
}

struct Login {
  std::string_view beginning;  // of the image's name, as its maker spells it
  std::string_view user;
};

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/connection-prereqs-general.html
constexpr Login logins[] = {
    {"debian-", "admin"},          {"ubuntu/", "ubuntu"},       {"ubuntu-", "ubuntu"},
    {"ubuntu-minimal/", "ubuntu"}, {"al2023-ami-", "ec2-user"}, {"amzn-ami-", "ec2-user"},
    {"amzn2-ami-", "ec2-user"},    {"RHEL-", "ec2-user"},       {"suse-sles-", "ec2-user"},
    {"CentOS Stream", "ec2-user"}, {"AlmaLinux", "ec2-user"},   {"Rocky-", "rocky"},
    {"Fedora-Cloud-", "fedora"},   {"Flatcar-", "core"},        {"FreeBSD ", "ec2-user"},
};

}  // namespace

std::string login_of(const std::string& image_name) {
  for (const Login& login : logins)
    if (image_name.compare(0, login.beginning.size(), login.beginning) == 0)
      return std::string(login.user);
  return {};
}

Result<Image> Images::image_for(const CreateRequest& request, const Account& account, Api& api,
                                std::int64_t now_unix_ms) {
  const std::string arch = request.arch == Arch::arm64 ? "arm64" : "x86_64";
  std::string word = request.image.empty() ? account.image : request.image;
  if (word.empty()) word = "debian-12";
  const std::string key = request.region + " " + word + " " + arch;
  // One question at a time, so that creations that come together share its answer.
  const std::lock_guard<std::mutex> lock(guard_);
  const auto known = known_.find(key);
  if (known != known_.end() && now_unix_ms >= known->second.read_unix_ms &&
      now_unix_ms - known->second.read_unix_ms < life_ms)
    return known->second.image;
  Result<Image> image = newest_image(request, word, arch, api);
  if (image.ok()) known_[key] = {*image, now_unix_ms};
  return image;
}

void Images::forget() {
  const std::lock_guard<std::mutex> lock(guard_);
  known_.clear();
}

}  // namespace berth::aws
