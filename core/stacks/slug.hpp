// A project's name for machines, from its name for people.
#pragma once

#include <string>
#include <string_view>

namespace berth {

/// "Final Test Laravel" -> "final-test-laravel": letters lose their accents, and what is neither
/// letter nor digit becomes one '-'. Fits ^[a-z][a-z0-9-]{0,40}$ and does not end in '-'; a name
/// that begins with a digit gets "project-" before it. "" where nothing of it is left.
std::string slug_of(std::string_view name);

}  // namespace berth
