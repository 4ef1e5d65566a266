// What every test of the fake clouds starts from: a cloud, a clock that only the test moves, and
// one short call per vendor.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <pugixml.hpp>
#include <string>

#include "catalogue.hpp"
#include "cloud.hpp"
#include "encoding.hpp"
#include "json_text.hpp"
#include "sigv4_check.hpp"

namespace fakecloud {

inline const Catalogue& bundled_catalogue() {
  static const Catalogue catalogue = load_catalogue(FAKECLOUD_SOURCE_PRICES);
  return catalogue;
}

class Story : public ::testing::Test {
 protected:
  std::int64_t now = 1'795'000'000'000;  // 2026-11-18
  Options options;
  std::unique_ptr<Cloud> cloud = std::make_unique<Cloud>(bundled_catalogue(), options);

  void start_over() { cloud = std::make_unique<Cloud>(bundled_catalogue(), options); }
  void wait(std::int64_t ms) { now += ms; }
  void faults(const std::string& script) { cloud->set_faults(parse_faults(script, "test")); }

  Response send(const std::string& prefix, const std::string& token, const std::string& method,
                const std::string& path, const std::string& body = {}) {
    Request request{
        method, prefix + path, {{"Host", "fake"}, {"Authorization", "Bearer " + token}}, body};
    return cloud->answer(request, now);
  }
  Response hetzner(const std::string& method, const std::string& path,
                   const std::string& body = {}) {
    return send("/hetzner/v1", "fake-hetzner-token", method, path, body);
  }
  Response digitalocean(const std::string& method, const std::string& path,
                        const std::string& body = {}) {
    return send("/digitalocean/v2", "fake-digitalocean-token", method, path, body);
  }

  Request ec2_request(const std::string& action, const Fields& fields) const {
    std::string body = "Action=" + action + "&Version=2016-11-15";
    for (const auto& [name, value] : fields) body += "&" + name + "=" + percent_encode(value);
    return {
        "POST",
        "/aws/",
        {{"Host", "fake"}, {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
        body};
  }
  Response ec2(const std::string& action, const Fields& fields = {},
               const std::string& region = "us-east-1") {
    auto request = ec2_request(action, fields);
    sign_sigv4(request, options.credentials[4], region, "ec2", now);
    return cloud->answer(request, now);
  }

  std::string create_hetzner(const std::string& name, const std::string& attempt = "a1") {
    const auto made = hetzner(
        "POST", "/servers",
        R"({"name":")" + name +
            R"(","server_type":"cx23","image":"debian-12","location":"nbg1","labels":{"attempt":")" +
            attempt + R"("}})");
    EXPECT_EQ(made.status, 201) << made.body;
    return std::to_string(at(made, "/server/id").as_int64());
  }
  std::string create_droplet(const std::string& name, const std::string& tag = "attempt:a1") {
    const auto made = digitalocean(
        "POST", "/droplets",
        R"({"name":")" + name +
            R"(","size":"s-1vcpu-1gb","region":"nyc1","image":"debian-12-x64","tags":[")" + tag +
            R"("]})");
    EXPECT_EQ(made.status, 202) << made.body;
    return std::to_string(at(made, "/droplet/id").as_int64());
  }
  std::string debian(const std::string& region = "us-east-1") const {
    for (const auto& image : bundled_catalogue().aws_images)
      if (image.region == region && image.name == "debian-12-amd64-20260713-2500") return image.id;
    return {};
  }
  Fields instance(const std::string& token = "t1") const {
    return {{"ImageId", debian()},
            {"InstanceType", "t3.micro"},
            {"MinCount", "1"},
            {"MaxCount", "1"},
            {"ClientToken", token},
            {"TagSpecification.1.ResourceType", "instance"},
            {"TagSpecification.1.Tag.1.Key", "Name"},
            {"TagSpecification.1.Tag.1.Value", "auto-acme-1"},
            {"TagSpecification.1.Tag.2.Key", "attempt"},
            {"TagSpecification.1.Tag.2.Value", "a1"}};
  }

  static json::value at(const Response& response, const std::string& pointer) {
    json::error_code failed;
    auto body = json::parse(response.body, failed);
    if (failed) return json::value(("not JSON: " + response.body).c_str());
    const auto* found = body.find_pointer(pointer, failed);
    return found == nullptr ? json::value(nullptr) : *found;
  }
  static std::string text(const Response& response, const std::string& pointer) {
    const auto value = at(response, pointer);
    return value.is_string() ? std::string(value.get_string()) : json_text(value);
  }
  static std::string xml(const Response& response, const std::string& path) {
    pugi::xml_document document;
    document.load_string(response.body.c_str());
    return document.select_node(path.c_str()).node().text().get();
  }
  static int xml_count(const Response& response, const std::string& path) {
    pugi::xml_document document;
    document.load_string(response.body.c_str());
    return static_cast<int>(document.select_nodes(path.c_str()).size());
  }
  int made() const { return static_cast<int>(cloud->machines().size()); }
};

}  // namespace fakecloud
