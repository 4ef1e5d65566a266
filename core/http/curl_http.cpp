#include "http/curl_http.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <strings.h>
#include <time.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "http/curl_library.hpp"

namespace berth {
namespace {

// An idle connection younger than this is reused. Vendors close idle ones after a minute or more;
// a request sent into a connection just closed has an unknown outcome.
constexpr long max_idle_s = 20;
constexpr std::size_t max_kept_handles = 64;
constexpr int poll_ms = 50;  // how soon a cancellation is noticed
constexpr std::int64_t metadata_connect_ms = 1'000, metadata_ms = 2'000;

struct CurlUrl {
  const CurlLibrary& curl;
  CURLU* url = curl.url();
  explicit CurlUrl(const CurlLibrary& library) : curl(library) {}
  CurlUrl(const CurlUrl&) = delete;
  CurlUrl& operator=(const CurlUrl&) = delete;
  ~CurlUrl() { curl.url_cleanup(url); }

  [[nodiscard]] std::string part(CURLUPart which) const {
    char* text = nullptr;
    if (curl.url_get(url, which, &text, 0) != CURLUE_OK) return {};
    std::string copy = text;
    curl.free(text);
    return copy;
  }
};

Failure refusal(std::string message) {
  return {ErrorCode::invalid, Effect::none, std::move(message), {}, {}, {}};
}

bool is_loopback(const std::string& host) {
  if (host == "localhost" || host == "[::1]") return true;
  return host.rfind("127.", 0) == 0 && host.find_first_not_of("0123456789.") == std::string::npos;
}

// What no request may lead to by chance or by a name: the addresses of the link, and those that
// AWS's metadata has in IPv6.
bool is_of_the_link(const sockaddr& address) {
  const auto is_v4 = [](const unsigned char* bytes) { return bytes[0] == 169 && bytes[1] == 254; };
  if (address.sa_family == AF_INET) {
    in_addr v4{};
    std::memcpy(&v4, reinterpret_cast<const char*>(&address) + offsetof(sockaddr_in, sin_addr),
                sizeof v4);
    unsigned char bytes[4];
    std::memcpy(bytes, &v4, sizeof bytes);
    return is_v4(bytes);
  }
  if (address.sa_family != AF_INET6) return false;
  unsigned char b[16];
  std::memcpy(b, reinterpret_cast<const char*>(&address) + offsetof(sockaddr_in6, sin6_addr),
              sizeof b);
  constexpr unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return (b[0] == 0xfe && (b[1] & 0xc0) == 0x80) ||
         (b[0] == 0xfd && b[1] == 0 && b[2] == 0x0e && b[3] == 0xc2) ||
         (std::memcmp(b, mapped, sizeof mapped) == 0 && is_v4(b + 12));
}

// The same as text, so that a request that goes through a proxy is refused, too.
bool names_the_link(std::string_view host) {
  const auto begins = [&](std::string_view with) { return host.substr(0, with.size()) == with; };
  return begins("169.254.") || begins("[fe8") || begins("[fe9") || begins("[fea") ||
         begins("[feb") || begins("[fd00:ec2:") || begins("[fd00:0ec2:") ||
         begins("[::ffff:169.254.") || begins("[::ffff:a9fe:");
}

bool has_line_break(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

// Everything that can be refused before a connection is opened.
/// As calls of vendors' APIs do: an `endpoint` that leads to the metadata is a mistake, or a trap.
bool carries_a_vendors_credential(const HttpRequest& request) {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const auto& header) {
    std::string name = header.first;
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name == "authorization" && (header.second.rfind("Bearer ", 0) == 0 ||
                                       header.second.rfind("AWS4-HMAC-", 0) == 0);
  });
}

std::optional<Failure> refuse(const CurlLibrary& curl, const HttpRequest& request, bool metadata,
                              std::string& host) {
  if (!is_token(request.method)) return refusal("the HTTP method is not a word");
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name)) return refusal("an HTTP header has a name that is not a word");
    if (has_line_break(value))
      return refusal("the HTTP header " + name + " has a line break in it");
  }
  const CurlUrl url(curl);
  if (curl.url_set(url.url, CURLUPART_URL, request.url.c_str(), 0) != CURLUE_OK)
    return refusal("the address of an HTTP request is not a URL with http or https");
  host = url.part(CURLUPART_HOST);
  const std::string scheme = url.part(CURLUPART_SCHEME);
  const bool may_ask_metadata = metadata && is_metadata_address(host);
  if (names_the_link(host) && !may_ask_metadata)
    return refusal("a request to " + host +
                   " is refused: it is an address of this machine's own network, where its cloud "
                   "gives it keys; only berth's bundled providers may ask there, for nothing else");
  if (may_ask_metadata && carries_a_vendors_credential(request))
    return refusal("a request to " + host +
                   " is refused: an endpoint of a vendor's API cannot be there, and what answers "
                   "there is no vendor's to see");
  if (scheme == "https") return {};
  if (scheme != "http") return refusal("only http and https are allowed, not " + scheme);
  if (!is_loopback(host) && !may_ask_metadata)
    return refusal("plain http to " + host +
                   " is refused: credentials would cross the network in the clear; use https");
  return {};
}

