// How the engine gets at the clouds: by account, without seeing how a plugin is reached.
#pragma once

#include <memory>
#include <string>

#include "berth/cloud_provider.hpp"

namespace berth {

/// One account, ready to be called. The provider takes calls from any thread, and lives as long as
/// who holds it: the account may get other credentials meanwhile.
struct Cloud {
  std::shared_ptr<CloudProvider> provider;
  std::string provider_id;     // the plugin's id
  std::string default_region;  // the account's, else the plugin's
};

/// The accounts. Threads: any.
class Clouds {
 public:
  virtual ~Clouds() = default;
  /// A plugin that cannot be loaded, or a secret that cannot be read, is a Failure in words.
  virtual Result<Cloud> open(const std::string& account) = 0;
  /// Replaces every known secret in a text that is about to be stored or shown.
  virtual std::string redacted(std::string text) = 0;
};

}  // namespace berth
