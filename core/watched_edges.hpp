// Whoever has to know when berth touches the outside: each interface with a watcher around it that
// is told before and after every commit and every effect. Without one nothing is put around.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/transport.hpp"
#include "ledger/ledger.hpp"
#include "offers/cache.hpp"
#include "world/world.hpp"

namespace berth {

/// Gets a name such as "http POST /v1/servers:before": the same in every run, without any id.
/// Threads: any, at once.
using EdgeWatcher = std::function<void(std::string_view)>;

/// `inside` itself where nobody watches.
std::unique_ptr<Ledger> watched(std::unique_ptr<Ledger> inside, const EdgeWatcher& watcher);
std::unique_ptr<Cache> watched(std::unique_ptr<Cache> inside, const EdgeWatcher& watcher);
std::unique_ptr<Transport> watched(std::unique_ptr<Transport> inside, const EdgeWatcher& watcher);
std::unique_ptr<Owners> watched(std::unique_ptr<Owners> inside, const EdgeWatcher& watcher);
std::unique_ptr<Processes> watched(std::unique_ptr<Processes> inside, const EdgeWatcher& watcher);
std::unique_ptr<Probe> watched(std::unique_ptr<Probe> inside, const EdgeWatcher& watcher);
std::unique_ptr<Shell> watched(std::unique_ptr<Shell> inside, const EdgeWatcher& watcher);

/// body(), announced as `name`.
template <class Body>
auto between_edges(const EdgeWatcher& watcher, const std::string& name, Body&& body) {
  if (watcher) watcher(name + ":before");
  auto result = body();
  if (watcher) watcher(name + ":after");
  return result;
}

}  // namespace berth
