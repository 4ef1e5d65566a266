#pragma once

#include <memory>

#include "vendor.hpp"

namespace fakecloud {

class World;
std::unique_ptr<Vendor> make_pricing(World& world);

}  // namespace fakecloud
