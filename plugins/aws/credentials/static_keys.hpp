// Keys that stand somewhere as they are: in the environment, or in a profile.
#pragma once

#include "profiles.hpp"
#include "source.hpp"

namespace berth::aws {

class StaticKeys final : public Source {
 public:
  StaticKeys(Credentials keys, std::string where)
      : keys_(std::move(keys)), where_(std::move(where)) {}
  [[nodiscard]] std::string identity() const override { return "key " + keys_.access_key_id; }
  [[nodiscard]] std::string state() const override;
  [[nodiscard]] std::string words() const override { return where_; }
  [[nodiscard]] bool issues() const override { return false; }
  [[nodiscard]] Result<Issued> fetch(const Asking& asking) const override;

 private:
  const Credentials keys_;
  const std::string where_;
};

/// What was found: a source, or why what is there cannot be used, or neither.
struct FoundSource {
  SourcePointer source;
  std::string problem;
  [[nodiscard]] bool anything() const { return source != nullptr || !problem.empty(); }
};

/// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
FoundSource keys_in_environment(const Surroundings& around);
/// aws_access_key_id and its like of a profile, which stands in `file`.
FoundSource keys_in_profile(const ProfileMap& profiles, const std::string& name,
                            const std::string& file);

}  // namespace berth::aws
