#include "berth/proxy.hpp"

#include "berth/codec.hpp"

namespace berth {
namespace {

template <class Reply>
Result<Reply> ask(const MethodCaller& caller, const char* interface_id, const char* method,
                  const std::string& request_json, Call& call) {
  Result<std::string> answer = caller(interface_id, method, request_json, call);
  if (!answer) return answer.failure();
  Result<Reply> reply = codec::decode<Reply>(*answer);
  if (!reply) return codec::bad_reply(std::string(interface_id) + " " + method, reply.failure());
  return reply;
}

}  // namespace

Result<AccountCheck> CloudProviderProxy::check(Call& call) {
  return ask<AccountCheck>(caller_, cloud_provider_id, "check", "{}", call);
}
Result<OfferList> CloudProviderProxy::offers(const OffersRequest& request, Call& call) {
  return ask<OfferList>(caller_, cloud_provider_id, "offers", codec::encode(request), call);
}
Result<Created> CloudProviderProxy::create(const CreateRequest& request, Call& call) {
  return ask<Created>(caller_, cloud_provider_id, "create", codec::encode(request), call);
}
Result<Found> CloudProviderProxy::find(const FindRequest& request, Call& call) {
  return ask<Found>(caller_, cloud_provider_id, "find", codec::encode(request), call);
}
Result<Done> CloudProviderProxy::destroy(const DestroyRequest& request, Call& call) {
  return ask<Done>(caller_, cloud_provider_id, "destroy", codec::encode(request), call);
}
Result<Done> NotifierProxy::notify(const Event& event, Call& call) {
  return ask<Done>(caller_, notifier_id, "notify", codec::encode(event), call);
}
Result<StackChoices> StackProvisionerProxy::choices(Call& call) {
  return ask<StackChoices>(caller_, stack_provisioner_id, "choices", "{}", call);
}
Result<StackPlan> StackProvisionerProxy::plan(const StackRequest& request, Call& call) {
  return ask<StackPlan>(caller_, stack_provisioner_id, "plan", codec::encode(request), call);
}
Result<Rendering> StackProvisionerProxy::render(const RenderRequest& request, Call& call) {
  return ask<Rendering>(caller_, stack_provisioner_id, "render", codec::encode(request), call);
}

}  // namespace berth
