// Reads the heads of plain lines, where loggers that write text put the level. Each shape names its
// source; looked up 2026-11.
//
// Access lines of web servers (Common Log Format) have no level: Loki finds none in them, and a
// status is what the peer was told, not how bad it is. Query with `| pattern` or the status
// instead.
#include <algorithm>
#include <charconv>
#include <string_view>

#include "extract/level.h"
#include "extract/line_level.h"

namespace logsvc::extract {
namespace {

using std::string_view;

constexpr size_t kMaxHead = 160;  // a level is looked for in these bytes

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_upper(c) || is_lower(c); }

string_view word_level(string_view word) { return level_of_value(word, LevelNumbers::kNone); }

// Returns the level of a word in capitals. LOG and HTTP alone mean nothing in plain text.
string_view capitals(string_view word) {
  if (word.size() < 3 || !is_upper(word[0]) || word == "LOG" || word == "HTTP") return {};
  const size_t letters = std::min(
      static_cast<size_t>(std::find_if_not(word.begin(), word.end(), is_upper) - word.begin()),
      word.size());
  if (letters == word.size()) return word_level(word);
  const char next = word[letters];
  if ((next == '+' || next == '-') && letters >= 4) return word_level(word);  // slog: INFO+2
  // PostgreSQL: DEBUG1 to DEBUG5
  const bool numbered = letters + 1 == word.size() && next >= '1' && next <= '5';
  return numbered && word.starts_with("DEBUG") ? string_view("debug") : string_view();
}

// Returns the level of a word in small letters or with a leading capital; not of "log" and "http".
string_view any_case(string_view word) {
  if (word.size() < 3 || !is_letter(word[0])) return {};
  if (word.size() == 3 && (word[0] | 32) == 'l') return {};
  if (word.size() == 4 && ((word[0] | 32) == 'h' || word == "fine" || word == "Fine")) return {};
  for (const string_view said : {"config", "Config", "success", "Success", "finer", "panic"}) {
    if (word == said) return {};
  }
  return word_level(word);
}

// kernel.org: syslog(2), and RFC 3164 and 5424: <34>Oct 11 …
string_view of_syslog(string_view text) {
  if (!text.starts_with('<')) return {};
  int priority = 0;
  const char* last = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data() + 1, last, priority);
  if (failure != std::errc() || end == last || *end != '>' || priority < 0 || priority > 191)
    return {};
  return level_of_syslog(priority % 8);
}

// github.com/google/glog, klog: I0102 15:04:05; with a year 20260102; CockroachDB: E260102 15:04:05
string_view of_glog(string_view text) {
  if (text.size() < 14) return {};
  const size_t blank = text.find(' ');
  if ((blank != 5 && blank != 7 && blank != 9) ||
      !std::all_of(text.begin() + 1, text.begin() + static_cast<ptrdiff_t>(blank), is_digit) ||
      text[blank + 3] != ':') {
    return {};
  }
  return text[0] == 'D' ? string_view() : level_of_mongo(text.substr(0, 1));
}

// docs.ruby-lang.org: Logger::Formatter: E, [2026-01-01T13:00:00.000000 #1] ERROR -- : message
string_view of_ruby(string_view text) {
  if (text.size() < 4 || text.substr(1, 3) != ", [") return {};
  return text[0] == 'A' ? string_view() : level_of_mongo(text.substr(0, 1));
}

// Tornado, Jupyter: [E 2026-01-01 13:00:00.000 ServerApp] …; glog's kin: [E]
string_view of_letter_in_brackets(string_view inside) {
  if (inside.empty() ||
      (inside.size() > 1 && (inside.size() < 3 || inside[1] != ' ' || !is_digit(inside[2])))) {
    return {};
  }
  return inside[0] == 'C' ? string_view("critical") : level_of_mongo(inside.substr(0, 1));
}

// redis.io: 1:M 01 Jan 2026 13:00:00.000 # message; . debug, - verbose, * notice, # warning
string_view of_redis(string_view text) {
  size_t at = 0;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at == 0 || at + 2 >= text.size() || text[at] != ':' || !is_upper(text[at + 1])) return {};
  for (int blanks = 0; at < text.size() && blanks < 5; ++at) blanks += text[at] == ' ';
  if (at + 1 >= text.size() || text[at + 1] != ' ') return {};
  switch (text[at]) {
    case '.':
    case '-':
      return "debug";
    case '*':
      return "info";
    case '#':
      return "warn";
    default:
      return {};
  }
}

bool has_leading_date(string_view text) {
  return text.size() > 19 && is_digit(text[0]) && text[4] == '-' && text[7] == '-' &&
         (text[10] == 'T' || text[10] == ' ') && text[13] == ':';
}

