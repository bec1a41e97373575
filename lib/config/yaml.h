// Parses a YAML document into a tree that knows where each piece stands. Problems name file, line
// and column.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace logsvc::config {

struct YamlMember;

struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  std::string text;     // a scalar's text
  bool quoted = false;  // a scalar in quotes, or a block; never a number or boolean
  int line = 1, column = 1;
  std::vector<YamlNode> items;      // a list's items
  std::vector<YamlMember> members;  // a map's members, in the order written

  bool is_null() const { return kind == Kind::kNull; }
  bool is_map() const { return kind == Kind::kMap; }
  bool is_list() const { return kind == Kind::kList; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  // Returns a key's value; nullptr if it is absent.
  const YamlNode* find(std::string_view key) const;
};

struct YamlMember {
  YamlNode first;  // the key
  YamlNode second;
};

// Parses the first document. Copies aliases and merges <<; depth and size are limited. `path` is
// for messages: "path:3:5: …".
Result<YamlNode> parse_yaml(const std::string& path, const std::string& text);

}  // namespace logsvc::config
