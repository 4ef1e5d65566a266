#include "policy/facts.hpp"

namespace berth {

std::string AccountOffer::key() const {
  std::string key;
  key.reserve(account.size() + offer.region.size() + offer.zone.size() +
              offer.instance_type.size() + offer.market.size() + 4);
  for (const std::string* part : {&account, &offer.region, &offer.zone, &offer.instance_type})
    (key += *part) += '/';
  return key += offer.market;
}

}  // namespace berth