// What one transfer collects; the callbacks get it as their user data.
struct Exchange {
  const HttpRequest& request;
  Call& call;
  std::int64_t max_body;
  HttpResponse response;
  bool too_large = false;
  bool cancelled = false;
  bool timed_out = false;
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  auto& body = exchange.response.body;
  if (static_cast<std::int64_t>(body.size() + size) > exchange.max_body) {
    exchange.too_large = true;
    return 0;  // curl ends the transfer
  }
  body.append(data, size);
  return size;
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
  auto& headers = static_cast<Exchange*>(user)->response.headers;
  const std::string_view line(data, size);
  if (line.rfind("HTTP/", 0) == 0) {  // a new response begins (100 Continue came before it)
    headers.clear();
    return size;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string name(line.substr(0, colon));
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::string_view value = line.substr(colon + 1);
  const auto first = value.find_first_not_of(" \t\r\n");
  const auto last = value.find_last_not_of(" \t\r\n");
  value = first == std::string_view::npos ? "" : value.substr(first, last - first + 1);
  headers.emplace_back(std::move(name), std::string(value));
  return size;
}

// A plugin's file descriptors and a deploy command's must not hold our connections. `link_allowed`:
// a bool.
curl_socket_t open_close_on_exec(void* link_allowed, curlsocktype, curl_sockaddr* address) {
  if (!*static_cast<bool*>(link_allowed) && is_of_the_link(address->addr)) {
    errno = EACCES;
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// CURLOPT_NOSIGNAL stops curl from using signals, but OpenSSL may still write into a closed socket.
// A library must not ignore SIGPIPE for the whole process, so it is held back in this thread only.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutSigpipe() {
    if (!was_pending_) {
      const timespec at_once{};
      while (sigtimedwait(&pipe_, nullptr, &at_once) == SIGPIPE) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t pipe_{}, before_{};
  bool was_pending_ = false;
};

bool nothing_was_sent(const CurlLibrary& curl, CURL* handle, CURLcode code, bool fresh_tls) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ENGINE_NOTFOUND: return true;
    default: break;
  }
  // Set once the connection is ready and the request may begin to leave; 0 before that.
  curl_off_t pretransfer = 0;
  curl.easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &pretransfer);
  long request_bytes = 0;
  curl.easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &request_bytes);
  if (pretransfer == 0 && request_bytes == 0) return true;
  // Of what goes through TLS nothing can have left before the handshake was over; what curl counted
  // till then was its CONNECT to a proxy. Says so of fresh connections only.
  if (!fresh_tls) return false;
  curl_off_t handshake = 0;
  curl.easy_getinfo(handle, CURLINFO_APPCONNECT_TIME_T, &handshake);
  return handshake == 0;
}

// See send(): what changes something never reuses a connection.
bool is_fresh_tls(const HttpRequest& request) {
  return request.method != "GET" && request.method != "HEAD" && request.url.size() > 6 &&
         strncasecmp(request.url.c_str(), "https:", 6) == 0;
}

// What a proxy answered to CONNECT where it opened no tunnel; 0: there was no proxy, or it did. A
// refused CONNECT carries nothing of the request, though curl counts its own lines as sent.
long refused_connect(const CurlLibrary& curl, CURL* handle, CURLcode code) {
  long status = 0;
  curl.easy_getinfo(handle, CURLINFO_HTTP_CONNECTCODE, &status);
  return code != CURLE_OK && (status < 200 || status > 299) ? status : 0;
}

