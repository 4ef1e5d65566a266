// encode() and decode() of a struct from its description: BERTH_CODEC(Struct), in berth::codec,
// after describe() and the words of its enums. Private to the SDK.
#pragma once

#include <string>
#include <utility>

#include "json_fields.hpp"

namespace berth::codec {

template <class T>
std::string text_of(const T& value) {
  T copy = value;  // one description serves both ways, and reading needs it mutable
  Writing writing;
  describe(writing, copy);
  return boost::json::serialize(writing.take());
}

template <class T>
Result<T> value_of(std::string_view json) {
  std::string problem;
  const boost::json::value value = parse_json(json, problem);
  T result;
  if (problem.empty()) {
    Reading reading(value, "", problem);
    describe(reading, result);
  }
  if (problem.empty()) return result;
  Failure failure;
  failure.code = ErrorCode::invalid;
  failure.effect = Effect::none;
  failure.message = std::move(problem);
  return failure;
}

}  // namespace berth::codec

#define BERTH_CODEC(T)                                          \
  std::string encode(const T& value) { return text_of(value); } \
  template <>                                                   \
  Result<T> decode<T>(std::string_view json) {                  \
    return value_of<T>(json);                                   \
  }
