// Which droplets have a name: one list for creations that come together.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api.hpp"

namespace berth::digitalocean {

/// Every creation must know whether its droplet is there already. One alone asks for its name;
/// those that come while a question is under way wait for it, and then share one list of all
/// droplets where it fits a page. Each answer is of a time after its question, so nothing is
/// remembered. Threads: any number at once.
class Names {
 public:
  Result<json_api::Items> called(const json_api::Api& api, Call& call, const std::string& name);

 private:
  struct Round {
    int size = 0;
    bool over = false;
    std::optional<json_api::Items>
        whole;  // the list of all droplets; empty: everyone asks for himself
  };
  /// The round this creation belongs to, when it is over or this creation is to ask for it.
  std::shared_ptr<Round> joined(Call& call, bool& leads);

  std::mutex guard_;
  std::condition_variable over_;
  bool asking_ = false;
  std::shared_ptr<Round> next_;
};

}  // namespace berth::digitalocean