Failure failure_of(const CurlLibrary& curl, CURL* handle, CURLcode code, const Exchange& exchange,
                   const std::string& host, const char* words) {
  Failure failure;
  if (const long status = refused_connect(curl, handle, code); status != 0 && !exchange.cancelled) {
    failure.code = ErrorCode::unavailable;
    failure.effect = Effect::none;
    failure.message =
        "cannot reach " + host + ": the proxy refused (" + std::to_string(status) + ")" +
        (status == 407 ? "; it wants a user and a password: set https_proxy to "
                         "http://USER:PASSWORD@HOST:PORT"
                       : "; look at https_proxy and no_proxy, and at what the proxy lets through");
    return failure;
  }
  failure.code = exchange.cancelled ? ErrorCode::cancelled : ErrorCode::unavailable;
  const bool nothing_sent = nothing_was_sent(curl, handle, code, is_fresh_tls(exchange.request));
  failure.effect = nothing_sent ? Effect::none : Effect::unknown;
  const std::string reason = exchange.timed_out ? "the call's time is up"
                             : *words != '\0'   ? words
                                                : curl.easy_strerror(code);
  if (exchange.cancelled)
    failure.message = "the request to " + host + " was cancelled";
  else if (exchange.too_large)
    failure.message = host + " answered with more than " +
                      std::to_string(exchange.max_body / (1024 * 1024)) + " MiB";
  else if (failure.effect == Effect::none)
    failure.message = "cannot reach " + host + ": " + reason;
  else
    failure.message = "lost the connection to " + host + " after sending: " + reason;
  return failure;
}

}  // namespace

bool is_metadata_address(std::string_view host) {
  constexpr std::string_view known[] = {"169.254.169.254", "169.254.170.2", "169.254.170.23",
                                        "[fd00:ec2::254]", "[fd00:ec2::23]"};
  return std::find(std::begin(known), std::end(known), host) != std::end(known);
}

// What one send needs: a transfer and the loop that drives it, with its own connections. curl's own
// loop looks only once a second whether it should stop, so we drive it.
struct CurlTransport::Handle {
  const CurlLibrary& curl;
  CURLM* loop = curl.multi_init();
  CURL* transfer = curl.easy_init();
  explicit Handle(const CurlLibrary& library) : curl(library) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (transfer != nullptr) curl.easy_cleanup(transfer);
    if (loop != nullptr) curl.multi_cleanup(loop);
  }

  // Returns when the transfer ended, the call was cancelled, or its time is up.
  CURLcode perform(Exchange& exchange) {
    if (curl.multi_add_handle(loop, transfer) != CURLM_OK) return CURLE_FAILED_INIT;
    CURLcode code = CURLE_FAILED_INIT;
    for (int running = 1; running > 0;) {
      if (curl.multi_perform(loop, &running) != CURLM_OK) break;
      if (running == 0) break;
      exchange.cancelled = exchange.call.cancelled();
      exchange.timed_out = exchange.call.remaining_ms() <= 0;
      if (exchange.cancelled || exchange.timed_out) {
        code = exchange.cancelled ? CURLE_ABORTED_BY_CALLBACK : CURLE_OPERATION_TIMEDOUT;
        break;
      }
      curl.multi_poll(loop, nullptr, 0, poll_ms, nullptr);
    }
    int left = 0;
    while (CURLMsg* message = curl.multi_info_read(loop, &left))
      if (message->msg == CURLMSG_DONE) code = message->data.result;
    curl.multi_remove_handle(loop, transfer);
    return code;
  }
};

// Handles lent to one send at a time.
class CurlTransport::Handles {
 public:
  // Counted inside curl; safe to call again from an embedder's own code.
  Handles() { curl.global_init(CURL_GLOBAL_DEFAULT); }
  ~Handles() {
    const WithoutSigpipe quiet;
    idle_.clear();
    curl.global_cleanup();
  }
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;

  const CurlLibrary curl;

  std::unique_ptr<Handle> take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {  // the last used: its connection is the warmest
        std::unique_ptr<Handle> handle = std::move(idle_.back());
        idle_.pop_back();
        return handle;
      }
    }
    return std::make_unique<Handle>(curl);
  }

  void give_back(std::unique_ptr<Handle> handle) {
    curl.easy_reset(handle->transfer);  // the connections are the loop's, and stay
    const std::lock_guard lock(mutex_);
    if (idle_.size() < max_kept_handles) idle_.push_back(std::move(handle));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Handle>> idle_;
};

CurlTransport::CurlTransport(CurlOptions options) : options_(std::move(options)) {}

CurlTransport::~CurlTransport() = default;

