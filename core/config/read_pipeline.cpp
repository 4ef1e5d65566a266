// [[pipeline]]: the stages in their order, each with its own settings.
#include <algorithm>
#include <stdexcept>

#include "config/read.hpp"

namespace berth {

namespace {

/// Which key belongs to which stages: the same key elsewhere would be believed to do something.
struct Owned {
  std::string_view key;
  std::vector<std::string_view> stages;
};

const std::vector<Owned>& owned_keys() {
  static const std::vector<Owned> table{
      {"headroom_percent", {"sizing"}},
      {"minimum", {"sizing"}},
      {"price_cap", {"selection", "approval"}},
      {"providers", {"selection"}},
  };
  return table;
}

void refuse_foreign_keys(TableReader& reader, const std::string& stage) {
  for (const Owned& owned : owned_keys()) {
    const auto& stages = owned.stages;
    if (!reader.has(owned.key) || std::find(stages.begin(), stages.end(), stage) != stages.end())
      continue;
    std::string homes;
    for (const std::string_view each : stages)
      homes += (homes.empty() ? "'" : " or '") + std::string(each) + "'";
    reader.complain(owned.key, "means nothing to the stage '" + stage + "'",
                    "it belongs to the stage " + homes);
  }
}

void read_minimum(TableReader& stage, Room& into) {
  const toml::table* table = stage.table("minimum");
  if (table == nullptr) return;
  TableReader minimum(stage.reading(), *table, "pipeline.minimum");
  std::optional<std::int64_t> cpu;
  std::optional<std::int64_t> memory;
  std::optional<std::int64_t> disk;
  minimum.room("cpu", parse_cores, cpu);
  minimum.room("memory", parse_memory_gb, memory);
  minimum.room("disk", parse_disk_gb, disk);
  into = {cpu.value_or(into.millicores), memory.value_or(into.memory_mib),
          disk.value_or(into.disk_mib)};
}

bool has_rate(const Configuration& configuration, const std::string& currency) {
  return currency == configuration.currency ||
         std::any_of(configuration.rates.begin(), configuration.rates.end(),
                     [&](const CurrencyRate& rate) { return rate.currency == currency; });
}

void read_price_cap(TableReader& stage, const Configuration& configuration,
                    std::optional<Money>& into) {
  const toml::table* table = stage.table("price_cap");
  if (table == nullptr) return;
  TableReader reader(stage.reading(), *table, "pipeline.price_cap");
  Money cap;
  cap.currency = configuration.currency;
  reader.text("currency", cap.currency);
  if (!has_rate(configuration, cap.currency))
    reader.complain("currency",
                    "is " + cap.currency + ", and [currency] has no rate for it",
                    "offers are compared in " + configuration.currency);
  if (!reader.require("amount", "\"50\"")) return;
  const auto decimal = decimal_text_of(*reader.find("amount"));
  const auto nanos = decimal ? nanos_of_decimal(*decimal) : std::nullopt;
  if (!nanos || *nanos <= 0)
    return reader.complain("amount", "must be an amount above zero, per month", "as in \"50\"");
  cap.nanos = *nanos;
  into = cap;
}

/// A plugin that no account uses would silently leave nothing to choose from. Where accounts can be
/// added at run time, one may come.
void read_providers(TableReader& stage, const Configuration& configuration,
                    std::vector<std::string>& into) {
  stage.texts("providers", into);
  if (!configuration.credentials.key_file.empty()) return;
  if (!stage.has("providers")) return;
  Names known;
  for (const AccountSettings& account : configuration.accounts)
    known.add(account.plugin, account.place);
  for (const PlacedText& each : stage.placed_texts("providers"))
    if (!known.has(each.text))
      stage.reading().complain(each.place, "no account has the plugin '" + each.text + "'",
                               known.suggestion_for(each.text));
}

std::vector<StageSettings> default_pipeline() {
  std::vector<StageSettings> stages;
  for (const StageKind& kind : stage_table()) {
    StageSettings settings;
    settings.stage = kind.name;
    stages.push_back(std::move(settings));
  }
  return stages;
}

/// The words that name stages; a wrong one is complained about where it stands.
bool is_stage(TableReader& reader, const std::string& name) {
  std::vector<std::string> known;
  for (const StageKind& kind : stage_table()) known.emplace_back(kind.name);
  if (std::find(known.begin(), known.end(), name) != known.end()) return true;
  std::string all;
  for (const std::string& each : known) all += (all.empty() ? "" : ", ") + each;
  reader.complain("stage", "is '" + name + "', and must be one of: " + all,
                  suggestion_for(name, known));
  return false;
}

}  // namespace

void read_pipeline(TableReader& root, Configuration& into) {
  const auto tables = root.tables("pipeline");
  if (tables.empty()) {
    into.pipeline = default_pipeline();
    return;
  }
  bool all_known = true;
  Names stages;
  for (const toml::table* table : tables) {
    TableReader reader(root.reading(), *table, "pipeline");
    StageSettings stage;
    if (reader.require("stage", "\"sizing\"")) reader.text("stage", stage.stage);
    if (stage.stage.empty() || !is_stage(reader, stage.stage)) {
      all_known = false;
      continue;
    }
    refuse_foreign_keys(reader, stage.stage);
    if (const Place* same = stages.add(stage.stage, reader.place())) {
      reader.complain("stage", "is '" + stage.stage + "', as of the one at " + same->text(),
                      "a stage stands once");
      all_known = false;  // and what it says is not looked at
      continue;
    }
    reader.whole("headroom_percent", 0, 1000, stage.headroom_percent);
    read_minimum(reader, stage.minimum);
    read_price_cap(reader, into, stage.price_cap);
    if (stage.stage == "approval" && stage.price_cap && stages.has("selection"))
      reader.complain("price_cap",
                      "means nothing to 'approval' after 'selection', which asks for the price of "
                      "the offer itself",
                      "put it on the stage 'selection'");
    read_providers(reader, into, stage.providers);
    into.pipeline.push_back(std::move(stage));
  }
  if (!all_known) return;  // the order of the others would be judged wrongly
  try {
    const Pipeline checked(into.pipeline);
  } catch (const std::invalid_argument& error) {
    root.reading().complain(root.place_of("pipeline"), error.what());
  }
}

}  // namespace berth
