#include "berth/codec.hpp"

#include <algorithm>
#include <array>

#include "coded.hpp"

namespace berth {
namespace {

using codec::EnumWord;

constexpr std::array<EnumWord<Arch>, 2> arch_words{{
    {Arch::x86_64, "x86_64"},
    {Arch::arm64, "arm64"},
}};
constexpr std::array<EnumWord<Availability>, 3> availability_words{{
    {Availability::available, "available"},
    {Availability::unavailable, "unavailable"},
    {Availability::unknown, "unknown"},
}};
constexpr std::array<EnumWord<ServerState>, 7> state_words{{
    {ServerState::pending, "pending"},
    {ServerState::running, "running"},
    {ServerState::stopping, "stopping"},
    {ServerState::stopped, "stopped"},
    {ServerState::failed, "failed"},
    {ServerState::gone, "gone"},
    {ServerState::unknown, "unknown"},
}};

/// Addresses end up in commands and environments of the host: nothing else may stand there.
bool is_ipv4_or_empty(std::string_view text) {
  for (int part = 0; part < 4 && !text.empty(); ++part) {
    const std::string_view digits = text.substr(0, text.find('.'));
    if (digits.empty() || digits.size() > 3) return false;
    int value = 0;
    for (const char c : digits) {
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    if (value > 255 || (digits.size() == text.size()) != (part == 3)) return false;
    text.remove_prefix(std::min(digits.size() + 1, text.size()));
  }
  return text.empty();
}

constexpr std::size_t most_note_bytes = 4096;
constexpr std::size_t most_vendor_text_bytes = 2048;
constexpr std::size_t most_vendor_code_bytes = 256;
constexpr std::size_t most_message_bytes = 4096;

// Far beyond all that is sold, and small enough to be added up.
constexpr std::int64_t most_vcpu = 1'000'000;
constexpr std::int64_t most_mib = std::int64_t{1} << 40U;
constexpr std::int64_t most_seconds = std::int64_t{366} * 24 * 3600;
constexpr std::int64_t latest_unix_ms = 253'402'300'799'999;  // the end of the year 9999
constexpr std::int64_t longest_retry_ms = std::int64_t{24} * 3600 * 1000;

}  // namespace

// In namespace berth, so that Reading and Writing find them by the type of the field.
static const auto& words_of(Arch) { return arch_words; }
static const auto& words_of(Availability) { return availability_words; }
static const auto& words_of(ServerState) { return state_words; }
/// The word that stands for words not known here; "" where there is none.
static std::string_view unknown_word_of(Arch) { return {}; }
static std::string_view unknown_word_of(Availability) { return "unknown"; }
static std::string_view unknown_word_of(ServerState) { return "unknown"; }

template <class Fields>
static void describe(Fields& f, AccountCheck& v) {
  f.optional("account", v.account);
  f.optional("server_limit", v.server_limit);
  f.optional("notes", v.notes);
}

template <class Fields>
static void describe(Fields& f, Offer& v) {
  f.required("region", v.region);
  f.optional("zone", v.zone);
  f.defaulted("market", v.market);
  f.required("instance_type", v.instance_type);
  f.required("arch", v.arch);
  f.required("vcpu", v.vcpu);
  f.required("memory_mib", v.memory_mib);
  f.required("disk_mib", v.disk_mib);
  f.optional("max_disk_mib", v.max_disk_mib);
  f.optional("currency", v.currency);
  f.money("hourly", v.hourly_nanos);
  f.money("monthly_cap", v.monthly_cap_nanos);
  f.money("disk_gib_month", v.disk_gib_month_nanos);
  f.money("ipv4_hourly", v.ipv4_hourly_nanos);
  f.money("ipv4_monthly_cap", v.ipv4_monthly_cap_nanos);
  f.optional("excludes", v.excludes);
  f.defaulted("billing_step_s", v.billing_step_s);
  f.required("as_of_unix_ms", v.as_of_unix_ms);
  f.defaulted("availability", v.availability);
  f.optional("deprecated_unix_ms", v.deprecated_unix_ms);
  f.optional("families", v.families);
  f.within("vcpu", v.vcpu, most_vcpu);
  f.within("memory_mib", v.memory_mib, most_mib);
  f.within("disk_mib", v.disk_mib, most_mib);
  f.within("max_disk_mib", v.max_disk_mib, most_mib);
  f.within("billing_step_s", v.billing_step_s, most_seconds);
  f.within("as_of_unix_ms", v.as_of_unix_ms, latest_unix_ms);
  f.within("deprecated_unix_ms", v.deprecated_unix_ms.value_or(0), latest_unix_ms);
  const bool priced = v.hourly_nanos || v.monthly_cap_nanos || v.disk_gib_month_nanos ||
                      v.ipv4_hourly_nanos || v.ipv4_monthly_cap_nanos;
  if (priced && v.currency.empty()) f.complain("currency", "is missing beside a price");
}

template <class Fields>
static void describe(Fields& f, OffersRequest& v) {
  f.optional("regions", v.regions);
}

template <class Fields>
static void describe(Fields& f, OfferList& v) {
  f.required("offers", v.offers);
}

template <class Fields>
static void describe(Fields& f, CreateRequest& v) {
  f.required("installation_id", v.installation_id);
  f.required("organization_id", v.organization_id);
  f.required("attempt_id", v.attempt_id);
  f.required("candidate", v.candidate);
  f.required("name", v.name);
  f.required("region", v.region);
  f.optional("zone", v.zone);
  f.required("market", v.market);
  f.required("instance_type", v.instance_type);
  f.required("arch", v.arch);
  f.required("disk_mib", v.disk_mib);
  f.optional("image", v.image);
  f.optional("ssh_public_keys", v.ssh_public_keys);
  f.optional("user_data", v.user_data);
  f.optional("labels", v.labels);
  f.optional("expires_at_unix_ms", v.expires_at_unix_ms);
  f.optional("ssh_user", v.ssh_user);
}

template <class Fields>
static void describe(Fields& f, CloudServer& v) {
  f.required("server_id", v.server_id);
  f.optional("attempt_id", v.attempt_id);
  f.optional("installation_id", v.installation_id);
  f.optional("organization_id", v.organization_id);
  f.optional("name", v.name);
  f.optional("region", v.region);
  f.optional("zone", v.zone);
  f.optional("instance_type", v.instance_type);
  f.required("state", v.state);
  f.optional("public_ipv4", v.public_ipv4);
  f.optional("private_ipv4", v.private_ipv4);
  f.optional("created_unix_ms", v.created_unix_ms);
  f.optional("expires_at_unix_ms", v.expires_at_unix_ms);
  f.optional("detail", v.detail);
  f.optional("arch", v.arch);
  f.optional("ssh_user", v.ssh_user);
  f.optional("labels", v.labels);
  f.optional("lacks", v.lacks);
  if (!is_ipv4_or_empty(v.public_ipv4)) f.complain("public_ipv4", "is no IPv4 address");
  if (!is_ipv4_or_empty(v.private_ipv4)) f.complain("private_ipv4", "is no IPv4 address");
  f.within("created_unix_ms", v.created_unix_ms, latest_unix_ms);
  f.within("expires_at_unix_ms", v.expires_at_unix_ms, latest_unix_ms);
}

template <class Fields>
static void describe(Fields& f, Created& v) {
  f.required("server", v.server);
  f.optional("note", v.note);
  if (v.note.size() > most_note_bytes) f.complain("note", "is longer than 4096 bytes");
}

template <class Fields>
static void describe(Fields& f, Sought& v) {
  f.required("attempt_id", v.attempt_id);
  f.optional("server_id", v.server_id);
  f.optional("region", v.region);
  f.optional("note", v.note);
}

template <class Fields>
static void describe(Fields& f, FindRequest& v) {
  f.required("installation_id", v.installation_id);
  f.optional("sought", v.sought);
  f.optional("all", v.all);
  f.optional("regions", v.regions);
}

template <class Fields>
static void describe(Fields& f, Found& v) {
  f.required("servers", v.servers);
  f.required("absent", v.absent);
  f.required("complete", v.complete);
}

template <class Fields>
static void describe(Fields& f, DestroyRequest& v) {
  f.required("installation_id", v.installation_id);
  f.required("server", v.server);
  if (v.server.server_id.empty()) f.complain("server", "names no server_id");
}

template <class Fields>
static void describe(Fields& /*f*/, Done& /*v*/) {}

template <class Fields>
static void describe(Fields& f, Event& v) {
  f.required("event_id", v.event_id);
  f.required("type", v.type);
  f.required("at_unix_ms", v.at_unix_ms);
  f.optional("installation_id", v.installation_id);
  f.optional("organization_id", v.organization_id);
  f.optional("deployment_id", v.deployment_id);
  f.required("message", v.message);
  f.optional("recipients", v.recipients);
  f.embedded("fields", v.fields_json);
}

namespace codec {

BERTH_CODEC(AccountCheck)
BERTH_CODEC(Offer)
BERTH_CODEC(OffersRequest)
BERTH_CODEC(OfferList)
BERTH_CODEC(CreateRequest)
BERTH_CODEC(CloudServer)
BERTH_CODEC(Created)
BERTH_CODEC(Sought)
BERTH_CODEC(FindRequest)
BERTH_CODEC(Found)
BERTH_CODEC(DestroyRequest)
BERTH_CODEC(Done)
BERTH_CODEC(Event)

std::string encode(const Failure& value) {
  boost::json::object object;
  const auto put = [&object](const char* name, std::string_view text) {
    const std::string valid = valid_utf8(text);
    object[name] = boost::json::string(valid.data(), valid.size());
  };
  put("code", berth::to_word(value.code));
  put("effect", berth::to_word(value.effect));
  put("message", value.message);
  if (!value.vendor_code.empty()) put("vendor_code", value.vendor_code);
  if (!value.vendor_text.empty())
    put("vendor_text", clipped(value.vendor_text, most_vendor_text_bytes));
  if (value.retry_after_ms) object["retry_after_ms"] = *value.retry_after_ms;
  if (value.scope) put("scope", berth::to_word(*value.scope));
  if (!value.scope_name.empty()) put("scope_name", value.scope_name);
  return boost::json::serialize(object);
}

Failure decode_failure(std::string_view json) {
  std::string problem;
  const boost::json::value value = parse_json(json, problem);
  Failure failure;
  std::string code;
  std::string effect;
  std::string scope;
  if (problem.empty()) {
    Reading reading(value, "", problem);
    reading.required("code", code);
    reading.optional("effect", effect);
    reading.optional("message", failure.message);
    reading.optional("vendor_code", failure.vendor_code);
    reading.optional("vendor_text", failure.vendor_text);
    reading.optional("retry_after_ms", failure.retry_after_ms);
    reading.optional("scope", scope);
    reading.optional("scope_name", failure.scope_name);
  }
  if (!problem.empty()) {
    Failure garbage;
    garbage.message = "the plugin failed and could not say why: " + problem;
    garbage.vendor_text = valid_utf8(clipped(json, most_vendor_text_bytes));
    return garbage;
  }
  // What a plugin says ends up on record and before people's eyes.
  failure.message = clipped(failure.message, most_message_bytes);
  failure.vendor_code = clipped(failure.vendor_code, most_vendor_code_bytes);
  failure.vendor_text = clipped(failure.vendor_text, most_vendor_text_bytes);
  failure.scope_name = clipped(failure.scope_name, most_vendor_code_bytes);
  if (failure.retry_after_ms)
    failure.retry_after_ms =
        std::clamp<std::int64_t>(*failure.retry_after_ms, 0, longest_retry_ms);
  failure.code = error_code_of(code);
  failure.effect = effect_of(effect);
  failure.scope = stock_scope_of(scope);
  return failure;
}

Failure bad_reply(std::string_view about, const Failure& reason) {
  Failure failure;
  failure.code = ErrorCode::internal;
  failure.effect = Effect::unknown;
  failure.message = "unreadable reply of " + std::string(about) + ": " + reason.message;
  return failure;
}

std::string_view to_word(Arch arch) {
  for (const auto& entry : arch_words)
    if (entry.value == arch) return entry.word;
  return "unknown";
}
std::string_view to_word(Availability availability) {
  for (const auto& entry : availability_words)
    if (entry.value == availability) return entry.word;
  return "unknown";
}
std::string_view to_word(ServerState state) {
  for (const auto& entry : state_words)
    if (entry.value == state) return entry.word;
  return "unknown";
}

}  // namespace codec
}  // namespace berth
