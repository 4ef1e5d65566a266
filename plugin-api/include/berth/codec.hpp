// The structs of the interfaces as JSON text and back: the one place that knows the wire's
// spelling. Used by the adapter in every plugin and by the host's proxies. Std-only, C++17.
//
// Spelling: field names as in the structs; money as decimal text ("hourly": "0.0114") with its
// currency beside it, so the suffix `_nanos` is dropped; enums as words; an optional that is empty,
// and a field at its default ("" or 0 for "none"), are left out. Reading ignores unknown fields and
// takes null for absent. Bad UTF-8 is replaced by U+FFFD when writing and refused when reading.
#pragma once

#include <string>
#include <string_view>

#include "berth/cloud_provider.hpp"
#include "berth/failure.hpp"
#include "berth/notifier.hpp"
#include "berth/stack_provisioner.hpp"

namespace berth::codec {

std::string encode(const AccountCheck& value);
std::string encode(const Offer& value);
std::string encode(const OffersRequest& value);
std::string encode(const OfferList& value);
std::string encode(const CreateRequest& value);
std::string encode(const CloudServer& value);
std::string encode(const Created& value);
std::string encode(const Sought& value);
std::string encode(const FindRequest& value);
std::string encode(const Found& value);
std::string encode(const DestroyRequest& value);
std::string encode(const Done& value);
/// Throws std::invalid_argument when `fields_json` is neither "" nor a JSON object.
std::string encode(const Event& value);
std::string encode(const StackChoices& value);
std::string encode(const StackRequest& value);
std::string encode(const StackPlan& value);
std::string encode(const RenderRequest& value);
std::string encode(const Rendering& value);
/// `vendor_text` is cut to 2 KB.
std::string encode(const Failure& value);

/// Reads any of the structs above but Failure. A Failure names the field ("offers[3].hourly: …"),
/// with code `invalid` and effect `none`; who decodes a *reply* has to relabel it (see
/// bad_reply()), since what was asked for may have happened.
template <class T>
Result<T> decode(std::string_view json);

/// Reads what a plugin gave to fail(). Never fails itself: garbage becomes an `internal` Failure of
/// unknown effect that says so.
Failure decode_failure(std::string_view json);

/// A reply that could not be read: `internal`, effect unknown.
/// `about` names plugin and method for a person.
Failure bad_reply(std::string_view about, const Failure& reason);

/// `text` with every byte that is not valid UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

/// The longest beginning of `text` of at most `bytes` bytes that cuts no UTF-8 sequence.
std::string_view clipped(std::string_view text, std::size_t bytes);

// Words of the enums, for tables and messages ("x86_64", "running").
std::string_view to_word(Arch arch);
std::string_view to_word(Availability availability);
std::string_view to_word(ServerState state);

}  // namespace berth::codec
