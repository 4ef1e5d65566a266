// Writes what fakecloud answers to each provider as inputs of the fuzz targets (vendor.hpp):
//     fuzz_record_seeds tests/fuzz/corpus
// Run it when fakecloud's answers change; `./test --fuzz` then thins out what it wrote.
#include <boost/json.hpp>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <pugixml.hpp>
#include <sstream>
#include <string>

#include "aws/provider.hpp"
#include "digitalocean/provider.hpp"
#include "fakecloud/cloud.hpp"
#include "hetzner/provider.hpp"
#include "vendor.hpp"

namespace {

constexpr std::size_t longest_list = 2;  // the rest of it says nothing new
constexpr std::size_t longest_whole = 3'000;  // a body that is kept as it is

boost::json::value shortened(boost::json::value value) {
  if (auto* list = value.if_array()) {
    if (list->size() > longest_list)
      list->erase(list->begin() + static_cast<std::ptrdiff_t>(longest_list), list->end());
    for (auto& one : *list) one = shortened(one);
  } else if (auto* object = value.if_object()) {
    for (auto& [key, member] : *object) member = shortened(member);
  }
  return value;
}

void shorten(pugi::xml_node node) {
  std::size_t items = 0;
  for (pugi::xml_node child = node.first_child(); child;) {
    const pugi::xml_node next = child.next_sibling();
    if (child.name() == std::string_view("item") && ++items > longest_list)
      node.remove_child(child);
    else
      shorten(child);
    child = next;
  }
}

std::string shortened(const std::string& body) {
  if (body.size() <= longest_whole) return body;
  boost::system::error_code no_json;
  const boost::json::value json = boost::json::parse(body, no_json);
  if (!no_json) return boost::json::serialize(shortened(json));
  pugi::xml_document xml;
  if (!xml.load_string(body.c_str())) return body.substr(0, longest_whole);
  shorten(xml);
  std::ostringstream out;
  xml.save(out, "", pugi::format_raw);
  return out.str();
}

/// Answers by fakecloud, and keeps the answers.
class Recorder final : public berth::Call, private berth::Http {
 public:
  Recorder() : catalogue_(fakecloud::load_catalogue(fakecloud::default_price_folder())),
               cloud_(catalogue_, options()) {}

  [[nodiscard]] std::int64_t now_unix_ms() const override { return now_; }
  [[nodiscard]] std::int64_t remaining_ms() const override { return 60'000; }
  [[nodiscard]] bool cancelled() const override { return false; }
  void log(berth::LogLevel, std::string_view) override {}
  void progress(std::string_view) override {}
  Http& http() override { return *this; }

  void fault(const std::string& rule) { cloud_.set_faults(fakecloud::parse_faults(rule, "seed")); }
  void wait() { now_ += 120'000; }

  void keep(const std::filesystem::path& file, const std::string& method) {
    if (!said_.empty()) std::ofstream(file, std::ios::binary) << method << '\n' << said_;
    said_.clear();
  }

 private:
  static fakecloud::Options options() {
    fakecloud::Options options;
    options.rate_limits = false;
    return options;
  }

  berth::Result<berth::HttpResponse> exchange(const berth::HttpRequest& request) override {
    const auto host = request.url.find("://") + 3;
    const auto path = request.url.find('/', host);
    fakecloud::Request asked;
    asked.method = request.method;
    asked.target = request.url.substr(path);
    asked.headers = request.headers;
    asked.headers.emplace_back("host", request.url.substr(host, path - host));
    asked.body = request.body;
    const fakecloud::Response answer = cloud_.answer(asked, now_);
    if (!said_.empty()) said_ += "\n%%\n";
    if (answer.dropped || answer.cut) {
      said_ += "lost";
      berth::Failure failure;
      failure.code = berth::ErrorCode::unavailable;
      failure.message = "lost";
      return failure;
    }
    berth::HttpResponse response;
    response.status = answer.status;
    response.body = shortened(answer.body);
    said_ += std::to_string(answer.status) + '\n';
    for (auto [name, value] : answer.headers) {
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      response.headers.emplace_back(name, value);
      if (name.find("ratelimit") != std::string::npos || name == "retry-after" || name == "link")
        said_ += name + ": " + value + '\n';
    }
    said_ += '\n' + response.body;
    return response;
  }

  fakecloud::Catalogue catalogue_;
  fakecloud::Cloud cloud_;
  std::int64_t now_ = 1'795'000'000'000;
  std::string said_;
};

template <class Provider>
void record(Provider&& provider, const std::filesystem::path& folder, const std::string& region,
            const std::string& type, const std::string& vendor) {
  Recorder cloud;
  const auto every_method = [&](const std::string& when) {
    (void)provider.check(cloud);
    cloud.keep(folder / (when + "-check"), "check");
    (void)provider.offers({}, cloud);
    cloud.keep(folder / (when + "-offers"), "offers");
    (void)provider.create(fuzz::wanted(region, type), cloud);
    cloud.keep(folder / (when + "-create"), "create");
    cloud.wait();
    berth::FindRequest find;
    find.installation_id = "inst-7kq2";
    berth::Sought sought;
    sought.attempt_id = "b4k2m7p3q5r6s2t4v7w3x5y2za";
    sought.region = region;
    find.sought = {sought};
    find.all = true;
    (void)provider.find(find, cloud);
    cloud.keep(folder / (when + "-find"), "find");
    (void)provider.destroy({"inst-7kq2", sought}, cloud);
    cloud.keep(folder / (when + "-destroy"), "destroy");
  };
  every_method("seed-well");
  for (const char* const fault :
       {R"({"error":"out_of_stock"})", R"({"error":"rate_limited"})", R"({"error":"denied"})",
        R"({"error":"quota_reached"})", R"({"error":"conflict"})", R"({"error":"unavailable"})",
        R"({"error":"not_found"})", R"("html")", R"("truncate")", R"("drop_after")",
        R"("endless_pages")"}) {
    std::string name = "seed-";
    for (const char* c = fault; *c != '\0'; ++c)
      if (std::isalpha(static_cast<unsigned char>(*c)) != 0 || *c == '_') name += *c;
    cloud.fault(R"({"match":{"vendor":")" + vendor + R"("},"do":)" + fault + "}");
    every_method(name);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path corpus = argv[1];
  for (const char* const name : {"hetzner", "digitalocean", "aws"})
    std::filesystem::create_directories(corpus / name);
  berth::hetzner::Account hetzner;
  hetzner.token = "fake-hetzner-token";
  hetzner.endpoint = "http://fakecloud/hetzner/v1";
  record(berth::hetzner::Provider(hetzner), corpus / "hetzner", "nbg1", "cx33", "hetzner");
  berth::digitalocean::Account ocean;
  ocean.token = "fake-digitalocean-token";
  ocean.endpoint = "http://fakecloud/digitalocean/v2";
  record(berth::digitalocean::Provider(ocean), corpus / "digitalocean", "nyc1", "s-4vcpu-8gb",
         "digitalocean");
  berth::aws::Account aws;
  aws.credentials = {"AKIAFAKEFAKEFAKEFAKE", "fake-aws-secret", ""};
  aws.endpoint = "http://fakecloud/aws";
  aws.pricing_endpoint = "http://fakecloud/aws-pricing";
  aws.sts_endpoint = "http://fakecloud/aws-sts";
  aws.instance_families = {"t3"};
  record(berth::aws::Provider(aws), corpus / "aws", "us-east-1", "t3.xlarge", "aws");
}
