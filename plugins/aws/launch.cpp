#include "launch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "errors.hpp"
#include "provider.hpp"
#include "tags.hpp"
#include "user_data.hpp"

namespace berth::aws {
namespace {

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

}  // namespace

Result<Launch> launch_of(const CreateRequest& request, const Account& account, Images& images,
                         Api& api, std::int64_t now_unix_ms) {
  if (auto problem = problem_of(request)) return *problem;
  const auto user_data = boot_user_data(request.user_data, request.ssh_public_keys);
  if (!user_data) return user_data.failure();
  constexpr std::int64_t most_disk_gib = 16 * 1024;
  const std::int64_t disk_gib = (request.disk_mib + 1023) / 1024;
  if (request.disk_mib < 0 || disk_gib > most_disk_gib)
    return invalid_request("A root disk has at most 16384 GB on AWS.");
  const auto image = images.image_for(request, account, api, now_unix_ms);
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
  // The instance shows its image by id only, and the image may be gone when somebody logs in.
  if (const std::string login = login_of(image->name); !login.empty())
    launch.tags[login_tag] = login;
  else if (request.ssh_user.empty())
    return invalid_request("Nobody knows who logs in to image " + image->id +
                           (image->name.empty() ? "" : " (" + image->name + ")") +
                           ". Set \"ssh_user\" of the account to its user.");
  return launch;
}

}  // namespace berth::aws
