// Submits N deployments that share no server, one application each, and does no work on them.
//   submit BERTH.TOML N [ORGANIZATION]
#include <cstdlib>
#include <iostream>

#include "berth.hpp"

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) return 2;
  try {
    berth::Options options;
    options.config = argv[1];
    berth::Berth engine = berth::Berth::open(options);
    for (int i = 0; i < std::atoi(argv[2]); ++i) {
      berth::DeployRequest request;
      request.organization = argc > 3 ? argv[3] : "acme";
      request.application = "app-" + std::to_string(i);
      request.millicores = 2000;  // sizes to 3 cores: two of them never fit one server
      request.memory_mib = 4 * 1024;
      request.disk_mib = 50 * 1024;
      engine.submit(request);
    }
  } catch (const std::exception& problem) {
    std::cerr << "submit: " << problem.what() << '\n';
    return 1;
  }
}
