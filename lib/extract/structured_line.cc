#include "extract/structured_line.h"

#include <cstring>

#include "extract/json_string.h"

namespace logsvc::extract {
namespace {

struct Name {
  std::string_view name;
  LineField field;
};
// Of one field, the better ones first.
constexpr Name kNames[] = {
    {"service", LineField::kService},
    {"service.name", LineField::kService},
    {"level", LineField::kLevel},
    {"severity", LineField::kLevel},
    {"lvl", LineField::kLevel},
    {"log.level", LineField::kLevel},
    {"levelname", LineField::kLevel},
    {"loglevel", LineField::kLevel},
    {"severity_text", LineField::kLevel},
    {"priority", LineField::kLevel},
    {"timestamp", LineField::kTime},
    {"@timestamp", LineField::kTime},
    {"time", LineField::kTime},
    {"ts", LineField::kTime},
    {"datetime", LineField::kTime},
    {"date", LineField::kTime},
    {"eventTime", LineField::kTime},
    {"context", LineField::kContext},
    {"trace_id", LineField::kTraceId},
    {"traceId", LineField::kTraceId},
    {"trace.id", LineField::kTraceId},
    {"span_id", LineField::kSpanId},
    {"spanId", LineField::kSpanId},
    {"span.id", LineField::kSpanId},
    {"request_id", LineField::kRequestId},
    {"requestId", LineField::kRequestId},
    {"reqId", LineField::kRequestId},
    {"req.id", LineField::kRequestId},
};
constexpr std::string_view kObjects[] = {"log", "service", "req", "trace", "span"};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Where a name stands in the table; the end if it does not.
size_t rank(std::string_view outer, std::string_view key) {
  for (size_t i = 0; i < std::size(kNames); ++i) {
    const std::string_view name = kNames[i].name;
    if (outer.empty() ? name == key
                      : name.size() == outer.size() + 1 + key.size() && name.starts_with(outer) &&
                            name[outer.size()] == '.' && name.ends_with(key)) {
      return i;
    }
  }
  return std::size(kNames);
}

class Scanner {
 public:
  explicit Scanner(std::string_view line) : line_(line) { ranks_.fill(std::size(kNames)); }

  StructuredLine run() {
    blanks();
    if (!object({})) return {};
    blanks();
    if (at_ != line_.size()) return {};
    out_.is_object = true;
    out_.is_envelope = envelope_strings_ == 3 && others_ == 0;
    return out_;
  }

 private:
  // outer: the key of the object inside the line, empty for the line itself.
  bool object(std::string_view outer) {
    if (!take('{')) return false;
    blanks();
    if (take('}')) return true;
    while (true) {
      std::string_view key;
      if (!string(key)) return false;
      blanks();
      if (!take(':')) return false;
      blanks();
      if (!member(outer, key)) return false;
      blanks();
      if (take('}')) return true;
      if (!take(',')) return false;
      blanks();
    }
  }
  bool member(std::string_view outer, std::string_view key) {
    if (outer.empty() && at_ < line_.size() && line_[at_] == '{') {
      for (const std::string_view known : kObjects) {
        if (key != known) continue;
        ++others_;
        return object(known);
      }
    }
    LineValue value;
    const bool simple = at_ < line_.size() && line_[at_] != '{' && line_[at_] != '[';
    if (!any(value)) return false;
    if (outer.empty()) note_envelope(key, value);
    if (!simple) return true;
    keep(outer, key, value);
    return true;
  }
  void keep(std::string_view outer, std::string_view key, LineValue value) {
    const size_t at = rank(outer, key);
    if (at == std::size(kNames)) return;
    const LineField field = kNames[at].field;
    size_t& best = ranks_[static_cast<size_t>(field)];
    const bool text_only = field != LineField::kLevel && field != LineField::kTime;
    const bool is_null = !value.is_string && value.text.empty();
    if (at >= best || is_null || (text_only && !value.is_string)) return;
    best = at;
    value.name = kNames[at].name;
    out_.get(field) = value;
  }
  void note_envelope(std::string_view key, const LineValue& value) {
    if (value.is_string && (key == "log" || key == "stream" || key == "time")) {
      ++envelope_strings_;
      if (key == "log") out_.envelope_log = value.text;
    } else if (key != "attrs") {
      ++others_;
    }
  }

