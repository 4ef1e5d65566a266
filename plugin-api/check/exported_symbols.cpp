#include "exported_symbols.hpp"

#include <elf.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace berth::conformance {
namespace {

/// A copy of the T at `offset`: the file's bytes need not be aligned, and may be cut short.
template <class T>
T at(const std::string& bytes, std::uint64_t offset) {
  T value;
  if (offset > bytes.size() || bytes.size() - offset < sizeof value)
    throw std::runtime_error("the ELF file is cut short");
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

}  // namespace

std::vector<std::string> exported_symbols(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.size() < sizeof(Elf64_Ehdr) || bytes.compare(0, SELFMAG, ELFMAG) != 0 ||
      bytes[EI_CLASS] != ELFCLASS64)
    throw std::runtime_error("not a 64-bit ELF file");
  const auto header = at<Elf64_Ehdr>(bytes, 0);
  const auto section = [&](std::uint64_t index) {
    return at<Elf64_Shdr>(bytes, header.e_shoff + index * sizeof(Elf64_Shdr));
  };
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
    const Elf64_Shdr symbols = section(i);
    if (symbols.sh_type != SHT_DYNSYM) continue;
    const Elf64_Shdr strings = section(symbols.sh_link);
    for (std::uint64_t at_byte = 0; at_byte < symbols.sh_size; at_byte += sizeof(Elf64_Sym)) {
      const auto symbol = at<Elf64_Sym>(bytes, symbols.sh_offset + at_byte);
      if (symbol.st_shndx == SHN_UNDEF || ELF64_ST_BIND(symbol.st_info) == STB_LOCAL) continue;
      const std::uint64_t name = strings.sh_offset + symbol.st_name;
      if (name >= bytes.size()) throw std::runtime_error("the ELF file is cut short");
      names.emplace_back(bytes.data() + name);  // std::string ends with NUL: always terminated
    }
  }
  return names;
}

}  // namespace berth::conformance
