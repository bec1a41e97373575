// Makes and changes lists and maps for the functions of templates, within bounds.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"
#include "gotext/template/value.h"

namespace logsvc::tmpl {

inline constexpr size_t kMaxElements = 10'000;  // in a list or map that a function fills
inline constexpr size_t kMaxParts = 100'000;    // in a value that becomes part of another
inline constexpr int kMaxNesting = 1'000;       // lists and maps inside each other

inline Value list_of(List items) { return Value(std::make_shared<const List>(std::move(items))); }

// Makes a map that set and merge may change later on.
inline Value map_of(Map members) {
  return Value(std::shared_ptr<const Map>(std::make_shared<Map>(std::move(members))));
}

Result<const List*> list_in(const Value& v, const char* function);
Result<const Map*> map_in(const Value& v);

// Checks whether the value may become part of another: not nested too deeply, without too many
// parts, and without `holder` anywhere inside it, which would then contain itself.
Status check_part(const Value& v, const Map* holder = nullptr);

// Sets a member of the map, which must come from map_of().
Status put(const Map* map, const std::string& key, const Value& value);

// Behaves as Go's reflect.DeepEqual.
Result<bool> deep_equal(const Value& a, const Value& b);

// Returns Go's reflect.Kind of the value: string, int, slice, map, invalid.
const char* kind_name(const Value& v);

}  // namespace logsvc::tmpl
