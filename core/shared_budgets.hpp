// The rate budgets of all processes: one for each credential, in cache.db.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "http/rate_budget.hpp"
#include "offers/cache.hpp"
#include "world/world.hpp"

namespace berth {

/// Threads: any. What it refers to outlives it and all it hands out.
class SharedRateBudgets final : public RateBudgets {
 public:
  SharedRateBudgets(Cache& cache, const Clock& clock, Entropy& entropy)
      : cache_(cache), clock_(clock), entropy_(entropy) {}
  std::shared_ptr<RateBudget> of(const std::string& fingerprint, RateLimit limit,
                                 const std::string& account) override;

 private:
  Cache& cache_;
  const Clock& clock_;
  Entropy& entropy_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<RateBudget>> budgets_;
};

}  // namespace berth
