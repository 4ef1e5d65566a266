// How every table of berth.toml is read. Private to this folder: it includes toml++.
#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/load.hpp"
#include "config/secrets.hpp"

namespace berth {

/// Names of one kind, each with its place. A config may have as many as it likes: to look one up
/// takes the same time among ten and among ten thousand.
class Names {
 public:
  /// nullptr: it is new, and known from now on; else the place of the first of this name.
  const Place* add(const std::string& name, const Place& place);
  [[nodiscard]] bool has(const std::string& name) const { return places_.count(name) != 0; }
  [[nodiscard]] bool empty() const { return places_.empty(); }
  /// "did you mean 'x'?", or "": nothing is near, or there are too many to be compared with.
  [[nodiscard]] std::string suggestion_for(std::string_view word) const;

 private:
  std::unordered_map<std::string, Place> places_;
};

/// One reading of one file: where it stands, and what was found wrong so far.
struct Reading {
  std::string file_name;         // as problems show it
  std::filesystem::path folder;  // what relative paths are relative to
  const Environment& environment;
  std::vector<ConfigProblem> problems{};
  std::vector<NamedFile> files{};  // that were read
  Names organizations{};           // that there are, with the place of each

  [[nodiscard]] Place place_of(const toml::source_region& source) const;
  void complain(Place place, std::string sentence, std::string suggestion = {});
  /// Absolute; "~/" is the home folder.
  [[nodiscard]] std::filesystem::path path_of(std::string_view text) const;
  /// As read_text_file() and secret_from_file(); what was found is kept in `files`.
  std::optional<std::string> text_in(const std::filesystem::path& file, std::size_t most_bytes,
                                     std::string& why);
  Secret secret_in(const std::filesystem::path& file);
};

/// A text and where it stands.
struct PlacedText {
  std::string text;
  Place place;
};

/// "a string", "a whole number", …
std::string_view type_text(const toml::node& node);

/// 2, 0.5 or "0.5" as decimal text; nullopt for any other type.
std::optional<std::string> decimal_text_of(const toml::node& node);

/// "did you mean 'x'?", or "" when nothing is near.
std::string suggestion_for(std::string_view word, const std::vector<std::string>& known);

/// Reads one table. A key that is absent leaves its target as it was; a key that is wrong is
/// complained about and leaves it too. Unknown keys are complained about at once.
class TableReader {
 public:
  /// `name` is the table's in known_tables().
  TableReader(Reading& reading, const toml::table& table, std::string_view name);

  [[nodiscard]] Place place() const;
  [[nodiscard]] Place place_of(std::string_view key) const;
  [[nodiscard]] const toml::node* find(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  Reading& reading() { return reading_; }

  /// The key's value is wrong: "'limit' in [provisioning] …".
  void complain(std::string_view key, std::string_view what, std::string suggestion = {});
  /// Complains when the key is absent; true when it is there.
  bool require(std::string_view key, std::string_view example);

  void text(std::string_view key, std::string& into);
  void boolean(std::string_view key, bool& into);
  void whole(std::string_view key, std::int64_t least, std::int64_t most, int& into);
  void duration(std::string_view key, std::int64_t& into_ms);
  void path(std::string_view key, std::filesystem::path& into);
  /// A list of strings; none may be empty or stand twice.
  void texts(std::string_view key, std::vector<std::string>& into);
  /// Program and arguments; an argument may be empty.
  void command(std::string_view key, std::vector<std::string>& into);
  /// Each element with its place.
  std::vector<PlacedText> placed_texts(std::string_view key, bool may_be_empty = false);
  using Parse = std::optional<std::int64_t> (*)(std::string_view text, std::string& why);
  /// An amount of room: 2, 0.5 or "0.5".
  void room(std::string_view key, Parse parse, std::optional<std::int64_t>& into);

  /// One word of a closed list.
  template <class Value>
  void word(std::string_view key, const std::vector<std::pair<std::string, Value>>& words,
            Value& into) {
    std::string given;
    text(key, given);
    if (given.empty()) return;
    std::vector<std::string> known;
    for (const auto& [each, value] : words) {
      if (each == given) {
        into = value;
        return;
      }
      known.push_back(each);
    }
    complain_of_word(key, given, known);
  }

  /// A table inside this one; nullptr: absent (or no table, which is complained about).
  const toml::table* table(std::string_view key);
  /// The tables of a [[list]] inside this one.
  std::vector<const toml::table*> tables(std::string_view key);

 private:
  void complain_of_word(std::string_view key, const std::string& given,
                        const std::vector<std::string>& known);
  void complain_of_type(std::string_view key, std::string_view wanted, std::string suggestion = {});
  void refuse_unknown_keys();
  [[nodiscard]] std::string quoted(std::string_view key) const;

  Reading& reading_;
  const toml::table& table_;
  std::string name_;
};

}  // namespace berth
