#include "chain.hpp"

#include <algorithm>
#include <chrono>

#include "resolve.hpp"

namespace berth::aws {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t renew_ms = 15 * minute_ms, wait_ms = 10 * minute_ms;
constexpr std::int64_t between_tries_ms = minute_ms;
// So long a failure is the answer for all: a hundred calls must not wait a second each for a
// metadata service that is not there.
constexpr std::int64_t remember_failure_ms = 5'000;

bool same(const Credentials& one, const Credentials& other) {
  return one.access_key_id == other.access_key_id &&
         one.secret_access_key == other.secret_access_key &&
         one.session_token == other.session_token;
}

/// A clock that was set back must not keep anything for longer than `most_ms`.
bool is_before(std::int64_t now_ms, std::int64_t then_ms, std::int64_t most_ms) {
  return now_ms < then_ms && then_ms - now_ms <= most_ms;
}

}  // namespace

std::optional<Failure> Chain::look() {
  FoundSource found = resolve(settings_);
  const std::string state = found.source ? found.source->state() : "";
  if (state != state_ || found.source == nullptr) {
    held_.reset();
    failure_.reset();
    next_try_ms_ = next_forced_ms_ = 0;
  }
  if (state != state_ || source_ == nullptr) source_ = found.source;
  state_ = state;
  if (found.source == nullptr) return no_keys("AWS credentials: " + found.problem + ".");
  return std::nullopt;
}

Chain::Age Chain::age(std::int64_t now_unix_ms) const {
  if (!held_) return Age::none;
  if (held_->expires_unix_ms == 0) return Age::young;
  const std::int64_t left = held_->expires_unix_ms - now_unix_ms;
  const std::int64_t life = std::max<std::int64_t>(held_->expires_unix_ms - held_since_ms_, 0);
  if (left <= 0) return Age::dead;
  if (left < std::min(wait_ms, life / 4)) return Age::late;
  return left < std::min(renew_ms, life / 2) ? Age::old : Age::young;
}

Result<Credentials> Chain::current(const Asking& asking) {
  std::unique_lock<std::mutex> lock(mutex_);
  return obtain(lock, asking, nullptr);
}

std::optional<Credentials> Chain::after_refusal(const Credentials& refused, const Asking& asking) {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto others = obtain(lock, asking, &refused);
  if (!others || same(*others, refused)) return std::nullopt;
  return *others;
}

Result<Credentials> Chain::obtain(std::unique_lock<std::mutex>& lock, const Asking& asking,
                                  const Credentials* refused) {
  Call& call = asking.call;
  for (;;) {
    if (auto failure = look()) return *failure;
    const std::int64_t now = call.now_unix_ms() + settings_.clock_error_ms->load();
    const Age how = age(now);
    const bool lives = how != Age::none && how != Age::dead;
    const bool is_refused = refused != nullptr && lives && same(held_->keys, *refused);
    if (is_refused && (!source_->issues() || is_before(now, next_forced_ms_, between_tries_ms)))
      return held_->keys;
    if (!is_refused) {
      if (how == Age::young) return held_->keys;
      if (lives && is_before(now, next_try_ms_, between_tries_ms)) return held_->keys;
      if (!lives && failure_ &&
          is_before(now, failed_ms_ + remember_failure_ms, remember_failure_ms))
        return *failure_;
    }
    if (!asking_) {
      if (is_refused) next_forced_ms_ = now + between_tries_ms;
      return renewed(lock, asking, how);
    }
    if (how == Age::old && !is_refused) return held_->keys;
    if (call.cancelled() || call.remaining_ms() <= 0) {
      if (lives) return held_->keys;
      return keys_not_now("there was no time left to wait for AWS credentials.");
    }
    changed_.wait_for(lock, std::chrono::milliseconds(50));
  }
}

Result<Credentials> Chain::renewed(std::unique_lock<std::mutex>& lock, const Asking& asking,
                                   Age before) {
  struct Turn {
    Chain& chain;
    std::unique_lock<std::mutex>& lock;
    ~Turn() {
      if (!lock.owns_lock()) lock.lock();
      chain.asking_ = false;
      chain.changed_.notify_all();
    }
  };
  const SourcePointer source = source_;
  const std::string state = state_;
  asking_ = true;
  Turn turn{*this, lock};
  lock.unlock();
  const Result<Issued> issued = source->fetch(asking);
  lock.lock();

  const std::int64_t now = asking.call.now_unix_ms() + settings_.clock_error_ms->load();
  const bool dead = issued && issued->expires_unix_ms != 0 && issued->expires_unix_ms <= now;
  if (issued && !dead) {
    if (state != state_) return issued->keys;  // meanwhile others are named: these serve once
    held_ = *issued;
    held_since_ms_ = now;
    next_try_ms_ = now + between_tries_ms;
    failure_.reset();
    if (source->issues()) asking.call.log(LogLevel::debug, "AWS gave keys for " + source->words());
    return held_->keys;
  }
  Failure failure =
      dead ? no_keys(source->words() + " gave keys that have expired already.") : issued.failure();
  const bool lives = before != Age::none && before != Age::dead;
  if (state == state_ && lives && held_) {
    next_try_ms_ = now + between_tries_ms;
    asking.call.log(LogLevel::warning,
                    "the AWS credentials could not be renewed, and are used as "
                    "long as they live: " +
                        failure.message);
    return held_->keys;
  }
  if (state == state_ && failure.code != ErrorCode::cancelled) {
    failure_ = failure;
    failed_ms_ = now;
  }
  return failure;
}

std::string Chain::identity() const {
  const FoundSource found = resolve(settings_);
  return found.source ? found.source->identity() : "";
}

std::string Chain::words() const {
  const FoundSource found = resolve(settings_);
  return found.source ? found.source->words() : "nowhere: " + found.problem;
}

}  // namespace berth::aws
