#include "extract/structured_line.h"

#include <algorithm>

#include "base/json_cursor.h"
#include "extract/json_string.h"

namespace logsvc::extract {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Accepts 2026-01-01T13:00:00…, or a number of seconds (ten digits) or smaller units since 1970.
bool has_form_of_time(std::string_view text) {
  if (text.size() < 10 || !std::all_of(text.begin(), text.begin() + 4, is_digit)) return false;
  if (text.size() >= 19 && text[13] == ':' && (text[4] == '-' || text[4] == '/')) return true;
  if (text.size() > 40 || text.find_first_not_of("0123456789.eE+") != std::string_view::npos)
    return false;
  const size_t whole = std::min(text.find_first_not_of("0123456789"), text.size());
  return whole >= 10 || text.find_first_of("eE") != std::string_view::npos;
}

bool is_text_field(LineField field) {
  return field == LineField::kService || field == LineField::kContext ||
         field == LineField::kTraceId || field == LineField::kSpanId ||
         field == LineField::kRequestId || field == LineField::kName;
}

// Keeps the value of a name if it is better than what is there.
void keep(StructuredLine& out, const LineName& name, LineValue value) {
  const bool is_null = !value.is_string && value.text.empty();
  if (is_null) return;
  value.name = &name;
  const LineField field = name.field;
  if (is_text_field(field) && !value.is_string) return;
  if (field == LineField::kLevel && (!out.level_name || &name < out.level_name)) {
    const bool escaped = value.text.find('\\') != std::string_view::npos;
    const std::string_view level = escaped ? level_of_value(line_value_text(value), name.numbers)
                                           : level_of_value(value.text, name.numbers);
    if (!level.empty()) {
      out.level = level;
      out.level_name = &name;
    }
  }
  const bool is_time = field == LineField::kTime || field == LineField::kShortTime ||
                       field == LineField::kMonologTime;
  if (is_time && !has_form_of_time(value.text)) return;
  LineValue& kept = out.get(field);
  if (!kept.name || &name < kept.name) kept = value;
}

// Scans JSON, and what util.inspect makes of objects.
class Scanner {
 public:
  Scanner(std::string_view line, bool inspected) : cursor_(line), inspected_(inspected) {}

  StructuredLine run() {
    cursor_.skip_blanks();
    NameKey none;
    if (!object(none)) return {};
    cursor_.skip_blanks();
    if (!cursor_.at_end()) return {};
    out_.is_object = true;
    out_.is_envelope = envelope_strings_ == 3 && others_ == 0;
    return out_;
  }

 private:
  // outer holds the keys of the objects around it; it is empty for the line itself.
  bool object(const NameKey& outer) {
    if (!cursor_.take('{')) return false;
    cursor_.skip_blanks();
    if (cursor_.take('}')) return true;
    while (true) {
      std::string_view key;
      if (!read_key(key)) return false;
      cursor_.skip_blanks();
      if (!cursor_.take(':')) return false;
      cursor_.skip_blanks();
      if (!member(outer, key)) return false;
      cursor_.skip_blanks();
      if (cursor_.take('}')) return true;
      if (!cursor_.take(',')) return false;
      cursor_.skip_blanks();
      if (inspected_ && cursor_.take('}')) return true;
    }
  }
  bool member(const NameKey& outer, std::string_view key) {
    NameKey full = outer;
    if (!outer.empty()) full.add_point();
    full.add(key);
    const char c = cursor_.now();
    if (c == '{' && is_line_object(full)) {
      ++others_;
      return object(full);
    }
    LineValue value;
    if (!any(value)) return false;
    if (outer.empty()) note_envelope(key, value);
    if (c == '{' || c == '[') return true;
    if (const LineName* name = find_line_name(full, key)) keep(out_, *name, value);
    return true;
  }
  void note_envelope(std::string_view key, const LineValue& value) {
    if (value.is_string && (key == "log" || key == "stream" || key == "time")) {
      ++envelope_strings_;
      if (key == "log") out_.envelope_log = value.text;
    } else if (key != "attrs") {
      ++others_;
    }
  }

