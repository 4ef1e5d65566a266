#include "offers/refusals.hpp"

#include <algorithm>

namespace berth {

namespace {

bool has_family(const Offer& offer, const std::string& family) {
  return std::find(offer.families.begin(), offer.families.end(), family) != offer.families.end();
}

}  // namespace

bool speaks_for(const OfferRefusal& refusal, const AccountOffer& offer,
                const std::string& credential) {
  const auto is = [](const std::string& said, const std::string& has) {
    return said.empty() || said == has;
  };
  const Offer& one = offer.offer;
  return is(refusal.credential, credential) && is(refusal.account, offer.account) &&
         is(refusal.region, one.region) && is(refusal.zone, one.zone) &&
         is(refusal.instance_type, one.instance_type) && is(refusal.market, one.market) &&
         (refusal.family.empty() || has_family(one, refusal.family));
}

StockScope scope_of(const Failure& failure) {
  if (failure.scope) return *failure.scope;
  switch (failure.code) {
    case ErrorCode::out_of_stock: return StockScope::zone;
    case ErrorCode::quota_reached:
    case ErrorCode::rate_limited:
    case ErrorCode::denied: return StockScope::account;
    case ErrorCode::unavailable: return StockScope::region;
    default: return StockScope::request;
  }
}

OfferRefusal refusal_of(const AccountOffer& offer, StockScope scope, const std::string& family,
                        const std::string& credential) {
  const Offer& one = offer.offer;
  OfferRefusal refusal;
  refusal.credential = credential;
  // A fingerprint speaks for every account that has it; where there is none, the account does.
  if (scope == StockScope::credential && !credential.empty()) return refusal;
  refusal.account = offer.account;
  if (scope == StockScope::account || scope == StockScope::credential) return refusal;
  refusal.region = one.region;
  if (scope == StockScope::region) return refusal;
  if (scope == StockScope::family && has_family(one, family)) {
    refusal.family = family;
    return refusal;
  }
  refusal.instance_type = one.instance_type;
  if (scope != StockScope::zone) return refusal;
  refusal.zone = one.zone;
  refusal.market = one.market;
  return refusal;
}

std::string family_of(const Offer& offer) {
  if (!offer.families.empty()) return offer.families.front();
  return offer.instance_type.substr(0, offer.instance_type.find_first_of(".-"));
}

}  // namespace berth
