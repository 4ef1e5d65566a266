#include <boost/json.hpp>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/documents.hpp"
#include "cli/utf8.hpp"
#include "cli/views.hpp"

namespace berth::cli {
namespace {

struct OfferWords {
  OfferQuery query;
  bool all = false;
};

int offers(const OfferWords& words, Berth& berth, Answer& answer) {
  const OfferListing listing = berth.offers(words.query);
  boost::json::object document = list_document("offers", listing.offers);
  boost::json::array problems;
  for (const std::string& problem : listing.problems) {
    problems.emplace_back(problem);
    answer.note("berth: " + printable(problem));
  }
  document["problems"] = std::move(problems);
  document["api_calls"] = list_document("api_calls", listing.api_calls)["api_calls"];
  answer.document(document);
  answer.print(offers_text(answer.terminal(), listing, words.all));
  if (!listing.api_calls.empty())
    answer.print("\n" + api_calls_text(answer.terminal(), listing.api_calls));
  const bool nothing_read = listing.offers.empty() && !listing.problems.empty();
  return nothing_read ? 1 : 0;
}

}  // namespace

Command offers_command() {
  auto words = std::make_shared<OfferWords>();
  return {
      "offers",
      "list what the clouds sell just now, cheapest first",
      "berth offers --org acme",
      {},
      {{"--org",
        "ORG",
        "only what this organization's accounts sell",
        &words->query.organization,
        false,
        {},
        Completes::organization},
       {"--account",
        "ACCOUNT",
        "only this account",
        &words->query.account,
        false,
        {},
        Completes::account},
       {"--refresh", "", "ask the clouds, also where the cache is young", &words->query.refresh},
       {"--all", "", "every offer, also those that cannot be bought", &words->all}},
      ToRead{[words](Berth& berth, Answer& answer) { return offers(*words, berth, answer); }}};
}

}  // namespace berth::cli
