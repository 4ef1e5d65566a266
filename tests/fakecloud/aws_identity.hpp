#pragma once

#include <memory>

#include "vendor.hpp"

namespace fakecloud {

class World;
// Where AWS gives keys without a signature: EC2's metadata service (IMDSv2 only), a container's
// credentials, and the portal of IAM Identity Center.
std::unique_ptr<Vendor> make_instance_metadata(World& world);
std::unique_ptr<Vendor> make_container_credentials(World& world);
std::unique_ptr<Vendor> make_sso_portal(World& world);

}  // namespace fakecloud
