#include "berth/failure.hpp"

#include <array>

namespace berth {
namespace {

template <class Enum>
struct Word {
  Enum value;
  std::string_view text;
};

constexpr std::array<Word<ErrorCode>, 11> error_codes{{
    {ErrorCode::invalid, "invalid"},
    {ErrorCode::denied, "denied"},
    {ErrorCode::not_found, "not_found"},
    {ErrorCode::conflict, "conflict"},
    {ErrorCode::out_of_stock, "out_of_stock"},
    {ErrorCode::quota_reached, "quota_reached"},
    {ErrorCode::rate_limited, "rate_limited"},
    {ErrorCode::unavailable, "unavailable"},
    {ErrorCode::cancelled, "cancelled"},
    {ErrorCode::unsupported, "unsupported"},
    {ErrorCode::internal, "internal"},
}};

constexpr std::array<Word<Effect>, 2> effects{{
    {Effect::none, "none"},
    {Effect::unknown, "unknown"},
}};

constexpr std::array<Word<StockScope>, 7> stock_scopes{{
    {StockScope::zone, "zone"},
    {StockScope::region, "region"},
    {StockScope::account, "account"},
    {StockScope::request, "request"},
    {StockScope::instance_type, "instance_type"},
    {StockScope::family, "family"},
    {StockScope::credential, "credential"},
}};

template <class Table, class Enum>
std::string_view word_in(const Table& table, Enum value, std::string_view otherwise) {
  for (const auto& entry : table)
    if (entry.value == value) return entry.text;
  return otherwise;
}

template <class Table, class Enum>
Enum value_in(const Table& table, std::string_view word, Enum otherwise) {
  for (const auto& entry : table)
    if (entry.text == word) return entry.value;
  return otherwise;
}

}  // namespace

std::string_view to_word(ErrorCode code) { return word_in(error_codes, code, "internal"); }
std::string_view to_word(Effect effect) { return word_in(effects, effect, "unknown"); }
std::string_view to_word(StockScope scope) { return word_in(stock_scopes, scope, "zone"); }

ErrorCode error_code_of(std::string_view word) {
  return value_in(error_codes, word, ErrorCode::internal);
}
Effect effect_of(std::string_view word) { return value_in(effects, word, Effect::unknown); }
std::optional<StockScope> stock_scope_of(std::string_view word) {
  for (const auto& entry : stock_scopes)
    if (entry.text == word) return entry.value;
  return std::nullopt;
}

}  // namespace berth
