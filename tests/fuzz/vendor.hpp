// A provider before a vendor that answers what the input says, and then all over again. An input is
// a text:
//
//     create                    what is asked: check, offers, create, find or destroy
//     200                       an answer: its status,
//     retry-after: 5            its headers,
//                               an empty line,
//     {"servers": []}           its body
//     %%
//     lost                      the next one: none came
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "berth/cloud_provider.hpp"
#include "berth/codec.hpp"
#include "lines.hpp"
#include "require.hpp"

namespace fuzz {

class Vendor final : public berth::Call, private berth::Http {
 public:
  explicit Vendor(std::string_view script) {
    for (std::string_view part : parts_of(script)) {
      Answer answer;
      const std::string_view first = take_line(part);
      for (const char c : first.substr(0, 3))
        if (c >= '0' && c <= '9') answer.response.status = answer.response.status * 10 + (c - '0');
      answer.lost = first == "lost";
      for (std::string_view line; !part.empty() && !(line = take_line(part)).empty();) {
        const auto colon = std::min(line.find(": "), line.size());
        answer.response.headers.emplace_back(line.substr(0, colon),
                                             line.substr(std::min(colon + 2, line.size())));
      }
      answer.response.body = part;
      answers_.push_back(std::move(answer));
    }
  }

  [[nodiscard]] std::int64_t now_unix_ms() const override { return 1'795'000'000'000 + passed_; }
  [[nodiscard]] std::int64_t remaining_ms() const override { return 60'000 - passed_; }
  [[nodiscard]] bool cancelled() const override { return false; }
  void log(berth::LogLevel, std::string_view) override {}
  void progress(std::string_view) override {}
  Http& http() override { return *this; }

 private:
  struct Answer {
    bool lost = false;
    berth::HttpResponse response;
  };

  berth::Result<berth::HttpResponse> exchange(const berth::HttpRequest& request) override {
    require(request.url.rfind("http://vendor/", 0) == 0, "it asks somebody else: " + request.url);
    for (const auto& [name, value] : request.headers)
      require((name + value).find('\n') == std::string::npos, "a header of two lines");
    passed_ += 500;
    require(++exchanges_ < 1'000, "it never stops asking");
    const Answer& answer = answers_[next_++ % answers_.size()];
    if (!answer.lost && remaining_ms() > 0) return answer.response;
    berth::Failure failure;
    failure.code = berth::ErrorCode::unavailable;
    failure.effect = berth::Effect::unknown;
    failure.message = "the connection was lost";
    return failure;
  }

  std::vector<Answer> answers_;
  std::size_t next_ = 0;
  int exchanges_ = 0;
  std::int64_t passed_ = 0;
};

inline berth::CreateRequest wanted(const std::string& region, const std::string& type) {
  berth::CreateRequest request;
  request.installation_id = "inst-7kq2";
  request.organization_id = "acme";
  request.attempt_id = "b4k2m7p3q5r6s2t4v7w3x5y2za";
  request.name = "auto-acme-b4k2m7p3q5r6s2t4v7w3x5y2za";
  request.region = region;
  request.market = "on_demand";
  request.instance_type = type;
  request.disk_mib = 61'440;
  request.ssh_public_keys = {
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f a@b"};
  request.user_data = "#cloud-config\n";
  request.expires_at_unix_ms = 1'795'007'200'000;
  return request;
}

template <class T>
void require_usable(const berth::Result<T>& result) {
  if (!result.ok()) {
    require(!result.failure().message.empty(), "a failure without words");
    (void)berth::codec::encode(result.failure());
    return;
  }
  // What a provider answers has to pass the edge of the plugin.
  const std::string written = berth::codec::encode(*result);
  const berth::Result<T> read = berth::codec::decode<T>(written);
  // What makes no sense there is refused in words.
  require(read.ok() || read.failure().code == berth::ErrorCode::invalid, "it is not judged");
  require(!read.ok() || berth::codec::encode(*read) == written, "it changes at the edge");
}

/// Returns false where the input names no method.
template <class Provider>
bool drive(Provider& provider, std::string_view input, const std::string& region,
           const std::string& type) {
  const std::string_view method = take_line(input);
  Vendor vendor(input);
  berth::Sought sought;
  sought.attempt_id = "b4k2m7p3q5r6s2t4v7w3x5y2za";
  sought.region = region;
  if (method == "check") {
    require_usable(provider.check(vendor));
  } else if (method == "offers") {
    require_usable(provider.offers({}, vendor));
  } else if (method == "create") {
    require_usable(provider.create(wanted(region, type), vendor));
  } else if (method == "find") {
    berth::FindRequest request;
    request.installation_id = "inst-7kq2";
    request.sought = {sought};
    request.all = true;
    require_usable(provider.find(request, vendor));
  } else if (method == "destroy" || method == "destroy by id") {
    berth::DestroyRequest request;
    request.installation_id = "inst-7kq2";
    if (method == "destroy by id") sought.server_id = "42";
    request.server = sought;
    require_usable(provider.destroy(request, vendor));
  } else {
    return false;
  }
  return true;
}

}  // namespace fuzz
