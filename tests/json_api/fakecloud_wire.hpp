// A wire to fakecloud inside the test: http://fakecloud/hetzner/v1/… is answered by the function.
#pragma once

#include "fakecloud/cloud.hpp"
#include "json_api/story.hpp"

namespace story {

class FakecloudWire final : public Wire {
 public:
  explicit FakecloudWire(fakecloud::Options options = {})
      : catalogue_(fakecloud::load_catalogue(fakecloud::default_price_folder())),
        cloud(catalogue_, std::move(options)) {}

 private:
  fakecloud::Catalogue catalogue_;

 public:
  fakecloud::Cloud cloud;
  std::int64_t now_ms = 1'795'000'000'000;

  /// A script of faults, one JSON rule a line.
  void faults(std::string_view script) {
    cloud.set_faults(fakecloud::parse_faults(script, "story"));
  }

  /// Machines of this attempt that exist now.
  [[nodiscard]] int living(std::string_view attempt) const {
    int found = 0;
    for (const fakecloud::Machine& machine : cloud.machines())
      if (machine.attempt() == attempt && machine.exists(now_ms)) ++found;
    return found;
  }

  berth::Result<berth::HttpResponse> exchange(const berth::HttpRequest& request) override {
    sent.push_back(request);
    fakecloud::Request asked;
    asked.method = request.method;
    asked.target = request.url.substr(request.url.find('/', 8));
    asked.headers = request.headers;
    asked.headers.emplace_back("Host", "fakecloud");
    asked.body = request.body;
    const fakecloud::Response answer = cloud.answer(asked, now_ms);
    if (answer.dropped || answer.cut) return lost_reply();
    berth::HttpResponse response;
    response.status = answer.status;
    response.body = answer.body;
    for (auto [name, value] : answer.headers) {
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      response.headers.emplace_back(name, value);
    }
    return response;
  }
};

}  // namespace story
