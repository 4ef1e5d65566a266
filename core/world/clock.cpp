#include <ctime>
#include <fstream>

#include "world/world.hpp"

namespace berth {
namespace {

std::int64_t milliseconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000;
}

class SystemClock final : public Clock {
 public:
  SystemClock() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::getline(file, boot_id_);
  }
  [[nodiscard]] Moment now() const override {
    return {milliseconds(CLOCK_REALTIME), milliseconds(CLOCK_BOOTTIME), boot_id_};
  }

 private:
  std::string boot_id_;
};

}  // namespace

std::unique_ptr<Clock> system_clock() { return std::make_unique<SystemClock>(); }

}  // namespace berth
