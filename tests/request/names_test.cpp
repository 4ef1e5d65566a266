// What a user may write as an address, a user, a host key, a name; and what is pasted into a shell.
#include <gtest/gtest.h>

#include "request/names.hpp"

namespace berth {
namespace {

TEST(Names, AnAddressIsAnIpv4AddressOrAHostName) {
  for (const char* good : {"203.0.113.7", "127.0.0.1", "localhost", "web-1.example.org", "4server"})
    EXPECT_TRUE(is_address(good)) << good;
  for (const std::string& bad :
       {std::string(), std::string("1.2.3.4;touch x"), std::string("-oProxyCommand=x"),
        std::string("1.2.3"), std::string("1.2.3.256"), std::string("1.2.3.4."),
        std::string("a..b"), std::string("a b"), std::string("root@host"), std::string("$(x)"),
        std::string("h\n"), std::string(254, 'a'), std::string(64, 'a') + ".org"})
    EXPECT_FALSE(is_address(bad)) << bad;
}

TEST(Names, AUserOfAServerIsNoOption) {
  for (const char* good : {"root", "admin", "_apt", "web-1"}) EXPECT_TRUE(is_user_name(good));
  for (const char* bad : {"", "-oProxyCommand=touch x", "-l", "a b", "root;x", "ro\not", "Root",
                          "abcdefghijabcdefghijabcdefghijabc"})
    EXPECT_FALSE(is_user_name(bad)) << bad;
}

TEST(Names, AHostKeyIsOneLineOfAKnownType) {
  for (const char* good : {"ssh-ed25519 AAAAC3Nz", "ssh-rsa AAAAB3Nz== a comment",
                           "ecdsa-sha2-nistp256 AAAAE2Vj", "ssh-ed25519 AAAA"})
    EXPECT_TRUE(is_host_key(good)) << good;
  for (const std::string& bad :
       {std::string("ssh-ed25519"), std::string("ssh-dss AAAAB3"), std::string("AAAAC3Nz"),
        std::string("ssh-ed25519 AAAA\n* ssh-rsa AAAA"), std::string("ssh-ed25519 AAAA\r"),
        std::string("ssh-ed25519 \x1b[2J"), std::string("ssh-ed25519 AAAA;x"),
        "ssh-ed25519 AAAA " + std::string(20'000, 'c')})
    EXPECT_FALSE(is_host_key(bad)) << bad.substr(0, 60);
}

TEST(Names, WhoActsIsOneShortLine) {
  for (const char* good : {"ann", "ann@example.org", "Ann Müller"}) EXPECT_TRUE(is_person(good));
  for (const std::string& bad :
       {std::string(), std::string("ann\nroot"), std::string("ann\x1b[2J"), std::string(" ann"),
        std::string("ann "), std::string("ann\xE2\x80\xAE"), std::string(100'000, 'a')})
    EXPECT_FALSE(is_person(bad)) << bad.substr(0, 60);
}

TEST(Names, AShellWordStaysOneWord) {
  EXPECT_EQ("root@203.0.113.7", shell_word("root@203.0.113.7"));
  EXPECT_EQ("'root@1.2.3.4;touch x'", shell_word("root@1.2.3.4;touch x"));
  EXPECT_EQ("'it'\\''s'", shell_word("it's"));
  EXPECT_EQ("''", shell_word(""));
}

}  // namespace
}  // namespace berth
