// ~/.aws/config and ~/.aws/credentials as AWS's tools read them: Python's configparser, as botocore
// uses it. Boost's ini_parser is another dialect: it knows no values that go on in indented lines
// ("s3 =" and its settings below), no ':' and no '#', so it would take such a setting for one of
// the profile's. tests/aws/botocore_profiles_judge.py compares both readers.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::aws {

/// Names are in lower case. A value that goes on in indented lines has line breaks.
using IniSection = std::map<std::string, std::string>;

struct Ini {
  std::vector<std::pair<std::string, IniSection>> sections;  // in the file's order
  std::string problem;  // "line 3: …"; quotes nothing, since it may be a secret. "": it was read
};

Ini read_ini(std::string_view text);

}  // namespace berth::aws
