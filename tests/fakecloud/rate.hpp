// The two ways the vendors count requests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>

namespace fakecloud {

// Hetzner and EC2: a bucket that refills steadily.
class TokenBucket {
public:
    TokenBucket(double size, double per_second)
        : size_(size), per_second_(per_second), level_(size) {}

    bool take(std::int64_t now_ms) {
        refill(now_ms);
        if (level_ < 1) return false;
        level_ -= 1;
        return true;
    }
    std::int64_t size() const { return static_cast<std::int64_t>(size_); }
    std::int64_t remaining() const { return static_cast<std::int64_t>(level_); }
    std::int64_t full_again_ms() const {
        return at_ms_ + static_cast<std::int64_t>((size_ - level_) / per_second_ * 1000);
    }

private:
    void refill(std::int64_t now_ms) {
        if (at_ms_ != 0 && now_ms > at_ms_)
            level_ =
                std::min(size_, level_ + static_cast<double>(now_ms - at_ms_) / 1000 * per_second_);
        at_ms_ = std::max(at_ms_, now_ms);
    }

    double size_, per_second_, level_;
    std::int64_t at_ms_ = 0;
};

// DigitalOcean: so many in the window that ends now; a place is free when the oldest one leaves it.
class SlidingWindow {
public:
    SlidingWindow(std::size_t limit, std::int64_t window_ms)
        : limit_(limit), window_ms_(window_ms) {}

    bool full(std::int64_t now_ms) {
        while (!times_.empty() && times_.front() <= now_ms - window_ms_) times_.pop_front();
        return times_.size() >= limit_;
    }
    void add(std::int64_t now_ms) { times_.push_back(now_ms); }
    std::size_t limit() const { return limit_; }
    std::size_t remaining() const { return limit_ - std::min(limit_, times_.size()); }
    std::int64_t oldest_leaves_ms(std::int64_t now_ms) const {
        return (times_.empty() ? now_ms : times_.front()) + window_ms_;
    }

private:
    std::size_t limit_;
    std::int64_t window_ms_;
    std::deque<std::int64_t> times_;
};

}  // namespace fakecloud
