// The control groups of a machine: systemd inside needs one of its own in each hierarchy that it
// uses (version 2; or the one named "systemd" of version 1; or both).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fakecloud {

// Where this process may make groups: its own, in each of those hierarchies. Throws
// std::runtime_error where there is none.
std::vector<std::filesystem::path> control_group_homes();

// Ends every process of the group and of those below.
void kill_control_group(const std::filesystem::path& group);

// Takes the group and those below away; false while a process is left in one.
bool remove_control_group(const std::filesystem::path& group);

}  // namespace fakecloud
