// The JSON documents of --json. Field names are part of the interface: man page, "DOCUMENTS".
//
// What is not there is null, never "" or 0. Money is decimal text, times are UTC (RFC 3339), CPU is
// cores, memory and disk are GB of 1024 MiB.
#pragma once

#include <boost/json.hpp>

#include "berth.hpp"
#include "cli/stack_documents.hpp"

namespace berth::cli {

boost::json::object document_of(const DeploymentReport& deployment);
boost::json::object document_of(const Plan& plan);
boost::json::object document_of(const ServerReport& server);
boost::json::object document_of(const EventReport& event);
boost::json::object document_of(const AuditReport& record);
boost::json::object document_of(const OfferReport& offer);
boost::json::object document_of(const ReapReport& report);
boost::json::object document_of(const ReleaseReport& report);
boost::json::object document_of(const ApiCallsReport& calls);
boost::json::object document_of(const AccountReport& account);
boost::json::object document_of(const PluginReport& plugin);
boost::json::object document_of(const CheckLine& line);

/// {"deployments": [...]}: a list is a document too, and can grow members beside it.
template <class Reports>
boost::json::object list_document(const char* name, const Reports& reports) {
  boost::json::array elements;
  for (const auto& report : reports) elements.emplace_back(document_of(report));
  boost::json::object document;
  document[name] = std::move(elements);
  return document;
}

/// The JSON that a report carries as text, or null where it is none.
boost::json::value parsed_or_null(const std::string& json_text);

}  // namespace berth::cli
