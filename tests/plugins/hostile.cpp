// A plugin that is worse than misbehaving: each method does to its process, and to whoever runs it,
// what a worker has to stand. Those under "What a process survives" may be called in-process too.
#define BERTH_PLUGIN_IMPLEMENTATION
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "berth/plugin.h"

namespace {

void sleep_for_ever() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

std::int32_t done(berth_call* call) { return call->reply(call, "{}"); }

// What a process survives.

berth_call* kept = nullptr;

std::int32_t echo(void*, const char* request, berth_call* call) {
  return call->reply(call, request);
}
std::int32_t keeps_its_call(void*, const char*, berth_call* call) {
  kept = call;
  return done(call);
}
std::int32_t answers_the_kept_call(void*, const char*, berth_call* call) {
  const auto* http = static_cast<const berth_http_1*>(call->service(call, "berth.http/1"));
  berth_http_request in{};
  in.size = sizeof in;
  in.url = "http://127.0.0.1:1/";
  berth_http_response out{};
  out.size = sizeof out;
  const bool refused = kept->reply(kept, "\"too late\"") == BERTH_FAILED &&
                       kept->fail(kept, "{}") == BERTH_FAILED &&
                       http->exchange(kept, &in, &out) == BERTH_FAILED &&
                       out.failure_json != nullptr && kept->cancelled(kept) == 1 &&
                       kept->remaining_ms(kept) <= 0;
  kept->log(kept, BERTH_ERROR, "from the grave");
  kept->progress(kept, "from the grave");
  return call->reply(call, refused ? "true" : "false");
}
// The answer comes while the method runs, and from the wrong thread.
std::int32_t replies_from_a_thread(void*, const char*, berth_call* call) {
  std::thread([call] { call->reply(call, "\"wrong thread\""); }).join();
  return BERTH_OK;
}
std::int32_t replies_after_return(void*, const char*, berth_call* call) {
  std::thread([call] {
    for (int i = 0; i < 20; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      call->reply(call, "\"much later\"");
    }
  }).detach();
  return BERTH_OK;
}
std::int32_t replies_nested(void*, const char*, berth_call* call) {
  return call->reply(call, std::string(1'000'000, '[').c_str());
}
std::int32_t replies_huge_numbers(void*, const char*, berth_call* call) {
  return call->reply(call, R"({"servers":1e999,"absent":-99999999999999999999999999,"complete":1})");
}
std::int32_t fails_at_length(void*, const char*, berth_call* call) {
  const std::string text(4U << 20U, 'x');
  return call->fail(call, (R"({"code":"denied","effect":"none","retry_after_ms":9223372036854775807,)"
                           R"("message":")" + text + R"(","vendor_text":")" + text + "\"}").c_str());
}
std::int32_t floods_http(void*, const char*, berth_call* call) {
  const auto* http = static_cast<const berth_http_1*>(call->service(call, "berth.http/1"));
  for (int i = 0; i < 500; ++i) {
    berth_http_request in{};
    in.size = sizeof in;
    in.method = "GET";
    in.url = "http://127.0.0.1:1/";
    berth_http_response out{};
    out.size = sizeof out;
    (void)http->exchange(call, &in, &out);
  }
  return done(call);
}
std::int32_t misuses_http(void*, const char*, berth_call* call) {
  const auto* http = static_cast<const berth_http_1*>(call->service(call, "berth.http/1"));
  berth_http_request in{};
  berth_http_response out{};
  out.size = sizeof out;
  bool refused = http->exchange(call, nullptr, &out) == BERTH_FAILED &&
                 http->exchange(call, &in, nullptr) == BERTH_FAILED;  // in.size is 0
  refused = refused && http->exchange(call, &in, &out) == BERTH_FAILED;
  in.size = sizeof in;
  refused = refused && http->exchange(call, &in, &out) == BERTH_FAILED;  // no address
  in.url = "http://127.0.0.1:1/";
  in.body = "";
  in.body_size = SIZE_MAX;
  refused = refused && http->exchange(call, &in, &out) == BERTH_FAILED;
  out.size = 4;
  refused = refused && http->exchange(call, &in, &out) == BERTH_FAILED;
  return call->reply(call, refused ? "true" : "false");
}
std::int32_t logs_null(void*, const char*, berth_call* call) {
  call->log(call, 99, nullptr);
  call->log(call, -1, "\xff\xfe\x80 no text");
  call->progress(call, nullptr);
  call->service(call, nullptr);
  return done(call);
}

// What ends a process.

