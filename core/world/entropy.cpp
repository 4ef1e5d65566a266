#include <sys/random.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "world/world.hpp"

namespace berth {
namespace {

class SystemEntropy final : public Entropy {
 public:
  std::string id() override {
    static constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    std::array<unsigned char, 26> bytes{};
    fill(bytes.data(), bytes.size());
    std::string text;
    for (const unsigned char byte : bytes) text += alphabet[byte % alphabet.size()];
    return text;
  }
  std::int64_t below(std::int64_t bound) override {
    std::uint64_t number = 0;
    fill(&number, sizeof number);
    return static_cast<std::int64_t>(number % static_cast<std::uint64_t>(bound));
  }

 private:
  static void fill(void* bytes, std::size_t size) {
    while (getrandom(bytes, size, 0) != static_cast<ssize_t>(size))
      if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
  }
};

}  // namespace

std::unique_ptr<Entropy> system_entropy() { return std::make_unique<SystemEntropy>(); }

}  // namespace berth
