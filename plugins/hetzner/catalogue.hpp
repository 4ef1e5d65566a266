// Hetzner's server types and prices as offers. Pure: JSON in, offers out.
#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "berth/cloud_provider.hpp"

namespace berth::hetzner {

/// The offers of one server type in one location, net of VAT, in the currency of `pricing`: the
/// price is that location's entry of `prices`, availability and deprecation that of `locations`
/// (the type's own `deprecated` is itself deprecated). Empty: not sold there, or an entry that
/// cannot be read.
std::vector<Offer> offers_of(const boost::json::value& server_type,
                             const boost::json::value& pricing, const std::string& location,
                             std::int64_t now_unix_ms);

/// The types of one architecture, in Offer::families.
std::string arch_group_of(Arch arch);

}  // namespace berth::hetzner
