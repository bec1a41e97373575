// Defines sprig's JSON for Promtail's templates, in the forms of Go's encoding/json.
#include <cmath>

#include "base/json_number.h"
#include "base/json_text.h"
#include "gotext/template/functions.h"
#include "gotext/template/json_value.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kAny = Parameter::kAny;
constexpr Parameter kString = Parameter::kString;

class JsonWriter {
 public:
  // indent is the blanks for each level, on lines of their own; 0 puts all on one line.
  JsonWriter(JsonEscapes escapes, size_t indent) : escapes_(escapes), indent_(indent) {}

  Result<std::string> write(const Value& v) {
    RETURN_IF_ERROR(value(v, 0));
    return std::move(out_);
  }

 private:
  Status value(const Value& v, size_t depth) {
    if (out_.size() > kMaxOutputBytes) return invalid("the result is too long");
    if (const List* items = v.list()) return list(*items, depth);
    if (const Map* members = v.map()) return map(*members, depth);
    if (v.is_nil()) {
      out_ += "null";
    } else if (const auto* truth = v.as<bool>()) {
      out_ += *truth ? "true" : "false";
    } else if (const auto* integer = v.as<Integer>()) {
      out_ += std::to_string(integer->number);
    } else if (const auto* number = v.as<double>()) {
      if (!std::isfinite(*number)) return invalid("json: unsupported value: " + v.printed());
      append_json_number(*number, out_);
    } else if (const auto* time = v.as<GoTime>()) {
      append_json_string(out_, time->format("2006-01-02T15:04:05.999999999Z07:00"), escapes_);
    } else {
      append_json_string(out_, v.printed(), escapes_);
    }
    return {};
  }

  Status list(const List& items, size_t depth) {
    out_ += '[';
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ',';
      new_line(depth + 1);
      RETURN_IF_ERROR(value(items[i], depth + 1));
    }
    if (!items.empty()) new_line(depth);
    out_ += ']';
    return {};
  }
  Status map(const Map& members, size_t depth) {
    out_ += '{';
    bool first = true;
    for (const auto& [name, member] : members) {
      if (!std::exchange(first, false)) out_ += ',';
      new_line(depth + 1);
      append_json_string(out_, name, escapes_);
      out_ += indent_ > 0 ? ": " : ":";
      RETURN_IF_ERROR(value(member, depth + 1));
    }
    if (!first) new_line(depth);
    out_ += '}';
    return {};
  }
  void new_line(size_t depth) {
    if (indent_ == 0) return;
    out_ += '\n';
    out_.append(depth * indent_, ' ');
  }

  JsonEscapes escapes_;
  size_t indent_;
  std::string out_;
};

Outcome written(const Value& v, JsonEscapes escapes, size_t indent) {
  ASSIGN_OR_RETURN(std::string out, JsonWriter(escapes, indent).write(v));
  return Value(std::move(out));
}
// Turns what cannot be written into nothing.
Outcome or_nothing(Outcome out) { return out.ok() ? std::move(out) : Value::string(""); }

Outcome must_json(Context&, Arguments a) { return written(a[0], JsonEscapes::kGo, 0); }
Outcome to_json(Context& context, Arguments a) { return or_nothing(must_json(context, a)); }
Outcome must_pretty(Context&, Arguments a) { return written(a[0], JsonEscapes::kGo, 2); }
Outcome to_pretty(Context& context, Arguments a) { return or_nothing(must_pretty(context, a)); }
// Writes no escapes for < > and &.
Outcome raw_json(Context&, Arguments a) { return written(a[0], JsonEscapes::kNeeded, 0); }

Outcome must_from_json(Context&, Arguments a) {
  const std::string& text = *a[0].text();
  Value out = parse_json_value(text);
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (!out.is_nil() || text.compare(std::min(first, text.size()), 4, "null") == 0) return out;
  return invalid(first == std::string::npos ? "unexpected end of JSON input"
                                            : "the text is no JSON value");
}

const Function kFunctions[] = {
    {"toJson", {kAny}, false, to_json},
    {"mustToJson", {kAny}, false, must_json},
    {"toPrettyJson", {kAny}, false, to_pretty},
    {"mustToPrettyJson", {kAny}, false, must_pretty},
    {"toRawJson", {kAny}, false, raw_json},
    {"mustToRawJson", {kAny}, false, raw_json},
    {"mustFromJson", {kString}, false, must_from_json},
};

}  // namespace

std::span<const Function> json_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
