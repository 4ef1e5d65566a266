// Which of a vendor's operations a request is, in the vendor's words and in everybody's.
#pragma once

#include <string>
#include <string_view>

namespace fakecloud {

enum class Effect { read, write, destroy };

inline std::string_view effect_name(Effect effect) {
    return effect == Effect::read ? "read" : effect == Effect::write ? "write" : "delete";
}

struct Operation {
    std::string name;  // the vendor's: RunInstances, create_server, droplets_create
    std::string verb;  // create, list, get, delete, offers, images, keys, actions, check, other
    Effect effect = Effect::read;
    std::string region, type;  // what a create asks for; the region of any AWS request
};

}  // namespace fakecloud
