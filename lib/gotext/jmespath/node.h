// Holds a parsed JMESPath expression as a tree.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gotext/jmespath/value.h"

namespace logsvc::jmespath {

// Serves for all nodes: each kind says which members it uses.
struct Node {
  enum class Kind {
    kCurrent,     // @, and what stands behind a projection
    kField,       // name
    kLiteral,     // literal
    kSub,         // children: left, right: right on the result of left
    kPipe,        // children: left, right; ends a projection
    kIndex,       // index
    kSlice,       // bounds
    kProjection,  // children: left (an array), right: for each item
    kValues,      // children: left (an object), right: for each value
    kFilter,      // children: left, right, condition
    kFlatten,     // children: left
    kOr,          // children: left, right
    kAnd,         // children: left, right
    kNot,         // children: operand
    kComparison,  // name: the operator; children: left, right
    kMultiList,   // children
    kMultiHash,   // children, names
    kFunction,    // name; children: arguments
    kExpression,  // children: &operand
  };
  Kind kind = Kind::kCurrent;
  std::string name;
  std::vector<std::string> names;
  std::vector<std::unique_ptr<Node>> children;
  Value literal;
  std::shared_ptr<const void> literal_owner;  // what a literal's value borrows
  int64_t index = 0;
  std::optional<int64_t> bounds[3];  // from, to, step
};
using NodePtr = std::unique_ptr<Node>;

}  // namespace logsvc::jmespath
