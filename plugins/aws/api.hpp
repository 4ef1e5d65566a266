// AWS's endpoints as functions: EC2's query API, STS's, and the Price List's JSON. This and
// sigv4/ec2_query are the only files that know the wire; berth's words begin in provider.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "account.hpp"
#include "berth/call.hpp"
#include "berth/failure.hpp"
#include "ec2_query.hpp"

namespace berth::aws {

/// What a list call read. With a failure the items are those of the pages before it.
template <class T>
struct Listing {
  std::vector<T> items;
  std::optional<Failure> failure;
  [[nodiscard]] bool complete() const { return !failure; }
};

/// (filter name, values): items must match each filter by any of its values.
using Filters = std::vector<std::pair<std::string, std::vector<std::string>>>;

struct Identity {
  std::string account;  // 12 digits
  std::string arn;
};

struct Instance {
  std::string id, type, zone, architecture, state, state_reason, public_ipv4, private_ipv4;
  std::int64_t launched_unix_ms = 0;
  std::map<std::string, std::string> tags;
};

struct InstanceType {
  std::string name;
  std::int64_t vcpus = 0;
  std::int64_t memory_mib = 0;
  std::vector<std::string> architectures;  // "x86_64", "arm64", "i386", …
  bool current_generation = false;
  bool bare_metal = false;
};

struct TypeOffering {
  std::string instance_type, zone;
};

struct Image {
  std::string id, name, architecture, created, root_device;
  std::int64_t root_gib = 0;  // size of the root snapshot: a smaller volume is refused
};

/// One RunInstances with Min=Max=1.
struct Launch {
  std::string client_token, image_id, instance_type, zone, subnet_id, key_name;
  std::vector<std::string> security_group_ids;
  std::string root_device;
  std::int64_t root_gib = 0;
  std::string user_data;  // raw
  std::map<std::string, std::string> tags;
};

/// One call's conversation with AWS. Belongs to the call; no state of its own.
class Api {
 public:
  /// `deleting`: requests may use the rate budget's share that is kept for deletes.
  Api(const Account& account, Call& call, bool deleting = false)
      : account_(account), call_(call), deleting_(deleting) {}

  Result<Identity> get_caller_identity(const std::string& region);
  Listing<Instance> describe_instances(const std::string& region, const Filters& filters);
  Listing<InstanceType> describe_instance_types(const std::string& region, const Filters& filters);
  Listing<TypeOffering> describe_instance_type_offerings(const std::string& region,
                                                         const Filters& filters);
  /// By id, or by owner and filters.
  Listing<Image> describe_images(const std::string& region, const std::string& id,
                                 const std::string& owner, const Filters& filters);
  /// Effect unknown unless AWS said no: only then may another token be used.
  Result<Instance> run_instances(const std::string& region, const Launch& launch);
  /// One at a time: one bad id in a batch ends none.
  Result<Done> terminate_instance(const std::string& region, const std::string& id);
  /// The Price List's documents, each a JSON text; filters are exact matches of attributes.
  Listing<std::string> get_products(
      const std::string& service_code,
      const std::vector<std::pair<std::string, std::string>>& attributes);

  [[nodiscard]] Call& call() { return call_; }

 private:
  Result<pugi::xml_document> ask(const std::string& url, const SigningScope& scope,
                                 const Ec2Query& query);
  Result<pugi::xml_document> ask_ec2(const std::string& region, const Ec2Query& query);
  template <class T, class ReadItem>
  Listing<T> pages(const std::string& region, const Ec2Query& query, const char* set,
                   ReadItem read_item);
  /// Signs and sends; once more with other keys, if there are any, where they were refused.
  Result<HttpResponse> exchange(HttpRequest request, const SigningScope& scope,
                                const std::string& action);
  /// The failure that `told` is, with by how much the clock is wrong where that may be why.
  [[nodiscard]] Failure refused(const HttpResponse& response, const VendorError& told,
                                const std::string& action) const;
  /// Why the call must not send another request, if so.
  [[nodiscard]] std::optional<Failure> stopped(const std::string& action) const;
  /// Keys of the settings, or those that AWS's chain has now.
  Result<Credentials> keys();
  /// Without what signed: AWS quotes session tokens when a signature does not match.
  [[nodiscard]] std::string redacted(std::string text) const;

  const Account& account_;
  Call& call_;
  bool deleting_;
  std::vector<Credentials> used_;  // what signed, so that no answer can quote it
};

/// A pager needs both: a cap, and a check that each page's token is new. Prism's pages never end.
inline constexpr int most_pages = 200;

/// The list could not be read to its end.
Failure unreadable(const std::string& action, const std::string& why);

}  // namespace berth::aws
