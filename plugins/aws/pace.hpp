// How fast EC2 takes launches: five at once and two a second, for each region of an account.
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace berth::aws {

/// Whoever comes too early is told when its turn is, and keeps that turn: a hundred launches at
/// once would else be refused again and again. Threads: any number at once.
class Pace {
 public:
  /// 0: go now. Else ms until the turn of this launch, which has the same name then.
  std::int64_t wait_ms(const std::string& region, const std::string& launch,
                       std::int64_t now_unix_ms);

 private:
  struct Region {
    std::int64_t full_at_unix_ms = 0;           // when all five could go again
    std::map<std::string, std::int64_t> turns;  // launch -> Unix ms
  };
  std::mutex guard_;
  std::map<std::string, Region> regions_;
};

}  // namespace berth::aws
