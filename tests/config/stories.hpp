// What the config's tests begin with.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "config/load.hpp"

namespace berth {

using Variables = std::map<std::string, std::string>;

/// An environment of just these.
inline Environment environment_of(const Variables& variables) {
  return [variables](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
}

inline Configuration read(const std::string& text, const Variables& variables = {}) {
  return parse_settings(text, "/etc/berth/berth.toml", environment_of(variables));
}

/// Every problem as it is shown, without the folder; empty: it was accepted.
inline std::vector<std::string> problems_of(const std::string& text) {
  try {
    read(text);
  } catch (const ConfigurationError& error) {
    std::vector<std::string> texts;
    const std::string folder = "/etc/berth/";
    for (const ConfigProblem& problem : error.problems()) {
      std::string shown = problem.text();
      for (auto at = shown.find(folder); at != std::string::npos; at = shown.find(folder))
        shown.erase(at, folder.size());
      texts.push_back(shown);
    }
    return texts;
  }
  return {};
}

/// The only problem.
inline std::string problem_of(const std::string& text) {
  const auto problems = problems_of(text);
  EXPECT_EQ(problems.size(), 1U) << testing::PrintToString(problems);
  return problems.empty() ? "" : problems.front();
}

}  // namespace berth
