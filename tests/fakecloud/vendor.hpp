// The seam between the door (Cloud) and each vendor: say what a request is, refuse it as the
// vendor would, or do it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "faults.hpp"
#include "operation.hpp"
#include "options.hpp"
#include "request.hpp"

namespace fakecloud {

struct Call {
    const Request& request;
    std::string path;  // without the vendor's prefix, starts with /
    std::int64_t now_ms = 0;
    Operation operation;
    const Credential* credential = nullptr;  // after `refuse`
    const Fault* fault = nullptr;
    std::int64_t wall_ms = 0;  // the caller's clock, which does not follow POST /_berth/clock

    // The moment a list is true of.
    std::int64_t view_ms() const { return fault != nullptr ? now_ms - fault->stale_list : now_ms; }
    const std::string& account() const { return credential->account; }
};

class Vendor {
public:
    virtual ~Vendor() = default;
    virtual std::string_view name() const = 0;
    virtual Operation identify(const Request& request, const std::string& path) const = 0;
    // Credentials, permissions, rate limits; sets call.credential.
    virtual std::optional<Response> refuse(Call& call) = 0;
    virtual Response perform(Call& call) = 0;
    // One of error_names(), or (name empty) fault.code: in the vendor's own shape.
    virtual Response injected_error(const Fault& fault, const Call& call) = 0;
    virtual void finish(Response&, const Call&) {}  // headers every answer carries
    // For the log: which credential this request claims, whether or not it is valid.
    virtual std::string claimed_credential(const Request& request) const = 0;
};

std::string bearer_token(const Request& request);

// Drops a share of the items, chosen by the seed: what a list looks like while a cloud repairs
// itself.
template <class Item>
void thin_out(std::vector<Item>& items, const Fault* fault, Random& random) {
    if (fault == nullptr || fault->partial_list <= 0) return;
    std::vector<Item> kept;
    for (auto& item : items)
        if (!random.chance(fault->partial_list)) kept.push_back(item);
    items = std::move(kept);
}

// The items of page `page` (from 1). With endless pages the last real page repeats for ever.
template <class Item>
struct Page {
    std::vector<Item> items;
    std::int64_t total = 0, number = 1, size = 1, last = 1;
    bool more = false;
};

template <class Item>
Page<Item> cut_page(const std::vector<Item>& all, std::int64_t number, std::int64_t size,
                    const Fault* fault) {
    Page<Item> page;
    const bool endless = fault != nullptr && fault->endless_pages;
    page.total = static_cast<std::int64_t>(all.size());
    page.number = number;
    page.size = size;
    page.last = std::max<std::int64_t>(1, (page.total + size - 1) / size);
    const std::int64_t shown = endless ? std::min(number, page.last) : number;
    for (std::int64_t i = (shown - 1) * size; i < std::min(shown * size, page.total); ++i)
        page.items.push_back(all[static_cast<std::size_t>(i)]);
    page.more = endless || number < page.last;
    if (endless) page.last = number + 1;
    return page;
}

}  // namespace fakecloud
