// The network as curl does it, against a server on loopback that misbehaves on demand.
#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "http/curl_http.hpp"
#include "http_call.hpp"
#include "loopback_server.hpp"

namespace berth::test {
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t ms_since(Clock::time_point began) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count();
}

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

HttpRequest post(const std::string& url, const std::string& body) {
  HttpRequest request = get(url);
  request.method = "POST";
  request.body = body;
  return request;
}

// Answers every request on a connection with this.
LoopbackServer::Serve always(std::string response) {
  return [response = std::move(response)](LoopbackServer& server, int socket, int) {
    while (!server.read_request(socket).empty()) LoopbackServer::write(socket, response);
  };
}

void linger(LoopbackServer& server, int socket) {
  char byte = 0;
  while (!server.over() && recv(socket, &byte, 1, MSG_DONTWAIT) != 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

TEST(CurlHttp, status_headers_and_body_come_back_with_names_in_lower_case) {
  LoopbackServer server(
      always("HTTP/1.1 404 Nope\r\nX-Kind:  Odd \r\nRETRY-AFTER: 7\r\n"
             "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\nhi"));
  CurlTransport transport;
  HttpCall call;
  const auto response = transport.send(get(server.url()), call);
  ASSERT_TRUE(response.ok()) << response.failure().message;
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->body, "hi");
  EXPECT_EQ(response->header("x-kind"), "Odd");
  EXPECT_EQ(response->header("retry-after"), "7");
  ASSERT_EQ(response->headers.size(), 5U);
  EXPECT_EQ(response->headers[3].second, "b=2");
}

TEST(CurlHttp, a_request_leaves_as_it_was_given) {
  LoopbackServer server(always(LoopbackServer::response("")));
  CurlTransport transport;
  HttpCall call;
  HttpRequest request = post(server.url("/v1/servers?x=1"), "{\"a\":1}");
  request.headers = {{"Authorization", "Bearer t"}, {"X-Empty", ""}};
  ASSERT_TRUE(transport.send(request, call).ok());
  request.method = "DELETE";
  request.body.clear();
  ASSERT_TRUE(transport.send(request, call).ok());
  const auto seen = server.requests();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].rfind("POST /v1/servers?x=1 HTTP/1.1\r\n", 0), 0U) << seen[0];
  EXPECT_NE(seen[0].find("\r\nAuthorization: Bearer t\r\n"), std::string::npos);
  EXPECT_NE(seen[0].find("\r\nX-Empty:\r\n"), std::string::npos);
  EXPECT_NE(seen[0].find("\r\n\r\n{\"a\":1}"), std::string::npos);
  EXPECT_EQ(seen[0].find("Content-Type"), std::string::npos);
  EXPECT_EQ(seen[0].find("Expect"), std::string::npos);
  EXPECT_EQ(seen[1].rfind("DELETE ", 0), 0U);
}

TEST(CurlHttp, a_proxy_that_refuses_to_connect_has_sent_nothing) {
  for (const std::string status :
       {"407 Proxy Authentication Required", "503 Service Unavailable", "403 Forbidden"}) {
    LoopbackServer proxy(
        always("HTTP/1.1 " + status + "\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"));
    CurlOptions options;
    options.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
    CurlTransport transport(options);
    HttpCall call;
    const auto response = transport.send(post("https://cloud.example/servers", "{}"), call);
    ASSERT_FALSE(response.ok());
    EXPECT_EQ(response.failure().code, ErrorCode::unavailable);
    EXPECT_EQ(response.failure().effect, Effect::none) << response.failure().message;
    EXPECT_NE(response.failure().message.find("the proxy refused (" + status.substr(0, 3) + ")"),
              std::string::npos)
        << response.failure().message;
    ASSERT_EQ(proxy.requests().size(), 1U);
    EXPECT_EQ(proxy.requests()[0].rfind("CONNECT cloud.example:443 ", 0), 0U);
  }
}

TEST(CurlHttp, a_proxy_that_hangs_up_on_connect_has_sent_nothing) {
  LoopbackServer proxy(
      [](LoopbackServer& server, int socket, int) { server.read_request(socket); });
  CurlOptions options;
  options.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  CurlTransport transport(options);
  HttpCall call;
  const auto response = transport.send(post("https://cloud.example/servers", "{}"), call);
  ASSERT_FALSE(response.ok());
  EXPECT_EQ(response.failure().effect, Effect::none) << response.failure().message;
}