// mongodb.com/docs, before 4.4: 2026-01-01T13:00:00.000+0000 E NETWORK  [conn1] …
string_view of_mongo(string_view text) {
  if (!has_leading_date(text)) return {};
  const size_t blank = text.find(' ');
  if (blank == string_view::npos || blank < 19) return {};
  const string_view rest = text.substr(blank + 1);
  const size_t end = rest.find(' ');
  if (end == string_view::npos || end > 2 || end + 1 >= rest.size()) return {};
  const char component = rest[end + 1];
  return is_upper(component) || component == '-' ? level_of_mongo(rest.substr(0, end))
                                                 : string_view();
}

// postgresql.org/docs: csvlog; error_severity is the twelfth of its columns.
string_view of_postgres_csv(string_view text) {
  if (!has_leading_date(text)) return {};
  const size_t first = text.find(',');
  if (first == string_view::npos || first > 40) return {};
  bool quoted = false;
  int commas = 0;
  size_t start = 0;
  for (size_t at = first; at < text.size() && at < 4096; ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (text[at] != ',' || quoted) continue;
    if (++commas == 12) {
      const string_view word = text.substr(start, at - start);
      return word == "LOG" ? string_view("info") : capitals(word);
    }
    start = at + 1;
  }
  return {};
}

// php.net/manual: error_log, log to stderr: PHP Fatal error:  Uncaught …
string_view of_php(string_view text) {
  if (!text.starts_with("PHP ")) return {};
  const size_t colon = text.find(':');
  if (colon == string_view::npos || colon > 40) return {};
  const string_view kind = text.substr(4, colon - 4);
  if (kind == "Fatal error") return "fatal";
  if (kind.ends_with("error") || kind == "Stack trace") return "error";
  if (kind.ends_with("arning")) return "warn";
  return kind == "Notice" || kind == "Deprecated" || kind == "Strict Standards"
             ? string_view("info")
             : string_view();
}

// erlang.org/doc: =ERROR REPORT==== 1-Jan-2026::13:00:00 ===
string_view of_erlang(string_view text) {
  if (!text.starts_with('=')) return {};
  const size_t end = text.find(" REPORT====");
  if (end == string_view::npos || end > 16) return {};
  const string_view kind = text.substr(1, end - 1);
  if (kind == "CRASH" || kind == "SUPERVISOR") return "error";
  return kind == "PROGRESS" ? string_view("info") : capitals(kind);
}

// Returns the level in what stands within [], () or <> of a head.
string_view of_brackets(char open, string_view inside) {
  const size_t first = inside.find_first_not_of(' ');
  if (first == string_view::npos) return {};
  inside = inside.substr(first, inside.find_last_not_of(' ') - first + 1);
  if (open == '(') return capitals(inside);
  if (open == '[') {
    if (inside == "Note" || inside == "System") return "info";  // dev.mysql.com/doc: error log
    if (const auto level = of_letter_in_brackets(inside); !level.empty()) return level;
  }
  if (const auto level = any_case(inside); !level.empty()) return level;
  // httpd.apache.org/docs: ErrorLogFormat: [core:error]
  const size_t colon = inside.rfind(':');
  if (colon != string_view::npos && is_lower(inside[0]) && inside.find(' ') == string_view::npos) {
    return any_case(inside.substr(colon + 1));
  }
  // [13:00:00 INF] of Serilog, [Server thread/INFO], [2026-…: ERROR/MainProcess] of Celery
  if (inside.find_first_of("0123456789/") == string_view::npos) return {};
  for (size_t at = 0; at < inside.size();) {
    const size_t end = std::min(inside.find_first_of(" :/,", at), inside.size());
    if (const auto level = capitals(inside.substr(at, end - at)); !level.empty()) return level;
    at = end + 1;
  }
  return {};
}

