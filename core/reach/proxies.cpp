#include "reach/proxies.hpp"

#include <utility>

#include "berth/codec.hpp"
#include "berth/proxy.hpp"
#include "request/plain_text.hpp"

namespace berth {
namespace {

MethodCaller caller_of(std::shared_ptr<PluginInstance> instance) {
  return [instance = std::move(instance)](const char* interface_id, const char* method,
                                          const std::string& request_json, Call& call) {
    return instance->call(interface_id, method, request_json, call);
  };
}

void clean(std::string& text) { text = plain_line(text); }
void clean(std::vector<std::string>& texts) {
  for (std::string& text : texts) clean(text);
}

/// What a person reads of a server, and what is compared with our own names: changed where it has
/// to be. Its id is handed back to the vendor, so it is refused instead: with another id another
/// server would be looked for.
std::optional<Failure> refused_or_cleaned(std::string_view about, CloudServer& server) {
  if (!is_plain_line(server.server_id)) {
    Failure reason;
    reason.message = "a server_id holds characters that no id has";
    return codec::bad_reply(about, reason);
  }
  for (std::string* text : {&server.attempt_id, &server.installation_id, &server.organization_id,
                            &server.name, &server.region, &server.zone, &server.instance_type,
                            &server.detail, &server.arch, &server.ssh_user, &server.lacks})
    clean(*text);
  return std::nullopt;
}

/// A provider whose answers may be kept and shown, whatever a vendor let into its names.
class PlainProvider final : public CloudProvider {
 public:
  explicit PlainProvider(MethodCaller caller) : inside_(std::move(caller)) {}

  Result<AccountCheck> check(Call& call) override {
    Result<AccountCheck> answer = inside_.check(call);
    if (!answer.ok()) return answer;
    clean(answer->account);
    clean(answer->notes);
    return answer;
  }
  Result<OfferList> offers(const OffersRequest& request, Call& call) override {
    Result<OfferList> answer = inside_.offers(request, call);
    if (!answer.ok()) return answer;
    // What names itself so could be bought only under another name, and is left out.
    std::erase_if(answer->offers, [](const Offer& offer) {
      return !is_plain_line(offer.region) || !is_plain_line(offer.zone) ||
             !is_plain_line(offer.market) || !is_plain_line(offer.instance_type) ||
             !is_plain_line(offer.currency);
    });
    for (Offer& offer : answer->offers) {
      clean(offer.excludes);
      clean(offer.families);
    }
    return answer;
  }
  Result<Created> create(const CreateRequest& request, Call& call) override {
    Result<Created> answer = inside_.create(request, call);
    if (answer.ok())
      if (auto refused = refused_or_cleaned("create", answer->server)) return *refused;
    return answer;
  }
  Result<Found> find(const FindRequest& request, Call& call) override {
    Result<Found> answer = inside_.find(request, call);
    if (!answer.ok()) return answer;
    for (CloudServer& server : answer->servers)
      if (auto refused = refused_or_cleaned("find", server)) return *refused;
    return answer;
  }
  Result<Done> destroy(const DestroyRequest& request, Call& call) override {
    return inside_.destroy(request, call);
  }

 private:
  CloudProviderProxy inside_;
};

}  // namespace

std::unique_ptr<CloudProvider> cloud_provider_over(std::shared_ptr<PluginInstance> instance) {
  return std::make_unique<PlainProvider>(caller_of(std::move(instance)));
}

std::unique_ptr<StackProvisioner> stack_provisioner_over(std::shared_ptr<PluginInstance> instance) {
  return std::make_unique<StackProvisionerProxy>(caller_of(std::move(instance)));
}

std::unique_ptr<Notifier> notifier_over(std::shared_ptr<PluginInstance> instance) {
  return std::make_unique<NotifierProxy>(caller_of(std::move(instance)));
}

}  // namespace berth
