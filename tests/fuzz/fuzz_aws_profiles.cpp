// ~/.aws/config and ~/.aws/credentials, and what a metadata service answers. A line "---" parts the
// input into the three.
#include <cstdint>
#include <string_view>

#include "aws/credentials/resolve.hpp"
#include "aws/credentials/words.hpp"
#include "require.hpp"

namespace {

using berth::aws::Surroundings;

class Written final : public Surroundings {
 public:
  Written(std::string config, std::string credentials)
      : config_(std::move(config)), credentials_(std::move(credentials)) {}
  std::string variable(const std::string& name) const override {
    return name == "AWS_EC2_METADATA_DISABLED" ? "true" : "";
  }
  std::string home() const override { return "/home/a"; }
  File read(const std::string& path) const override {
    if (path == "/home/a/.aws/config") return {config_, {}};
    if (path == "/home/a/.aws/credentials") return {credentials_, {}};
    return {};
  }
  std::string distrust(const std::string&) const override { return {}; }
  std::string objection_to(const std::vector<std::string>&) const override { return "no"; }
  Ran run(const std::vector<std::string>&, std::int64_t,
          const std::function<bool()>&) const override {
    fuzz::require(false, "a program is run that was objected to");
    return {};
  }

 private:
  const std::string config_, credentials_;
};

std::string part(std::string_view& rest) {
  const auto end = rest.find("\n---\n");
  const std::string text(rest.substr(0, end));
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 5);
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace berth::aws;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::string config = part(rest), credentials = part(rest), answer = part(rest);

  const Ini ini = read_ini(config);
  fuzz::require(ini.problem.empty() || ini.sections.empty(), "half of a broken file is used");
  for (const auto& [name, section] : ini.sections)
    for (const auto& [key, value] : section)
      fuzz::require(!key.empty() && (value.empty() || std::string_view(" \t\n").find(
                                                          value.back()) == std::string_view::npos),
                    "a setting without a name, or with blanks behind its value");
  (void)shell_words(config);

  ChainSettings settings;
  settings.region = "us-east-1";
  settings.around = std::make_shared<Written>(config, credentials);
  settings.clock_error_ms = std::make_shared<std::atomic<std::int64_t>>(0);
  const FoundSource found = resolve(settings);
  fuzz::require((found.source != nullptr) != !found.problem.empty(), "neither keys nor a reason");
  if (found.source) fuzz::require(!found.source->identity().empty(), "keys of nobody");

  const auto issued = issued_by_json(answer, "Token", "it");
  if (issued)
    fuzz::require(issued->keys.access_key_id.find_first_of(" \r\n") == std::string::npos &&
                      !issued->keys.secret_access_key.empty(),
                  "keys that cannot be sent");
  else
    fuzz::require(issued.failure().effect == berth::Effect::none, "looking has an effect");
  return 0;
}
