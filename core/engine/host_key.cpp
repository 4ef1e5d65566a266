#include "engine/host_key.hpp"

#include "engine/tell.hpp"
#include "request/names.hpp"

namespace berth {
namespace {

constexpr std::int64_t look_timeout_ms = 15'000;

/// "ssh-ed25519 AAAA…", without a comment.
std::string_view without_comment(std::string_view key) {
  const auto type_ends = key.find(' ');
  return type_ends == key.npos ? key : key.substr(0, key.find(' ', type_ends + 1));
}

/// The first key that was seen counts. Returns the one on record.
std::string recorded(const EngineParts& parts, const Server& server, const std::string& shown) {
  std::string key;
  parts.ledger.write([&](LedgerTransaction& tx) {
    std::optional<Server> now = tx.server(server.id);
    if (!now) return;
    if (now->host_key.empty()) {
      now->host_key = shown;
      tx.save(*now);
      const std::string fingerprint = parts.shell.fingerprint(shown);
      tell(parts, tx, "server.host_key_seen", now->organization, "",
           "Server " + now->name + " showed its host key for the first time: " + fingerprint +
               ". Another one is not accepted any more.",
           {{"server_id", now->id}, {"server_name", now->name}, {"fingerprint", fingerprint}});
    }
    key = now->host_key;
  });
  return key;
}

}  // namespace

bool same_host_key(std::string_view one, std::string_view other) {
  return without_comment(one) == without_comment(other);
}

Login login_to(const EngineParts& parts, const Server& server) {
  Login login;
  login.address = server.public_ipv4;
  login.user = server.ssh_user;
  login.port = server.ssh_port;
  login.host_key = server.host_key;
  if (const AccountPointer account = parts.accounts.find(server.account))
    login.identity_file = account->ssh_identity_file.string();
  return login;
}

std::string changed_key_text(const EngineParts& parts, const Server& server,
                             const std::string& shown) {
  return "Server " + server.name + " (" + server.public_ipv4 +
         ") shows another host key than the one on record: " + parts.shell.fingerprint(shown) +
         " instead of " + parts.shell.fingerprint(server.host_key) +
         ". Nothing was brought there: somebody may stand in between. If you know that the new key "
         "is its own, `berth servers trust " +
         shell_word(server.name) + " --host-key " + shell_word(without_comment(shown)) +
         "` accepts it.";
}

HostKeyLook look_at_host_key(const EngineParts& parts, const Server& server) {
  HostKeyLook look{server.host_key, {}};
  const std::string shown = parts.shell
                                .host_key(login_to(parts, server), look_timeout_ms,
                                          [&parts] { return parts.stopping.load(); })
                                .key;
  // Where it shows none, whoever goes there holds to the recorded one.
  if (!is_host_key(shown)) return look;
  if (look.key.empty()) look.key = recorded(parts, server, shown);
  Server known = server;
  known.host_key = look.key;
  if (!look.key.empty() && !same_host_key(look.key, shown))
    look.changed = changed_key_text(parts, known, shown);
  return look;
}

}  // namespace berth
