#include "config_file.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <stdexcept>

#include "http/rate_budget.hpp"

namespace berth::sim {

ConfigFile::ConfigFile(std::filesystem::path file, std::function<std::int64_t()> now)
    : file_(std::move(file)), now_(std::move(now)) {}

ConfigFile::~ConfigFile() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

void ConfigFile::put(const std::string& text) {
  std::ofstream stream(file_, std::ios::binary | std::ios::trunc);
  if (!(stream << text << std::flush)) throw std::runtime_error(file_.string() + " is not written");
}

void ConfigFile::end_of_the_one_before() {
  if (usable_) versions_.back().until_ms = now_();
}

void ConfigFile::write(Configuration settings) {
  end_of_the_one_before();
  const std::string text = "version " + std::to_string(++writes_) + "\n";
  put(text);
  settings.file = file_;
  settings.read_from = {{file_, 1024, text}};
  versions_.push_back({credential_fingerprint({"config", text}), std::move(settings), now_(),
                       std::numeric_limits<std::int64_t>::max()});
  usable_ = true;
}

void ConfigFile::spoil() {
  end_of_the_one_before();
  put("nonsense " + std::to_string(++writes_) + "\n");
  usable_ = false;
}

Configuration ConfigFile::load() const {
  if (!usable_) throw std::runtime_error(file_.string() + ":1:1: it is no TOML");
  return newest();
}

const ConfigVersion* ConfigFile::named(const std::string& fingerprint) const {
  const auto found =
      std::find_if(versions_.rbegin(), versions_.rend(),
                   [&](const ConfigVersion& one) { return one.fingerprint == fingerprint; });
  return found == versions_.rend() ? nullptr : &*found;
}

}  // namespace berth::sim
