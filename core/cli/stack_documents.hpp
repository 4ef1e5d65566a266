// The JSON documents of projects and their stacks. Field names are part of the interface: man page,
// "DOCUMENTS".
#pragma once

#include <boost/json.hpp>

#include "berth.hpp"

namespace berth::cli {

boost::json::object document_of(const ProjectReport& project);
boost::json::object document_of(const StackChoicesReport& choices);

/// {"success", "message", "project", "provisioning", "files", "setup"}: a stack that is saved is a
/// success, whatever became of its folder.
boost::json::object document_of(const ProvisionReport& report);
boost::json::object preview_document(const ProvisionReport& report);
boost::json::object document_of(const ProjectCredentials& credentials);

/// What a report says in a sentence.
std::string message_of(const ProvisionReport& report);

}  // namespace berth::cli
