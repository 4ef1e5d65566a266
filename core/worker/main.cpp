// berth-worker FILE: runs one plugin in a process of its own. Started by berth, which is on
// descriptor 3; see plugin-api/wire.md.
#include <sys/prctl.h>
#include <sys/socket.h>

#include <iostream>
#include <string>

#include "berth/codec.hpp"
#include "berth/manifest.hpp"
#include "reach/diagnose.hpp"
#include "reach/failed.hpp"
#include "reach/library.hpp"
#include "worker/serve_calls.hpp"

namespace {

constexpr int host_socket = 3;

bool host_is_there() {
  int type = 0;
  socklen_t size = sizeof type;
  return getsockopt(host_socket, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !host_is_there()) {
    std::cerr << "usage: berth-worker PLUGIN.so\n"
                 "berth starts this for plugins it does not load itself; it has to be given a\n"
                 "stream socket on descriptor 3. To try a plugin: berth plugins call\n";
    return 2;
  }
#ifndef BERTH_SANITIZED
  // A crash must not leave the account's secrets in a core file. (The leak checker needs ptrace.)
  prctl(PR_SET_DUMPABLE, 0);
#endif
  try {
    const berth_plugin& table = berth::load_plugin(argv[1]);
    const auto manifest = berth::parse_manifest(table.manifest_json);
    berth::ServeCalls serving(host_socket, table, manifest.ok() ? manifest->id : argv[1],
                              manifest.ok() ? manifest->concurrent : 1);
    serving.run();
  } catch (const berth::PluginUnusable& error) {
    // In place of hello: why there is none.
    const std::string failure =
        berth::codec::encode(
            berth::failed(berth::ErrorCode::invalid, berth::Effect::none, error.what()));
    (void)berth::FrameWrite(
        berth::FrameLine("fail").number("n", 0).end(failure.size()), failure)
        .send(host_socket, true);
    return 1;
  }
}