  void blanks() {
    while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
  }
  bool take(char c) {
    if (at_ >= line_.size() || line_[at_] != c) return false;
    ++at_;
    return true;
  }
  // The inside of a string, escapes untouched.
  bool string(std::string_view& out) {
    if (!take('"')) return false;
    const size_t first = at_;
    while (true) {
      const void* found =
          at_ < line_.size() ? std::memchr(line_.data() + at_, '"', line_.size() - at_) : nullptr;
      if (!found) return false;
      const auto quote = static_cast<size_t>(static_cast<const char*>(found) - line_.data());
      size_t slashes = 0;
      while (quote - slashes > first && line_[quote - slashes - 1] == '\\') ++slashes;
      at_ = quote + 1;
      if (slashes % 2 == 0) {
        out = line_.substr(first, quote - first);
        return true;
      }
    }
  }
  // Any value; objects and arrays are stepped over.
  bool any(LineValue& out) {
    if (at_ >= line_.size()) return false;
    const char c = line_[at_];
    if (c == '"') {
      out.is_string = true;
      return string(out.text);
    }
    if (c == '{' || c == '[') return nested();
    const size_t first = at_;
    while (at_ < line_.size() && line_[at_] != ',' && line_[at_] != '}' && line_[at_] != ']' &&
           !is_blank(line_[at_])) {
      ++at_;
    }
    out.text = line_.substr(first, at_ - first);
    // A word or a number; what else stands there is no JSON.
    if (out.text.empty()) return false;
    if (out.text == "null") out.text = {};
    return c == '-' || (c >= '0' && c <= '9') || c == 't' || c == 'f' || c == 'n';
  }
  bool nested() {
    size_t depth = 0;
    while (at_ < line_.size()) {
      const char c = line_[at_];
      if (c == '"') {
        std::string_view skipped;
        if (!string(skipped)) return false;
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return true;
    }
    return false;
  }

  const std::string_view line_;
  size_t at_ = 0;
  StructuredLine out_;
  std::array<size_t, kLineFields> ranks_;
  int envelope_strings_ = 0;
  int others_ = 0;
};

bool is_key_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-' || c == '@';
}

}  // namespace

StructuredLine read_json_line(std::string_view line) { return Scanner(line).run(); }

StructuredLine read_logfmt_line(std::string_view line) {
  StructuredLine out;
  std::array<size_t, kLineFields> ranks;
  ranks.fill(std::size(kNames));
  size_t covered = 0, at = 0;
  bool telling = false;
  while (at < line.size()) {
    while (at < line.size() && is_blank(line[at])) ++at;
    const size_t first = at;
    while (at < line.size() && is_key_char(line[at])) ++at;
    if (at == first || at >= line.size() || line[at] != '=') {
      while (at < line.size() && !is_blank(line[at])) ++at;
      continue;
    }
    const std::string_view key = line.substr(first, at++ - first);
    LineValue value;
    if (at < line.size() && line[at] == '"') {
      const size_t start = ++at;
      while (at < line.size() && line[at] != '"') at += line[at] == '\\' ? 2 : 1;
      if (at >= line.size()) return {};
      value.is_string = true;
      value.text = line.substr(start, at++ - start);
    } else {
      const size_t start = at;
      while (at < line.size() && !is_blank(line[at])) ++at;
      value.text = line.substr(start, at - start);
      value.is_string = value.text.find_first_not_of("0123456789.") != std::string_view::npos;
    }
    ++out.pairs;
    covered += at - first;
    if (key == "msg" || key == "message") telling = true;
    const size_t place = rank({}, key);
    if (place == std::size(kNames)) continue;
    const LineField field = kNames[place].field;
    if (field == LineField::kLevel || field == LineField::kTime) telling = true;
    size_t& best = ranks[static_cast<size_t>(field)];
    if (place >= best) continue;
    best = place;
    value.name = kNames[place].name;
    out.get(field) = value;
  }
  size_t blanks = 0;
  for (const char c : line) blanks += is_blank(c);
  const size_t text = line.size() - blanks;
  if (out.pairs < 2 || !telling || covered * 10 < text * 6) return {};
  return out;
}

std::string line_value_text(const LineValue& value) {
  if (!value.is_string || value.text.find('\\') == std::string_view::npos) {
    return std::string(value.text);
  }
  std::string out;
  if (!unescape_json(value.text, out, true)) return std::string(value.text);
  return out;
}

}  // namespace logsvc::extract
