// Reports as text for people. Each function returns whole lines, made printable and painted.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "berth.hpp"
#include "cli/terminal.hpp"

namespace berth::cli {

/// So many servers, offers kept and offers dropped stand in a table that does not show all.
inline constexpr std::size_t rows_shown = 10;

/// The decision table: servers, offers kept, the nearest dropped ones (`all`: every one), then the
/// decision and the estimate with what it leaves out.
std::string plan_text(const Terminal& terminal, const Plan& plan, bool all);

/// Everything a person asks of a deployment: what it waits for and since when, server, plan,
/// output, events.
std::string deployment_text(const Terminal& terminal, const DeploymentReport& deployment,
                            const std::vector<EventReport>& events);

/// How it ended, or what it waits for, in two or three lines that say what to do next.
std::string outcome_text(const Terminal& terminal, const DeploymentReport& deployment);

/// "4.51 USD a month, without IPv6 and traffic above 20 TB (exchange rates of 2026-11-01)"; ""
/// where nothing is bought or nothing is known.
std::string estimate_text(const Plan& plan);

std::string deployments_text(const Terminal& terminal,
                             const std::vector<DeploymentReport>& deployments);
std::string servers_text(const Terminal& terminal, const std::vector<ServerReport>& servers);
/// "" where no calls were made in the last day.
std::string api_calls_text(const Terminal& terminal, const std::vector<ApiCallsReport>& calls);

std::string offers_text(const Terminal& terminal, const OfferListing& listing, bool all);
/// What was reaped and what was kept, then what it comes to and what hindered it.
std::string reap_text(const Terminal& terminal, const ReapReport& report);
std::string audit_text(const Terminal& terminal, const std::vector<AuditReport>& records);
/// Every state of one audit record, oldest first.
std::string audit_history_text(const Terminal& terminal, const std::vector<AuditReport>& states);
std::string events_text(const Terminal& terminal, const std::vector<EventReport>& events);

Tone tone_of_status(std::string_view status);

}  // namespace berth::cli
