// Against AWS's published test suite for Signature Version 4 (aws-sig-v4-test-suite): service
// "service", us-east-1, 2015-08-30T12:36:00Z, the AKIDEXAMPLE keys.
#include "aws/sigv4.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "aws/encoding.hpp"

namespace berth::aws {
namespace {

const Credentials example{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
constexpr std::int64_t suite_time = 1'440'938'160'000;

HttpRequest request_of(std::string method, std::string target,
                       std::vector<std::pair<std::string, std::string>> headers = {},
                       std::string body = "") {
  HttpRequest request;
  request.method = std::move(method);
  request.url = "https://example.amazonaws.com" + target;
  request.headers = std::move(headers);
  request.body = std::move(body);
  return request;
}

std::string authorization(HttpRequest request, const Credentials& credentials = example) {
  sign(request, credentials, {"us-east-1", "service"}, suite_time);
  return request.headers.back().second;
}

std::string expected(const std::string& signed_headers, const std::string& signature) {
  return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
         "SignedHeaders=" +
         signed_headers + ", Signature=" + signature;
}

TEST(SigV4, GetVanilla) {
  EXPECT_EQ(authorization(request_of("GET", "/")),
            expected("host;x-amz-date",
                     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"));
}

TEST(SigV4, GetVanillaQueryOrderKeyCase) {
  EXPECT_EQ(authorization(request_of("GET", "/?Param2=value2&Param1=value1")),
            expected("host;x-amz-date",
                     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"));
}

TEST(SigV4, GetUtf8Path) {
  EXPECT_EQ(authorization(request_of("GET", "/\xe1\x88\xb4")),
            expected("host;x-amz-date",
                     "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"));
}

TEST(SigV4, GetHeaderValueTrim) {
  EXPECT_EQ(authorization(request_of(
                "GET", "/", {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}})),
            expected("host;my-header1;my-header2;x-amz-date",
                     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"));
}

TEST(SigV4, PostVanilla) {
  EXPECT_EQ(authorization(request_of("POST", "/")),
            expected("host;x-amz-date",
                     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"));
}

TEST(SigV4, PostXWwwFormUrlencoded) {
  EXPECT_EQ(
      authorization(request_of("POST", "/", {{"Content-Type", "application/x-www-form-urlencoded"}},
                               "Param1=value1")),
      expected("content-type;host;x-amz-date",
               "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"));
}

// The traps of libcurl 7.88's own signer: unsorted queries, %20, headers that prefix each other.
TEST(SigV4, CanonicalFormSortsEncodedQueryAndWholeHeaderNames) {
  const auto canonical = canonical_request(
      request_of("GET", "/?b=2&a=x%20y&a=&a-b=1", {{"X-Amz-B-Long", "2"}, {"X-Amz-B", "1"}}));
  EXPECT_EQ(
      canonical.text,
      "GET\n/\na=&a=x%20y&a-b=1&b=2\nhost:example.amazonaws.com\nx-amz-b:1\nx-amz-b-long:2\n\n"
      "host;x-amz-b;x-amz-b-long\n" +
          sha256_hex(""));
}

TEST(SigV4, HostKeepsAnUnusualPortOnly) {
  for (const auto& [url, host] : std::vector<std::pair<std::string, std::string>>{
           {"http://127.0.0.1:8080/", "127.0.0.1:8080"},
           {"https://ec2.us-east-1.amazonaws.com:443/", "ec2.us-east-1.amazonaws.com"},
           {"http://localhost:80", "localhost"}}) {
    HttpRequest request;
    request.url = url;
    EXPECT_NE(canonical_request(request).text.find("\nhost:" + host + "\n"), std::string::npos)
        << url;
  }
}

TEST(SigV4, SessionTokenIsSentAndSigned) {
  Credentials temporary = example;
  temporary.session_token = "token/with+signs==";
  HttpRequest request = request_of("POST", "/");
  sign(request, temporary, {"us-east-1", "service"}, suite_time);
  EXPECT_EQ(request.headers[1],
            (std::pair<std::string, std::string>{"x-amz-security-token", "token/with+signs=="}));
  EXPECT_NE(
      request.headers.back().second.find("SignedHeaders=host;x-amz-date;x-amz-security-token,"),
      std::string::npos);
}

}  // namespace
}  // namespace berth::aws
