// The host's side of one call through the C table: what a plugin gets as berth_call.
#pragma once

#include <string>
#include <vector>

#include "berth/call.hpp"
#include "berth/plugin.h"
#include "berth/proxy.hpp"

namespace berth {

/// Lends a Call to a plugin as berth_call, and keeps its answer. One method, one thread.
class TableCall {
 public:
  explicit TableCall(Call& call);
  TableCall(const TableCall&) = delete;
  TableCall& operator=(const TableCall&) = delete;

  [[nodiscard]] berth_call* raw() { return &raw_; }

  /// What the method answered. `returned` is what it returned. None or two answers, or a return
  /// value that contradicts the answer, are an `internal` Failure of unknown effect.
  [[nodiscard]] Result<std::string> answer(std::int32_t returned) const;

 private:
  static TableCall& of(berth_call* call);
  static std::int32_t exchange(berth_call* call, const berth_http_request* in,
                               berth_http_response* out);

  Call& call_;
  berth_call raw_{};
  int answers_ = 0;
  bool failed_ = false;
  std::string answer_;
  // Of the last exchange: lives until the next one.
  HttpResponse response_;
  std::vector<berth_http_header> response_headers_;
  std::string http_failure_;
};

/// Calls the methods of an instance in this process. `self` must outlive it.
MethodCaller table_caller(const berth_plugin& plugin, void* self);

}  // namespace berth
