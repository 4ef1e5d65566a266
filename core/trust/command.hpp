// Is a command of the config one that berth may start?
#pragma once

#include <string>
#include <vector>

namespace berth {

/// Why the command cannot or may not be run, with what to do, as words without a full stop; "": it
/// can. The program is looked for as the shell does, and is examined as are the arguments that name
/// a file: with ["python3", "plugin.py"] the code is in the second. `search_path` is $PATH.
/// Threads: any.
std::string command_problem(const std::vector<std::string>& argv, const std::string& search_path);

/// The same with this process's $PATH.
std::string command_problem(const std::vector<std::string>& argv);

/// Only whether somebody else could have replaced it; what is not there, who starts it will say.
std::string command_distrust(const std::vector<std::string>& argv);

}  // namespace berth
