// [[account.discount]]: prices that were negotiated.
#include <charconv>
#include <chrono>

#include "config/read.hpp"

namespace berth {

namespace {

/// "2026-11-20" -> Unix ms of its beginning; nullopt: there is no such day.
std::optional<std::int64_t> unix_ms_of(const std::string& date) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  const char* text = date.data();
  std::from_chars(text, text + 4, year);
  std::from_chars(text + 5, text + 7, month);
  std::from_chars(text + 8, text + 10, day);
  const std::chrono::year_month_day named{std::chrono::year{year}, std::chrono::month{month},
                                          std::chrono::day{day}};
  if (!named.ok()) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::sys_days{named}.time_since_epoch())
      .count();
}

void read_types(TableReader& reader, Discount& discount) {
  reader.texts("instance_types", discount.instance_types);
  for (const PlacedText& each : reader.placed_texts("instance_types")) {
    const std::size_t star = each.text.find('*');
    if (star != std::string::npos && star + 1 != each.text.size())
      reader.reading().complain(each.place, "'" + each.text + "': a '*' may end a type only",
                                "as in \"t3.*\"");
  }
}

/// Those that the account buys in; none: the provider's own, which only its plugin knows.
Names regions_of(const AccountSettings& account) {
  Names known;
  for (const std::string& region : account.regions) known.add(region, account.place);
  if (account.regions.empty() && !account.default_region.empty())
    known.add(account.default_region, account.place);
  return known;
}

void read_regions(TableReader& reader, const Names& known, Discount& discount) {
  reader.texts("regions", discount.regions);
  if (known.empty()) return;
  for (const PlacedText& each : reader.placed_texts("regions"))
    if (!known.has(each.text))
      reader.reading().complain(each.place,
                                "'" + each.text + "' is no region that this account buys in",
                                known.suggestion_for(each.text));
}

void read_percent(TableReader& reader, Discount& discount) {
  constexpr std::int64_t hundred = 100'000'000'000;
  const toml::node* percent = reader.find("percent");
  if (percent == nullptr) return;
  const auto decimal = decimal_text_of(*percent);
  discount.percent_nanos = decimal ? nanos_of_decimal(*decimal) : std::nullopt;
  if (!discount.percent_nanos || *discount.percent_nanos <= 0 || *discount.percent_nanos >= hundred)
    reader.complain("percent", "must be a number above 0 and below 100",
                    "percent = 20 is a fifth off the list price");
}

void read_hourly(TableReader& reader, Discount& discount) {
  const toml::node* hourly = reader.find("hourly");
  if (hourly == nullptr) {
    if (reader.has("currency"))
      reader.complain("currency", "means nothing without 'hourly'",
                      "a discount in percent is of the vendor's own currency");
    return;
  }
  const auto decimal = decimal_text_of(*hourly);
  const auto nanos = decimal ? nanos_of_decimal(*decimal) : std::nullopt;
  if (!nanos || *nanos <= 0)
    reader.complain("hourly", "must be a decimal number above zero", "as in hourly = \"0.0266\"");
  Money price{nanos.value_or(0), ""};
  if (reader.require("currency", "\"USD\"")) {
    reader.text("currency", price.currency);
    if (!price.currency.empty() && !is_currency(price.currency))
      reader.complain("currency", "is '" + price.currency + "', which is no currency",
                      "three capital letters, as in USD");
  }
  discount.hourly = price;
  reader.require("as_of", "2026-11-01, the date of this price");
}

void read_date(TableReader& reader, Discount& discount) {
  const toml::node* as_of = reader.find("as_of");
  if (as_of == nullptr) return;
  discount.as_of = date_text(*as_of);
  const auto unix_ms = discount.as_of.empty() ? std::nullopt : unix_ms_of(discount.as_of);
  if (!unix_ms)
    return reader.complain("as_of", "must be the date of the price", "as in 2026-11-20");
  discount.as_of_unix_ms = *unix_ms;
}

/// The whole path would make every line of a plan long.
std::string short_text(const Place& place) {
  return std::filesystem::path(place.file).filename().string() + ":" + std::to_string(place.line);
}

}  // namespace

void read_discounts(TableReader& owner, AccountSettings& account) {
  Place for_all;  // of the discount that speaks for every offer
  const Names known = regions_of(account);
  for (const toml::table* table : owner.tables("discount")) {
    TableReader reader(owner.reading(), *table, "account.discount");
    Discount discount;
    discount.place = short_text(reader.place());
    read_types(reader, discount);
    read_regions(reader, known, discount);
    read_percent(reader, discount);
    read_hourly(reader, discount);
    read_date(reader, discount);
    if (reader.has("percent") == reader.has("hourly"))
      owner.reading().complain(reader.place(),
                               reader.has("percent")
                                   ? "[[account.discount]] has both 'percent' and 'hourly'"
                                   : "[[account.discount]] has neither 'percent' nor 'hourly'",
                               "percent is off the list price, hourly is the price: one of them");
    if (for_all.line > 0)
      owner.reading().complain(reader.place(),
                               "this [[account.discount]] never counts: the one at " +
                                   for_all.text() + " speaks for every offer, and the first counts",
                               "put it before that one");
    else if (!reader.has("instance_types") && !reader.has("regions"))
      for_all = reader.place();
    account.discounts.push_back(std::move(discount));
  }
}

}  // namespace berth
