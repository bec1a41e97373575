// Defines Go's predefined template functions.
#include <algorithm>
#include <unordered_map>

#include "gotext/template/functions.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kAny = Parameter::kAny;
constexpr Parameter kString = Parameter::kString;

// ---- comparison ----

enum class BasicKind { kNone, kBool, kInt, kFloat, kString };

BasicKind basic_kind(const Value& v) {
  if (v.as<bool>()) return BasicKind::kBool;
  if (v.as<Integer>()) return BasicKind::kInt;
  if (v.as<double>()) return BasicKind::kFloat;
  return v.text() ? BasicKind::kString : BasicKind::kNone;
}

Error incompatible(const Value& a, const Value& b) {
  return invalid(std::string("incompatible types for comparison: ") + a.type_name() + " and " +
                 b.type_name());
}

Result<bool> equal(const Value& a, const Value& b) {
  const BasicKind kind = basic_kind(a);
  if (kind != basic_kind(b)) {
    if (a.is_nil() || b.is_nil()) return false;
    return incompatible(a, b);
  }
  switch (kind) {
    case BasicKind::kBool:
      return *a.as<bool>() == *b.as<bool>();
    case BasicKind::kInt:
      return a.as<Integer>()->number == b.as<Integer>()->number;
    case BasicKind::kFloat:
      return *a.as<double>() == *b.as<double>();
    case BasicKind::kString:
      return *a.text() == *b.text();
    case BasicKind::kNone:
      break;
  }
  if (a.is_nil() || b.is_nil()) return a.is_nil() && b.is_nil();
  const auto* t = a.as<GoTime>();
  const auto* u = b.as<GoTime>();
  if (t && u) return t->compare(*u) == 0;
  return invalid(std::string("non-comparable type ") + a.printed() + ": " + a.type_name());
}

Result<bool> less(const Value& a, const Value& b) {
  const BasicKind kind = basic_kind(a);
  if (kind == BasicKind::kNone || basic_kind(b) == BasicKind::kNone) {
    return invalid("invalid type for comparison");
  }
  if (kind != basic_kind(b)) return incompatible(a, b);
  switch (kind) {
    case BasicKind::kInt:
      return a.as<Integer>()->number < b.as<Integer>()->number;
    case BasicKind::kFloat:
      return *a.as<double>() < *b.as<double>();
    case BasicKind::kString:
      return *a.text() < *b.text();
    default:
      return invalid("invalid type for comparison");
  }
}

Outcome eq(Context&, Arguments a) {
  if (a.size() < 2) return invalid("missing argument for comparison");
  for (size_t i = 1; i < a.size(); ++i) {
    ASSIGN_OR_RETURN(const bool same, equal(a[0], a[i]));
    if (same) return Value(true);
  }
  return Value(false);
}
Outcome ne(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const bool same, equal(a[0], a[1]));
  return Value(!same);
}
Outcome lt(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const bool out, less(a[0], a[1]));
  return Value(out);
}
Outcome le(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const bool below, less(a[0], a[1]));
  if (below) return Value(true);
  ASSIGN_OR_RETURN(const bool same, equal(a[0], a[1]));
  return Value(same);
}
Outcome gt(Context& context, Arguments a) {
  ASSIGN_OR_RETURN(const Value out, le(context, a));
  return Value(!out.is_true());
}
Outcome ge(Context&, Arguments a) {
  ASSIGN_OR_RETURN(const bool below, less(a[0], a[1]));
  return Value(!below);
}

// ---- parts of values ----

Outcome length(Context&, Arguments a) {
  size_t n = 0;
  if (const auto* text = a[0].text()) {
    n = text->size();
  } else if (const List* list = a[0].list()) {
    n = list->size();
  } else if (const Map* map = a[0].map()) {
    n = map->size();
  } else if (const Labels* labels = a[0].labels()) {
    n = labels->size();
  } else if (a[0].is_nil()) {
    return invalid("len of nil pointer");
  } else {
    return invalid(std::string("len of type ") + a[0].type_name());
  }
  return Value::integer(static_cast<int64_t>(n));
}

// Returns an index into `size` elements; `end` allows the size itself.
Result<size_t> element_index(const Value& v, size_t size, bool end) {
  if (v.is_nil()) return invalid("cannot index slice/array with nil");
  const auto* i = v.as<Integer>();
  if (!i) return invalid(std::string("cannot index slice/array with type ") + v.type_name());
  if (i->number < 0 || static_cast<uint64_t>(i->number) >= size + (end ? 1 : 0)) {
    return invalid("index out of range: " + std::to_string(i->number));
  }
  return static_cast<size_t>(i->number);
}

