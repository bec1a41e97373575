// Holds a JSON text as a flat list of nodes, parsed once and read by index: strings are unescaped
// and numbers converted only where they are asked for. It is strict (RFC 8259) except that bytes
// inside strings need not be UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_cursor.h"

namespace logsvc::extract {

class JsonTree {
 public:
  using Kind = JsonKind;
  using Index = uint32_t;  // of a node; 0 is the whole text

  // Returns false if the text is not one JSON value, with or without blanks around it. Borrows the
  // text; reuses memory. Texts of 4 GiB and more, and nesting beyond 10000, are refused.
  bool parse(std::string_view text);

  Kind kind(Index node) const { return nodes_[node].kind; }
  // Returns the text of the value as written; for a string without its quotes, still escaped.
  std::string_view raw(Index node) const {
    const Node& n = nodes_[node];
    return text_.substr(n.begin, n.end - n.begin);
  }
  // Appends an unescaped string. Lone surrogates become U+FFFD.
  void append_string(Index node, std::string& out) const;
  bool string_equals(Index node, std::string_view text) const;
  double number(Index node) const;

  // Returns the first child. Children of an object come as key, value, key, value …; those of an
  // array as they stand.
  Index first_child(Index node) const { return node + 1; }
  // Returns the node behind the value and everything in it.
  Index after(Index node) const { return nodes_[node].after; }
  // Returns the value of a key, the last one if the key occurs more than once; 0 if it does not
  // occur.
  Index member(Index object, std::string_view key) const;

 private:
  struct Node {
    Kind kind;
    bool escaped;
    uint32_t begin, end;
    Index after;
  };
  void add(const JsonScalar& scalar);

  std::string_view text_;
  std::vector<Node> nodes_;
  std::vector<Index> open_;
  mutable std::string scratch_;
};

}  // namespace logsvc::extract
