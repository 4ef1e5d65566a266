// The tables of what is given back: [reap] [scale_down].
#include "config/read.hpp"

namespace berth {

void read_reap(TableReader& root, Configuration& into) {
  const toml::table* table = root.table("reap");
  if (table == nullptr) return;
  TableReader reap(root.reading(), *table, "reap");
  ReapSettings& settings = into.reap;
  reap.duration("every", settings.every_ms);
  reap.duration("grace", settings.grace_ms);
  reap.whole("most_servers", 0, 1'000'000, settings.most_servers);
  reap.whole("most_percent", 0, 100, settings.most_percent);
}

void read_scale_down(TableReader& root, Configuration& into) {
  const toml::table* table = root.table("scale_down");
  if (table == nullptr) return;
  TableReader scale_down(root.reading(), *table, "scale_down");
  ScaleDownRules& rules = into.scale_down;
  scale_down.duration("idle", rules.idle_ms);
  scale_down.duration("max_age", rules.max_age_ms);
  scale_down.whole("max_uses", 1, 1'000'000, rules.max_uses);
  scale_down.duration("drain", rules.drain_ms);
  scale_down.whole("keep", 0, 10'000, rules.keep);
  const std::int64_t limit_ms = into.provisioning.limit_ms;
  if (rules.max_age_ms > 0 && rules.max_age_ms < limit_ms)
    scale_down.complain("max_age",
                        "is " + duration_text(rules.max_age_ms) +
                            ", and to provision one server may take " + duration_text(limit_ms) +
                            " ([provisioning] limit)",
                        "servers would be given back before they are used");
  if (scale_down.has("drain") && rules.max_age_ms == 0 && rules.max_uses == 0)
    scale_down.complain("drain", "has nothing to act on: neither max_age nor max_uses is set",
                        "an idle server has nobody to wait for");
  if (rules.keep > 0 && rules.idle_ms == 0)
    scale_down.complain("keep", "has nothing to act on: idle is not set",
                        "without idle = \"1h\", say, no idle server is given back");
}

}  // namespace berth