bool is_calendar_word(string_view word) {
  constexpr string_view kWords[] = {"Jan", "Feb", "Mar", "Apr", "May",  "Jun", "Jul", "Aug", "Sep",
                                    "Oct", "Nov", "Dec", "Mon", "Tue",  "Wed", "Thu", "Fri", "Sat",
                                    "Sun", "AM",  "PM",  "UTC", "GMT",  "KST", "JST", "CET", "CEST",
                                    "EST", "EDT", "PST", "PDT", "오전", "오후"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

// Steps through the head of a line: times, brackets, numbers, dashes, and a name or two. Anything
// else ends the head.
class Head {
 public:
  explicit Head(string_view text) : text_(text.substr(0, kMaxHead)) {}

  string_view level() {
    while (skip_separators()) {
      const char c = text_[at_];
      string_view level;
      if (c == '[' || c == '(' || c == '<' || c == '{') {
        if (!brackets(c, level)) return {};
      } else if (!word(level)) {
        return {};
      }
      if (!level.empty()) return level;
    }
    return {};
  }

 private:
  bool skip_separators() {
    const size_t found = text_.find_first_not_of(" \t|-,:*", at_);
    if (found == string_view::npos) return false;
    at_ = found;
    return true;
  }
  bool brackets(char open, string_view& level) {
    const char close = open == '[' ? ']' : open == '(' ? ')' : open == '<' ? '>' : '}';
    const size_t end = text_.find(close, at_);
    if (end == string_view::npos) return false;
    const string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    if (open == '{' && inside.find('"') != string_view::npos) return false;
    nest_ = nest_ || inside == "Nest";
    if (open != '<' || marks_ > 0) level = of_brackets(open, inside);
    at_ = end + 1;
    after_mark_ = true;
    ++marks_;
    return true;
  }
  // Returns false if the head ends here.
  bool word(string_view& level) {
    const size_t end = std::min(text_.find_first_of(" \t[(<|", at_), text_.size());
    const string_view token = text_.substr(at_, end - at_);
    at_ = end;
    string_view core = token;
    while (!core.empty() && (core.back() == ':' || core.back() == ',')) core.remove_suffix(1);
    const bool colon = token.ends_with(':');
    level = word_itself(core, colon);
    if (!level.empty()) return true;
    const bool is_mark = is_calendar_word(core) ||
                         (marks_ > 0 && core.find('=') != string_view::npos) ||
                         std::any_of(token.begin(), token.end(), is_digit) ||
                         std::none_of(token.begin(), token.end(),
                                      [](char c) { return is_letter(c) || (c & 0x80) != 0; });
    if (is_mark) {
      after_mark_ = true;
      ++marks_;
      return true;
    }
    return name(token);
  }
  string_view word_itself(string_view core, bool colon) {
    if (const auto level = capitals(core); !level.empty()) return level;
    const string_view rest = text_.substr(at_);
    if (core == "LOG" && nest_) return "info";  // docs.nestjs.com
    if (colon && rest.starts_with("  ")) {
      // postgresql.org/docs: log_line_prefix, then `LOG:  `; what else belongs to a message
      for (const string_view said : {"LOG", "STATEMENT", "DETAIL", "HINT", "CONTEXT", "QUERY"}) {
        if (core == said) return "info";
      }
    }
    // error: message (winston's simple(), .NET, npm, rustc); warn  - message (Next.js)
    const bool dash = rest.starts_with(" - ") || rest.starts_with("  - ");
    if (names_ == 0 && (colon || (dash && marks_ == 0))) {
      if (const auto level = any_case(core); !level.empty()) return level;
    }
    return parts(core, colon);
  }
  // ERROR:root:message (docs.python.org), app.ERROR: message (Monolog's LineFormatter),
  // level=error among other words
  string_view parts(string_view core, bool colon) {
    for (const string_view key : {"level=", "lvl=", "severity="}) {
      if (core.starts_with(key)) {
        string_view value = core.substr(key.size());
        if (value.starts_with('"')) value = value.substr(1, value.size() - 2);
        return word_level(value);
      }
    }
    if (const size_t first = core.find(':'); first != string_view::npos && !core.starts_with('/')) {
      if (const auto level = capitals(core.substr(0, first)); !level.empty()) return level;
      const size_t second = core.find(':', first + 1);
      if (second != string_view::npos && is_letter(core[0]))
        return capitals(core.substr(first + 1, second - first - 1));
      return {};
    }
    const size_t point = core.rfind('.');
    return colon && point != string_view::npos ? capitals(core.substr(point + 1)) : string_view();
  }
  // Takes a logger's or host's name: behind a time, or before a separator or a process number.
  bool name(string_view token) {
    const string_view rest = text_.substr(at_);
    const size_t next = rest.find_first_not_of(" \t");
    const bool separated =
        next != string_view::npos &&
        (rest[next] == '|' || (next == 0 && rest[0] == '[') ||
         (rest[next] == '-' && next > 0 && rest.substr(next + 1).starts_with(' ')));
    // A word with a capital begins a sentence.
    const bool is_sentence =
        is_upper(token[0]) && std::all_of(token.begin(), token.end(), is_letter);
    const bool follows_mark = after_mark_ && names_ == 0 && !token.ends_with(':') && !is_sentence;
    after_mark_ = false;
    ++names_;
    return names_ <= 4 && (separated || follows_mark);
  }

  const string_view text_;
  size_t at_ = 0;
  size_t names_ = 0, marks_ = 0;
  bool after_mark_ = false;
  bool nest_ = false;
};

}  // namespace

string_view level_of_head(string_view text) {
  using Shape = string_view (*)(string_view);
  constexpr Shape kShapes[] = {of_syslog, of_glog,         of_ruby, of_redis,
                               of_mongo,  of_postgres_csv, of_php,  of_erlang};
  for (const Shape shape : kShapes) {
    if (const auto level = shape(text); !level.empty()) return level;
  }
  // [01-Jan-2026 13:00:00 UTC] PHP Warning: …, of php-fpm
  if (const size_t close = text.find("] "); text.starts_with('[') && close < 40) {
    if (const auto level = of_php(text.substr(close + 2)); !level.empty()) return level;
  }
  return Head(text).level();
}

}  // namespace logsvc::extract
