#include "journal/journal.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "request/plain_text.hpp"

namespace berth {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: break;
  }
  return spdlog::level::err;
}

class SpdlogJournal final : public Journal {
 public:
  SpdlogJournal(LogLevel least, spdlog::sink_ptr sink) : logger_("berth", std::move(sink)) {
    logger_.set_level(level_of(least));
    logger_.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    logger_.flush_on(spdlog::level::info);
  }
  void write(LogLevel level, std::string_view text) override {
    // A line is a line: no text in it begins another one, whoever wrote it.
    logger_.log(level_of(level), "{}", plain_line(text));
  }

 private:
  spdlog::logger logger_;  // unregistered: an embedder's own spdlog is not touched
};

class SilentJournal final : public Journal {
 public:
  void write(LogLevel, std::string_view) override {}
};

}  // namespace

std::unique_ptr<Journal> open_journal(LogLevel least, const std::string& file) {
  spdlog::sink_ptr sink;
  if (file.empty())
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  else
    sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
  return std::make_unique<SpdlogJournal>(least, std::move(sink));
}

std::unique_ptr<Journal> silent_journal() { return std::make_unique<SilentJournal>(); }

}  // namespace berth
