#include "families.hpp"

namespace berth::aws {
namespace {

struct Bucket {
  std::string_view letters;  // of the family, up to its first digit
  std::string_view name;
};

// What is not here is counted by its own letters.
constexpr Bucket buckets[] = {
    {"a", "standard"}, {"c", "standard"},  {"d", "standard"},    {"h", "standard"},
    {"i", "standard"}, {"m", "standard"},  {"r", "standard"},    {"t", "standard"},
    {"z", "standard"}, {"im", "standard"}, {"is", "standard"},   {"g", "g"},
    {"gr", "g"},       {"vt", "g"},        {"u", "high-memory"}, {"u-", "high-memory"},
};

}  // namespace

std::string family_of(const std::string& type) { return type.substr(0, type.find('.')); }

std::string quota_bucket_of(const std::string& type) {
  const std::string letters = type.substr(0, type.find_first_of("0123456789."));
  for (const Bucket& bucket : buckets)
    if (bucket.letters == letters) return "vcpu:" + std::string(bucket.name);
  return "vcpu:" + letters;
}

std::string_view arch_word(Arch arch) { return arch == Arch::arm64 ? "arm64" : "x86_64"; }

std::string arch_group_of(Arch arch) { return "arch:" + std::string(arch_word(arch)); }

std::vector<std::string> families_of(const std::string& type, Arch arch) {
  return {family_of(type), quota_bucket_of(type), arch_group_of(arch)};
}

}  // namespace berth::aws
