// What a refused create says of other offers.
#pragma once

#include <string>

#include "berth/failure.hpp"
#include "offers/cache.hpp"
#include "policy/facts.hpp"

namespace berth {

/// Does the refusal speak for this offer? `credential`: the fingerprint of its account's.
bool speaks_for(const OfferRefusal& refusal, const AccountOffer& offer,
                const std::string& credential);

/// How much a refusal speaks for, where the plugin does not say: what its code implies.
StockScope scope_of(const Failure& failure);

/// What to remember of a create of `offer` that was refused in this scope, which is not `request`.
/// Without code, text and time.
OfferRefusal refusal_of(const AccountOffer& offer, StockScope scope, const std::string& family,
                        const std::string& credential);

/// The group of types that a denial of one speaks of, for people and for counting: the first of the
/// offer's families, else its type up to the first '.' or '-'.
std::string family_of(const Offer& offer);

}  // namespace berth
