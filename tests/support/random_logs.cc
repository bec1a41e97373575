#include "support/random_logs.h"

namespace logsvc::testing {
namespace {

const std::vector<std::string> kWords = {"timeout",     "user_id_12", "user_id_123",
                                         "failed",      "GET",        "/api/v1/orders",
                                         "caf\xC3\xA9", "ok",         ""};
const std::vector<std::string> kFields = {"status", "ms",      "msg",  "level", "user_id",
                                          "s",      "req_ip",  "_1st", "stack", "trace",
                                          "meta",   "missing", "a_b_c"};

std::string quoted(std::string_view text) {
  std::string out = "`";
  for (const char c : text) out += c == '`' ? '.' : c;
  return out + "`";
}

}  // namespace

std::string RandomLogs::value() {
  switch (below(14)) {
    case 0:
      return "null";
    case 1:
      return one_in(2) ? "true" : "false";
    case 2:
      return "\"" + pick(kWords) + "\"";
    case 3:
      return "\"with \\\"quotes\\\" and \\n " + std::to_string(below(50)) + "\"";
    case 4:
      return std::to_string(below(900)) + "." + std::to_string(below(99));
    case 5:
      return "-" + std::to_string(below(50));
    case 6:
      return "\"" + std::to_string(below(600)) + "\"";
    case 7:
      return "[1,{\"status\":\"x\"}," + std::to_string(below(9)) + "]";
    case 8:
      return "\"" + std::to_string(below(90)) + "ms\"";
    default:
      return std::to_string(below(4) ? 200 + below(400) : below(2000));
  }
}

std::string RandomLogs::json_line() {
  const std::string id = std::to_string(below(200));
  switch (below(10)) {
    case 0:
      return "{\"msg\":\"request of user_id_" + id + " failed\",\"status\":" + value() +
             ",\"ms\":" + std::to_string(below(500)) + "}";
    case 1:
      return "{\"level\":\"error\",\"stack\":\"Error: no " + id +
             "\\n    at f (\\\"x\\\":" + std::to_string(below(99)) +
             ")\",\"status\":" + std::to_string(500 + below(5)) + ",\"ms\":" + value() + "}";
    case 2:
      return "{\"req\":{\"ip\":\"10.0.0." + id + "\",\"status\":" + value() +
             "},\"ms\":" + value() + ",\"status\":" + value() + "}";
    case 3:
      return "{\"1st\":" + value() + ",\"user id\":\"" + pick(kWords) + "\",\"status\":\"" +
             std::to_string(below(600)) + "\",\"s\":\"json\",\"status\":404}";
    case 4:
      return "{\"a\":{\"b\":{\"c\":" + value() + "}},\"meta\":\"m" + id +
             "\",\"status\":" + value() + "}";
    case 5:
      return " { \"status\" : " + value() + " , \"ms\" :" + value() + "} trailing";
    case 6:
      return "{\"status\":" + std::to_string(below(600)) + ",\"ms\":" + value() + ",\"cut\":\"here";
    case 7:
      return "{\"trace\":\"8f60403c-bc78-f2ac-f12c-c4ae5307" + std::to_string(1000 + below(9000)) +
             "\",\"status\":" + std::to_string(200 + below(4)) + ",\"bad\":\"\\x\",\"ms\":7}";
    case 8:
      return "{\"status\":" + std::to_string(below(600)) + "x,\"msg\":nothing,\"ms\":1}";
    default:
      return "{\"ms\":" + std::to_string(below(2000)) +
             ",\"status\":" + std::to_string(below(3) ? 200 : 500) + ",\"msg\":\"" + pick(kWords) +
             " " + id + "\",\"user_id\":\"user_id_" + id + "\"}";
  }
}

std::string RandomLogs::logfmt_value() {
  static const std::vector<std::string> kOdd = {
      "",          "\"\"",        "\\",           "C:\\new\\",   "\"C:\\\\\"", "\"\\u00e9\\n\"",
      "\"\\u12\"", "\"\\x\"",     "\"no end",     "a=b",         "a\"b",       "\"a\"b",
      "\"a\"=b",   "\xFF\xC3",    "\"\xED\"",     "caf\xC3\xA9", "a\tb=1",     "\"a\tb \x01\"",
      "{\"k\":1}", "[1,2,3]",     "\"\\\\\\\"\"", "\"k=v\"",     "x,y;z",      "\"\xC3\\n\"",
      "=",         "\"half \\\"", "(5)",          "null"};
  switch (below(9)) {
    case 0:
      return "\"" + pick(kWords) + " " + std::to_string(below(90)) + "\"";
    case 1:
      return "\"no \\\"" + std::to_string(below(90)) + "\\\" there\"";
    case 2:
      return pick(kOdd);
    case 3:
      return std::to_string(below(90)) + "." + std::to_string(below(99)) + "ms";
    case 4:
      return pick(kWords);
    default:
      return std::to_string(below(4) ? 200 + below(400) : below(2000));
  }
}

std::string RandomLogs::logfmt_line() {
  const std::string number = std::to_string(below(600));
  switch (below(13)) {
    case 0:
      return "level=error msg=" + logfmt_value() + " status=" + number + " ms=" + logfmt_value();
    case 1:
      return "url=http://h/?a=" + number + "&b=2 status=" + logfmt_value() + " ms=" + number;
    case 2:
      return "status=" + number + " msg=\"cut " + logfmt_value() + " ms=" + logfmt_value();
    case 3:
      return "2026-01-02T03:04:05Z " + number + " done status=" + logfmt_value() +
             " msg ms=" + number;
    case 4:
      return "status=" + logfmt_value() + " status=" + logfmt_value() + " a.b.c=" + number +
             " a_b_c=2 ms=" + logfmt_value();
    case 5:
      return "p50=" + number + " p99=" + logfmt_value() + " 1st=" + number +
             " msg=" + logfmt_value() + " status=" + number;
    case 6:
      return "msg=\"bad \\" + logfmt_value() + "\" status=" + number + " ms=" + logfmt_value();
    case 7:
      return "msg=\"\\u00" + number + "\" status=" + number + " ms=" + number;
    case 8:
      return "msg=\"a " + number + "\"status=" + number + "\"x\" ms=" + logfmt_value();
    case 9:
      return "user" + number + "=1 status=" + number + " ms" + number + "\"q\" ms=" + number;
    case 10:
      return "msg=" + number + "\" status=" + logfmt_value() + "= ms=" + logfmt_value() + "\t" +
             logfmt_value();
    default:
      return "ts=2026-01-02T03:04:" + std::to_string(10 + below(50)) +
             ".678Z level=info ms=" + std::to_string(below(90)) + " msg=\"GET /x " + number +
             "\" status=" + number + " user_id=" + pick(kWords);
  }
}

std::string RandomLogs::line() {
  std::string out;
  switch (below(16)) {
    case 12:
    case 13:
    case 14:
    case 15:
      out = logfmt_line();
      break;
    case 0:
      out = "ts=2026-01-02T03:04:05.678Z level=info msg=\"GET /x\" status=" +
            std::to_string(200 + below(300)) + " ms=" + std::to_string(below(90)) + "ms";
      break;
    case 1:
      out = "10.2.0." + std::to_string(below(255)) + " - GET /api/v1/orders " +
            std::to_string(200 + below(300)) + " timeout of " + std::to_string(below(500)) + "ms";
      break;
    case 2:
      out = "    at Object.run (/srv/app.js:" + std::to_string(below(300)) + ":7)";
      break;
    case 3:
      out = one_in(4) ? std::string("\xFF\xFE bad \x01 bytes ") + std::to_string(below(9))
                      : "ERROR " + pick(kWords) + " " + pick(kWords);
      break;
    default:
      out = json_line();
  }
  if (recent_.size() < 64) recent_.push_back(out);
  if (one_in(8)) recent_[below(recent_.size())] = out;
  return out;
}

Labels RandomLogs::metadata() {
  Labels out;
  if (one_in(3)) out.push_back({"meta", "m" + std::to_string(below(20))});
  if (one_in(40)) out.push_back({"status", std::to_string(below(600))});
  if (one_in(3000)) out.push_back({"__error__", "BadLine"});
  return out;
}

std::string RandomLogs::selector() {
  static const std::vector<std::string> kSelectors = {
      "{s=\"a\"}", "{s=~\".+\"}", "{s!=\"a\",job=\"t\"}", "{job=\"t\"}", "{level=\"error\"}"};
  return pick(kSelectors);
}

std::string RandomLogs::needle() {
  if (recent_.empty() || one_in(4)) return pick(kWords);
  const std::string& from = pick(recent_);
  if (from.empty()) return "x";
  const size_t begin = below(from.size());
  return from.substr(begin, 1 + below(14));
}

std::string RandomLogs::regex() {
  static const std::vector<std::string> kExpressions = {"user_id_1[0-9]{2}",
                                                        "timeout of [0-9]+ms",
                                                        "(?i)error",
                                                        "fail(ed|ure)|timeout",
                                                        "status.:5\\d\\d",
                                                        "^\\{",
                                                        "GET|at Obj",
                                                        "a+b*c?",
                                                        "user_id_(12|3)+ ?f",
                                                        "Object\\.run",
                                                        "(ms|status)",
                                                        "x{0,3}y?",
                                                        "",
                                                        "plain",
                                                        "user_id_12",
                                                        "\"ms\":(1|2)\\d*"};
  return pick(kExpressions);
}

std::string RandomLogs::pattern() {
  std::string out;
  do {
    if (one_in(2)) out += needle();
    if (!out.ends_with("<_>")) out += "<_>";
  } while (one_in(2));
  if (one_in(2)) out += needle();
  return one_in(20) ? "" : out;
}

std::string RandomLogs::line_filter() {
  switch (below(11)) {
    case 8:
      return " |> " + quoted(pattern());
    case 9:
      return " |> " + quoted(pattern()) + " or " + quoted(pattern());
    case 10:
      return " !> " + quoted(pattern());
    case 0:
      return " != " + quoted(needle());
    case 1:
      return " |~ " + quoted(regex());
    case 2:
      return " !~ " + quoted(regex());
    case 3:
      return " |= " + quoted(needle()) + " or " + quoted(needle());
    case 4:
      return " != " + quoted(needle()) + " or " + quoted(needle());
    default:
      return " |= " + quoted(needle());
  }
}

std::string RandomLogs::condition(int depth) {
  static const std::vector<std::string> kCompares = {">=", ">", "<", "<=", "==", "!="};
  static const std::vector<std::string> kMatches = {"=", "!=", "=~", "!~"};
  if (depth > 0 && one_in(3)) {
    return condition(depth - 1) + (one_in(2) ? " and " : " or ") + condition(depth - 1);
  }
  const std::string& field = pick(kFields);
  switch (below(5)) {
    case 0:
      return field + pick(kMatches) + quoted(one_in(3) ? "" : pick(kWords));
    case 1:
      return field + pick(kMatches) + quoted(std::to_string(200 + below(2) * 204));
    case 2:
      return "ms" + pick(kCompares) + std::to_string(below(90)) + "ms";
    default:
      return field + pick(kCompares) + std::to_string(below(600));
  }
}

std::string RandomLogs::parser() {
  if (one_in(2)) return " | json";
  return std::string(" | logfmt") + (one_in(3) ? " --strict" : "") +
         (one_in(3) ? " --keep-empty" : "");
}

std::string RandomLogs::stages() {
  std::string out;
  while (one_in(2)) out += line_filter();
  if (one_in(3)) return out;
  out += parser();
  if (one_in(4)) out += " | __error__=\"\"";
  while (one_in(2)) out += " | " + condition(2);
  if (one_in(5)) out += line_filter();
  if (one_in(6)) out += " | drop status";
  if (one_in(6)) out += " | line_format `{{.status}} {{.msg}}`";
  if (one_in(6)) out += " | " + condition(1);
  return out;
}

std::string RandomLogs::log_query() { return selector() + stages(); }

std::string RandomLogs::metric_query() {
  static const std::vector<std::string> kCounts = {"count_over_time", "rate", "bytes_over_time",
                                                   "bytes_rate"};
  static const std::vector<std::string> kValues = {"sum_over_time",   "max_over_time",
                                                   "min_over_time",   "avg_over_time",
                                                   "first_over_time", "last_over_time"};
  static const std::vector<std::string> kGroups = {" by (s)", " by (level)",  " by (s, meta)",
                                                   "",        " by (status)", " without (level)"};
  const std::string range = "[" + std::to_string(1 + below(300)) + "s]";
  if (one_in(2)) {
    const std::string inner = pick(kCounts) + "(" + selector() + stages() + range + ")";
    return one_in(4) ? inner : "sum" + pick(kGroups) + "(" + inner + ")";
  }
  std::string log = selector();
  if (one_in(3)) log += line_filter();
  log += parser();
  if (one_in(4)) log += " | " + condition(1);
  log += " | unwrap " + (one_in(3) ? pick(kFields) : std::string("ms"));
  if (!one_in(5)) log += " | __error__=\"\"";
  if (one_in(3)) {
    return "quantile_over_time(0.9, " + log + range + ")" + pick(kGroups);
  }
  return pick(kValues) + "(" + log + range + ")" + pick(kGroups);
}

}  // namespace logsvc::testing
