#include "logql/stages/template.h"

namespace logsvc::logql {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trim(std::string_view s) {
  const size_t first = s.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(kBlanks) - first + 1);
}

void trim_right(std::string& s) {
  const size_t last = s.find_last_not_of(kBlanks);
  s.resize(last == std::string::npos ? 0 : last + 1);
}

}  // namespace

Result<Template> Template::parse(std::string_view text) {
  Template out;
  while (!text.empty()) {
    const size_t open = text.find("{{");
    std::string literal(text.substr(0, open));
    if (open == std::string_view::npos) {
      out.parts_.push_back({Kind::kText, std::move(literal)});
      break;
    }
    const size_t close = text.find("}}", open);
    if (close == std::string_view::npos) {
      return invalid("invalid line template: template: line:1: unclosed action");
    }
    std::string_view action = text.substr(open + 2, close - open - 2);
    text.remove_prefix(close + 2);
    if (action.starts_with("- ")) {
      action.remove_prefix(1);
      trim_right(literal);
    }
    if (action.ends_with(" -")) {
      action.remove_suffix(1);
      const size_t next = text.find_first_not_of(kBlanks);
      text.remove_prefix(next == std::string_view::npos ? text.size() : next);
    }
    if (!literal.empty()) out.parts_.push_back({Kind::kText, std::move(literal)});
    action = trim(action);
    if (action.starts_with("/*")) continue;
    if (action == "__line__") {
      out.parts_.push_back({Kind::kLine, {}});
    } else if (action == "__timestamp__") {
      out.parts_.push_back({Kind::kTimestamp, {}});
    } else if (action.starts_with(".") && is_label_name(action.substr(1))) {
      out.parts_.push_back({Kind::kField, std::string(action.substr(1))});
    } else {
      return invalid("invalid line template: {{" + std::string(action) +
                     "}}: this release takes {{.field}}, {{__line__}} and {{__timestamp__}}");
    }
  }
  return out;
}

void Template::render(Timestamp timestamp, std::string_view line, const LabelState& labels,
                      std::string& out) const {
  for (const Part& part : parts_) {
    switch (part.kind) {
      case Kind::kText:
        out += part.text;
        break;
      case Kind::kField:
        out += part.text == kErrorLabel ? std::string_view(labels.error()) : labels.get(part.text);
        break;
      case Kind::kLine:
        out += line;
        break;
      case Kind::kTimestamp:
        out += format_rfc3339(timestamp);
        break;
    }
  }
}

}  // namespace logsvc::logql