std::int32_t aborts(void*, const char*, berth_call*) { std::abort(); }
std::int32_t segfaults(void*, const char*, berth_call*) {
  signal(SIGSEGV, SIG_DFL);
  raise(SIGSEGV);
  return BERTH_OK;
}
int deeper(volatile char* above) {
  volatile char here[4096];
  here[0] = above == nullptr ? '0' : above[0];
  return deeper(here) + here[0];
}
std::int32_t overflows_its_stack(void*, const char*, berth_call*) {
  return deeper(nullptr);
}
std::int32_t throws_in_a_thread(void*, const char*, berth_call*) {
  std::thread([] { throw 42; }).join();
  return BERTH_OK;
}
std::int32_t calls_exit(void*, const char*, berth_call*) { std::exit(5); }
std::int32_t calls_quick_exit(void*, const char*, berth_call*) { _exit(6); }
std::int32_t uses_up_its_memory(void*, const char*, berth_call*) {
  const rlimit limit{256U << 20U, 256U << 20U};
  setrlimit(RLIMIT_AS, &limit);
  for (std::size_t size = 64U << 20U;;) {  // what can be had, and then the first that cannot
    void* const more = std::malloc(size);
    if (more != nullptr) continue;
    if (size <= 64) std::abort();
    size /= 2;
  }
}
std::int32_t replies_and_exits(void*, const char*, berth_call* call) {
  done(call);
  _exit(0);
}

// What never comes back.

std::int32_t spins(void*, const char*, berth_call*) {
  for (volatile bool on = true; on;) {
  }
  return BERTH_OK;
}
std::int32_t hangs_deaf(void*, const char*, berth_call*) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGCHLD, SIGALRM, SIGUSR1})
    signal(number, SIG_IGN);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
  sleep_for_ever();
  return BERTH_OK;
}
std::int32_t stops_itself(void*, const char*, berth_call*) {
  kill(getpid(), SIGSTOP);
  sleep_for_ever();
  return BERTH_OK;
}
std::int32_t closes_its_descriptors(void*, const char*, berth_call* call) {
  for (int fd = 0; fd < 64; ++fd) close(fd);
  return done(call);
}
std::int32_t closes_its_output_and_hangs(void*, const char*, berth_call*) {
  close(1);
  close(2);
  sleep_for_ever();
  return BERTH_OK;
}
std::int32_t gives_its_socket_away(void*, const char*, berth_call* call) {
  dup2(0, 3);  // /dev/null
  return done(call);
}
std::int32_t talks_over_its_host(void*, const char*, berth_call*) {
  const std::string noise(1U << 20U, '\0');
  (void)!send(3, noise.data(), noise.size(), MSG_NOSIGNAL);
  sleep_for_ever();
  return BERTH_OK;
}
std::int32_t logs_for_ever(void*, const char*, berth_call* call) {
  const std::string text(8000, 'l');
  for (;;) call->log(call, BERTH_INFO, text.c_str());
}
std::int32_t reports_progress_for_ever(void*, const char*, berth_call* call) {
  for (;;) call->progress(call, "and on and on");
}
std::int32_t prints_for_ever(void*, const char*, berth_call*) {
  const std::string text(1U << 16U, 'p');
  for (;;) (void)!write(2, text.data(), text.size());
}
std::int32_t asks_for_ever(void*, const char*, berth_call* call) {
  for (;;) floods_http(nullptr, "", call);
}

// What it leaves behind.

