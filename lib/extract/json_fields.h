// Reads the fields of a JSON line as flat names: nested keys are joined with _, as `| json` does.
// It is incremental: what was read before a fault has been delivered. It follows Loki 3.7.6.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/json_cursor.h"

namespace logsvc::extract {

class JsonFields {
 public:
  // Is called for each string, number and boolean with its joined, sanitised key; strings are
  // unescaped. Views live during the call. Return false to stop.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;

  // Says whether to look into the object of that joined key.
  using Enter = std::function<bool(std::string_view key)>;

  // Returns nullptr, or the text of the fault (a constant). It reuses buffers, so each thread needs
  // its own object.
  const char* read(std::string_view line, const Visit& visit, const Enter& enter = {});
  // Tells visit whether the value is a string, and its own key as written.
  bool value_is_string() const { return value_is_string_; }
  std::string_view raw_key() const { return raw_key_; }
  // Tells visit and enter the number of objects around the value, not counting the line itself.
  size_t depth() const { return depth_; }

 private:
  const char* object(const Visit& visit, int depth);
  const char* value(const Visit& visit, int depth, bool named);
  const char* string(std::string& out, bool& well_formed);

  JsonCursor cursor_;
  std::string key_;
  std::string raw_key_;
  std::string value_;
  const Enter* enter_ = nullptr;
  bool stopped_ = false;
  bool value_is_string_ = false;
  size_t depth_ = 0;
};

// Keeps [A-Za-z0-9_], turns every other character into _, and puts _ in front of a leading digit.
void append_sanitised(std::string& out, std::string_view key, bool at_start);

}  // namespace logsvc::extract
