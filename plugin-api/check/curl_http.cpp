// Enough HTTP to try a provider by hand: no budgets, no redaction, no repetition, no redirects.
#include <curl/curl.h>

#include <algorithm>
#include <cctype>

#include "kit_call.hpp"

namespace berth::conformance {
namespace {

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* to) {
  static_cast<std::string*>(to)->append(data, size * count);
  return size * count;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* to) {
  std::string line(data, size * count);
  auto& headers = *static_cast<std::vector<std::pair<std::string, std::string>>*>(to);
  if (line.rfind("HTTP/", 0) == 0) headers.clear();  // after a "100 Continue"
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) return size * count;
  std::string name = line.substr(0, colon);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::size_t first = line.find_first_not_of(" \t", colon + 1);
  const std::size_t last = line.find_last_not_of(" \t\r\n");
  headers.emplace_back(std::move(name), first == std::string::npos || last < first
                                            ? std::string()
                                            : line.substr(first, last - first + 1));
  return size * count;
}

class CurlHttp final : public Http {
 public:
  CurlHttp() { curl_global_init(CURL_GLOBAL_DEFAULT); }

  Result<HttpResponse> exchange(const HttpRequest& request) override {
    const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
    curl_slist* lines = nullptr;
    for (const auto& [name, value] : request.headers)
      lines = curl_slist_append(lines, (name + ": " + value).c_str());
    lines = curl_slist_append(lines, "Expect:");
    const std::unique_ptr<curl_slist, void (*)(curl_slist*)> owned(lines, curl_slist_free_all);

    HttpResponse response;
    curl_easy_setopt(curl.get(), CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, lines);
    if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
      curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, request.body.data());
    }
    curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, request.method.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, 30'000L);
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &response.body);
    curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &response.headers);
    const CURLcode code = curl_easy_perform(curl.get());
    if (code != CURLE_OK) {
      Failure failure;
      failure.code = ErrorCode::unavailable;
      failure.effect = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST
                           ? Effect::none
                           : Effect::unknown;
      failure.message = std::string("HTTP: ") + curl_easy_strerror(code);
      return failure;
    }
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    return response;
  }
};

}  // namespace

std::unique_ptr<Http> make_curl_http() { return std::make_unique<CurlHttp>(); }

}  // namespace berth::conformance