TEST(CurlHttp, a_redirect_is_an_answer) {
  LoopbackServer server(
      always("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"));
  CurlTransport transport;
  HttpCall call;
  const auto response = transport.send(get(server.url()), call);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, 302);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(CurlHttp, connections_are_reused_for_looks_and_not_for_changes) {
  LoopbackServer server(always(LoopbackServer::response("x")));
  CurlTransport transport;
  HttpCall call;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(transport.send(get(server.url()), call).ok());
  EXPECT_EQ(server.connections(), 1);
  ASSERT_TRUE(transport.send(post(server.url(), "x"), call).ok());
  EXPECT_EQ(server.connections(), 2);
}

TEST(CurlHttp, a_refused_connection_has_no_effect) {
  int port = 0;
  { port = LoopbackServer(always("")).port(); }
  CurlTransport transport;
  HttpCall call;
  const auto result =
      transport.send(post("http://127.0.0.1:" + std::to_string(port) + "/", "x"), call);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, ErrorCode::unavailable);
  EXPECT_EQ(result.failure().effect, Effect::none);
  EXPECT_NE(result.failure().message.find("cannot reach 127.0.0.1"), std::string::npos);
}

TEST(CurlHttp, a_connection_lost_after_the_request_has_an_unknown_effect) {
  LoopbackServer server([](LoopbackServer& self, int socket, int) { self.read_request(socket); });
  CurlTransport transport;
  HttpCall call;
  const auto result = transport.send(post(server.url(), "x"), call);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, ErrorCode::unavailable);
  EXPECT_EQ(result.failure().effect, Effect::unknown);
  EXPECT_EQ(server.requests().size(), 1U);
}

// curl sends a request again when a reused connection was dead; a create must not leave twice.
TEST(CurlHttp, a_change_is_never_sent_twice_though_an_old_connection_dies) {
  LoopbackServer server([](LoopbackServer& self, int socket, int connection) {
    // Answers the first request of all; takes any other, and hangs up without a word.
    if (!self.read_request(socket).empty() && connection == 1) {
      LoopbackServer::write(socket, LoopbackServer::response("x"));
      self.read_request(socket);
    }
  });
  CurlTransport transport;
  HttpCall call;
  ASSERT_TRUE(transport.send(get(server.url()), call).ok());
  const auto result = transport.send(post(server.url(), "create"), call);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().effect, Effect::unknown);
  int creates = 0;
  for (const std::string& request : server.requests())
    creates += request.find("create") != std::string::npos ? 1 : 0;
  EXPECT_EQ(creates, 1);
}

TEST(CurlHttp, a_silent_server_costs_the_calls_time_and_no_more) {
  LoopbackServer server([](LoopbackServer& self, int socket, int) {
    self.read_request(socket);
    linger(self, socket);
  });
  CurlTransport transport;
  HttpCall call(200);
  const auto began = Clock::now();
  const auto result = transport.send(get(server.url()), call);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().effect, Effect::unknown);
  EXPECT_GE(ms_since(began), 190);
  EXPECT_LT(ms_since(began), 1'000);
}

TEST(CurlHttp, cancelling_ends_a_request_promptly) {
  LoopbackServer server([](LoopbackServer& self, int socket, int) {
    self.read_request(socket);
    linger(self, socket);
  });
  CurlTransport transport;
  HttpCall call(30'000);
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    call.cancel = true;
  });
  const auto began = Clock::now();
  const auto result = transport.send(get(server.url()), call);
  canceller.join();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, ErrorCode::cancelled);
  EXPECT_LT(ms_since(began), 500);
}

TEST(CurlHttp, no_time_left_sends_nothing) {
  CurlTransport transport;
  HttpCall call(0);
  const auto result = transport.send(get("https://example.org/"), call);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().effect, Effect::none);
}

