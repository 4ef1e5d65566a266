#include "names.hpp"

#include <chrono>

#include "json_api/fields.hpp"

namespace berth::digitalocean {

std::shared_ptr<Names::Round> Names::joined(Call& call, bool& leads) {
  constexpr std::chrono::milliseconds look_again{50};  // how soon a cancellation is noticed
  std::unique_lock<std::mutex> lock(guard_);
  if (!next_) next_ = std::make_shared<Round>();
  const std::shared_ptr<Round> round = next_;
  ++round->size;
  while (!round->over && asking_ && !call.cancelled() && call.remaining_ms() > 0)
    over_.wait_for(lock, look_again);
  leads = !round->over && !asking_ && next_ == round;
  if (leads) {
    next_.reset();
    asking_ = true;
  }
  return round;
}

Result<json_api::Items> Names::called(const json_api::Api& api, Call& call,
                                      const std::string& name) {
  bool leads = false;
  const std::shared_ptr<Round> round = joined(call, leads);
  if (leads) {
    std::optional<json_api::Items> whole;
    std::optional<Result<json_api::Items>> own;
    if (round->size > 1) {  // it has grown no more since it is no longer the next
      Result<json_api::Items> list = api::newest_droplets(api, call);
      if (list.ok() && list->complete) whole = std::move(*list);
    } else {
      own = api::droplets_by_name(api, call, name);
    }
    {
      const std::lock_guard<std::mutex> lock(guard_);
      round->whole = std::move(whole);
      round->over = true;
      asking_ = false;
    }
    over_.notify_all();
    if (own) return *own;
  }
  {
    const std::lock_guard<std::mutex> lock(guard_);  // one that was cancelled may be early
    if (!round->over) return api::droplets_by_name(api, call, name);
  }
  if (!round->whole) return api::droplets_by_name(api, call, name);
  json_api::Items named;
  named.complete = true;
  for (const boost::json::value& item : round->whole->items)
    if (json_api::text_at(item, {"name"}) == name) named.items.push_back(item);
  return named;
}

}  // namespace berth::digitalocean
