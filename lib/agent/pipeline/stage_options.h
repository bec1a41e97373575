// Reads the options of a stage as Promtail does: names in any case, unknown ones ignored (with a
// warning), and YAML 1.1 scalars that are not text refused where a text is wanted.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/yaml_reader.h"

namespace logsvc::agent {

class StageOptions {
 public:
  // weak: accepts numbers and booleans written as text, and the reverse.
  StageOptions(const config::YamlNode& node, std::string stage, config::Problems& problems,
               bool weak = false);

  // Absent and null values give the default. A wrong type becomes an error of status().
  std::optional<std::string> text(const std::string& key);
  bool flag(const std::string& key, bool fallback);
  double number(const std::string& key, double fallback);
  int64_t integer(const std::string& key, int64_t fallback);
  // Reads a text, or a list of texts.
  std::vector<std::string> texts(const std::string& key);
  // Pairs of name and text; nullopt for null.
  using Pairs = std::vector<std::pair<std::string, std::optional<std::string>>>;
  Pairs pairs(const std::string& key);
  const config::YamlNode* node(const std::string& key);  // nullptr if absent or null

  // Reads all of the options as one map or list (labels, labeldrop, …).
  Pairs all_pairs() { return pairs_of(node_, ""); }
  std::vector<std::string> all_texts() { return texts_of(node_, ""); }

  // Returns kInvalid: "file:3:5: invalid json stage config: why".
  Error fault(const std::string& why) const;
  Error fault_at(const config::YamlNode& at, const std::string& why) const;
  // Returns the first wrong type.
  Status types() const { return first_ ? Status(*first_) : Status(); }
  // Returns the same for options that are a map, and warns about unknown keys.
  Status status();

  config::Problems& problems() { return problems_; }

 private:
  bool is_text(const config::YamlNode& node) const;
  std::string weak_text(const config::YamlNode& value, const std::string& key);
  void wrong(const config::YamlNode& node, const std::string& key, const char* expected);
  Pairs pairs_of(const config::YamlNode& node, const std::string& key);
  std::vector<std::string> texts_of(const config::YamlNode& node, const std::string& key);

  const config::YamlNode& node_;
  const std::string stage_;
  config::Problems& problems_;
  const bool weak_;
  std::vector<std::string> known_;
  std::optional<Error> first_;
};

}  // namespace logsvc::agent
