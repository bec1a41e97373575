// Holds values that JMESPath expressions give: places in a JSON text, and what functions make of
// them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "extract/json_tree.h"

namespace logsvc::jmespath {

struct Node;
class Value;
using List = std::vector<Value>;
using Hash = std::vector<std::pair<std::string, Value>>;  // in the order made

enum class Type { kNull, kBoolean, kNumber, kString, kArray, kObject, kExpression };
const char* type_name(Type type);

// A value whose copies share lists and hashes. A place borrows its tree.
class Value {
 public:
  struct Place {
    const extract::JsonTree* tree;
    extract::JsonTree::Index node;
  };

  Value() = default;  // null
  explicit Value(bool b) : state_(b) {}
  explicit Value(double d) : state_(d) {}
  explicit Value(std::string s) : state_(std::move(s)) {}
  explicit Value(Place place) : state_(place) {}
  explicit Value(List list) : state_(std::make_shared<const List>(std::move(list))) {}
  explicit Value(Hash hash) : state_(std::make_shared<const Hash>(std::move(hash))) {}
  explicit Value(const Node* expression) : state_(expression) {}

  Type type() const;
  bool is_null() const { return type() == Type::kNull; }
  // Returns false for null, false, "", [] and {}.
  bool is_true() const;
  bool boolean() const;        // a boolean's
  double number() const;       // a number's
  std::string string() const;  // a string's
  const Node* expression() const { return std::get<const Node*>(state_); }
  // Returns a number as it is written in the text; empty for anything else.
  std::string_view written() const;

  List items() const;    // an array's
  Hash members() const;  // an object's; a key given twice has its last value
  Value member(std::string_view key) const;
  size_t size() const;  // an array's or object's

  // Appends compact JSON as Go's encoder writes it: <, > and & as \u escapes, numbers in their
  // shortest form.
  void append_json(std::string& out) const;
  bool operator==(const Value& other) const;

 private:
  std::variant<std::monostate, bool, double, std::string, Place, std::shared_ptr<const List>,
               std::shared_ptr<const Hash>, const Node*>
      state_;
};

}  // namespace logsvc::jmespath
