#include "engine/deliver.hpp"

#include <algorithm>

#include "engine/finish.hpp"
#include "offers/call.hpp"

namespace berth {
namespace {

constexpr std::int64_t timeout_ms = 20'000;
constexpr std::int64_t give_up_after_ms = 24 * 3'600'000;
/// A clock that was set forward makes an event look old; so many tries take a quarter of an hour.
constexpr int least_tries = 10;

Event event_of(const EventRecord& record, const std::string& installation,
               const std::vector<std::string>& admins) {
  Event event;
  event.event_id = record.event_id;
  event.type = record.type;
  event.at_unix_ms = record.at_unix_ms;
  event.installation_id = installation;
  event.organization_id = record.organization;
  event.deployment_id = record.deployment_id;
  event.message = record.message;
  for (const std::string& user : record.recipients)
    event.recipients[user] =
        std::find(admins.begin(), admins.end(), user) != admins.end() ? "admin" : "requester";
  event.fields_json = record.fields_json;
  return event;
}

}  // namespace

std::optional<Work> prepare_delivery(const EngineParts& parts, LedgerTransaction& tx,
                                     const TaskRecord& task) {
  const auto slash = task.subject.find('/');
  const std::string notifier = task.subject.substr(0, slash);
  const std::string deployment = task.subject.substr(slash + 1);
  const auto delivery = tx.next_delivery(notifier, deployment);
  const auto record = delivery ? tx.event(delivery->event_seq) : std::nullopt;
  if (!record) {
    tx.settle(task.kind, task.subject, std::nullopt);
    return std::nullopt;
  }
  const auto& known = parts.settings().notifiers;
  if (std::none_of(known.begin(), known.end(),
                   [&](const NotifierSettings& one) { return one.id == notifier; })) {
    tx.delivery_failed(notifier, record->seq, "the notifier is not in the config any more", true);
    tx.settle(task.kind, task.subject, parts.clock.now());
    return std::nullopt;
  }
  return [&parts, task, notifier, tries = delivery->tries, seq = record->seq,
          event = event_of(*record, tx.installation_id(),
                           admins_of(parts, record->organization))]() -> Apply {
    Result<Done> done = [&]() -> Result<Done> {
      Result<Notifier*> opened = parts.notifiers.open(notifier);
      if (!opened) return opened.failure();
      HostCall call(parts.clock, parts.journal, notifier + " notify", timeout_ms, &parts.stopping);
      return (*opened)->notify(event, call);
    }();
    return [&parts, task, notifier, tries, seq, done,
            at = event.at_unix_ms](LedgerTransaction& later) {
      const Moment now = parts.clock.now();
      if (done) {
        later.delivered(notifier, seq);
        later.settle(task.kind, task.subject, now);  // the next event of the stream
        return;
      }
      const Failure& failure = done.failure();
      const bool hopeless = failure.code == ErrorCode::invalid ||
                            failure.code == ErrorCode::unsupported ||
                            (tries >= least_tries && now.unix_ms - at > give_up_after_ms);
      const std::string why = parts.clouds.redacted(failure.message);
      parts.journal.write(
          LogLevel::warning,
          notifier + (hopeless ? ": an event is given up: " : ": not told yet: ") + why);
      later.delivery_failed(notifier, seq, why, hopeless);
      const std::int64_t wait = std::min<std::int64_t>(5 * 60'000, 1000LL << std::min(tries, 9));
      later.settle(task.kind, task.subject, hopeless ? now : now.after(wait));
    };
  };
}

}  // namespace berth
