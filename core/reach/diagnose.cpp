#include "reach/diagnose.hpp"

#include <elf.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "request/plain_text.hpp"
#include "trust/ownership.hpp"

namespace berth {
namespace {

#if defined(__x86_64__)
constexpr unsigned own_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned own_machine = EM_AARCH64;
#else
constexpr unsigned own_machine = EM_NONE;  // not checked
#endif

std::string machine_name(unsigned machine) {
  switch (machine) {
    case EM_X86_64: return "x86-64";
    case EM_AARCH64: return "arm64";
    case EM_386: return "32-bit x86";
    case EM_ARM: return "32-bit ARM";
    case EM_RISCV: return "RISC-V";
    default: return "machine type " + std::to_string(machine);
  }
}

std::optional<Diagnosis> diagnose_elf(const std::filesystem::path& file) {
  std::array<char, 20> head{};  // e_ident, e_type, e_machine
  std::ifstream in(file, std::ios::binary);
  in.read(head.data(), head.size());
  if (!in.eof() && in.fail())
    return Diagnosis{file, "it cannot be read: " + std::string(std::strerror(errno)),
                     "Check its permissions with: ls -l " + file.string()};
  if (static_cast<std::size_t>(in.gcount()) < head.size() ||
      std::memcmp(head.data(), ELFMAG, SELFMAG) != 0)
    return Diagnosis{file, "it is not a shared library (no ELF file)",
                     "Name the built .so here; a script is configured with command = [\"python3\", "
                     "\"…\"] instead"};
  std::uint16_t type = 0, machine = 0;
  std::memcpy(&type, head.data() + 16, 2);
  std::memcpy(&machine, head.data() + 18, 2);
  if (own_machine != EM_NONE && machine != own_machine)
    return Diagnosis{file,
                     "it was built for " + machine_name(machine) + ", and berth runs on " +
                         machine_name(own_machine),
                     "Build the plugin for this machine"};
  if (type != ET_DYN)
    return Diagnosis{file, "it is an ELF file, but not a shared library",
                     "Build it with berth_add_plugin() or -shared -fPIC"};
  return {};
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

std::optional<Diagnosis> diagnose_file(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(file, error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory)
    return Diagnosis{file, "there is no such file",
                     "Check the path, or list what is there: berth plugins list"};
  if (error)
    return Diagnosis{file, "it cannot be found: " + error.message(),
                     "Check the permissions of its directories"};
  if (!std::filesystem::is_regular_file(real, error))
    return Diagnosis{file, "it is not a file", "Name the plugin's .so file itself"};
  if (const auto problem = distrust_of(file))
    return Diagnosis{file.string() + (problem->at == real ? "" : " (" + problem->at.string() + ")"),
                     problem->what, problem->next};
  return diagnose_elf(real);
}

Diagnosis diagnose_loading(const std::filesystem::path& file, std::string_view loader_text) {
  const std::string words = one_line(loader_text, 1024);
  if (contains(words, "undefined symbol"))
    return {file, "it uses a symbol that no library has: " + words,
            "Link the library that defines it; berth_add_plugin() finds this at build time "
            "(-z defs)"};
  if (contains(words, "cannot open shared object file"))
    return {file, "a library it needs is missing: " + words,
            "Install that library, or see which are missing: ldd " + file.string()};
  if (contains(words, "version `"))
    return {file, "it was built against newer libraries than this machine has: " + words,
            "Build the plugin on this system, or on an older one"};
  return {file, "it cannot be loaded: " + words,
          "See what the loader does: LD_DEBUG=libs berth plugins list"};
}

Diagnosis diagnose_no_entry(const std::filesystem::path& file, bool newer) {
  if (newer)
    return {file, "it is too new: it has berth_plugin_v2 only, and this berth speaks version 1",
            "Update berth, or install an older release of the plugin"};
  return {file, "it has no function berth_plugin_v1, so it is not a berth plugin",
          "If it should be one, export it with BERTH_EXPORT_… and build it with "
          "berth_add_plugin()"};
}

std::optional<Diagnosis> diagnose_table(const std::filesystem::path& file,
                                        const berth_plugin* table) {
  if (table == nullptr)
    return Diagnosis{file, "berth_plugin_v1() returned no table", "Report this to its author"};
  if (table->size < sizeof(berth_plugin))
    return Diagnosis{file,
                     "it is too old: its table has " + std::to_string(table->size) +
                         " bytes, and version 1 has at least " +
                         std::to_string(sizeof(berth_plugin)),
                     "Build it again with the plugin.h of a released berth"};
  for (const auto& [missing, name] :
       {std::pair{table->manifest_json == nullptr, "manifest_json"},
        std::pair{table->create == nullptr, "create"},
        std::pair{table->interface_of == nullptr, "interface_of"}})
    if (missing)
      return Diagnosis{file,
                       std::string("its table has no ") + name + " (its abi_minor is " +
                           std::to_string(table->abi_minor) + ", berth's is " +
                           std::to_string(BERTH_ABI_MINOR) + ")",
                       "Report this to its author"};
  return {};
}

Diagnosis diagnose_manifest(const std::string& where, std::string_view reason) {
  return {where, "its manifest cannot be read: " + one_line(reason, 1024),
          "Correct the manifest; berth plugins check tells more"};
}

Diagnosis diagnose_twice(const std::string& id, const std::string& first,
                         const std::string& second) {
  return {first, "two plugins have the id \"" + id + "\": this one and " + second,
          "Remove one of them, or take its directory off plugin_path"};
}

}  // namespace berth
