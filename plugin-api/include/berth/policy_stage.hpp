// Draft interface "berth.policy-stage/0": a rule of one's own in the pipeline. Not frozen: the
// host does not load it yet, and names and fields will change. Std-only, C++17.
#pragma once

#include <string>

#include "berth/call.hpp"

namespace berth {

inline constexpr const char* policy_stage_id = "berth.policy-stage/0";

/// Facts in, verdict out: both JSON objects, since a rule reads only what it knows.
class PolicyStage {
 public:
  virtual ~PolicyStage() = default;
  virtual Result<std::string> decide(const std::string& facts_json, Call& call) = 0;
};

}  // namespace berth
