// A part of the lines, for somebody who may not see them all, or not as they are. Plain data.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/log_source.h"
#include "model/matcher.h"

namespace logsvc::insight {

// Hides what is secret in a text: returns false if there is nothing, else fills `out`. Called from
// several threads.
using TextMask = std::function<bool(std::string_view text, std::string& out)>;

struct Part {
  std::string key;                          // equal parts have equal keys; empty: the whole
  std::vector<Matcher> matchers;            // on stream labels; all hold
  std::shared_ptr<const LogSource> stored;  // what is stored of it, not masked
  TextMask mask;                            // null: texts are shown as they are

  bool is_whole() const { return key.empty(); }
};

}  // namespace logsvc::insight
