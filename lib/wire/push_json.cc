#include "wire/push_json.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "base/any_case.h"
#include "wire/json_message.h"
#include "wire/metadata.h"

namespace logsvc::wire {
namespace {

namespace dom = simdjson::dom;

std::string place(size_t stream) { return "streams[" + std::to_string(stream) + "]"; }
std::string place(size_t stream, size_t value) {
  return place(stream) + ".values[" + std::to_string(value) + "]";
}

// Keeps the parser and its document together.
struct Document {
  dom::parser parser;
  dom::element root;
};

Status parse(std::string& body, Document& document) {
  if (body.empty()) return invalid("EOF");
  ASSIGN_OR_RETURN(document.root, parse_json(body, document.parser, "the push body"));
  if (!document.root.is_object() && !document.root.is_null()) {
    return invalid("the push body is not a JSON object");
  }
  return {};
}

// Returns the elements of a list; missing and null mean an empty one. If a name comes twice, all
// elements are taken. Names are compared without regard to case, as Go's programs do.
Result<std::vector<dom::element>> list_member(const dom::element& object, const char* name,
                                              const std::string& where) {
  std::vector<dom::element> out;
  for (const auto& [found, value] : dom::object(object)) {
    dom::array array;
    if (!equals_any_case(found, name) || value.is_null()) continue;
    if (value.get(array) != simdjson::SUCCESS) {
      return invalid(where + ": \"" + name + "\" is not a list");
    }
    out.reserve(out.size() + array.size());
    for (const dom::element element : array) out.push_back(element);
  }
  return out;
}

// Finds the last member of the name; returns false if there is none, or it is null.
bool find_member(const dom::element& object, const char* name, dom::element& out) {
  bool found = false;
  for (const auto& [key, value] : dom::object(object)) {
    if (!equals_any_case(key, name)) continue;
    found = !value.is_null();
    out = value;
  }
  return found;
}

// A stream whose lines stand under another name is misspelt, not empty.
Status check_names(const dom::element& stream, const char* labels, const char* entries,
                   const std::string& where) {
  std::string_view other;
  for (const auto& [name, value] : dom::object(stream)) {
    if (equals_any_case(name, entries)) return {};
    if (!equals_any_case(name, labels) && !value.is_null()) other = name;
  }
  if (other.empty()) return {};
  return invalid(where + ": \"" + entries + "\" is missing, found " + quote(other.substr(0, 64)));
}

// null is a push without streams.
Result<std::vector<dom::element>> streams_of(const Document& document) {
  if (document.root.is_null()) return std::vector<dom::element>();
  return list_member(document.root, "streams", "the push body");
}

std::string text_of(const dom::element& value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  return simdjson::minify(value);
}

// Uses the wording of the parser of label strings, if it has any for the name.
Error bad_label_name(std::string_view name, const std::string& where) {
  const auto parsed = LabelSet::parse("{" + std::string(name) + "=\"\"}");
  if (!name.empty() && !parsed.ok()) {
    return invalid("couldn't parse labels: " + parsed.error().message);
  }
  return invalid("couldn't parse labels: " + where + ": invalid label name " + quote(name));
}

Result<LabelSet> read_labels(const dom::element& stream, const std::string& where) {
  dom::element value;
  if (!find_member(stream, "stream", value)) return LabelSet();
  dom::object object;
  if (value.get(object) != simdjson::SUCCESS) {
    return invalid(where + ": \"stream\" is not an object of labels");
  }
  Labels labels;
  labels.reserve(object.size());
  for (const auto& [name, label] : object) {
    if (!is_label_name(name)) return bad_label_name(name, where);
    labels.push_back({std::string(name), text_of(label)});
  }
  return LabelSet::from(std::move(labels));
}

Result<std::span<const LabelView>> read_metadata(const dom::element& value, Arena& arena,
                                                 const std::string& where) {
  dom::object object;
  if (value.get(object) != simdjson::SUCCESS) {
    return invalid(where + ": structured metadata is not an object");
  }
  std::vector<std::string> texts;
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  texts.reserve(object.size());
  for (const auto& [name, member] : object) {
    std::string_view text;
    if (member.get(text) != simdjson::SUCCESS) {
      if (member.is_null()) continue;
      text = texts.emplace_back(simdjson::minify(member));
    }
    pairs.emplace_back(name, text);
  }
  return store_metadata(arena, pairs);
}

Result<Timestamp> read_nanoseconds(const dom::element& value, const std::string& where) {
  std::string_view text;
  Timestamp t = 0;
  if (value.get(text) == simdjson::SUCCESS) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), t);
    if (failure == std::errc() && end == text.data() + text.size()) return t;
  }
  return invalid(where + ": the timestamp must be a string of nanoseconds, found " +
                 std::string(simdjson::minify(value)).substr(0, 64));
}

