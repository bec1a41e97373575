// Renders templates of the agent, for tests of the functions that sprig has.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "gotext/template/collections.h"
#include "gotext/template/template.h"

namespace logsvc::tmpl {

// Returns the output of an agent's template on {a: A-text, n: "7"}, or the end of the message if it
// fails.
inline std::string sprig(const std::string& text) {
  auto parsed = Template::parse("t", text, Dialect::kPromtail);
  if (!parsed.ok()) return parsed.error().message;
  Map data;
  data.emplace("a", Value::string("A-text"));
  data.emplace("n", Value::string("7"));
  std::string out;
  const Status status = parsed->render(map_of(std::move(data)), out);
  if (status.ok()) return out;
  const std::string& message = status.error().message;
  const size_t at = message.find(">: ");
  return at == std::string::npos ? message : message.substr(at + 3);
}

// Lists calls and what each gives.
using Calls = std::vector<std::pair<std::string, std::string>>;
inline void check_calls(const Calls& calls) {
  for (const auto& one : calls) {
    CAPTURE(one.first);
    CHECK(sprig("{{ " + one.first + " }}") == one.second);
  }
}

}  // namespace logsvc::tmpl
