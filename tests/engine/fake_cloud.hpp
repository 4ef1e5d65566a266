// A cloud that lives in the test: it keeps servers, takes its time on a virtual clock, fails as it
// is told to, and remembers what it was asked.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "berth/cloud_provider.hpp"
#include "world/world.hpp"

namespace berth {

/// What one call comes to. By default all goes well.
struct Fault {
  std::optional<Failure> answer;  // what the caller hears instead of the truth
  bool happens = true;            // the effect takes place
  int copies = 1;                 // so many servers are made
  std::int64_t late_ms = 0;       // the effect takes place so much later
  std::function<void()> during;   // while the call is under way
  // What is made in place of what was asked for, or said of it; "": as asked.
  std::string type = {}, region = {}, arch = {}, organization = {};
};

Failure failure(ErrorCode code, Effect effect, const std::string& message = "");
Fault out_of_stock(StockScope scope = StockScope::zone);
Fault refused(ErrorCode code);
/// The server was made; the answer never came.
Fault lost_answer();
/// Nothing was made, and nobody knows.
Fault lost_request();
/// Nobody knows, and so much later the server is there after all.
Fault late_success(std::int64_t ms);
/// Something happens while the call is under way, which then goes well.
Fault meanwhile(std::function<void()> event);
/// The create goes well, and what comes of it is of another type, and perhaps elsewhere.
Fault makes_instead(const std::string& type, const std::string& region = "r1");

enum class Boot { well, fails, never };

/// One answer to `find` that is not the plain truth.
struct Glance {
  std::optional<Failure> answer;
  bool partial = false;  // shows nothing, and says that it is not complete
  bool stale = false;    // shows nothing, and says that this is all: a list of before
};

struct FakeServer {
  std::string id, attempt, type, region, address, user_data;
  std::string installation, name;
  std::map<std::string, std::string> labels;
  std::int64_t expires_unix_ms = 0;
  std::int64_t candidate = 0;
  std::int64_t born_ms = 0;  // CLOCK_BOOTTIME of the story
  Boot boot = Boot::well;
  bool destroyed = false;
  std::string arch, organization = "acme";
  ServerState state = ServerState::running;  // once it has booted well
  std::string detail;                        // the vendor's word on that, or on its end
  std::string login;                         // of its image; "": not told
};

class FakeCloud final : public CloudProvider {
 public:
  FakeCloud(std::string account, const Clock& clock)
      : account_(std::move(account)), clock_(clock) {}

  // What it is like. Set before the call it is meant for.
  std::vector<Offer> catalogue;
  std::optional<Failure> catalogue_failure;
  std::map<std::string, Failure> region_failures;  // a call that names one of these fails
  int catalogue_failures = 0;           // so many more readings get no answer
  std::int64_t boot_ms = 20'000;
  bool tells_gone = false;              // destroyed ones stay in its lists as `gone`
  std::string gone_because;             // what it says of destroyed ones
  bool gives_addresses = true;          // its servers have public IPv4 addresses
  std::string lacks;                    // what those that run lack
  bool shows_strangers = false;         // its lists hold servers of other installations, too
  int ignored_destroys = 0;             // so many are answered "done" and do nothing
  std::optional<Fault> every_create;    // when `creates` is empty
  std::deque<Fault> creates, destroys;  // the next calls, in order
  std::deque<Glance> finds;
  bool hides_sought = false;           // a `find` that is not for all fails
  bool tells_little = false;           // as older plugins: nothing of type, region, architecture
  std::string login;                   // of the image of the next servers; "": not told
  std::function<void()> finds_happen;  // while each `find` is under way
  std::deque<Boot> boots;              // how the next servers boot

  /// "cx33" with 4 cores, 8 GB, 80 GB for 12.00 a month.
  void sells(const std::string& type, std::int64_t cores, std::int64_t memory_gb,
             std::int64_t disk_gb, std::int64_t cents, const std::string& region = "r1");
  void raise_prices(int percent);
  void forget(const std::string& type);

  // What it saw.
  [[nodiscard]] std::vector<FakeServer> live() const;
  [[nodiscard]] std::vector<FakeServer> all() const;
  /// "create cx33 #0", "find", "destroy srv-1", in order.
  [[nodiscard]] std::vector<std::string> calls() const;
  [[nodiscard]] int calls_of(const std::string& method) const;
  /// As somebody at the vendor's console does it.
  void vanish(const std::string& server_id);
  void return_to_life(const std::string& server_id);
  /// At the vendor's console: it is in this state from now on.
  void set_state(const std::string& server_id, ServerState state, const std::string& detail = "");
  void set_address(const std::string& server_id, const std::string& address);
  /// A server that no create of ours made; it is a running cx33 of that age. Returns its id.
  std::string plant(const std::string& attempt, std::int64_t age_ms = 3'600'000,
                    const std::string& installation = "installation-one",
                    const std::string& type = "cx33");

  Result<AccountCheck> check(Call& call) override;
  Result<OfferList> offers(const OffersRequest& request, Call& call) override;
  Result<Created> create(const CreateRequest& request, Call& call) override;
  Result<Found> find(const FindRequest& request, Call& call) override;
  Result<Done> destroy(const DestroyRequest& request, Call& call) override;

 private:
  FakeServer& make(const CreateRequest& request, std::int64_t late_ms);
  std::string next_id();
  [[nodiscard]] CloudServer shown(const FakeServer& server) const;
  void note(const std::string& call);

  const std::string account_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::vector<FakeServer> servers_;
  std::vector<std::string> calls_;
  int minted_ = 0;
};

}  // namespace berth
