// Waiting for a deployment as a person does: watching, saying yes or no, and leaving early.
#pragma once

#include <string>

#include "berth.hpp"

namespace berth::cli {

class Answer;
class Interrupts;

/// The number of the deployment's newest event, 0 without any.
std::int64_t newest_event(Berth& berth, const std::string& deployment_id);

/// Drives the deployment until it ends, is held, or the user has enough; answers with how it
/// stands. On a terminal it asks for an approval that is needed. The first signal stops waiting,
/// the second one cancels. Events up to `after_seq` are not told. Returns the exit status.
int wait_for(Berth& berth, const std::string& deployment_id, Answer& answer,
             Interrupts& interrupts, std::int64_t after_seq = 0);

/// Answers with how the deployment stands: its document, or what to do next. The exit status.
int answer_with(const DeploymentReport& deployment, Answer& answer);

}  // namespace berth::cli
