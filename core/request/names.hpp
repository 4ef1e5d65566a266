// Names and addresses as users write them, in the config and on the command line alike: what they
// may be, and how they are printed for a shell.
#pragma once

#include <string>
#include <string_view>

namespace berth {

/// A user of a server: 1 to 32 of [a-z0-9_-], not beginning with '-' (ssh would read an option).
bool is_user_name(std::string_view text);

/// Where a server is: an IPv4 address, or a host name of at most 253 characters.
bool is_address(std::string_view text);

/// A host key as known_hosts has it after the name: a type that OpenSSH knows, the key in base64,
/// perhaps a comment; one line of at most 16 KiB.
bool is_host_key(std::string_view text);

/// Who acts, as the record names them: 1 to 128 bytes on one plain line, no blank at either end.
bool is_person(std::string_view text);

/// `word` as a shell takes it for one word and nothing else; as it is where it needs no quotes.
std::string shell_word(std::string_view word);

}  // namespace berth