Result<HttpResponse> CurlTransport::send(const HttpRequest& request, Call& call) {
  try {
    std::call_once(opened_, [this] { handles_ = std::make_unique<Handles>(); });
  } catch (const std::runtime_error& error) {
    return Failure{ErrorCode::unavailable, Effect::none, error.what(), {}, {}, {}};
  }
  const CurlLibrary& curl = handles_->curl;
  std::string host;
  if (auto no = refuse(curl, request, options_.metadata, host)) return *no;
  const bool metadata = is_metadata_address(host);
  const std::int64_t remaining =
      metadata ? std::min(call.remaining_ms(), metadata_ms) : call.remaining_ms();
  if (call.cancelled() || remaining <= 0) {
    const bool cancelled = call.cancelled();
    return Failure{cancelled ? ErrorCode::cancelled : ErrorCode::unavailable,
                   Effect::none,
                   cancelled ? "the call was cancelled before the request to " + host
                             : "no time was left for the request to " + host,
                   {},
                   {},
                   {}};
  }

  const WithoutSigpipe quiet;
  struct Lent {
    Handles& owner;
    std::unique_ptr<Handle> handle = owner.take();
    curl_slist* headers = nullptr;
    ~Lent() {
      if (handle->transfer != nullptr) owner.give_back(std::move(handle));
      owner.curl.slist_free_all(headers);
    }
  } lent{*handles_};
  CURL* const handle = lent.handle->transfer;
  if (handle == nullptr || lent.handle->loop == nullptr)
    return Failure{ErrorCode::unavailable, Effect::none, "curl has no memory left", {}, {}, {}};

  Exchange exchange{request, call, options_.max_body, {}};
  char words[CURL_ERROR_SIZE] = "";
  curl.easy_setopt(handle, CURLOPT_ERRORBUFFER, words);
  curl.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl.easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl.easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl.easy_setopt(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl.easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "");
  curl.easy_setopt(handle, CURLOPT_MAXAGE_CONN, max_idle_s);
  curl.easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(remaining));
  curl.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(std::min(
                       remaining, metadata ? metadata_connect_ms : options_.connect_timeout_ms)));
  bool link_allowed = metadata;
  curl.easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_close_on_exec);
  curl.easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &link_allowed);
  curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
  curl.easy_setopt(handle, CURLOPT_WRITEDATA, &exchange);
  curl.easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
  curl.easy_setopt(handle, CURLOPT_HEADERDATA, &exchange);
  if (is_loopback(host) || metadata)  // a proxy would carry it out of here, perhaps in the clear
    curl.easy_setopt(handle, CURLOPT_PROXY, "");
  else if (!options_.proxy.empty())
    curl.easy_setopt(handle, CURLOPT_PROXY, options_.proxy.c_str());
  if (!options_.ca_file.empty()) curl.easy_setopt(handle, CURLOPT_CAINFO, options_.ca_file.c_str());

  if (request.method == "HEAD") {
    curl.easy_setopt(handle, CURLOPT_NOBODY, 1L);
  } else if (!request.body.empty() || request.method == "POST" || request.method == "PUT" ||
             request.method == "PATCH") {
    curl.easy_setopt(handle, CURLOPT_POST, 1L);
    curl.easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
    curl.easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
  }
  curl.easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  // When a reused connection turns out dead, curl sends the request again by itself, though the
  // vendor may have carried it out. For what changes something that would be a second server.
  if (request.method != "GET" && request.method != "HEAD")
    curl.easy_setopt(handle, CURLOPT_FRESH_CONNECT, 1L);

  bool typed = false;
  std::string line;
  for (const auto& [name, value] : request.headers) {
    line = value.empty() ? name + ";" : name + ": " + value;  // curl's way to send an empty value
    lent.headers = curl.slist_append(lent.headers, line.c_str());
    typed = typed || (name.size() == 12 && strcasecmp(name.c_str(), "content-type") == 0);
  }
  // curl would add these two: a signed request must leave as it was signed.
  if (!typed) lent.headers = curl.slist_append(lent.headers, "Content-Type:");
  lent.headers = curl.slist_append(lent.headers, "Expect:");
  curl.easy_setopt(handle, CURLOPT_HTTPHEADER, lent.headers);

  const CURLcode code = lent.handle->perform(exchange);
  if (code != CURLE_OK) return failure_of(curl, handle, code, exchange, host, words);
  long status = 0;
  curl.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  exchange.response.status = static_cast<int>(status);
  return std::move(exchange.response);
}

}  // namespace berth
