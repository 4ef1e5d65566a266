#include "fake_cloud.hpp"

#include <algorithm>

namespace berth {
namespace {

constexpr std::int64_t gb = 1024;
constexpr std::int64_t cent = 10'000'000;

template <class Thing>
Thing next_of(std::deque<Thing>& queue, Thing otherwise) {
  if (queue.empty()) return otherwise;
  Thing next = std::move(queue.front());
  queue.pop_front();
  return next;
}

}  // namespace

Failure failure(ErrorCode code, Effect effect, const std::string& message) {
  Failure made;
  made.code = code;
  made.effect = effect;
  made.message = message.empty() ? std::string(to_word(code)) : message;
  return made;
}

Fault out_of_stock(StockScope scope) {
  Fault fault = refused(ErrorCode::out_of_stock);
  fault.answer->scope = scope;
  return fault;
}

Fault refused(ErrorCode code) {
  Fault fault;
  fault.answer = failure(code, Effect::none);
  fault.happens = false;
  return fault;
}

Fault lost_answer() {
  Fault fault;
  fault.answer = failure(ErrorCode::unavailable, Effect::unknown, "the connection was reset");
  return fault;
}

Fault lost_request() {
  Fault fault = lost_answer();
  fault.happens = false;
  return fault;
}

Fault late_success(std::int64_t ms) {
  Fault fault = lost_answer();
  fault.late_ms = ms;
  return fault;
}

Fault meanwhile(std::function<void()> event) {
  Fault fault;
  fault.during = std::move(event);
  return fault;
}

Fault makes_instead(const std::string& type, const std::string& region) {
  Fault fault;
  fault.type = type;
  fault.region = region;
  return fault;
}

void FakeCloud::sells(const std::string& type, std::int64_t cores, std::int64_t memory_gb,
                      std::int64_t disk_gb, std::int64_t cents, const std::string& region) {
  Offer offer;
  offer.region = region;
  offer.instance_type = type;
  offer.vcpu = cores;
  offer.memory_mib = memory_gb * gb;
  offer.disk_mib = disk_gb * gb;
  offer.currency = "USD";
  offer.hourly_nanos = cents * cent / 100;  // dear by the hour: the cap decides
  offer.monthly_cap_nanos = cents * cent;
  offer.availability = Availability::available;
  offer.as_of_unix_ms = clock_.now().unix_ms;
  catalogue.push_back(offer);
}

void FakeCloud::raise_prices(int percent) {
  for (Offer& offer : catalogue)
    *offer.monthly_cap_nanos = *offer.monthly_cap_nanos * (100 + percent) / 100;
  for (Offer& offer : catalogue) offer.hourly_nanos = *offer.monthly_cap_nanos / 100;
}

void FakeCloud::forget(const std::string& type) {
  std::erase_if(catalogue, [&](const Offer& offer) { return offer.instance_type == type; });
}

std::vector<FakeServer> FakeCloud::live() const {
  std::vector<FakeServer> alive = all();
  const std::int64_t now = clock_.now().boot_ms;
  std::erase_if(alive, [&](const FakeServer& one) { return one.destroyed || one.born_ms > now; });
  return alive;
}

std::vector<FakeServer> FakeCloud::all() const {
  const std::lock_guard lock(mutex_);
  return servers_;
}

std::vector<std::string> FakeCloud::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

int FakeCloud::calls_of(const std::string& method) const {
  const std::vector<std::string> asked = calls();
  return static_cast<int>(std::count_if(asked.begin(), asked.end(), [&](const std::string& call) {
    return call.compare(0, method.size(), method) == 0;
  }));
}

void FakeCloud::vanish(const std::string& server_id) {
  const std::lock_guard lock(mutex_);
  for (FakeServer& server : servers_)
    if (server.id == server_id) server.destroyed = true;
}

void FakeCloud::return_to_life(const std::string& server_id) {
  const std::lock_guard lock(mutex_);
  for (FakeServer& server : servers_)
    if (server.id == server_id) server.destroyed = false;
}

void FakeCloud::set_state(const std::string& server_id, ServerState state,
                          const std::string& detail) {
  const std::lock_guard lock(mutex_);
  for (FakeServer& server : servers_)
    if (server.id == server_id) {
      server.state = state;
      server.detail = detail;
    }
}

void FakeCloud::set_address(const std::string& server_id, const std::string& address) {
  const std::lock_guard lock(mutex_);
  for (FakeServer& server : servers_)
    if (server.id == server_id) server.address = address;
}

std::string FakeCloud::plant(const std::string& attempt, std::int64_t age_ms,
                             const std::string& installation, const std::string& type) {
  const std::lock_guard lock(mutex_);
  FakeServer server;
  server.id = next_id();
  server.attempt = attempt;
  server.installation = installation;
  server.name = "planted-" + server.id;
  server.type = type;
  server.region = "r1";
  server.born_ms = clock_.now().boot_ms - age_ms;
  servers_.push_back(server);
  return server.id;
}

std::string FakeCloud::next_id() { return account_ + "-" + std::to_string(++minted_); }

void FakeCloud::note(const std::string& call) {
  const std::lock_guard lock(mutex_);
  calls_.push_back(call);
}

Result<AccountCheck> FakeCloud::check(Call&) { return AccountCheck{}; }

Result<OfferList> FakeCloud::offers(const OffersRequest& request, Call&) {
  note("offers");
  if (catalogue_failure) return *catalogue_failure;
  if (catalogue_failures > 0) {
    --catalogue_failures;
    return failure(ErrorCode::unavailable, Effect::none, "the connection was lost");
  }
  if (request.regions.size() == 1 && region_failures.empty()) return OfferList{catalogue};
  OfferList list;
  for (const std::string& region : request.regions) {
    if (const auto failed = region_failures.find(region); failed != region_failures.end())
      return failed->second;
    for (const Offer& offer : catalogue)
      if (offer.region == region) list.offers.push_back(offer);
  }
  return list;
}

FakeServer& FakeCloud::make(const CreateRequest& request, std::int64_t late_ms) {
  FakeServer server;
  server.id = next_id();
  const int number = minted_;
  server.attempt = request.attempt_id;
  server.candidate = request.candidate;
  server.installation = request.installation_id;
  server.name = request.name;
  server.labels = request.labels;
  server.expires_unix_ms = request.expires_at_unix_ms;
  server.type = request.instance_type;
  server.region = request.region;
  server.user_data = request.user_data;
  server.address = (account_ == "alpha" ? "10.0.0." : "10.0.1.") + std::to_string(number);
  server.born_ms = clock_.now().boot_ms + late_ms;
  server.boot = next_of(boots, Boot::well);
  server.login = login;
  servers_.push_back(server);
  return servers_.back();
}

CloudServer FakeCloud::shown(const FakeServer& server) const {
  CloudServer seen;
  seen.server_id = server.id;
  seen.attempt_id = server.attempt;
  seen.installation_id = server.installation;
  seen.organization_id = server.organization;
  seen.name = server.name;
  seen.labels = server.labels;
  seen.expires_at_unix_ms = server.expires_unix_ms;
  const Moment now = clock_.now();
  seen.created_unix_ms = now.unix_ms - (now.boot_ms - server.born_ms);
  if (!tells_little) {
    seen.instance_type = server.type;
    seen.region = server.region;
    seen.arch = server.arch;
    seen.ssh_user = server.login;
  }
  if (gives_addresses) seen.public_ipv4 = server.address;
  const bool time_to_run = clock_.now().boot_ms - server.born_ms >= boot_ms;
  seen.state = ServerState::pending;
  if (time_to_run && server.boot == Boot::well) {
    seen.state = server.state;
    seen.detail = server.detail;
  }
  if (time_to_run && server.boot == Boot::fails) {
    seen.state = ServerState::failed;
    seen.detail = "the host broke";
  }
  if (seen.state == ServerState::running && !lacks.empty()) {
    seen.state = ServerState::pending;
    seen.lacks = lacks;
  }
  if (server.destroyed) {
    seen.state = ServerState::gone;
    seen.detail = gone_because;
  }
  return seen;
}

Result<Created> FakeCloud::create(const CreateRequest& request, Call&) {
  note("create " + request.instance_type + " #" + std::to_string(request.candidate));
  const Fault fault = next_of(creates, every_create.value_or(Fault{}));
  if (fault.during) fault.during();
  const std::lock_guard lock(mutex_);
  Created created;
  if (fault.happens) {
    // One server for each attempt and candidate, however often it is asked for.
    const auto known =
        std::find_if(servers_.begin(), servers_.end(), [&](const FakeServer& server) {
          return server.attempt == request.attempt_id && server.candidate == request.candidate &&
                 !server.destroyed;
        });
    if (known != servers_.end()) {
      created.server = shown(*known);
    } else {
      for (int copy = 1; copy < fault.copies; ++copy) make(request, fault.late_ms);
      FakeServer& made = make(request, fault.late_ms);
      if (!fault.type.empty()) made.type = fault.type;
      if (!fault.region.empty()) made.region = fault.region;
      if (!fault.arch.empty()) made.arch = fault.arch;
      if (!fault.organization.empty()) made.organization = fault.organization;
      created.server = shown(made);
    }
    created.note = "note of " + created.server.server_id;
  }
  if (fault.answer) return *fault.answer;
  return created;
}

Result<Found> FakeCloud::find(const FindRequest& request, Call&) {
  note("find");
  if (finds_happen) finds_happen();
  if (hides_sought && !request.all) return failure(ErrorCode::unavailable, Effect::none);
  const Glance glance = next_of(finds, Glance{});
  if (glance.answer) return *glance.answer;
  Found found;
  if (glance.partial) return found;
  found.complete = true;
  if (glance.stale) {
    for (const Sought& sought : request.sought) found.absent.push_back(sought.attempt_id);
    return found;
  }
  const std::lock_guard lock(mutex_);
  const std::int64_t now = clock_.now().boot_ms;
  if (request.all)
    for (const FakeServer& server : servers_)
      if ((server.installation == request.installation_id || shows_strangers) &&
          server.born_ms <= now && (!server.destroyed || tells_gone))
        found.servers.push_back(shown(server));
  for (const Sought& sought : request.sought) {
    bool present = false;
    for (const FakeServer& server : servers_) {
      if ((server.destroyed && !tells_gone) || server.born_ms > now) continue;
      if (server.attempt != sought.attempt_id && server.id != sought.server_id) continue;
      present = true;
      const bool listed =
          std::any_of(found.servers.begin(), found.servers.end(),
                      [&](const CloudServer& one) { return one.server_id == server.id; });
      if (!listed) found.servers.push_back(shown(server));
    }
    if (!present) found.absent.push_back(sought.attempt_id);
  }
  return found;
}

Result<Done> FakeCloud::destroy(const DestroyRequest& request, Call&) {
  note("destroy " + request.server.server_id);
  const Fault fault = next_of(destroys, Fault{});
  if (fault.during) fault.during();
  const std::lock_guard lock(mutex_);
  if (fault.answer && !fault.happens) return *fault.answer;
  if (ignored_destroys > 0) {
    --ignored_destroys;
    return Done{};
  }
  const std::int64_t now = clock_.now().boot_ms;
  for (FakeServer& server : servers_)
    if (server.born_ms <= now && server.id == request.server.server_id) server.destroyed = true;
  if (fault.answer) return *fault.answer;
  return Done{};
}

}  // namespace berth
