// A well-behaved provider by the SDK: the same answers as good_provider.py.
#include "berth/export.hpp"

namespace {

using namespace berth;

class GoodProvider final : public CloudProvider {
 public:
  explicit GoodProvider(const PluginConfig& config)
      : base_url_(config.text_or("base_url", "")), token_(config.text("token")) {}

  Result<AccountCheck> check(Call& call) override {
    HttpRequest request;
    request.url = base_url_ + "/account";
    request.headers = {{"Authorization", "Bearer " + token_}};
    auto response = call.http().exchange(request);
    if (!response) return response.failure();
    return AccountCheck{response->body, 10, {"header " + std::string(response->header("x-kind"))}};
  }

  Result<OfferList> offers(const OffersRequest& request, Call& call) override {
    call.log(LogLevel::info, "looking at offers");
    Offer offer;
    offer.region = request.regions.empty() ? "here" : request.regions.front();
    offer.instance_type = "small";
    offer.vcpu = 2;
    offer.memory_mib = 4096;
    offer.disk_mib = 40960;
    offer.currency = "EUR";
    offer.hourly_nanos = 5'000'000;
    offer.availability = Availability::available;
    offer.as_of_unix_ms = call.now_unix_ms();
    return OfferList{{offer}};
  }

  Result<Created> create(const CreateRequest& request, Call& call) override {
    call.progress("asking for " + request.name);
    Created created;
    created.server.server_id = "server-1";
    created.server.name = request.name;
    created.server.state = ServerState::pending;
    created.note = "a note";
    return created;
  }

  Result<Found> find(const FindRequest&, Call&) override { return Found{{}, {"a"}, true}; }

  Result<Done> destroy(const DestroyRequest&, Call&) override {
    Failure failure;
    failure.code = ErrorCode::denied;
    failure.effect = Effect::none;
    failure.message = "the token " + token_ + " may not do this";
    return failure;
  }

 private:
  const std::string base_url_, token_;
};

}  // namespace

BERTH_EXPORT_CLOUD_PROVIDER(GoodProvider, R"({
  "id": "good", "version": "1.2.3", "name": "Good", "interfaces": ["berth.cloud-provider/1"],
  "concurrent": 4, "default_region": "here", "rate": {"requests": 100, "per_s": 60},
  "config": {
    "token": {"type": "string", "secret": true, "required": true, "help": "API token"},
    "base_url": {"type": "string", "default": "http://127.0.0.1:1", "help": "endpoint"}
  }
})");
