#include "pages.hpp"

#include <set>

#include <boost/json/array.hpp>

#include "fields.hpp"

namespace berth::json_api {
namespace {

std::string identity_of(const json::value& item) {
  std::string id = id_at(item, {"id"});
  return id.empty() ? text_at(item, {"slug"}) : id;
}

}  // namespace

Result<Items> read_pages(const Api& api, Call& call, std::string_view path,
                         std::string_view member, const PageShape& shape) {
  Items list;
  std::set<std::string> seen;
  std::int64_t page = 1;
  for (int read = 0; read < shape.cap; ++read) {
    std::string url(path);
    url += path.find('?') == std::string_view::npos ? '?' : '&';
    url += "page=" + std::to_string(page) + "&per_page=" + std::to_string(shape.per_page);
    const Result<json::value> answer = api.get(call, url);
    const json::array* items = answer.ok() ? list_at(*answer, {member}) : nullptr;
    if (items == nullptr) {
      const Failure failure =
          answer.ok() ? refused(ErrorCode::unavailable, "The answer to " + url + " has no list \"" +
                                                            std::string(member) + "\".")
                      : answer.failure();
      if (read == 0) return failure;
      list.gap = "page " + std::to_string(page) + " failed: " + failure.message;
      return list;
    }

    bool anything_new = false;  // an empty page that has a next one is no progress either
    bool without_id = false;
    for (const json::value& item : *items) {
      const std::string id = identity_of(item);
      if (id.empty()) {
        without_id = true;
      } else if (seen.insert(id).second) {
        anything_new = true;
        list.items.push_back(item);
      }
    }
    if (without_id) {
      list.gap = "page " + std::to_string(page) + " holds an item without an id";
      return list;
    }
    const std::optional<std::int64_t> next = shape.next_page(*answer);
    if (!next) {
      const std::optional<std::int64_t> total = shape.total(*answer);
      list.complete = !total || static_cast<std::int64_t>(seen.size()) >= *total;
      if (!list.complete)
        list.gap = "the vendor counts " + std::to_string(*total) + " and listed " +
                   std::to_string(seen.size());
      return list;
    }
    if (*next <= page || !anything_new) {
      list.gap = "the pages did not advance after page " + std::to_string(page);
      return list;
    }
    page = *next;
  }
  list.gap = "there are more than " + std::to_string(shape.cap) + " pages";
  return list;
}

}  // namespace berth::json_api
