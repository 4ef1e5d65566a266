// Reads a decision document (engine/decision_document) back into the door's Plan.
#pragma once

#include <string_view>

#include "berth.hpp"

namespace berth {

/// Throws Error (unexpected) when the text is no decision document.
Plan read_plan(std::string_view document);

}  // namespace berth
