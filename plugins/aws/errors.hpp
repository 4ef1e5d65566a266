// What AWS's error codes mean in berth's closed list.
#pragma once

#include <string>

#include "berth/cloud_provider.hpp"
#include "berth/failure.hpp"

namespace berth::aws {

/// An answer that is no success. `code` is "" where the body named none (a proxy's HTML page).
struct Refusal {
  int http_status = 0;
  std::string code;
  std::string text;
};

/// The failure for a refused `action` ("RunInstances in us-east-1"). The vendor's code decides, not
/// the HTTP status: EC2 says "out of stock" with a 500. A code not in the table keeps its raw text
/// and is mapped by its HTTP class, so that it never stops the failover to another offer. Its
/// effect is that of a create or destroy; a read has none (see without_effect).
Failure failure_of(const Refusal& refusal, const std::string& action);

/// The failure of a RunInstances for `request`, with how much it speaks for where the words behind
/// the code tell more than the code. `has_own_subnet`: the account's settings name its subnet.
Failure refused_create(Failure failure, const CreateRequest& request, bool has_own_subnet);

/// berth's own no, before AWS is asked: `invalid`, without effect.
Failure invalid_request(std::string message);

/// The same failure for a call that changes nothing.
Failure without_effect(Failure failure);

}  // namespace berth::aws
