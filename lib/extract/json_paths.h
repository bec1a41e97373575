// Reads the values at given paths of a JSON line, as `| json x="a.b[0]"` does. It follows Loki
// 3.7.6.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_cursor.h"
#include "base/result.h"

namespace logsvc::extract {

// Is one step of a path: the member of an object, or the element of an array.
struct JsonStep {
  std::string key;
  int64_t index = -1;  // >= 0: an element
};
using JsonPath = std::vector<JsonStep>;

// Reads a.b["c d"][0]; kInvalid has Loki's wording ("syntax error: unexpected DOT, expecting
// FIELD").
Result<JsonPath> parse_json_path(std::string_view text);

class JsonPaths {
 public:
  explicit JsonPaths(std::vector<JsonPath> paths) : paths_(std::move(paths)) {}

  // visit is called for the first value at each path that exists: strings are unescaped, objects as
  // written, null is empty. read() returns nullptr, or the fault (a constant) of a value that
  // cannot be read.
  using Visit = std::function<void(size_t path, std::string_view value)>;
  const char* read(std::string_view line, const Visit& visit);

 private:
  using Active = std::vector<size_t>;  // paths that lead here
  bool value(const Active& active, size_t depth, const Visit& visit);
  bool object(const Active& active, size_t depth, const Visit& visit);
  bool array(const Active& active, size_t depth, const Visit& visit);
  bool member(const Active& next, size_t depth, const Visit& visit);
  bool take(size_t first, const Active& ending, const Visit& visit);
  bool skip_value();

  const std::vector<JsonPath> paths_;
  std::vector<bool> found_;
  JsonCursor cursor_;
  size_t left_ = 0;
  const char* fault_ = nullptr;
  std::string key_, value_;
};

}  // namespace logsvc::extract
