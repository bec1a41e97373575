#include "server/explore/detected_fields.h"

#include <algorithm>

#include "extract/json_string.h"
#include "server/explore/field_type.h"
#include "server/explore/json_path.h"

namespace logsvc::server {
namespace {

constexpr std::string_view kExtracted = "_extracted";

bool has_label(const Labels& labels, std::string_view name) {
  return std::any_of(labels.begin(), labels.end(),
                     [&](const Label& label) { return label.name == name; });
}

bool is_error_label(std::string_view name) {
  return name == "__error__" || name == "__error_details__" || name == "__preserve_error__";
}

}  // namespace

Status FieldDetector::add(const logql::ResultStream& stream, const logql::QueryRun& run) {
  for (const logql::ResultEntry& entry : stream.entries) {
    RETURN_IF_ERROR(run.cancellation.check());
    // The line is held twice: as a whole and in pieces.
    if (run.memory) RETURN_IF_ERROR(run.memory->hold(2 * entry.line.size()));
    add_entry(stream.labels, entry);
  }
  return {};
}

FieldDetector::SeenField* FieldDetector::field(const std::string& name) {
  const auto found = fields_.find(name);
  if (found != fields_.end()) return &found->second;
  if (fields_.size() >= max_fields_) return nullptr;
  SeenField& seen = fields_[name];
  seen.field.name = name;
  return &seen;
}

// The type is that of the value seen last.
void FieldDetector::note(SeenField& seen, const std::string& value) {
  seen.field.type = field_type(value);
  seen.field.values.insert(value);
}

const char* FieldDetector::parse(const std::string& line, const Labels& stream_labels,
                                 Parsed& out) {
  const auto keep = [&](std::string_view key, std::string_view value, bool keep_empty) {
    if (key.empty() || (value.empty() && !keep_empty)) return true;
    std::string name(key);
    if (has_label(stream_labels, name)) name += kExtracted;
    out.emplace(std::move(name), value);
    return true;
  };
  const char* fault = json_.read(
      line, [&](std::string_view key, std::string_view value) { return keep(key, value, true); });
  if (!fault) return "json";
  out.clear();
  logfmt_.read(line, false, [&](std::string_view key, std::string_view value) {
    std::string text(value);
    extract::blank_out_bad_runes(text);
    return keep(key, text, false);
  });
  return "logfmt";
}

void FieldDetector::add_entry(const Labels& stream_labels, const logql::ResultEntry& entry) {
  for (const Label& label : entry.metadata) {
    if (SeenField* seen = field(label.name)) note(*seen, label.value);
  }
  Parsed parsed;
  const std::string parser = parse(entry.line, stream_labels, parsed);
  const size_t from_line = parsed.size();
  for (const Label& label : entry.parsed) {
    if (!is_error_label(label.name)) parsed.emplace(label.name, label.value);
  }
  if (from_line == 0 && parsed.empty()) return;
  const auto line = std::make_shared<const std::string>(entry.line);
  for (const auto& [name, value] : parsed) {
    SeenField* seen = field(name);
    if (!seen) continue;
    note(*seen, value);
    auto& parsers = seen->field.parsers;
    if (std::find(parsers.begin(), parsers.end(), parser) == parsers.end()) {
      parsers.push_back(parser);
    }
    if (parser != "json") continue;
    seen->json_line = line;
    const bool renamed = name.ends_with(kExtracted) &&
                         has_label(stream_labels, name.substr(0, name.size() - kExtracted.size()));
    seen->json_name = renamed ? name.substr(0, name.size() - kExtracted.size()) : name;
  }
}

Result<std::vector<DetectedField>> FieldDetector::take(const Cancellation& cancellation) {
  std::vector<DetectedField> out;
  for (auto& [name, seen] : fields_) {
    RETURN_IF_ERROR(cancellation.check());
    if (seen.json_line) seen.field.json_path = json_path(*seen.json_line, seen.json_name);
    out.push_back(std::move(seen.field));
  }
  fields_.clear();
  return out;
}

}  // namespace logsvc::server
