// Holds a parsed template as a tree, after Go's text/template/parse.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gotext/template/value.h"

namespace logsvc::tmpl {

struct Node;
using NodePtr = std::unique_ptr<Node>;

// Serves for all nodes: each kind says which members it uses.
struct Node {
  enum class Kind {
    // statements
    kList,      // children
    kText,      // text
    kAction,    // pipe
    kIf,        // pipe, body, otherwise
    kWith,      // pipe, body, otherwise
    kRange,     // pipe, body, otherwise
    kTemplate,  // text (name), pipe or none
    kBreak,
    kContinue,
    // expressions
    kPipe,        // variables, assign, children (commands)
    kCommand,     // children (arguments)
    kField,       // names: .a.b
    kVariable,    // names: $x.a
    kChain,       // children[0] and names: (…).a
    kIdentifier,  // text: a function
    kDot,
    kNil,
    kConstant,  // value; text as written
  };
  Kind kind = Kind::kList;
  size_t position = 0;  // bytes from the start of the template
  std::string text;
  std::vector<std::string> names;
  std::vector<NodePtr> children;
  std::vector<std::string> variables;  // a pipe's: $i, $v
  bool assign = false;                 // = instead of :=
  NodePtr pipe, body, otherwise;
  Value value;
  // These say what a number can stand for.
  bool is_integer = false;
  bool is_float = false;
  int64_t integer = 0;
  double floating = 0;

  // Returns the node as error messages show it.
  std::string to_string() const;
};

// Holds a text with all templates it defines; "" names the main one.
struct Tree {
  std::string name;  // in messages: line, label
  std::string text;
  std::map<std::string, NodePtr> templates;
};

}  // namespace logsvc::tmpl