Outcome member(const Value& item, const Value& index) {
  if (const auto* text = item.text()) {
    ASSIGN_OR_RETURN(const size_t i, element_index(index, text->size(), false));
    return Value(Integer{static_cast<unsigned char>((*text)[i]), Integer::Type::kByte});
  }
  if (const List* list = item.list()) {
    ASSIGN_OR_RETURN(const size_t i, element_index(index, list->size(), false));
    return (*list)[i];
  }
  const Map* map = item.map();
  const Labels* labels = item.labels();
  if (map || labels) {
    const auto* key = index.text();
    if (!key) {
      if (index.is_nil()) return invalid("value is nil; should be of type string");
      return invalid(std::string("value has type ") + index.type_name() + "; should be string");
    }
    if (labels) {
      const std::string* value = find_label(*labels, *key);
      return Value(value ? *value : std::string());
    }
    const auto found = map->find(*key);
    return found == map->end() ? Value() : found->second;
  }
  if (item.is_nil()) return invalid("index of nil pointer");
  return invalid(std::string("can't index item of type ") + item.type_name());
}

Outcome index(Context&, Arguments a) {
  if (a[0].is_nil()) return invalid("index of untyped nil");
  Value item = a[0];
  for (const Value& i : a.subspan(1)) {
    ASSIGN_OR_RETURN(item, member(item, i));
  }
  return item;
}

Outcome slice(Context&, Arguments a) {
  const Value& item = a[0];
  if (item.is_nil()) return invalid("slice of untyped nil");
  if (a.size() > 4) return invalid("too many slice indexes: " + std::to_string(a.size() - 1));
  const auto* text = item.text();
  const List* list = item.list();
  if (text && a.size() == 4) return invalid("cannot 3-index slice a string");
  if (!text && !list) return invalid(std::string("can't slice item of type ") + item.type_name());
  const size_t size = text ? text->size() : list->size();
  size_t bounds[3] = {0, size, size};
  for (size_t i = 1; i < a.size(); ++i) {
    ASSIGN_OR_RETURN(bounds[i - 1], element_index(a[i], size, true));
  }
  if (bounds[0] > bounds[1]) {
    return invalid("invalid slice index: " + std::to_string(bounds[0]) + " > " +
                   std::to_string(bounds[1]));
  }
  if (bounds[1] > bounds[2]) {
    return invalid("invalid slice index: " + std::to_string(bounds[1]) + " > " +
                   std::to_string(bounds[2]));
  }
  if (text) return Value::string(std::string_view(*text).substr(bounds[0], bounds[1] - bounds[0]));
  const auto first = list->begin() + static_cast<std::ptrdiff_t>(bounds[0]);
  const auto last = list->begin() + static_cast<std::ptrdiff_t>(bounds[1]);
  return Value(std::make_shared<const List>(first, last));
}

// ---- logic ----

Outcome last_of(Context&, Arguments a) { return a.back(); }  // never called, see executor
Outcome negate(Context&, Arguments a) { return Value(!a[0].is_true()); }

Outcome call(Context&, Arguments a) {
  if (a[0].is_nil()) return invalid("call of nil");
  return invalid("non-function of type " + std::string(a[0].type_name()));
}

// ---- text ----

Outcome print(Context&, Arguments a) { return Value(go_print(a)); }
Outcome println(Context&, Arguments a) {
  std::string out;
  for (size_t i = 0; i < a.size(); ++i) {
    if (i > 0) out += ' ';
    a[i].print(out);
  }
  return Value(out + "\n");
}
Outcome printf(Context&, Arguments a) { return Value(go_printf(*a[0].text(), a.subspan(1))); }

// Takes one string as it is, and anything else as print writes it.
std::string arguments_text(Arguments a) {
  if (a.size() == 1 && a[0].text()) return *a[0].text();
  return go_print(a);
}

