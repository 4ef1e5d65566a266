#include <algorithm>
#include <chrono>
#include <thread>

#include "berth/conformance.hpp"
#include "report.hpp"

namespace berth::conformance {
namespace {

constexpr const char* installation_id = "conformance";
constexpr const char* organization_id = "conformance";
constexpr std::int64_t look_every_ms = 2'000;

bool is_currency(const std::string& text) {
  return text.size() == 3 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string offer_problem(const Offer& offer) {
  const std::string where = offer.instance_type + " in " + offer.region + ": ";
  if (offer.region.empty() || offer.instance_type.empty()) return "an offer without region or type";
  if (offer.vcpu <= 0 || offer.memory_mib <= 0) return where + "no vcpu or no memory";
  if (offer.disk_mib < 0) return where + "a negative disk";
  if (offer.hourly_nanos && *offer.hourly_nanos <= 0)
    return where + "a price of zero or less; leave it out where it is not known";
  if (offer.hourly_nanos && !is_currency(offer.currency))
    return where + "currency \"" + offer.currency + "\" is not like EUR";
  if (offer.hourly_nanos && offer.as_of_unix_ms <= 0)
    return where + "a price without as_of_unix_ms";
  return "";
}

/// The cheapest that can be bought; nullptr: none.
const Offer* cheapest(const OfferList& list) {
  const Offer* best = nullptr;
  for (const auto& offer : list.offers) {
    if (!offer.hourly_nanos || offer.availability == Availability::unavailable) continue;
    if (best == nullptr || *offer.hourly_nanos < *best->hourly_nanos) best = &offer;
  }
  return best;
}

/// Judges a call that cannot work where the host offers no HTTP.
template <class T>
bool judge_call(Report& report, const Result<T>& result) {
  if (!result && result.failure().code == ErrorCode::unsupported) {
    report.skip(in_words(result.failure()));
    return false;
  }
  return report.judge(result ? "" : in_words(result.failure()));
}

/// The whole life of one server.
class Walk {
 public:
  Walk(CloudProvider& provider, const CallFactory& calls, const Options& options, Report& report)
      : provider_(provider), calls_(calls), options_(options), report_(report) {}

  void run(const OfferList& list) {
    report_.begin("walk.offer");
    const Offer* offer = cheapest(list);
    if (offer == nullptr) return report_.fail("no offer with a price can be bought now");
    report_.ok();
    prepare(*offer);
    const bool created = create();
    if (created) {
      create_again();
      look_until("walk.find", true);
    }
    if (!created) return clean_up();
    destroy("walk.destroy");
    destroy("walk.destroy-again");
    look_until("walk.find-absent", false);
  }

 private:
  void prepare(const Offer& offer) {
    request_.installation_id = installation_id;
    request_.organization_id = organization_id;
    request_.attempt_id = options_.attempt_id;
    request_.name = std::string("auto-") + organization_id + "-" + options_.attempt_id;
    request_.region = offer.region;
    request_.zone = offer.zone;
    request_.market = offer.market;
    request_.instance_type = offer.instance_type;
    request_.arch = offer.arch;
    request_.disk_mib = std::max<std::int64_t>(offer.disk_mib, 20 * 1024);
    if (offer.max_disk_mib == 0 && offer.disk_mib > 0) request_.disk_mib = offer.disk_mib;
    request_.user_data = "#cloud-config\n{}\n";
    request_.labels = {{"auto_provisioned", "true"},
                       {"managed_by", "berth"},
                       {"organization_id", organization_id},
                       {"installation", installation_id},
                       {"attempt", options_.attempt_id}};
    sought_.attempt_id = options_.attempt_id;
    sought_.region = offer.region;
  }

  bool create() {
    report_.begin("walk.create");
    const Result<Created> created = provider_.create(request_, *calls_());
    if (created) {
      sought_.server_id = created->server.server_id;
      sought_.note = created->note;
    }
    return report_.judge(created ? created_problem(*created) : in_words(created.failure()));
  }

  [[nodiscard]] std::string created_problem(const Created& created) const {
    if (created.server.server_id.empty()) return "no server_id";
    if (created.server.attempt_id != request_.attempt_id)
      return "attempt_id is \"" + created.server.attempt_id + "\"";
    return not_as_asked(created.server);
  }

  /// The host believes what is told, and destroys what is not as it was asked for.
  [[nodiscard]] std::string not_as_asked(const CloudServer& server) const {
    const std::string arch = request_.arch == Arch::arm64 ? "arm64" : "x86_64";
    const auto differs = [](const char* what, const std::string& told, const std::string& asked) {
      return told.empty() || told == asked ? std::string()
                                           : std::string(what) + " is \"" + told + "\", and \"" +
                                                 asked + "\" was asked for";
    };
    for (const std::string& problem :
         {differs("instance_type", server.instance_type, request_.instance_type),
          differs("region", server.region, request_.region), differs("arch", server.arch, arch),
          differs("organization_id", server.organization_id, request_.organization_id)})
      if (!problem.empty()) return problem;
    return "";
  }

  void create_again() {
    report_.begin("walk.create-again");
    const Result<Created> again = provider_.create(request_, *calls_());
    if (!again) return report_.fail(in_words(again.failure()));
    const std::string& second = again->server.server_id;
    if (second == sought_.server_id) return report_.ok();
    const Result<Done> done = destroyed(second);
    report_.fail("the same attempt made a second server: " + sought_.server_id + " and " + second +
                 (done ? "" : ", which is still there: " + in_words(done.failure())));
  }

  /// "" once `find` shows the server (or no longer shows it), else what it shows.
  std::string look(bool present) {
    FindRequest request;
    request.installation_id = installation_id;
    Sought by_attempt = sought_;
    by_attempt.server_id.clear();  // as after a lost reply
    Sought stranger;
    stranger.attempt_id = std::string(sought_.attempt_id.rbegin(), sought_.attempt_id.rend()) + "x";
    stranger.region = sought_.region;
    request.sought = {present ? by_attempt : sought_, stranger};
    const Result<Found> found = provider_.find(request, *calls_());
    if (!found) return in_words(found.failure());
    if (!found->complete) return "the list was not complete";
    const auto is_absent = [&found](const std::string& attempt) {
      return std::count(found->absent.begin(), found->absent.end(), attempt) == 1;
    };
    if (!is_absent(stranger.attempt_id)) return "an attempt that never was is not listed as absent";
    const auto server = std::find_if(
        found->servers.begin(), found->servers.end(), [this](const CloudServer& candidate) {
          return candidate.attempt_id == sought_.attempt_id && candidate.state != ServerState::gone;
        });
    const bool here = server != found->servers.end();
    if (present != here) return present ? "the server is not found" : "the server is still there";
    if (!present) return "";
    if (is_absent(sought_.attempt_id)) return "the server is both present and absent";
    if (server->server_id != sought_.server_id) return "another server_id: " + server->server_id;
    if (server->installation_id != installation_id)
      return "installation_id is \"" + server->installation_id + "\"";
    return not_as_asked(*server);
  }

  void look_until(const char* name, bool present) {
    report_.begin(name);
    std::string problem = look(present);
    for (std::int64_t waited = 0; !problem.empty() && waited < options_.patience_ms;
         waited += look_every_ms) {
      pause(look_every_ms);
      problem = look(present);
    }
    report_.judge(problem);
  }

  /// After a create that failed: what it may have made all the same must be gone.
  void clean_up() {
    if (!sought_.server_id.empty()) return destroy("walk.clean-up");
    report_.begin("walk.clean-up");
    FindRequest request;
    request.installation_id = installation_id;
    request.sought = {sought_};
    const Result<Found> found = provider_.find(request, *calls_());
    if (!found) return report_.fail(in_words(found.failure()));
    std::string problem = found->complete ? "" : "the list was not complete";
    for (const CloudServer& server : found->servers) {
      if (server.attempt_id != sought_.attempt_id || server.state == ServerState::gone) continue;
      const Result<Done> done = destroyed(server.server_id);
      if (!done) problem = in_words(done.failure());
    }
    report_.judge(problem);
  }

  void destroy(const char* name) {
    report_.begin(name);
    const Result<Done> done = destroyed(sought_.server_id);
    report_.judge(done ? "" : in_words(done.failure()));
  }

  Result<Done> destroyed(const std::string& server_id) {
    DestroyRequest request;
    request.installation_id = installation_id;
    request.server = sought_;
    request.server.server_id = server_id;
    Result<Done> done = provider_.destroy(request, *calls_());
    // A server that still boots may be locked: the engine would come again, too.
    for (std::int64_t waited = 0;
         !done && done.failure().code == ErrorCode::unavailable && waited < options_.patience_ms;
         waited += look_every_ms) {
      pause(look_every_ms);
      done = provider_.destroy(request, *calls_());
    }
    return done;
  }

  void pause(std::int64_t ms) const {
    if (options_.pause)
      options_.pause(ms);
    else
      std::this_thread::sleep_for(std::chrono::milliseconds(ms));
  }

  CloudProvider& provider_;
  const CallFactory& calls_;
  const Options& options_;
  Report& report_;
  CreateRequest request_;
  Sought sought_;
};

}  // namespace

std::string in_words(const Failure& failure) {
  std::string text(to_word(failure.code));
  if (!failure.message.empty()) text += ": " + failure.message;
  if (!failure.vendor_code.empty()) text += " (" + failure.vendor_code + ")";
  return text;
}

std::string_view to_word(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return "ok";
    case Outcome::failed: return "failed";
    case Outcome::skipped: return "skipped";
  }
  return "failed";
}

std::vector<CheckResult> run_conformance(CloudProvider& provider, const CallFactory& calls,
                                         const Options& options) {
  Report report(options);
  report.begin("check");
  judge_call(report, provider.check(*calls()));

  report.begin("offers");
  OffersRequest wanted;
  if (!options.region.empty()) wanted.regions = {options.region};
  const Result<OfferList> list = provider.offers(wanted, *calls());
  const bool offered = judge_call(report, list);
  if (offered) {
    report.begin("offers.facts");
    std::string problem = list->offers.empty() ? "not one offer" : "";
    for (const auto& offer : list->offers)
      if (problem.empty()) problem = offer_problem(offer);
    report.judge(problem);
  }

  report.begin("find.nobody");
  FindRequest nobody;
  nobody.installation_id = "conformance-nobody";
  nobody.sought.emplace_back();
  nobody.sought.back().attempt_id = "aaaaaaaaaaaaaaaaaaaaaaaaaa";
  nobody.sought.back().region = options.region;
  const Result<Found> found = provider.find(nobody, *calls());
  if (judge_call(report, found)) {
    report.begin("find.nobody-absent");
    if (!found->servers.empty())
      report.fail("found a server that was never created: " + found->servers[0].server_id);
    else if (found->complete &&
             found->absent != std::vector<std::string>{nobody.sought[0].attempt_id})
      report.fail("complete, but the attempt is not listed as absent");
    else
      report.ok();
  }

  if (!options.walk) {
    report.begin("walk");
    report.skip("not asked for");
  } else if (!offered) {
    report.begin("walk");
    report.fail("there are no offers to walk with");
  } else {
    Walk(provider, calls, options, report).run(*list);
  }
  return report.take();
}

std::vector<CheckResult> run_conformance(Notifier& notifier, const CallFactory& calls,
                                         const Options& options) {
  Report report(options);
  report.begin("notify");
  if (!options.walk) {
    report.skip("not asked for");
    return report.take();
  }
  const auto call = calls();
  Event event;
  event.event_id = options.attempt_id;
  event.type = "berth.conformance";
  event.at_unix_ms = call->now_unix_ms();
  event.installation_id = installation_id;
  event.organization_id = organization_id;
  event.message = "berth-plugin-check tries this notifier.";
  judge_call(report, notifier.notify(event, *call));
  return report.take();
}

}  // namespace berth::conformance
