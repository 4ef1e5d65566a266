#include "plan_reader.hpp"

#include <boost/json.hpp>

namespace berth {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t number(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_number() ? value->to_number<std::int64_t>() : 0;
}

bool truth(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->as_bool();
}

Money money(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_object()) return {};
  return {nanos_of_decimal(text(value->as_object(), "amount")).value_or(0),
          text(value->as_object(), "currency")};
}

Room room(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_object()) return {};
  const json::object& one = value->as_object();
  return {number(one, "millicores"), number(one, "memory_mib"), number(one, "disk_mib")};
}

PlanRow row_of(const json::object& object) {
  PlanRow row;
  row.kind = text(object, "kind");
  row.id = text(object, "id");
  row.name = text(object, "name");
  row.account = text(object, "account");
  row.provider = text(object, "provider");
  row.region = text(object, "region");
  row.zone = text(object, "zone");
  row.instance_type = text(object, "instance_type");
  row.arch = text(object, "arch");
  row.kept = truth(object, "kept");
  row.chosen = truth(object, "chosen");
  row.code = text(object, "code");
  row.sentence = text(object, "sentence");
  row.millicores = number(object, "millicores");
  row.memory_mib = number(object, "memory_mib");
  row.disk_mib = number(object, "disk_mib");
  row.monthly = money(object, "monthly");
  row.monthly_compared = money(object, "monthly_compared");
  if (const json::value* score = object.if_contains("score"); score && score->is_number())
    row.score = score->to_number<double>();
  row.score_breakdown = text(object, "score_breakdown");
  row.includes = text(object, "includes");
  if (const json::value* excludes = object.if_contains("excludes");
      excludes && excludes->is_array())
    for (const json::value& one : excludes->as_array()) row.excludes.emplace_back(one.as_string());
  return row;
}

Plan plan_of(const json::object& object) {
  Plan plan;
  plan.action = text(object, "action");
  plan.code = text(object, "code");
  plan.sentence = text(object, "sentence");
  plan.trigger = text(object, "trigger");
  plan.stage = text(object, "stage");
  plan.requirements = {room(object, "requirements"), text(object, "arch")};
  plan.required = room(object, "required");
  plan.estimate = money(object, "estimate");
  plan.rates_as_of = text(object, "rates_as_of");
  plan.decided_unix_ms = number(object, "decided_unix_ms");
  plan.servers_seen = static_cast<std::size_t>(number(object, "servers_seen"));
  plan.offers_kept = static_cast<std::size_t>(number(object, "offers_kept"));
  plan.offers_dropped = static_cast<std::size_t>(number(object, "offers_dropped"));
  if (const json::value* rows = object.if_contains("rows"); rows && rows->is_array())
    for (const json::value& row : rows->as_array()) plan.rows.push_back(row_of(row.as_object()));
  return plan;
}

}  // namespace

Plan read_plan(std::string_view document) {
  try {
    return plan_of(json::parse(document).as_object());
  } catch (const std::exception& error) {
    throw Error(Problem::unexpected,
                std::string("a stored decision cannot be read: ") + error.what());
  }
}

}  // namespace berth
