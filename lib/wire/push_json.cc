#include "wire/push_json.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "base/unicode_escape.h"
#include "base/utf8.h"
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

// Halves of characters, which JavaScript writes for texts that were cut within one, become U+FFFD.
// A client that is refused one would send its batch again for ever.
void mend_surrogates(std::string& body) {
  for (size_t at = body.find('\\'); at != std::string::npos; at = body.find('\\', at)) {
    const UnicodeEscape escape = read_unicode_escape(std::string_view(body).substr(at));
    if (escape.half) body.replace(at, escape.length, "\\ufffd");
    at += std::max<size_t>(escape.length, 2);
  }
}

Status parse(std::string& body, Document& document) {
  if (body.empty()) return invalid("EOF");
  const auto load = [&] { return document.parser.parse(body).get(document.root); };
  auto failure = load();
  if (failure == simdjson::UTF8_ERROR) {
    body = repair_utf8(body);
    failure = load();
  }
  if (failure == simdjson::STRING_ERROR) {
    mend_surrogates(body);
    failure = load();
  }
  if (failure != simdjson::SUCCESS) {
    return invalid(std::string("cannot read the push body as JSON: ") +
                   simdjson::error_message(failure));
  }
  if (!document.root.is_object() && !document.root.is_null()) {
    return invalid("the push body is not a JSON object");
  }
  return {};
}

// The members of a list; missing and null mean an empty one.
Result<std::vector<dom::element>> list_member(const dom::element& object, const char* name,
                                              const std::string& where) {
  dom::element value;
  dom::array array;
  std::vector<dom::element> out;
  if (object[name].get(value) != simdjson::SUCCESS || value.is_null()) return out;
  if (value.get(array) != simdjson::SUCCESS) {
    return invalid(where + ": \"" + name + "\" is not a list");
  }
  out.reserve(array.size());
  for (const dom::element element : array) out.push_back(element);
  return out;
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

// In the words of the parser of label strings, if it has any for the name.
Error bad_label_name(std::string_view name, const std::string& where) {
  const auto parsed = LabelSet::parse("{" + std::string(name) + "=\"\"}");
  if (!name.empty() && !parsed.ok()) {
    return invalid("couldn't parse labels: " + parsed.error().message);
  }
  return invalid("couldn't parse labels: " + where + ": invalid label name " + quote(name));
}

Result<LabelSet> read_labels(const dom::element& stream, const std::string& where) {
  dom::element value;
  if (stream["stream"].get(value) != simdjson::SUCCESS || value.is_null()) return LabelSet();
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
  std::string_view time, line;
  Entry entry;
  if (value["ts"].get(time) != simdjson::SUCCESS) return invalid(where + ": \"ts\" is missing");
  const auto t = parse_rfc3339(time);
  if (!t) {
    return invalid(where + ": parsing time " + quote(time) +
                   " as \"2006-01-02T15:04:05.999999999Z07:00\": cannot parse");
  }
  entry.timestamp = *t;
  if (value["line"].get(line) == simdjson::SUCCESS) entry.line = arena.copy(line);
  dom::element metadata;
  if (value["structuredMetadata"].get(metadata) == simdjson::SUCCESS) {
    ASSIGN_OR_RETURN(entry.metadata, read_metadata(metadata, arena, where));
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
    std::string_view labels;
    if (element["labels"].get(labels) != simdjson::SUCCESS) {
      return invalid(place(s) + ": \"labels\" is missing");
    }
    StreamEntries stream;
    ASSIGN_OR_RETURN(stream.labels, LabelSet::parse(labels));
    ASSIGN_OR_RETURN(const auto entries, list_member(element, "entries", place(s)));
    for (const dom::element value : entries) {
      ASSIGN_OR_RETURN(Entry entry, read_legacy_entry(value, batch.arena, place(s)));
      stream.entries.push_back(entry);
    }
    batch.streams.push_back(std::move(stream));
    ++s;
  }
  return batch;
}

}  // namespace logsvc::wire
