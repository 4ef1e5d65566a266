#include "engine/tell.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "berth/codec.hpp"
#include "request/plain_text.hpp"

namespace berth {
namespace {

bool matches(std::string_view pattern, std::string_view type) {
  if (!pattern.empty() && pattern.back() == '*')
    return type.substr(0, pattern.size() - 1) == pattern.substr(0, pattern.size() - 1);
  return pattern == type;
}

}  // namespace

bool wants(const NotifierSettings& notifier, std::string_view type,
           std::string_view organization) {
  const auto& organizations = notifier.organizations;
  if (!organizations.empty() &&
      std::find(organizations.begin(), organizations.end(), organization) == organizations.end())
    return false;
  return notifier.events.empty() ||
         std::any_of(notifier.events.begin(), notifier.events.end(),
                     [&](const std::string& pattern) { return matches(pattern, type); });
}

void tell(const EngineParts& parts, LedgerTransaction& tx, std::string_view type,
          std::string_view organization, std::string_view deployment_id, std::string message,
          boost::json::object fields, std::vector<std::string> recipients) {
  const Moment now = parts.clock.now();
  EventRecord event;
  event.event_id = parts.entropy.id();
  event.type = type;
  event.organization = organization;
  event.deployment_id = deployment_id;
  event.at_unix_ms = now.unix_ms;
  event.message = plain_lines(parts.clouds.redacted(std::move(message)));
  for (auto& field : fields)
    if (auto* text = field.value().if_string())
      *text = plain_lines(std::string_view(text->data(), text->size()));
  fields["message"] = event.message;
  event.fields_json = codec::valid_utf8(parts.clouds.redacted(boost::json::serialize(fields)));
  event.recipients = std::move(recipients);
  std::vector<std::string> notifiers;
  for (const NotifierSettings& notifier : parts.settings().notifiers)
    if (wants(notifier, type, organization)) notifiers.push_back(notifier.id);
  tx.append(event, notifiers);
  for (const std::string& notifier : notifiers) {
    // A stream that is under way, or rests after a failure, comes to this event by itself.
    const std::string stream = notifier + "/" + event.deployment_id;
    if (!tx.task(TaskKind::delivery, stream)) tx.schedule(TaskKind::delivery, stream, now);
  }
}

void tell(const EngineParts& parts, LedgerTransaction& tx, std::string_view type,
          const DeploymentRecord& deployment, std::string message, boost::json::object fields,
          std::vector<std::string> recipients) {
  fields["deployment_id"] = deployment.id;
  fields["application_id"] = deployment.application;
  fields["organization_id"] = deployment.organization;
  tell(parts, tx, type, deployment.organization, deployment.id, std::move(message),
       std::move(fields), std::move(recipients));
}

}  // namespace berth
