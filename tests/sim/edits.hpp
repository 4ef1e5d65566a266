// What people and vendors change while berth works: the config, tokens, prices.
#pragma once

#include <map>
#include <string>

#include "world.hpp"

namespace berth::sim {

/// Each takes as long as it takes the one who does it. From a thread of the baton.
class Edits {
 public:
  explicit Edits(World& world) : world_(world), dice_(world.dice) {}

  /// The config's account at that vendor, with the token that berth is to use from now on.
  [[nodiscard]] AccountSettings account_at(const std::string& vendor) const;

  /// Somebody changes a rule of the config.
  void change_a_rule();
  /// Somebody makes a mistake in the config, and mends it some minutes later.
  void make_a_mistake();
  /// A vendor's token is replaced: there, and in the config some time before or after.
  void rotate_a_token();
  /// A vendor asks for more from now on; or for less.
  void change_prices();
  /// Somebody stops a server at the vendor's console, and starts it some time later, perhaps with
  /// another address.
  void stop_a_server();
  /// The config is usable, and its tokens are the vendors'.
  void mend();

 private:
  void take_over_tokens();
  void tell_the_vendor(const std::string& vendor);

  World& world_;
  Dice& dice_;
  std::map<std::string, int> serials_;  // vendor -> which token it takes
  std::map<std::string, int> known_;    // vendor -> which token the config has
};

}  // namespace berth::sim
