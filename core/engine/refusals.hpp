// What the clouds refused to one deployment: what is learned from it for the other offers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/failure.hpp"
#include "ledger/records.hpp"
#include "offers/refusals.hpp"
#include "policy/facts.hpp"

namespace berth {

/// A create that was refused for a reason that is not the offer's.
struct RefusedCreate {
  std::string account;
  std::string code;    // the word of the ErrorCode, and the vendor's own code
  std::string text;    // the vendor's words without the names of the offer
  std::string family;  // of a denial: the types that it was about
  std::string why;     // the words for people
};

/// The words of a refusal without what names this one offer, server or request, so that the same
/// reason reads the same for every offer.
std::string text_without_names(const Failure& failure, const Offer& offer,
                               std::string_view server_name);

/// "no cx33 in nbg1 (resource_unavailable)", without a full stop.
std::string words_of(const Failure& failure);

/// It will be over in a while, whatever is asked for: nobody answered, or the budget is used up.
bool is_passing(const Failure& failure);

/// Notes the refusal in the deployment where another offer of the account would hear the same, and
/// says how much it speaks for by now: denials of three families are the credential's.
StockScope note_refusal(DeploymentRecord& deployment, const AccountOffer& offer,
                        const Failure& failure, std::string_view server_name,
                        const std::string& why);

/// The accounts that refused this deployment twice with one code and text.
std::vector<LeftAccount> left_accounts(const DeploymentRecord& deployment);

}  // namespace berth
