// The far end of a plugin's adapter: the interfaces over whatever carries JSON to the plugin (the
// C table in this process, a worker's wire, a recording). Std-only, C++17.
#pragma once

#include <functional>
#include <string>

#include "berth/cloud_provider.hpp"
#include "berth/notifier.hpp"
#include "berth/stack_provisioner.hpp"

namespace berth {

/// Calls one method of one instance and returns its reply as JSON. Threads: as the proxy is used.
using MethodCaller = std::function<Result<std::string>(
    const char* interface_id, const char* method, const std::string& request_json, Call& call)>;

/// A cloud provider behind a MethodCaller. A reply that cannot be read is `internal` with unknown
/// effect. Threads: as many as the caller takes.
class CloudProviderProxy final : public CloudProvider {
 public:
  explicit CloudProviderProxy(MethodCaller caller) : caller_(std::move(caller)) {}

  Result<AccountCheck> check(Call& call) override;
  Result<OfferList> offers(const OffersRequest& request, Call& call) override;
  Result<Created> create(const CreateRequest& request, Call& call) override;
  Result<Found> find(const FindRequest& request, Call& call) override;
  Result<Done> destroy(const DestroyRequest& request, Call& call) override;

 private:
  MethodCaller caller_;
};

/// A notifier behind a MethodCaller.
class NotifierProxy final : public Notifier {
 public:
  explicit NotifierProxy(MethodCaller caller) : caller_(std::move(caller)) {}

  Result<Done> notify(const Event& event, Call& call) override;

 private:
  MethodCaller caller_;
};

/// A stack provisioner behind a MethodCaller.
class StackProvisionerProxy final : public StackProvisioner {
 public:
  explicit StackProvisionerProxy(MethodCaller caller) : caller_(std::move(caller)) {}

  Result<StackChoices> choices(Call& call) override;
  Result<StackPlan> plan(const StackRequest& request, Call& call) override;
  Result<Rendering> render(const RenderRequest& request, Call& call) override;

 private:
  MethodCaller caller_;
};

}  // namespace berth
