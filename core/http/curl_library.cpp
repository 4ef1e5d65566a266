#include "http/curl_library.hpp"

#include <dlfcn.h>

#include <stdexcept>
#include <string>

namespace berth {
namespace {

constexpr const char* file_name = "libcurl.so.4";  // the name of the ABI that curl.h describes

[[noreturn]] void cannot_be_used() {
  const char* why = dlerror();
  throw std::runtime_error(std::string("libcurl cannot be used: ") + (why ? why : file_name) +
                           "; install it (Debian: apt-get install libcurl4)");
}

template <class Function>
void load(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) cannot_be_used();
}

}  // namespace

CurlLibrary::CurlLibrary() {
  void* library = dlopen(file_name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) cannot_be_used();
  load(library, "curl_global_init", global_init);
  load(library, "curl_global_cleanup", global_cleanup);
  load(library, "curl_easy_init", easy_init);
  load(library, "curl_easy_cleanup", easy_cleanup);
  load(library, "curl_easy_reset", easy_reset);
  load(library, "curl_easy_setopt", easy_setopt);
  load(library, "curl_easy_getinfo", easy_getinfo);
  load(library, "curl_easy_strerror", easy_strerror);
  load(library, "curl_multi_init", multi_init);
  load(library, "curl_multi_cleanup", multi_cleanup);
  load(library, "curl_multi_add_handle", multi_add_handle);
  load(library, "curl_multi_remove_handle", multi_remove_handle);
  load(library, "curl_multi_perform", multi_perform);
  load(library, "curl_multi_poll", multi_poll);
  load(library, "curl_multi_info_read", multi_info_read);
  load(library, "curl_slist_append", slist_append);
  load(library, "curl_slist_free_all", slist_free_all);
  load(library, "curl_url", url);
  load(library, "curl_url_cleanup", url_cleanup);
  load(library, "curl_url_get", url_get);
  load(library, "curl_url_set", url_set);
  load(library, "curl_free", free);
}

}  // namespace berth
