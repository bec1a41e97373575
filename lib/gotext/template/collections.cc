#include "gotext/template/collections.h"

#include <algorithm>

namespace logsvc::tmpl {
namespace {

// Checks every part of a value, each as often as it occurs.
class PartCheck {
 public:
  explicit PartCheck(const Map* holder) : holder_(holder) {}

  Status visit(const Value& v, int depth) {
    if (depth > kMaxNesting) return invalid("the value is nested too deeply");
    if (++seen_ > kMaxParts) return invalid("the value has too many parts");
    if (const List* list = v.list()) {
      for (const Value& item : *list) RETURN_IF_ERROR(visit(item, depth + 1));
    } else if (const Map* map = v.map()) {
      if (map == holder_) return invalid("a map cannot hold itself");
      for (const auto& member : *map) RETURN_IF_ERROR(visit(member.second, depth + 1));
    }
    return {};
  }

 private:
  const Map* holder_;
  size_t seen_ = 0;
};

class Comparison {
 public:
  Result<bool> equal(const Value& a, const Value& b, int depth) {
    if (depth > kMaxNesting) return invalid("the value is nested too deeply");
    if (++seen_ > kMaxParts) return invalid("the value has too many parts");
    if (std::string_view(a.type_name()) != b.type_name()) return false;
    if (const List* list = a.list()) return same_list(*list, *b.list(), depth);
    if (const Map* map = a.map()) return same_map(*map, *b.map(), depth);
    if (const auto* time = a.as<GoTime>()) return time->compare(*b.as<GoTime>()) == 0;
    if (const auto* text = a.text()) return *text == *b.text();
    if (const auto* integer = a.as<Integer>()) return integer->number == b.as<Integer>()->number;
    if (const auto* number = a.as<double>()) return *number == *b.as<double>();
    return a.printed() == b.printed();
  }

 private:
  Result<bool> same_list(const List& a, const List& b, int depth) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      ASSIGN_OR_RETURN(const bool same, equal(a[i], b[i], depth + 1));
      if (!same) return false;
    }
    return true;
  }
  Result<bool> same_map(const Map& a, const Map& b, int depth) {
    if (a.size() != b.size()) return false;
    for (auto x = a.begin(), y = b.begin(); x != a.end(); ++x, ++y) {
      if (x->first != y->first) return false;
      ASSIGN_OR_RETURN(const bool same, equal(x->second, y->second, depth + 1));
      if (!same) return false;
    }
    return true;
  }
  size_t seen_ = 0;
};

}  // namespace

Result<const List*> list_in(const Value& v, const char* function) {
  if (const List* list = v.list()) return list;
  return invalid(std::string("Cannot find ") + function + " on type " + kind_name(v));
}

Result<const Map*> map_in(const Value& v) {
  if (const Map* map = v.map()) return map;
  return invalid(std::string("wrong type for value; expected map[string]interface {}; got ") +
                 (v.is_nil() ? "nil" : v.type_name()));
}

Status check_part(const Value& v, const Map* holder) { return PartCheck(holder).visit(v, 0); }

Status put(const Map* map, const std::string& key, const Value& value) {
  RETURN_IF_ERROR(check_part(value, map));
  if (map->size() >= kMaxElements && map->find(key) == map->end()) {
    return invalid("the map has too many members");
  }
  // map_of() makes all maps of templates, none of them as a constant.
  const_cast<Map*>(map)->insert_or_assign(key, value);
  return {};
}

Result<bool> deep_equal(const Value& a, const Value& b) { return Comparison().equal(a, b, 0); }

const char* kind_name(const Value& v) {
  if (v.is_nil()) return "invalid";
  if (v.list()) return "slice";
  if (v.map() || v.labels()) return "map";
  if (v.as<GoTime>()) return "struct";
  const auto* integer = v.as<Integer>();
  if (!integer) return v.type_name()[0] == '*' ? "ptr" : v.type_name();
  if (integer->type == Integer::Type::kDuration) return "int64";
  return integer->has_words() ? "int" : v.type_name();
}

}  // namespace logsvc::tmpl