Outcome html(Context&, Arguments a) {
  std::string out;
  for (const char c : arguments_text(a)) {
    switch (c) {
      case '\0':
        out += "\xEF\xBF\xBD";
        break;
      case '"':
        out += "&#34;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return Value(std::move(out));
}

Outcome js(Context&, Arguments a) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : arguments_text(a)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\' || c == '\'' || c == '"') {
      out += '\\';
      out += c;
    } else if (c == '<' || c == '>' || c == '&' || c == '=' || byte < ' ') {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return Value(std::move(out));
}

Outcome urlquery(Context& context, Arguments a) {
  const Value text(arguments_text(a));
  return find_function("urlencode", Dialect::kLoki)->call(context, {&text, 1});
}

const Function kFunctions[] = {
    {"and", {kAny, kAny}, true, last_of},
    {"or", {kAny, kAny}, true, last_of},
    {"not", {kAny}, false, negate},
    {"len", {kAny}, false, length},
    {"index", {kAny, kAny}, true, index},
    {"slice", {kAny, kAny}, true, slice},
    {"print", {kAny}, true, print},
    {"printf", {kString, kAny}, true, printf},
    {"println", {kAny}, true, println},
    {"html", {kAny}, true, html},
    {"js", {kAny}, true, js},
    {"urlquery", {kAny}, true, urlquery},
    {"call", {kAny, kAny}, true, call},
    {"eq", {kAny, kAny}, true, eq},
    {"ne", {kAny, kAny}, false, ne},
    {"lt", {kAny, kAny}, false, lt},
    {"le", {kAny, kAny}, false, le},
    {"gt", {kAny, kAny}, false, gt},
    {"ge", {kAny, kAny}, false, ge},
};

}  // namespace

std::span<const Function> builtin_functions() { return kFunctions; }

bool is_short_circuit(std::string_view name) { return name == "and" || name == "or"; }

namespace {

using Table = std::unordered_map<std::string_view, const Function*>;

// Promtail's templates do not have these functions of Loki.
constexpr std::string_view kLokiOnly[] = {
    "__line__",        "__timestamp__",  "alignLeft",        "alignRight",   "bytes",
    "count",           "duration",       "duration_seconds", "toDateInZone", "unixToTime",
    "unixEpochMillis", "unixEpochNanos", "urlencode",        "urldecode"};

// sprig has these twice: one panics, the other gives an error, and both end a template the same
// way. regexReplaceAll is Promtail's own, with the same arguments.
constexpr std::pair<std::string_view, std::string_view> kSameAs[] = {
    {"mustAppend", "append"},
    {"mustChunk", "chunk"},
    {"mustCompact", "compact"},
    {"mustFirst", "first"},
    {"mustHas", "has"},
    {"mustInitial", "initial"},
    {"mustLast", "last"},
    {"mustPrepend", "prepend"},
    {"mustPush", "append"},
    {"mustRegexFindAll", "regexFindAll"},
    {"mustRegexReplaceAll", "regexReplaceAll"},
    {"mustRegexReplaceAllLiteral", "regexReplaceAllLiteral"},
    {"mustRegexSplit", "regexSplit"},
    {"mustRest", "rest"},
    {"mustReverse", "reverse"},
    {"mustSlice", "slice"},
    {"mustUniq", "uniq"},
    {"mustWithout", "without"},
    {"trimall", "trimAll"},
};

void add_part(std::span<const Function> part, Table& out) {
  for (const Function& f : part) out[f.name] = &f;
}

// If names are equal, the later part wins.
Table make_table(Dialect dialect) {
  Table out;
  for (const auto part :
       {builtin_functions(), string_functions(), number_functions(), time_functions()}) {
    add_part(part, out);
  }
  if (dialect == Dialect::kLoki) return out;
  for (const std::string_view name : kLokiOnly) out.erase(name);
  for (const auto part :
       {sprig_functions(), sprig_list_functions(), dict_functions(), type_functions(),
        json_functions(), word_functions(), case_functions(), sequence_functions(),
        random_functions(), date_functions(), semver_functions(), url_functions(),
        crypto_functions(), system_functions(), hash_functions(), path_functions()}) {
    add_part(part, out);
  }
  for (const auto& [name, plain] : kSameAs) out.emplace(name, out.at(plain));
  return out;
}

}  // namespace

const Function* find_function(std::string_view name, Dialect dialect) {
  static const Table kLoki = make_table(Dialect::kLoki);
  static const Table kPromtail = make_table(Dialect::kPromtail);
  const Table& table = dialect == Dialect::kLoki ? kLoki : kPromtail;
  const auto found = table.find(name);
  return found == table.end() ? nullptr : found->second;
}

std::string go_print(std::span<const Value> arguments) {
  std::string out;
  for (size_t i = 0; i < arguments.size(); ++i) {
    // Blanks stand between operands if neither is a string.
    if (i > 0 && !arguments[i].text() && !arguments[i - 1].text()) out += ' ';
    arguments[i].print(out);
  }
  return out;
}

}  // namespace logsvc::tmpl