TEST(CurlHttp, a_body_beyond_the_limit_is_cut_off) {
  LoopbackServer server(always(LoopbackServer::response(std::string(100'000, 'x'))));
  CurlOptions options;
  options.max_body = 50'000;
  CurlTransport transport(options);
  HttpCall call;
  const auto result = transport.send(get(server.url()), call);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().effect, Effect::unknown);
  EXPECT_NE(result.failure().message.find("more than"), std::string::npos);
}

TEST(CurlHttp, where_a_cloud_gives_keys_nobody_asks_by_whatever_name) {
  CurlTransport transport;
  HttpCall call;
  for (const char* url :
       {"http://169.254.169.254/latest/", "https://169.254.169.254/", "http://169.254.170.2/v2/x",
        "http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/",
        "http://[::ffff:169.254.169.254]/", "http://[::ffff:a9fe:a9fe]/", "https://[fe80::1]/",
        "http://[fd00:ec2::254]/", "https://a@169.254.169.254/"}) {
    const auto result = transport.send(get(url), call);
    ASSERT_FALSE(result.ok()) << url;
    EXPECT_EQ(result.failure().code, ErrorCode::invalid) << url;
    EXPECT_EQ(result.failure().effect, Effect::none) << url;
    EXPECT_NE(result.failure().message.find("only berth's bundled providers"), std::string::npos)
        << url << ": " << result.failure().message;
  }
}

TEST(CurlHttp, metadata_never_goes_through_a_proxy_and_opens_nothing_else) {
  LoopbackServer proxy(always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  CurlOptions options;
  options.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  options.metadata = true;
  CurlTransport transport(options);
  HttpCall call;
  (void)transport.send(get("http://169.254.170.2/none"), call);  // somebody may be there
  for (const char* url : {"http://169.254.1.1/", "https://169.254.1.1/", "https://[fe80::1]/",
                          "http://169.254.169.254.example.org/", "http://[fd00:ec2::1]/"})
    EXPECT_EQ(transport.send(get(url), call).failure().code, ErrorCode::invalid) << url;
  EXPECT_TRUE(proxy.requests().empty());
  for (const char* address : {"169.254.169.254", "169.254.170.2", "169.254.170.23",
                              "[fd00:ec2::254]", "[fd00:ec2::23]"})
    EXPECT_TRUE(is_metadata_address(address));
  EXPECT_FALSE(is_metadata_address("169.254.169.25"));
}

TEST(CurlHttp, an_endpoint_that_leads_to_the_metadata_is_refused) {
  CurlOptions options;
  options.metadata = true;
  CurlTransport transport(options);
  HttpCall call;
  for (const char* credential : {"Bearer token", "AWS4-HMAC-SHA256 Credential=AKIA/x"}) {
    HttpRequest request = get("http://169.254.169.254/latest/meta-data/servers");
    request.headers.emplace_back("Authorization", credential);
    const auto result = transport.send(request, call);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.failure().code, ErrorCode::invalid);
    EXPECT_NE(result.failure().message.find("endpoint"), std::string::npos);
  }
}

TEST(CurlHttp, what_is_not_safe_is_refused_in_words) {
  CurlTransport transport;
  HttpCall call;
  HttpRequest broken_header = get("https://example.org/");
  broken_header.headers = {{"X-A", "1\r\nX-B: 2"}};
  HttpRequest broken_method = get("https://example.org/");
  broken_method.method = "GET / HTTP/1.1\r\nX:";
  for (const HttpRequest& request :
       {get("http://example.org/"), get("ftp://example.org/"), get("file:///etc/passwd"),
        get("not a url"), get("http://127.0.0.1.example.org/"), broken_header, broken_method}) {
    const auto result = transport.send(request, call);
    ASSERT_FALSE(result.ok()) << request.url;
    EXPECT_EQ(result.failure().code, ErrorCode::invalid) << request.url;
    EXPECT_EQ(result.failure().effect, Effect::none);
    EXPECT_FALSE(result.failure().message.empty());
  }
}

TEST(CurlHttp, a_failed_tls_handshake_has_no_effect) {
  LoopbackServer server([](LoopbackServer&, int socket, int) {
    char chunk[64];
    (void)recv(socket, chunk, sizeof chunk, 0);
    LoopbackServer::write(socket, "this is no TLS\r\n");
  });
  CurlTransport transport;
  HttpCall call;
  const auto result =
      transport.send(post("https://127.0.0.1:" + std::to_string(server.port()) + "/", "x"), call);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().effect, Effect::none) << result.failure().message;
}

TEST(CurlHttp, many_threads_share_one_transport) {
  std::vector<std::unique_ptr<LoopbackServer>> servers;
  for (int i = 0; i < 4; ++i)
    servers.push_back(
        std::make_unique<LoopbackServer>(always(LoopbackServer::response(std::to_string(i)))));
  CurlTransport transport;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (int round = 0; round < 50; ++round) {
        HttpCall call;
        const auto response =
            transport.send(get(servers[static_cast<std::size_t>(i)]->url()), call);
        if (!response.ok() || response->body != std::to_string(i)) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(CurlHttp, the_processes_signals_are_left_as_they_were) {
  sigset_t before, after;
  pthread_sigmask(SIG_BLOCK, nullptr, &before);
  LoopbackServer server(always(LoopbackServer::response("")));
  CurlTransport transport;
  HttpCall call;
  (void)transport.send(get(server.url()), call);
  pthread_sigmask(SIG_BLOCK, nullptr, &after);
  EXPECT_EQ(sigismember(&before, SIGPIPE), sigismember(&after, SIGPIPE));
  struct sigaction action {};
  sigaction(SIGPIPE, nullptr, &action);
  EXPECT_EQ(action.sa_handler, SIG_DFL);
}

}  // namespace
}  // namespace berth::test