  bool read_key(std::string_view& out) {
    if (is_quote()) return cursor_.quoted(out, cursor_.now());
    if (!inspected_) return false;
    const size_t first = cursor_.at();
    while (!cursor_.at_end() && cursor_.now() != ':' && cursor_.now() != '\n') cursor_.skip();
    out = cursor_.since(first);
    return !out.empty();
  }
  bool is_quote() const {
    const char c = cursor_.now();
    return c == '"' || (inspected_ && (c == '\'' || c == '`'));
  }
  // Reads any value; objects and arrays are stepped over.
  bool any(LineValue& out) {
    const char c = cursor_.now();
    if (is_quote()) {
      out.is_string = true;
      return cursor_.quoted(out.text, c);
    }
    if (c == '{' || c == '[') return nested();
    // A word or a number may stand here; anything else is not JSON.
    out.text = cursor_.word();
    if (out.text.empty()) return false;
    if (out.text == "null") out.text = {};
    const bool number = c == '-' || is_digit(c);
    if (inspected_) {  // 2026-01-01T13:00:00.000Z: a Date
      out.is_string = number && out.text.find(':') != std::string_view::npos;
      return number || c == 't' || c == 'f' || c == 'n' || c == 'u';
    }
    return number || c == 't' || c == 'f' || c == 'n';
  }
  // Steps over an object or array, whose brackets need not match in kind.
  bool nested() {
    size_t depth = 0;
    while (!cursor_.at_end()) {
      const char c = cursor_.now();
      if (is_quote()) {
        std::string_view skipped;
        if (!cursor_.quoted(skipped, c)) return false;
        continue;
      }
      cursor_.skip();
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return true;
    }
    return false;
  }

  JsonCursor cursor_;
  const bool inspected_;
  StructuredLine out_;
  int envelope_strings_ = 0;
  int others_ = 0;
};

bool is_key_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '.' ||
         c == '-' || c == '@';
}

// Reads key=value at a place. Returns false if there is no pair; `at` is then behind the word.
bool logfmt_pair(std::string_view line, size_t& at, std::string_view& key, LineValue& value,
                 bool& broken) {
  const size_t first = at;
  while (at < line.size() && is_key_char(line[at])) ++at;
  if (at == first || at >= line.size() || line[at] != '=') {
    while (at < line.size() && !is_json_blank(line[at])) ++at;
    return false;
  }
  key = line.substr(first, at++ - first);
  const size_t start = at;
  if (at < line.size() && line[at] == '"') {
    const size_t end = find_closing_quote(line, at + 1);
    broken = end == std::string_view::npos;
    if (broken) return false;
    value.is_string = true;
    value.text = line.substr(start + 1, end - start - 1);
    at = end + 1;
    return true;
  }
  while (at < line.size() && !is_json_blank(line[at])) ++at;
  value.text = line.substr(start, at - start);
  value.is_string = value.text.find_first_not_of("0123456789.") != std::string_view::npos;
  return true;
}

}  // namespace

StructuredLine read_json_line(std::string_view line) { return Scanner(line, false).run(); }

StructuredLine read_inspected_line(std::string_view line) { return Scanner(line, true).run(); }

StructuredLine read_logfmt_line(std::string_view line) {
  StructuredLine out;
  size_t covered = 0, at = 0;
  while (at < line.size()) {
    while (at < line.size() && is_json_blank(line[at])) ++at;
    const size_t first = at;
    std::string_view key;
    LineValue value;
    bool broken = false;
    if (!logfmt_pair(line, at, key, value, broken)) {
      if (broken) return {};
      continue;
    }
    ++out.pairs;
    covered += at - first;
    NameKey name_key;
    name_key.add(key);
    if (const LineName* name = find_line_name(name_key, key)) keep(out, *name, value);
  }
  size_t blanks = 0;
  for (const char c : line) blanks += is_json_blank(c);
  const size_t text = line.size() - blanks;
  const bool telling =
      out.has(LineField::kLevel) || out.has(LineField::kTime) || out.has(LineField::kMessage);
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

std::string_view logger_name(const StructuredLine& line) {
  const LineValue& level = line.get(LineField::kLevel);
  const bool is_number = level.name && !level.is_string;
  return is_number && line.has(LineField::kProcess) ? line.get(LineField::kName).text
                                                    : std::string_view();
}

const LineValue* logger_time(const StructuredLine& line) {
  if (line.level.empty() && !line.has(LineField::kMessage) && !line.has(LineField::kShortMessage) &&
      !line.has(LineField::kLetter)) {
    return nullptr;
  }
  if (line.has(LineField::kTime)) return &line.get(LineField::kTime);
  if (line.has(LineField::kMonologTime) && line.has(LineField::kChannel) && !line.level.empty())
    return &line.get(LineField::kMonologTime);
  if (line.has(LineField::kShortTime) && line.level_name && line.level_name->name == "lvl")
    return &line.get(LineField::kShortTime);
  return nullptr;
}

}  // namespace logsvc::extract
