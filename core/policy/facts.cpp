#include "policy/facts.hpp"

namespace berth {

std::string AccountOffer::key() const {
  return account + "/" + offer.region + "/" + offer.zone + "/" + offer.instance_type + "/" +
         offer.market;
}

}  // namespace berth
