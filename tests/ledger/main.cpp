// The tests, and what they start as processes of their own.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "story.hpp"

int main(int argc, char** argv) {
  if (argc == 4 && std::strcmp(argv[1], "--write-as-a-process") == 0) {
    return berth::write_as_a_process(argv[2], std::atoi(argv[3]));
  }
  if (argc == 3 && std::strcmp(argv[1], "--measure") == 0) return berth::measure(argv[2]);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
