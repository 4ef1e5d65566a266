// strategy -> minimum -> headroom, each dimension rounded up to what clouds sell: whole cores and
// whole GB. 2 cores, 4 GB, 50 GB with 20 % become 3, 5 and 60.
#include "policy/stages/stages.hpp"

namespace berth {

namespace {

std::int64_t with_headroom(std::int64_t amount, int percent, std::int64_t step) {
  const std::int64_t hundredths = amount * (100 + percent);
  const std::int64_t step_hundredths = step * 100;
  return (hundredths + step_hundredths - 1) / step_hundredths * step;
}

std::string room_text(const Room& room) {
  return cores_text(room.millicores) + (room.millicores == 1000 ? " core, " : " cores, ") +
         gigabytes_text(room.memory_mib) + " GB of memory, " + gigabytes_text(room.disk_mib) +
         " GB of disk";
}

class Sizing : public Stage {
 public:
  explicit Sizing(const StageSettings& settings)
      : headroom_percent_(settings.headroom_percent), minimum_(settings.minimum) {}

  [[nodiscard]] Verdict decide(const Facts& facts, Decision& so_far) const override {
    const Room& asked = facts.requirements.room;
    if (asked.millicores <= 0 || asked.memory_mib <= 0 || asked.disk_mib <= 0)
      return {VerdictKind::deny, "invalid_requirements",
              facts.application + " asks for " + room_text(asked) +
                  ": each must be above zero. Name it with the request, or in its "
                  "[[organization.application]]."};
    if (facts.by_hand) {
      so_far.required = asked;
      return {VerdictKind::proceed, "sized",
              "An admin chose a server of " + room_text(asked) + "."};
    }
    const Room needed = larger_of(room_during(facts.strategy, asked), minimum_);
    constexpr std::int64_t core = 1000;
    constexpr std::int64_t gigabyte = 1024;
    so_far.required = {with_headroom(needed.millicores, headroom_percent_, core),
                       with_headroom(needed.memory_mib, headroom_percent_, gigabyte),
                       with_headroom(needed.disk_mib, headroom_percent_, gigabyte)};
    std::string sentence = "Asked for " + room_text(asked) + ";";
    if (facts.strategy != Strategy::standard)
      sentence += " a " + std::string(to_word(facts.strategy)) + " deployment needs more;";
    sentence += " with the minimum and " + std::to_string(headroom_percent_) +
                " % headroom the server needs " + room_text(so_far.required) + ".";
    return {VerdictKind::proceed, "sized", sentence};
  }

 private:
  int headroom_percent_;
  Room minimum_;
};

}  // namespace

std::unique_ptr<Stage> make_sizing(const StageSettings& settings) {
  return std::make_unique<Sizing>(settings);
}

}  // namespace berth
