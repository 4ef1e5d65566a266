// The event that the stories of these tests tell.
#pragma once

#include <string>

#include "berth/notifier.hpp"

namespace notifier_story {

inline berth::Event bought(std::string id) {
  berth::Event event;
  event.event_id = std::move(id);
  event.type = "server.auto-provisioned";
  event.at_unix_ms = 1'795'000'000'000;
  event.installation_id = "inst-7kq2";
  event.organization_id = "acme";
  event.deployment_id = "d1";
  event.message = "A server was bought for web.";
  event.recipients = {{"ann", "admin"}};
  event.fields_json = R"({"server_id":"42","server_name":"auto-acme-1"})";
  return event;
}

}  // namespace notifier_story
