// One row an offer, since a `berth plan` reads them all: reading rows costs a tenth of parsing the
// same offers as one JSON text.
#include "offers/offer_rows.hpp"

#include <concepts>
#include <optional>
#include <string_view>
#include <type_traits>

#include "berth/codec.hpp"
#include "ledger/text_list.hpp"

namespace berth {
namespace {

/// Naming, writing and reading all go by this list, so a field cannot be stored and then forgotten.
template <class Column, class AnyOffer>
  requires std::same_as<std::remove_const_t<AnyOffer>, Offer>
void columns(Column&& column, AnyOffer& offer) {
  column("region", offer.region);
  column("zone", offer.zone);
  column("market", offer.market);
  column("instance_type", offer.instance_type);
  column("arch", offer.arch);
  column("vcpu", offer.vcpu);
  column("memory_mib", offer.memory_mib);
  column("disk_mib", offer.disk_mib);
  column("max_disk_mib", offer.max_disk_mib);
  column("currency", offer.currency);
  column("hourly_nanos", offer.hourly_nanos);
  column("monthly_cap_nanos", offer.monthly_cap_nanos);
  column("disk_gib_month_nanos", offer.disk_gib_month_nanos);
  column("ipv4_hourly_nanos", offer.ipv4_hourly_nanos);
  column("ipv4_monthly_cap_nanos", offer.ipv4_monthly_cap_nanos);
  column("excludes", offer.excludes);
  column("billing_step_s", offer.billing_step_s);
  column("as_of_unix_ms", offer.as_of_unix_ms);
  column("availability", offer.availability);
  column("deprecated_unix_ms", offer.deprecated_unix_ms);
  column("families", offer.families);
}

using OptionalNumber = std::optional<std::int64_t>;
using Texts = std::vector<std::string>;

struct Definitions {
  std::string sql, names, marks;

  void operator()(std::string_view name, const std::string&) { add(name, "TEXT NOT NULL"); }
  void operator()(std::string_view name, const Arch&) { add(name, "TEXT NOT NULL"); }
  void operator()(std::string_view name, const Availability&) { add(name, "TEXT NOT NULL"); }
  void operator()(std::string_view name, const Texts&) { add(name, "TEXT NOT NULL"); }
  void operator()(std::string_view name, const std::int64_t&) { add(name, "INTEGER NOT NULL"); }
  void operator()(std::string_view name, const OptionalNumber&) { add(name, "INTEGER"); }

  void add(std::string_view name, std::string_view type) {
    sql += ",\n  " + std::string(name) + " " + std::string(type);
    names += ", " + std::string(name);
    marks += ", ?";
  }
};

Definitions definitions() {
  Definitions found;
  const Offer any;
  columns(found, any);
  return found;
}

struct Writer {
  sqlite::Query& query;

  void operator()(std::string_view, const std::string& text) { query.bind_borrowed(text); }
  void operator()(std::string_view, const Arch& arch) { query.bind(codec::to_word(arch)); }
  void operator()(std::string_view, const Availability& word) { query.bind(codec::to_word(word)); }
  void operator()(std::string_view, const Texts& texts) { query.bind(json_of_texts(texts)); }
  void operator()(std::string_view, const std::int64_t& number) { query.bind(number); }
  void operator()(std::string_view, const OptionalNumber& number) {
    number ? query.bind(*number) : query.bind(std::nullopt);
  }
};

struct Reader {
  const sqlite::Query& row;
  int next = 0;
  std::string last_text = "[]";
  Texts last_texts = {};

  void operator()(std::string_view, std::string& text) { text = row.text(next++); }
  void operator()(std::string_view, Arch& arch) {
    word(arch, {Arch::x86_64, Arch::arm64});
  }
  void operator()(std::string_view, Availability& availability) {
    word(availability, {Availability::available, Availability::unavailable, Availability::unknown});
  }
  void operator()(std::string_view, Texts& texts) {
    std::string text = row.text(next++);
    if (text != last_text) {  // most offers of a cloud leave out the same
      auto read = texts_of_json(text);
      if (!read) unreadable();
      last_text = std::move(text);
      last_texts = std::move(*read);
    }
    texts = last_texts;
  }
  void operator()(std::string_view, std::int64_t& number) { number = row.integer(next++); }
  void operator()(std::string_view, OptionalNumber& number) {
    number.reset();
    if (!row.is_null(next)) number = row.integer(next);
    ++next;
  }

 private:
  template <class Enum>
  void word(Enum& value, std::initializer_list<Enum> all) {
    const std::string text = row.text(next++);
    for (const Enum one : all)
      if (codec::to_word(one) == text) {
        value = one;
        return;
      }
    unreadable();
  }
  [[noreturn]] static void unreadable() {
    throw sqlite::Error(sqlite::Fault::corrupt, "an offer in it cannot be read");
  }
};

}  // namespace

std::string offer_table_sql() {
  return "CREATE TABLE offer (\n  catalogue INTEGER NOT NULL,\n  position INTEGER NOT NULL" +
         definitions().sql + ",\n  PRIMARY KEY (catalogue, position)\n) STRICT, WITHOUT ROWID;";
}

void add_offers(sqlite::Database& database, std::int64_t catalogue,
                const std::vector<Offer>& offers) {
  const Definitions named = definitions();
  const std::string sql = "INSERT INTO offer (catalogue, position" + named.names +
                          ") VALUES (?, ?" + named.marks + ")";
  std::int64_t position = 0;
  for (const Offer& offer : offers) {
    sqlite::Query query = database.query(sql, catalogue, position++);
    columns(Writer{query}, offer);
    query.next();
  }
}

std::vector<Offer> offers_of(sqlite::Database& database, std::int64_t catalogue) {
  static const std::string sql = "SELECT " + definitions().names.substr(2) +
                                 " FROM offer WHERE catalogue = ? ORDER BY position";
  std::vector<Offer> offers;
  sqlite::Query row = database.query(sql, catalogue);
  Reader reader{row};
  for (; row.next(); reader.next = 0) columns(reader, offers.emplace_back());
  return offers;
}

}  // namespace berth
