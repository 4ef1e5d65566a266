// A project's name for machines, from its name for people.
#pragma once

#include <string>
#include <string_view>

namespace berth {

/// "Final Test Laravel" -> "final-test-laravel": letters lose their accents, and what is neither
/// letter nor digit becomes one '-'. Fits is_name(), so at most 40 characters; a name
/// that begins with a digit gets "project-" before it. "" where nothing of it is left.
std::string slug_of(std::string_view name);

}  // namespace berth
