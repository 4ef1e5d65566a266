#include "watched_config.hpp"

#include <algorithm>
#include <exception>
#include <tuple>
#include <utility>

#include "config/load.hpp"
#include "http/rate_budget.hpp"
#include "request/plain_text.hpp"

namespace berth {
namespace {

constexpr std::int64_t every_ms = 1'000;

/// Of what was read, not where: the same files in another folder are the same config.
std::string fingerprint_of(const Configuration& settings) {
  std::vector<std::string> texts{"config"};
  for (const NamedFile& file : settings.read_from) texts.push_back(file.found);
  return credential_fingerprint(texts);
}

bool same(const std::vector<PluginEntry>& some, const std::vector<PluginEntry>& others) {
  const auto parts = [](const PluginEntry& one) {
    return std::tie(one.id, one.path, one.command, one.isolation);
  };
  return std::equal(some.begin(), some.end(), others.begin(), others.end(),
                    [&](const PluginEntry& one, const PluginEntry& other) {
                      return parts(one) == parts(other);
                    });
}

/// What a process is built from stays as it is until it ends. Which of it was changed, in words.
std::string keep_what_needs_a_restart(const Configuration& before, Configuration& now) {
  std::string changed;
  const auto keep = [&](const char* name, const auto& old, auto& other) {
    if (old == other) return;
    changed += (changed.empty() ? "" : ", ") + std::string(name);
    other = old;
  };
  if (now.stacks.projects_dir == now.state_dir / "projects")  // where it is if nobody says
    now.stacks.projects_dir = before.stacks.projects_dir;
  keep("[berth] state_dir", before.state_dir, now.state_dir);
  now.state_owner = before.state_owner;
  keep("[berth] instance", before.instance, now.instance);
  keep("[berth] plugin_path", before.plugin_path, now.plugin_path);
  keep("[berth] log_level", before.log_level, now.log_level);
  keep("[berth] log_file", before.log_file, now.log_file);
  keep("[berth] proxy", before.proxy, now.proxy);
  keep("[berth] ca_file", before.ca_file, now.ca_file);
  keep("[credentials] key_file", before.credentials.key_file, now.credentials.key_file);
  if (!same(before.plugins, now.plugins)) {
    changed += (changed.empty() ? "" : ", ") + std::string("[[plugin]]");
    now.plugins = before.plugins;
  }
  return changed;
}

class LedgerUnderConfig final : public Ledger {
 public:
  LedgerUnderConfig(WatchedConfiguration& config, std::unique_ptr<Ledger> inside)
      : config_(config), inside_(std::move(inside)) {}
  void write(const std::function<void(LedgerTransaction&)>& body) override {
    config_.look();
    inside_->write([&](LedgerTransaction& tx) {
      config_.take_over();
      body(tx);
    });
  }
  void read(const std::function<void(const LedgerView&)>& body) override { inside_->read(body); }
  std::int64_t data_version() override { return inside_->data_version(); }

 private:
  WatchedConfiguration& config_;
  const std::unique_ptr<Ledger> inside_;
};

}  // namespace

std::unique_ptr<WatchedConfiguration::Loaded> WatchedConfiguration::loaded(Configuration settings) {
  std::string fingerprint = fingerprint_of(settings);
  return std::make_unique<Loaded>(Loaded{std::move(settings), std::move(fingerprint)});
}

WatchedConfiguration::WatchedConfiguration(const Configuration& first, Load load,
                                           const Clock& clock, Journal& journal,
                                           std::function<void(const Configuration&)> taken_over)
    : load_(std::move(load)),
      clock_(clock),
      journal_(journal),
      taken_over_(std::move(taken_over)),
      next_look_ms_(clock.now().boot_ms + every_ms) {
  kept_.push_back(loaded(first));
  in_force_ = kept_.back().get();
}

std::string WatchedConfiguration::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

bool WatchedConfiguration::still(const std::string& of) const {
  if (of != fingerprint()) return false;
  if (!files_changed(current())) return true;
  asked_ = true;  // or the same would be decided by the same rules, again and again, for a second
  return false;
}

bool WatchedConfiguration::has_another() const {
  const std::lock_guard lock(mutex_);
  return next_ != nullptr;
}

bool WatchedConfiguration::look() {
  const std::unique_lock looking(looking_, std::try_to_lock);
  if (!looking) return false;  // somebody does just that
  const std::int64_t now = clock_.now().boot_ms;
  const bool asked = asked_.exchange(false);
  if (!asked && now < next_look_ms_) return false;
  next_look_ms_ = now + every_ms;
  const Configuration& used = current();
  const bool another = has_another();
  if (!another && problem().empty() && !files_changed(used)) {
    if (asked)
      journal_.write(LogLevel::warning,
                     used.file.string() + " was read again: it is as it was before");
    return true;
  }
  std::unique_ptr<Loaded> found;
  std::string why;
  try {
    found = loaded(load_());
    if (files_changed(found->settings)) return true;  // somebody writes it just now
  } catch (const std::exception& problem) {
    why = one_line(problem.what(), 1'000);
  }
  const std::lock_guard lock(mutex_);
  if (!found) {
    next_.reset();
    if (why != problem_)
      journal_.write(LogLevel::error, "the config was changed and cannot be used: " + why +
                                          ". The one before stays in force, but nothing is "
                                          "bought until it is mended");
    problem_ = why;
    return true;
  }
  if (found->fingerprint == in_force_.load()->fingerprint) {
    next_.reset();
    journal_.write(LogLevel::warning, used.file.string() + " is as it was before");
  } else {
    next_ = std::move(found);
  }
  problem_.clear();
  return true;
}

void WatchedConfiguration::take_over() {
  std::string restart;
  {
    const std::lock_guard lock(mutex_);
    if (next_ == nullptr) return;
    restart = keep_what_needs_a_restart(current(), next_->settings);
    kept_.push_back(std::move(next_));
    taken_over_(kept_.back()->settings);
    in_force_ = kept_.back().get();
  }
  journal_.write(LogLevel::warning,
                 current().file.string() + " was changed: it is in force now (" + fingerprint() +
                     ")" +
                     (restart.empty() ? std::string()
                                      : ", but for " + restart +
                                            ", which this process has until it is started again"));
}

std::unique_ptr<Ledger> under(WatchedConfiguration& config, std::unique_ptr<Ledger> inside) {
  return std::make_unique<LedgerUnderConfig>(config, std::move(inside));
}

}  // namespace berth
