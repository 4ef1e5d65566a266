// A text as it has to be written in a file of some kind. Each takes any UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace berth::stacks {

/// One line: line ends and control characters become spaces.
std::string one_line(std::string_view text);

/// "…", for YAML, JSON and JavaScript alike.
std::string json_quoted(std::string_view text);
/// '…', for POSIX shells.
std::string shell_quoted(std::string_view text);
/// '…', for PHP.
std::string php_quoted(std::string_view text);
/// "…", for Python.
std::string python_quoted(std::string_view text);
/// For the text of an HTML page, or an attribute in double quotes.
std::string html_escaped(std::string_view text);
/// For a line of Markdown.
std::string markdown_escaped(std::string_view text);
/// '…' for .env as docker-compose, dotenv and shells read it: '$' and '`' stand for themselves;
/// what they would not take alike is written as its look-alike, ’ for ' and ∖ for a backslash.
std::string env_quoted(std::string_view text);

}  // namespace berth::stacks
