// Who asks for something.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace berth {

/// `name` is who acts, as --as says it; `uid` is whose process it was, for the record.
struct Caller {
  std::string name;
  std::int64_t uid = -1;  // -1: not known

  Caller() = default;
  Caller(std::string name_of, std::int64_t uid_of = -1) : name(std::move(name_of)), uid(uid_of) {}
  Caller(const char* name_of) : name(name_of) {}
};

}  // namespace berth
