// Which image a server starts from, looked up once for many.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "account.hpp"
#include "api.hpp"
#include "berth/cloud_provider.hpp"

namespace berth::aws {

/// Who may log in to what an image of this name made: "admin" for Debian's, "ubuntu", "ec2-user"
/// for Amazon Linux. "": an image that is not known.
std::string login_of(const std::string& image_name);

/// What was found is used again for ten minutes: a new Debian image may wait so long, and a hundred
/// servers cost one question. Threads: any number at once.
class Images {
 public:
  Result<Image> image_for(const CreateRequest& request, const Account& account, Api& api,
                          std::int64_t now_unix_ms);
  /// The vendor does not know an image any more.
  void forget();

 private:
  struct Known {
    Image image;
    std::int64_t read_unix_ms = 0;
  };
  std::mutex guard_;
  std::map<std::string, Known> known_;  // region, name and architecture -> image
};

}  // namespace berth::aws
