// lock_holder FOLDER ID: takes the owner's lock, says "held", and lives until its stdin ends.
#include <cstdio>

#include "world/world.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto owners = berth::lock_file_owners(argv[1], argv[2]);
  (void)owners->own();
  std::puts("held");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
}
