// Reading a list that comes in pages, whatever the vendor's pages do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "api.hpp"

namespace berth::json_api {

/// How one vendor numbers its pages.
struct PageShape {
  int per_page = 50;
  int cap = 200;  // pages read at most: some servers' pages never end
  /// The next page's number; nullopt: this was the last.
  std::optional<std::int64_t> (*next_page)(const json::value& body) = nullptr;
  /// How many items the whole list has; nullopt: not told.
  std::optional<std::int64_t> (*total)(const json::value& body) = nullptr;
};

struct Items {
  std::vector<json::value> items;  // each once
  bool complete = false;           // false: never act on absence
  std::string gap;                 // why it is not complete, one sentence
};

/// Reads all pages of `path` (with its query, without page and per_page) and collects the array
/// named `member`. A first page that fails is the Failure; after that, what was read is returned as
/// incomplete. Incomplete too: a next page that is not further on, a page that only repeats,
/// more pages than the cap, fewer items than the vendor's own total.
Result<Items> read_pages(const Api& api, Call& call, std::string_view path,
                         std::string_view member, const PageShape& shape);

}  // namespace berth::json_api
