#include "agent/pipeline/inspector.h"

namespace logsvc::agent {
namespace {

constexpr const char* kGreen = "32";
constexpr const char* kRed = "31";
constexpr const char* kYellow = "33";
constexpr const char* kBold = "1";
constexpr const char* kDim = "2";

std::string margin(int depth) { return std::string(2 + 2 * static_cast<size_t>(depth), ' '); }

std::string shown(const ExtractedValue& value) {
  std::string text;
  if (!value_text(value, text)) return "null";
  return std::holds_alternative<std::string>(value) ? quote(text) : text;
}

}  // namespace

std::string Inspector::painted(const char* code, const std::string& text) const {
  if (!colours_) return text;
  return std::string("\x1B[") + code + "m" + text + "\x1B[0m";
}

void Inspector::before(const std::string& stage, int depth, const PipelineEntry& entry) {
  if (depth == 0 && open_.empty()) {
    write_(painted(kBold, "line") + "  " + entry.line + "\n" + margin(0) +
           painted(kDim, "labels " + format_labels(entry.labels) + "  time " +
                             format_rfc3339(entry.timestamp)) +
           "\n");
  }
  open_.push_back({stage, entry});
}

void Inspector::change(int depth, char sign, const std::string& name, const std::string& was,
                       const std::string& is) {
  changed_ = true;
  const char* colour = sign == '+' ? kGreen : sign == '-' ? kRed : kYellow;
  std::string text = std::string(1, sign) + name;
  if (sign == '+') text += ": " + is;
  if (sign == '-') text += ": " + was;
  if (sign == '~') text += ": " + was + " -> " + is;
  write_(margin(depth + 1) + painted(colour, text) + "\n");
}

void Inspector::compare(int depth, const std::string& prefix, const Labels& was, const Labels& is) {
  for (const Label& label : is) {
    const std::string* old = find_label(was, label.name);
    if (!old) {
      change(depth, '+', prefix + label.name, "", quote(label.value));
    } else if (*old != label.value) {
      change(depth, '~', prefix + label.name, quote(*old), quote(label.value));
    }
  }
  for (const Label& label : was) {
    if (!find_label(is, label.name)) {
      change(depth, '-', prefix + label.name, quote(label.value), "");
    }
  }
}

void Inspector::compare_extracted(int depth, const Extracted& was, const Extracted& is) {
  for (const auto& [name, value] : is) {
    const ExtractedValue* old = was.find(name);
    if (!old) {
      change(depth, '+', "extracted." + name, "", shown(value));
    } else if (shown(*old) != shown(value)) {
      change(depth, '~', "extracted." + name, shown(*old), shown(value));
    }
  }
  for (const auto& [name, value] : was) {
    if (!is.has(name)) change(depth, '-', "extracted." + name, shown(value), "");
  }
}

void Inspector::after(const std::string& stage, int depth, const PipelineEntry* entry) {
  write_(margin(depth) + painted(kBold, stage) + "\n");
  if (!entry) {
    write_(margin(depth + 1) + painted(kRed, "nothing goes on: dropped, or held for a block") +
           "\n");
    if (!open_.empty()) open_.pop_back();
    return;
  }
  // A block that a later line releases has no input entry of its own.
  const PipelineEntry was = open_.empty() ? PipelineEntry() : std::move(open_.back().entry);
  if (!open_.empty()) open_.pop_back();
  changed_ = false;
  if (was.line != entry->line) change(depth, '~', "line", quote(was.line), quote(entry->line));
  if (was.timestamp != entry->timestamp) {
    change(depth, '~', "time", format_rfc3339(was.timestamp), format_rfc3339(entry->timestamp));
  }
  compare(depth, "label.", was.labels, entry->labels);
  compare(depth, "metadata.", was.metadata, entry->metadata);
  compare_extracted(depth, was.extracted, entry->extracted);
  if (!changed_) write_(margin(depth + 1) + painted(kDim, "no change") + "\n");
}

}  // namespace logsvc::agent