void child_lives_on(bool in_a_group_of_its_own) {
  if (fork() != 0) return;
  if (in_a_group_of_its_own) setpgid(0, 0);
  signal(SIGTERM, SIG_IGN);
  sleep_for_ever();
}
std::int32_t leaves_a_child(void*, const char*, berth_call*) {
  child_lives_on(false);
  _exit(7);
}
std::int32_t leaves_a_child_in_a_group_of_its_own(void*, const char*, berth_call*) {
  child_lives_on(true);
  _exit(7);
}
std::int32_t leaves_a_child_and_answers(void*, const char*, berth_call* call) {
  child_lives_on(true);
  return done(call);
}
std::int32_t leaves_a_talking_child(void*, const char*, berth_call*) {
  if (fork() == 0) {
    const std::string noise = "{\"type\":\"log\",\"text\":\"I am the child\"}\n";
    while (send(3, noise.data(), noise.size(), MSG_NOSIGNAL) > 0) {
    }
    sleep_for_ever();
  }
  _exit(7);
}
// Moderate: 63 processes in seven groups, each of which lives on.
std::int32_t is_a_fork_bomb(void*, const char*, berth_call*) {
  for (int depth = 0; depth < 6; ++depth)
    if (fork() == 0 && depth == 2) setpgid(0, 0);
  sleep_for_ever();
  return BERTH_OK;
}
std::int32_t leaks_descriptors(void*, const char*, berth_call* call) {
  for (int i = 0; i < 20; ++i) (void)open("/dev/null", O_RDONLY);
  return done(call);
}
std::int32_t uses_up_its_descriptors(void*, const char*, berth_call* call) {
  const rlimit limit{16, 16};
  setrlimit(RLIMIT_NOFILE, &limit);
  while (dup(0) >= 0) {
  }
  return done(call);
}
std::int32_t changes_its_process(void*, const char*, berth_call* call) {
  (void)!chdir("/");
  umask(0);
  setenv("PATH", "/nowhere", 1);
  setenv("LC_ALL", "xx_XX", 1);
  unsetenv("HOME");
  std::setlocale(LC_ALL, "C.UTF-8");
  prctl(PR_SET_NAME, "innocent");
  signal(SIGCHLD, SIG_IGN);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGTERM, SIG_IGN);
  return done(call);
}
std::int32_t prints_zeros(void*, const char*, berth_call* call) {
  const std::string zeros(100'000, '\0');
  (void)!write(1, zeros.data(), zeros.size());
  (void)!write(2, "\xff\xfe\n\r\n\n", 6);
  return done(call);
}

constexpr berth_method methods[] = {
    {"echo", echo},
    {"keeps_its_call", keeps_its_call},
    {"answers_the_kept_call", answers_the_kept_call},
    {"replies_from_a_thread", replies_from_a_thread},
    {"replies_after_return", replies_after_return},
    {"replies_nested", replies_nested},
    {"replies_huge_numbers", replies_huge_numbers},
    {"fails_at_length", fails_at_length},
    {"floods_http", floods_http},
    {"misuses_http", misuses_http},
    {"logs_null", logs_null},
    {"aborts", aborts},
    {"segfaults", segfaults},
    {"overflows_its_stack", overflows_its_stack},
    {"throws_in_a_thread", throws_in_a_thread},
    {"calls_exit", calls_exit},
    {"calls_quick_exit", calls_quick_exit},
    {"uses_up_its_memory", uses_up_its_memory},
    {"replies_and_exits", replies_and_exits},
    {"spins", spins},
    {"hangs_deaf", hangs_deaf},
    {"stops_itself", stops_itself},
    {"closes_its_descriptors", closes_its_descriptors},
    {"closes_its_output_and_hangs", closes_its_output_and_hangs},
    {"gives_its_socket_away", gives_its_socket_away},
    {"talks_over_its_host", talks_over_its_host},
    {"logs_for_ever", logs_for_ever},
    {"reports_progress_for_ever", reports_progress_for_ever},
    {"prints_for_ever", prints_for_ever},
    {"asks_for_ever", asks_for_ever},
    {"leaves_a_child", leaves_a_child},
    {"leaves_a_child_in_a_group_of_its_own", leaves_a_child_in_a_group_of_its_own},
    {"leaves_a_child_and_answers", leaves_a_child_and_answers},
    {"leaves_a_talking_child", leaves_a_talking_child},
    {"is_a_fork_bomb", is_a_fork_bomb},
    {"leaks_descriptors", leaks_descriptors},
    {"uses_up_its_descriptors", uses_up_its_descriptors},
    {"changes_its_process", changes_its_process},
    {"prints_zeros", prints_zeros},
};
constexpr berth_interface test_interface{sizeof(berth_interface),
                                         sizeof methods / sizeof methods[0], methods};
constexpr berth_interface too_small{4, 1, methods};
constexpr berth_interface without_methods{sizeof(berth_interface), 1'000'000, nullptr};

std::int32_t create(const char*, berth_call*, void** self) {
  static int object;
  *self = &object;
  return BERTH_OK;
}

const berth_interface* interface_of(void*, const char* id) {
  if (std::strcmp(id, "berth.too-small/1") == 0) return &too_small;
  if (std::strcmp(id, "berth.empty/1") == 0) return &without_methods;
  return std::strcmp(id, "berth.test/1") == 0 ? &test_interface : nullptr;
}

constexpr berth_plugin plugin{
    sizeof(berth_plugin),
    BERTH_ABI_MINOR,
    R"({"id":"hostile","version":"1.0","name":"Hostile","interfaces":["berth.test/1"],
        "concurrent":4,"config":{}})",
    create,
    nullptr,
    interface_of};

}  // namespace

const berth_plugin* berth_plugin_v1(void) { return &plugin; }
