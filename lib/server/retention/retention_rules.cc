#include "server/retention/retention_rules.h"

#include <charconv>
#include <string>

#include "logql/engine.h"

namespace logsvc::server {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// Returns the part up to the brace that closes the selector at the beginning; npos if there is
// none.
size_t selector_end(std::string_view text) {
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quote) {
      if (text[i] == '\\' && quote == '"') {
        ++i;
      } else if (text[i] == quote) {
        quote = 0;
      }
    } else if (text[i] == '"' || text[i] == '`') {
      quote = text[i];
    } else if (text[i] == '}') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

Result<store::RetentionRule> parse_rule(const std::string& selector, std::string_view rest) {
  store::RetentionRule rule;
  ASSIGN_OR_RETURN(rule.selector, logql::parse_selector(selector, false));
  rest = trim(rest);
  const size_t blank = rest.find_first_of(kBlanks);
  ASSIGN_OR_RETURN(rule.period, parse_duration(rest.substr(0, blank)));
  if (rule.period != 0 && rule.period < kDay) return invalid("the period must be at least 24h");
  if (blank == std::string_view::npos) return rule;
  const std::string_view priority = trim(rest.substr(blank));
  const auto [end, failure] =
      std::from_chars(priority.data(), priority.data() + priority.size(), rule.priority);
  if (failure != std::errc() || end != priority.data() + priority.size()) {
    return invalid("expected a priority, found \"" + std::string(priority) + "\"");
  }
  return rule;
}

}  // namespace

Result<std::vector<store::RetentionRule>> parse_retention_rules(std::string_view text) {
  std::vector<store::RetentionRule> out;
  while (true) {
    // A YAML list comes with commas between its items.
    while (!text.empty() &&
           (kBlanks.find(text[0]) != std::string_view::npos || text[0] == ';' || text[0] == ',')) {
      text.remove_prefix(1);
    }
    if (text.empty()) return out;
    const size_t end = text[0] == '{' ? selector_end(text) : std::string_view::npos;
    if (end == std::string_view::npos) {
      return invalid("expected {selector} PERIOD [PRIORITY], found \"" + std::string(text) + "\"");
    }
    const std::string selector(text.substr(0, end));
    const size_t stop = std::min(text.find_first_of(";,", end), text.size());
    auto rule = parse_rule(selector, text.substr(end, stop - end));
    if (!rule.ok()) return invalid("rule " + selector + ": " + rule.error().message);
    out.push_back(std::move(*rule));
    text.remove_prefix(stop);
  }
}

}  // namespace logsvc::server