Result<Entry> read_value(const dom::element& value, Arena& arena, const std::string& where) {
  dom::array parts;
  if (value.get(parts) != simdjson::SUCCESS) return invalid(where + ": is not a list");
  Entry entry;
  size_t i = 0;
  for (const dom::element part : parts) {
    if (i == 0) {
      ASSIGN_OR_RETURN(entry.timestamp, read_nanoseconds(part, where));
    } else if (i == 1) {
      std::string_view line;
      if (part.get(line) != simdjson::SUCCESS) return invalid(where + ": the line is not a string");
      entry.line = arena.copy(line);
    } else if (i == 2) {
      ASSIGN_OR_RETURN(entry.metadata, read_metadata(part, arena, where));
    }
    ++i;
  }
  if (i == 0) return invalid(where + ": is empty; expected [\"<ns>\", \"line\"]");
  return entry;
}

Result<Entry> read_legacy_entry(const dom::element& value, Arena& arena, const std::string& where) {
  if (!value.is_object()) return invalid(where + ": an entry is not an object");
  dom::element member;
  std::string_view time, line;
  Entry entry;
  if (!find_member(value, "ts", member) || member.get(time) != simdjson::SUCCESS)
    return invalid(where + ": \"ts\" is missing");
  const auto t = parse_rfc3339(time);
  if (!t) {
    return invalid(where + ": parsing time " + quote(time) +
                   " as \"2006-01-02T15:04:05.999999999Z07:00\": cannot parse");
  }
  entry.timestamp = *t;
  if (find_member(value, "line", member)) {
    if (member.get(line) != simdjson::SUCCESS) return invalid(where + ": the line is not a string");
    entry.line = arena.copy(line);
  }
  if (find_member(value, "structuredmetadata", member)) {
    ASSIGN_OR_RETURN(entry.metadata, read_metadata(member, arena, where));
  }
  return entry;
}

}  // namespace

Result<Batch> decode_push_json(std::string body) {
  Document document;
  RETURN_IF_ERROR(parse(body, document));
  ASSIGN_OR_RETURN(const auto streams, streams_of(document));
  Batch batch;
  size_t s = 0;
  for (const dom::element element : streams) {
    if (!element.is_object()) return invalid(place(s) + ": is not an object");
    RETURN_IF_ERROR(check_names(element, "stream", "values", place(s)));
    StreamEntries stream;
    ASSIGN_OR_RETURN(stream.labels, read_labels(element, place(s)));
    ASSIGN_OR_RETURN(const auto values, list_member(element, "values", place(s)));
    stream.entries.reserve(values.size());
    size_t v = 0;
    for (const dom::element value : values) {
      ++v;
      if (value.is_null()) continue;
      ASSIGN_OR_RETURN(Entry entry, read_value(value, batch.arena, place(s, v - 1)));
      stream.entries.push_back(entry);
    }
    batch.streams.push_back(std::move(stream));
    ++s;
  }
  return batch;
}

Result<Batch> decode_legacy_push_json(std::string body) {
  Document document;
  RETURN_IF_ERROR(parse(body, document));
  ASSIGN_OR_RETURN(const auto streams, streams_of(document));
  Batch batch;
  size_t s = 0;
  for (const dom::element element : streams) {
    if (!element.is_object()) return invalid(place(s) + ": is not an object");
    RETURN_IF_ERROR(check_names(element, "labels", "entries", place(s)));
    dom::element member;
    std::string_view labels;
    if (!find_member(element, "labels", member) || member.get(labels) != simdjson::SUCCESS) {
      return invalid(place(s) + ": \"labels\" is missing");
    }
    StreamEntries stream;
    ASSIGN_OR_RETURN(stream.labels, LabelSet::parse(labels));
    ASSIGN_OR_RETURN(const auto entries, list_member(element, "entries", place(s)));
    for (size_t e = 0; e < entries.size(); ++e) {
      const std::string where = place(s) + ".entries[" + std::to_string(e) + "]";
      ASSIGN_OR_RETURN(Entry entry, read_legacy_entry(entries[e], batch.arena, where));
      stream.entries.push_back(entry);
    }
    batch.streams.push_back(std::move(stream));
    ++s;
  }
  return batch;
}

}  // namespace logsvc::wire
