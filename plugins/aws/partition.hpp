// AWS's partitions: clouds of their own, with names, prices and images of their own. Pure.
#pragma once

#include <string>
#include <string_view>

namespace berth::aws {

struct Partition {
  std::string_view name;          // as in "arn:aws-cn:…"
  std::string_view prefix;        // of its regions' names; "": all others
  std::string_view suffix;        // of its hosts
  std::string_view price_region;  // where its Price List answers, and what signs for it
  std::string_view debian_owner;  // Debian's account there; "": Debian publishes none that is known
};

/// Of a region's name: "cn-north-1" lies in China's.
const Partition& partition_of(std::string_view region);

}  // namespace berth::aws
