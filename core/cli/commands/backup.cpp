#include <boost/json.hpp>
#include <filesystem>
#include <memory>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/utf8.hpp"

namespace berth::cli {
namespace {

int backup(const std::string& file, const Options& options, Answer& answer) {
  Berth::backup(options, file);
  answer.document({{"status", "ok"}, {"file", file}});
  answer.print(printable("The ledger is in " + file + ". Keep the config, its credentials, the key "
                         "of [credentials] and the projects as well.\n"));
  return 0;
}

int restore(const std::string& file, const Options& options, Answer& answer) {
  const std::string folder = Berth::restore(options, file).string();
  answer.document({{"status", "restored"}, {"file", file}, {"state_dir", folder}});
  answer.print(printable("The ledger of " + file + " is in " + folder +
                         ". Nothing is destroyed until you have seen what it does not know: `berth "
                         "adopt --dry-run` lists that, `berth adopt` takes it in.\n"));
  return 0;
}

Argument file_argument(const char* help, const std::shared_ptr<std::string>& file) {
  return {"FILE", help, file.get(), true, {}, Completes::file};
}

}  // namespace

Command backup_command() {
  auto file = std::make_shared<std::string>();
  return {"backup",
          "write the ledger into one file, also while berth works",
          "berth backup /backup/berth-monday.db",
          {file_argument("a new file", file)},
          {},
          ToDoAlone{[file](const Options& options, Answer& answer) {
            return backup(*file, options, answer);
          }}};
}

Command restore_command() {
  auto file = std::make_shared<std::string>();
  return {"restore",
          "make a backup the ledger of a state folder that has none",
          "berth restore /backup/berth-monday.db",
          {file_argument("what `berth backup` wrote", file)},
          {},
          ToDoAlone{[file](const Options& options, Answer& answer) {
            return restore(*file, options, answer);
          }}};
}

}  // namespace berth::cli
