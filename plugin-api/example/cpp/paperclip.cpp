// A complete provider: the paperclip cloud (its API is described in ../cloud.py).
#include <boost/json.hpp>

#include "berth/export.hpp"

namespace json = boost::json;
using namespace berth;

namespace {

std::string text(const json::value& object, const char* key) {
  const json::value* found = object.as_object().if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

/// The vendor's error as one of ours. A 4xx was refused, so nothing happened; a 5xx may have.
Failure failure_of(const HttpResponse& response) {
  Failure failure;
  failure.effect = response.status < 500 ? Effect::none : Effect::unknown;
  failure.vendor_text = response.body;
  failure.message = "the paperclip cloud answered " + std::to_string(response.status);
  json::error_code bad;
  const json::value body = json::parse(response.body, bad);
  if (!bad && body.is_object() && body.as_object().contains("error")) {
    failure.vendor_code = text(body.at("error"), "code");
    failure.message += ": " + text(body.at("error"), "message");
  }
  if (failure.vendor_code == "out_of_stock") {
    failure.code = ErrorCode::out_of_stock;
    failure.effect = Effect::none;
  } else if (response.status == 401 || response.status == 403) {
    failure.code = ErrorCode::denied;
  } else if (response.status == 404) {
    failure.code = ErrorCode::not_found;
  } else if (response.status == 409) {
    failure.code = ErrorCode::conflict;
  } else if (response.status == 429) {
    failure.code = ErrorCode::rate_limited;
  } else {
    failure.code = response.status < 500 ? ErrorCode::invalid : ErrorCode::unavailable;
  }
  return failure;
}

CloudServer server_of(const json::value& given) {
  const json::value& labels = given.at("labels");
  CloudServer server;
  server.server_id = text(given, "id");
  server.attempt_id = text(labels, "attempt");
  server.installation_id = text(labels, "installation");
  server.organization_id = text(labels, "organization_id");
  server.name = text(given, "name");
  server.region = text(given, "region");
  server.instance_type = text(given, "type");
  server.detail = text(given, "state");
  server.state = server.detail == "running" ? ServerState::running : ServerState::pending;
  server.public_ipv4 = text(given, "ipv4");
  server.created_unix_ms = given.at("created_unix_ms").to_number<std::int64_t>();
  return server;
}

class Paperclip : public CloudProvider {
 public:
  explicit Paperclip(const PluginConfig& config)
      : endpoint_(config.text("endpoint")), token_(config.text("token")) {}

  Result<AccountCheck> check(Call& call) override {
    const auto answer = ask(call, "GET", "/offers");
    if (!answer) return answer.failure();
    return AccountCheck{};
  }

  Result<OfferList> offers(const OffersRequest& /*one region*/, Call& call) override {
    const auto answer = ask(call, "GET", "/offers");
    if (!answer) return answer.failure();
    OfferList list;
    for (const json::value& given : answer->at("offers").as_array()) {
      Offer& offer = list.offers.emplace_back();
      offer.region = text(given, "region");
      offer.instance_type = text(given, "type");
      offer.vcpu = given.at("cpus").to_number<std::int64_t>();
      offer.memory_mib = given.at("memory_mib").to_number<std::int64_t>();
      offer.disk_mib = given.at("disk_gib").to_number<std::int64_t>() * 1024;
      offer.currency = text(given, "currency");
      offer.hourly_nanos = nanos_of_decimal(text(given, "price_per_hour"));
      offer.as_of_unix_ms = call.now_unix_ms();
      offer.availability =
          given.at("in_stock").as_bool() ? Availability::available : Availability::unavailable;
    }
    return list;
  }

  Result<Created> create(const CreateRequest& request, Call& call) override {
    json::object labels;
    for (const auto& [key, value] : request.labels) labels[key] = value;
    labels["attempt"] = request.attempt_id;
    labels["candidate"] = std::to_string(request.candidate);
    labels["installation"] = request.installation_id;
    labels["organization_id"] = request.organization_id;
    const json::object body{{"name", request.name},
                            {"type", request.instance_type},
                            {"region", request.region},
                            {"user_data", request.user_data},
                            {"labels", labels}};
    const auto answer = ask(call, "POST", "/servers", json::serialize(body));
    if (answer) return Created{server_of(*answer), ""};
    if (answer.failure().code != ErrorCode::conflict) return answer.failure();
    // The name is made of the attempt: it is ours if installation, attempt and candidate agree.
    const auto listed =
        ask(call, "GET",
            "/servers?installation=" + request.installation_id + "&attempt=" + request.attempt_id +
                "&candidate=" + std::to_string(request.candidate));
    if (!listed) return listed.failure();
    const json::array& servers = listed->at("servers").as_array();
    if (servers.empty()) return answer.failure();
    return Created{server_of(servers[0]), ""};
  }

  Result<Found> find(const FindRequest& request, Call& call) override {
    const auto answer = ask(call, "GET", "/servers?installation=" + request.installation_id);
    if (!answer) return answer.failure();
    Found found;
    found.complete = true;  // this cloud has no pages
    std::map<std::string, bool> present;
    for (const Sought& sought : request.sought) present[sought.attempt_id] = false;
    for (const json::value& given : answer->at("servers").as_array()) {
      const CloudServer server = server_of(given);
      const auto sought = present.find(server.attempt_id);
      if (sought != present.end()) sought->second = true;
      if (sought != present.end() || request.all) found.servers.push_back(server);
    }
    for (const auto& [attempt_id, is_present] : present)
      if (!is_present) found.absent.push_back(attempt_id);
    return found;
  }

  Result<Done> destroy(const DestroyRequest& request, Call& call) override {
    const auto gone = ask(call, "DELETE", "/servers/" + request.server.server_id);
    if (!gone && gone.failure().code != ErrorCode::not_found) return gone.failure();
    return Done{};
  }

 private:
  Result<json::value> ask(Call& call, const char* method, const std::string& path,
                          std::string body = "") const {
    HttpRequest request;
    request.method = method;
    request.url = endpoint_ + path;
    request.headers = {{"authorization", "Bearer " + token_}, {"accept", "application/json"}};
    request.body = std::move(body);
    request.deleting = request.method == "DELETE";
    const Result<HttpResponse> response = call.http().exchange(request);
    if (!response) return response.failure();
    if (response->status == 204) return json::value(nullptr);
    if (response->status >= 300) return failure_of(*response);
    return json::parse(response->body);
  }

  std::string endpoint_, token_;
};

}  // namespace

BERTH_EXPORT_CLOUD_PROVIDER(Paperclip, R"({
  "id": "paperclip", "version": "1.0.0", "name": "Paperclip cloud",
  "interfaces": ["berth.cloud-provider/1"],
  "concurrent": 16, "default_region": "desk",
  "rate": {"requests": 600, "per_s": 60},
  "config": {
    "token": {"type": "string", "secret": true, "required": true, "help": "the API token"},
    "endpoint": {"type": "string", "default": "http://127.0.0.1:8085", "help": "where the API is"}
  }
})");
