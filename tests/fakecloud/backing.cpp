#include "backing.hpp"

namespace fakecloud {

void BackedMachines::look(std::int64_t now_unix_ms) {
  for (const auto& report : backing_.look()) {
    switch (report.what) {
      case BackingReport::What::runs: cloud_.machine_runs(report.number, now_unix_ms); continue;
      case BackingReport::What::failed:
        cloud_.machine_failed(report.number, report.reason, now_unix_ms);
        break;
      case BackingReport::What::gone: cloud_.machine_gone(report.number, now_unix_ms); break;
    }
    on_.erase(report.number);
    ending_.erase(report.number);
  }
  for (const auto& machine : cloud_.wanted(now_unix_ms))
    if (on_.insert(machine.number).second) backing_.start(machine);
  for (const auto number : cloud_.leaving(now_unix_ms)) {
    if (on_.count(number) == 0)  // it never started, or had failed
      cloud_.machine_gone(number, now_unix_ms);
    else if (ending_.insert(number).second)
      backing_.end(number);
  }
}

}  // namespace fakecloud
