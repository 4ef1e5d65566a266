#include "edits.hpp"

#include <algorithm>

namespace berth::sim {
namespace {

constexpr std::int64_t second = 1000, minute = 60 * second;

std::string suffix(int serial) { return serial == 0 ? "" : "-" + std::to_string(serial); }

/// An access key of AWS has twenty letters and digits.
std::string access_key(int serial) {
  std::string key = "AKIAFAKEFAKEFAKEFAKE";
  for (std::size_t at = key.size(); serial > 0; serial /= 10)
    key[--at] = static_cast<char>('0' + serial % 10);
  return key;
}

int serial_of(const std::map<std::string, int>& serials, const std::string& vendor) {
  const auto found = serials.find(vendor);
  return found == serials.end() ? 0 : found->second;
}

}  // namespace

AccountSettings Edits::account_at(const std::string& vendor) const {
  const int serial = serial_of(known_, vendor);
  AccountSettings account;
  account.id = vendor + "-main";
  account.plugin = vendor;
  account.organizations = {"acme", "careful"};
  const std::string base = "https://cloud.sim/" + vendor;
  if (vendor == "aws") {
    const std::string secret = "fake-aws-secret" + suffix(serial);
    account.settings.json = R"({"endpoint":")" + base + R"(/","pricing_endpoint":")" + base +
                            R"(-pricing/","sts_endpoint":")" + base +
                            R"(-sts/","access_key_id":")" + access_key(serial) +
                            R"(","secret_access_key":")" + secret +
                            R"(","instance_families":["t3","m6i"]})";
    account.settings.secrets = {access_key(serial), secret};
    account.settings.secret_keys = {"access_key_id", "secret_access_key"};
  } else {
    const std::string token = "fake-" + vendor + "-token" + suffix(serial);
    account.settings.json = R"({"endpoint":")" + base + (vendor == "hetzner" ? "/v1" : "/v2") +
                            R"(","token":")" + token + R"("})";
    account.settings.secrets = {token};
    account.settings.secret_keys = {"token"};
  }
  return account;
}

void Edits::change_a_rule() {
  if (!world_.config.usable()) return;
  Configuration now = world_.config.newest();
  OrganizationSettings& organization =
      now.organizations[static_cast<std::size_t>(dice_.below(2))];
  const auto selection = std::find_if(now.pipeline.begin(), now.pipeline.end(),
                                      [](const auto& stage) { return stage.stage == "selection"; });
  switch (dice_.below(8)) {
    case 0: organization.auto_provisioning = !organization.auto_provisioning; break;
    case 1: organization.auto_provisioning = true; break;
    case 2:
      organization.auto_approve_provisioning = !organization.auto_approve_provisioning;
      break;
    case 3: organization.max_servers = static_cast<int>(dice_.between(1, 6)); break;
    case 4: organization.admins = {dice_.chance(0.7) ? "ann" : "bob"}; break;
    case 5: now.provisioning.dearer_percent = static_cast<int>(dice_.below(4)) * 100; break;
    case 6:
      selection->price_cap.reset();
      if (dice_.chance(0.6))
        selection->price_cap = Money{dice_.between(4, 40) * 1'000'000'000, "USD"};
      break;
    case 7:
      selection->providers.clear();
      if (dice_.chance(0.5)) selection->providers = {now.accounts.front().plugin};
      break;
  }
  world_.say("somebody changes a rule");
  world_.config.write(std::move(now));
}

void Edits::make_a_mistake() {
  world_.say("somebody breaks the config");
  world_.config.spoil();
  world_.baton.sleep(dice_.below(15 * minute));
  mend();
}

void Edits::take_over_tokens() {
  known_ = serials_;
  Configuration now = world_.config.newest();
  for (AccountSettings& account : now.accounts) {
    AccountSettings with_token = account_at(account.plugin);
    account.settings = std::move(with_token.settings);
  }
  world_.say("the config has the newest tokens");
  world_.config.write(std::move(now));
}

void Edits::tell_the_vendor(const std::string& vendor) {
  world_.say(vendor + " takes another token from now on");
  std::vector<fakecloud::Credential> takes = fakecloud::default_credentials();
  for (fakecloud::Credential& one : takes) {
    if (one.read_only) continue;
    const int serial = serial_of(serials_, one.vendor);
    one.token = one.vendor == "aws" ? access_key(serial) : one.token + suffix(serial);
    if (one.vendor == "aws") one.secret += suffix(serial);
  }
  world_.clouds->set_credentials(std::move(takes));
}

void Edits::rotate_a_token() {
  if (!world_.config.usable()) return;
  const auto& accounts = world_.config.newest().accounts;
  const std::string vendor =
      accounts[static_cast<std::size_t>(dice_.below(static_cast<std::int64_t>(accounts.size())))]
          .plugin;
  ++serials_[vendor];
  if (dice_.chance(0.3)) {
    take_over_tokens();
    world_.baton.sleep(dice_.below(minute));
    tell_the_vendor(vendor);
    return;
  }
  tell_the_vendor(vendor);
  world_.baton.sleep(dice_.below(10 * minute));
  take_over_tokens();
}

void Edits::change_prices() {
  fakecloud::Catalogue& prices = world_.prices;
  const std::int64_t percent = dice_.between(50, 300);
  world_.say("prices change to " + std::to_string(percent) + " percent");
  const auto change = [&](fakecloud::Nano& price) { price = price / 100 * percent; };
  switch (dice_.below(3)) {
    case 0:
      for (auto& type : prices.aws_types)
        for (auto& [region, price] : type.hourly) change(price);
      break;
    case 1:
      for (auto& size : prices.sizes) {
        change(size.monthly);
        change(size.hourly);
      }
      break;
    case 2:
      for (auto& type : prices.hetzner_types) {
        change(type.monthly_net);
        change(type.hourly_net);
      }
      break;
  }
}

void Edits::stop_a_server() {
  const std::int64_t now = world_.clock.true_unix_ms();
  std::vector<fakecloud::Machine> running = world_.clouds->machines();
  std::erase_if(running, [&](const fakecloud::Machine& machine) {
    return machine.phase(now) != fakecloud::Phase::running || machine.attempt().empty();
  });
  if (running.empty()) return;
  const fakecloud::Machine& one = running[static_cast<std::size_t>(
      dice_.below(static_cast<std::int64_t>(running.size())))];
  const auto power = [&](const std::string& what, const std::string& address) {
    world_.say("somebody tells " + one.id + " to " + what);
    const std::string more = address.empty() ? "" : R"(,"address":")" + address + R"(")";
    world_.clouds->answer({"POST", "/_berth/power", {},
                           R"({"id":")" + one.id + R"(","do":")" + what + R"(")" + more + "}"},
                          world_.clock.true_unix_ms());
  };
  power("stop", "");
  world_.baton.sleep(dice_.between(1, 40) * minute);
  power("start", dice_.chance(0.3) ? "127.9.9." + std::to_string(dice_.between(1, 250)) : "");
}

void Edits::mend() {
  const bool stale = std::any_of(serials_.begin(), serials_.end(), [&](const auto& one) {
    return serial_of(known_, one.first) != one.second;
  });
  if (stale)
    take_over_tokens();
  else if (!world_.config.usable())
    world_.config.write(world_.config.newest());
}

}  // namespace berth::sim
