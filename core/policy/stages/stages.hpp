// The stages, one file each. stage_table.cpp is their only caller.
#pragma once

#include <memory>

#include "policy/pipeline.hpp"

namespace berth {

/// May this organization have servers bought for it at all?
std::unique_ptr<Stage> make_entitlement(const StageSettings& settings);
/// How large must the server be? Fills Decision::required.
std::unique_ptr<Stage> make_sizing(const StageSettings& settings);
/// Has the organization fewer servers than max_servers?
std::unique_ptr<Stage> make_quota(const StageSettings& settings);
/// Which offers do, cheapest first? Fills Decision::ranked, dropped and estimate.
std::unique_ptr<Stage> make_selection(const StageSettings& settings);
/// Does somebody have to say yes first?
std::unique_ptr<Stage> make_approval(const StageSettings& settings);

}  // namespace berth
