// Whose credential an account uses that no setting of it holds: what a bundled provider finds
// around this process, as AWS's does.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "config/settings.hpp"
#include "reach/open.hpp"
#include "world/world.hpp"

namespace berth {

/// Asks bundled providers only, in this process; their answer needs no network. Threads: any. What
/// it refers to outlives it.
class OutsideCredentials {
 public:
  OutsideCredentials(const Catalogue& catalogue, PluginOpener& opener, const Clock& clock,
                     Journal& journal)
      : catalogue_(catalogue), opener_(opener), clock_(clock), journal_(journal) {}
  /// The fingerprint of it; "": the settings hold one, or nobody can tell.
  std::string of(const AccountSettings& account);

 private:
  struct Asked {
    std::string settings;                      // what it was opened with
    std::shared_ptr<PluginInstance> instance;  // null: it cannot tell
  };
  std::shared_ptr<PluginInstance> opened(const AccountSettings& account) const;

  const Catalogue& catalogue_;
  PluginOpener& opener_;
  const Clock& clock_;
  Journal& journal_;
  std::mutex mutex_;
  std::map<std::string, Asked> asked_;  // by account
};

}  // namespace berth
