#include "store/columns/field_search.h"

#include <doctest/doctest.h>

#include <random>

#include "support/random_logs.h"
#include "support/stored_columns.h"

namespace logsvc::store {
namespace {

using namespace logsvc::testing;

constexpr FieldParser kLogfmt{FieldParser::Kind::kLogfmt, false, false};
constexpr FieldParser kStrict{FieldParser::Kind::kLogfmt, true, false};
constexpr FieldParser kKeepEmpty{FieldParser::Kind::kLogfmt, false, true};

Lines views_of(const std::vector<std::string>& lines) { return {lines.begin(), lines.end()}; }

// Holds what columns know of a field of lines, which is checked on the way.
struct Known {
  size_t rows = 0;      // rows of which the columns tell all
  size_t too_many = 0;  // found but not wanted
};
Known known(const std::vector<std::string>& lines, const FieldParser& parser,
            std::string_view name) {
  const Lines views = views_of(lines);
  const FieldAnswers answers = check_field(StoredColumns(views), views, parser, name);
  CHECK_MESSAGE(answers.wrong.empty(), answers.wrong, " field ", std::string(name));
  return {answers.known, answers.too_many};
}

constexpr size_t kCount = 200;
// Returns lines made alike, with another number for {} in each.
std::vector<std::string> numbered(std::string_view make) {
  std::vector<std::string> out;
  for (size_t i = 0; i < kCount; ++i) {
    std::string line;
    for (size_t at = 0; at < make.size(); ++at) {
      if (make.substr(at, 2) == "{}") {
        line += std::to_string(100 + i * 7 % 611);
        ++at;
      } else {
        line += make[at];
      }
    }
    out.push_back(line);
  }
  return out;
}
bool is_known(std::string_view make, std::string_view name, const FieldParser& parser = kLogfmt) {
  const Known k = known(numbered(make), parser, name);
  return k.rows == kCount && k.too_many == 0;
}

// Makes lines of a few templates, with slots anywhere and values of one kind for each slot.
class CutLines {
 public:
  explicit CutLines(RandomLogs& logs) {
    for (size_t shapes = 1 + logs.below(3); shapes > 0; --shapes) {
      std::vector<std::string> texts;
      std::vector<size_t> kinds;
      for (size_t n = 1 + logs.below(6); n > 0; --n) {
        texts.push_back(text(logs));
        kinds.push_back(logs.below(8));
      }
      for (size_t n = 1 + logs.below(40); n > 0; --n) {
        Labels& row = rows_.emplace_back();
        for (size_t i = 0; i < texts.size(); ++i) row.push_back({texts[i], value(logs, kinds[i])});
      }
    }
    for (const Labels& row : rows_) {
      auto& views = views_.emplace_back();
      for (const Label& l : row) views.push_back({l.name, l.value});
    }
  }
  std::vector<std::span<const LabelView>> pairs() const { return {views_.begin(), views_.end()}; }
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const Labels& row : rows_) {
      std::string& line = out.emplace_back();
      for (const Label& l : row) line += l.name + l.value;
    }
    return out;
  }

 private:
  static std::string text(RandomLogs& logs) {
    static const std::vector<std::string> kTexts = {
        "status=",    " status=", " ms=",    " ms=\"", "\" ms=", "\"",   "=",         " ",
        "\\",         "\\u00",    "\" x=\"", "x",      "\"y ",   "\\x",  "=\"",       "\t",
        " status=\"", "\" ",      " x=1 ",   "a=b=",   " q",     "\\\"", "\"status=", ""};
    std::string out = logs.pick(kTexts);
    while (logs.one_in(3)) out += logs.pick(kTexts);
    return out;
  }
  static std::string value(RandomLogs& logs, size_t kind) {
    static const std::vector<std::string> kAny = {" ",   "=",    "\"",      "\\",   "\\\"", "x", "",
                                                  "a b", "k=v ", "\\u0041", "\xC3", "\xA9", "\t"};
    static const std::vector<std::string> kSpaced = {"a b", " ", "", "x\t", "two words "};
    static const std::vector<std::string> kEscaped = {"\\n", "a\\\"", "\\u00e9", "plain", "\\\\"};
    static const std::vector<std::string> kOpening = {"a\\", "\\", "\\n b\\", "c = d\\"};
    static const std::vector<std::string> kEquals = {"a=", "=", "b", "", "\"", "c=\"d"};
    switch (kind) {
      case 0:
        return logs.pick(kAny) + logs.pick(kAny);
      case 1:
        return logs.one_in(3) ? "" : std::to_string(logs.below(9));
      case 2:
        return logs.pick(kSpaced);
      case 3:
        return logs.pick(kEscaped);
      case 4:
        return logs.pick(kOpening);
      case 5:
        return logs.pick(kEquals);
      default:
        return std::to_string(logs.below(700));
    }
  }

  std::vector<Labels> rows_;
  std::vector<std::vector<LabelView>> views_;
};

}  // namespace

TEST_SUITE_BEGIN("store");

TEST_CASE("columns tell the fields of well-formed logfmt lines") {
  const std::string_view line =
      R"(ts=2026-11-19T00:39:{}.400Z level=info caller=ring.go:{} msg="took {} of a.b" )"
      R"(status={} duration={}.5ms path="C:\\{}" empty= flag a.b="x{}")";
  for (const char* name : {"ts", "level", "caller", "msg", "status", "duration", "path", "empty",
                           "flag", "a_b", "missing"}) {
    CAPTURE(name);
    for (const FieldParser& parser : {kLogfmt, kStrict, kKeepEmpty}) {
      CHECK(is_known(line, name, parser));
    }
  }
}

TEST_CASE("columns tell the fields of logfmt lines in front of what depends on a slot") {
  const std::string_view line = R"(status={} msg="cut \u0{} later={})";
  CHECK(is_known(line, "status"));
  CHECK(!is_known(line, "later"));
  CHECK(!is_known(line, "missing"));
}

TEST_CASE("columns tell the fields of logfmt lines behind quotes, faults and words") {
  CHECK(is_known(R"(err="open \"a {}\" failed" status={})", "status"));
  CHECK(is_known(R"(err="open \"a {}\" failed" status={})", "err"));
  CHECK(is_known(R"(url=http://h/?a={}&b={} status={})", "status"));
  CHECK(is_known(R"(url=http://h/?a={}&b={} status={})", "url"));
  CHECK(is_known("2026-01-02T03:04:05Z worker {} done status={}", "status"));
  CHECK(is_known("p50={} p99={} status={}", "p99"));
  CHECK(is_known("list=[{},{}] status={}", "list"));
  CHECK(is_known(R"(status={} msg="cut {})", "msg"));
  CHECK(is_known("a.b=1{} a_b=2{}", "a_b"));
  CHECK(is_known("plain text of {} words", "status"));
  // Nothing is known of a fault except that it is there.
  CHECK(is_known("status={} url=a=b later={}", "later", kStrict));
  CHECK(!is_known("status={} url=a=b later={}", "status", kStrict));
  CHECK(!is_known("2026-01-02T03:04:05Z worker {} status={}", "status", kKeepEmpty));
}

TEST_CASE("an empty logfmt value is none, and a later one of the name counts") {
  std::vector<std::string> lines;
  for (size_t i = 0; i < kCount; ++i) {
    const std::string text = i % 3 ? "\"\"" : "\"a " + std::to_string(i) + "\"";
    lines.push_back("a=" + text + " b=1 a=2 c=" + std::to_string(i));
  }
  for (const char* name : {"a", "b", "c"}) {
    CAPTURE(name);
    (void)known(lines, kLogfmt, name);
    CHECK(known(lines, kKeepEmpty, name).rows == kCount);
  }
}

TEST_CASE("a logfmt fault behind a key that may be empty is not one fault") {
  std::vector<std::string> keys, lines;
  std::vector<std::vector<LabelView>> pairs;
  for (size_t i = 0; i < kCount; ++i) keys.push_back(i % 2 ? "" : "k" + std::to_string(i));
  for (const std::string& key : keys) {
    pairs.push_back({{"", key}, {"=\"a ms=2 \\x\" status=", "7"}});
    lines.push_back(key + "=\"a ms=2 \\x\" status=7");
  }
  const StoredColumns columns(std::vector<std::span<const LabelView>>(pairs.begin(), pairs.end()));
  const FieldAnswers answers = check_field(columns, views_of(lines), kLogfmt, "ms");
  CHECK_MESSAGE(answers.wrong.empty(), answers.wrong);
}

TEST_CASE("columns tell what parsing gives wherever lines are cut, whatever the slots hold") {
  size_t known_rows = 0, rows = 0;
  for (uint32_t seed = 1; seed <= 1000; ++seed) {
    RandomLogs logs(seed);
    const CutLines cut(logs);
    const StoredColumns columns(cut.pairs());
    const std::vector<std::string> lines = cut.lines();
    const Lines views = views_of(lines);
    for (const FieldParser& parser : field_parsers()) {
      for (const std::string name : {"status", "ms", "x", "none"}) {
        const FieldAnswers answers = check_field(columns, views, parser, name);
        REQUIRE_MESSAGE(answers.wrong.empty(), answers.wrong, " field ", name, " seed ", seed);
        known_rows += answers.known;
        rows += lines.size();
      }
    }
  }
  CHECK(known_rows > rows / 5);
}

TEST_CASE("what columns tell of a field is what parsing each line gives") {
  static const std::vector<std::string> kNames = {"status",  "ms",   "msg", "level", "a_b_c", "url",
                                                  "_1st",    "p99",  "p50", "a",     "x",     "k",
                                                  "user_id", "none", "b",   "req_ip"};
  size_t known_rows = 0, rows = 0;
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    RandomLogs logs(seed);
    std::vector<std::string> lines;
    const size_t count = 1 + logs.below(400);
    for (size_t i = 0; i < count; ++i) {
      const bool again = i > 3 && logs.one_in(3);
      lines.push_back(again             ? lines[logs.below(lines.size())]
                      : seed % 3 == 0   ? logs.line()
                      : logs.one_in(30) ? logs.json_line()
                                        : logs.logfmt_line());
      if (logs.one_in(20) && !lines.back().empty()) {
        lines.back()[logs.below(lines.back().size())] = static_cast<char>(logs.below(256));
      }
    }
    const Lines views = views_of(lines);
    const StoredColumns columns(views);
    for (const FieldParser& parser : field_parsers()) {
      for (int i = 0; i < 5; ++i) {
        const std::string& name = logs.pick(kNames);
        const FieldAnswers answers = check_field(columns, views, parser, name);
        REQUIRE_MESSAGE(answers.wrong.empty(), answers.wrong, " field ", name, " seed ", seed);
        if (parser.kind == FieldParser::Kind::kLogfmt) {
          known_rows += answers.known;
          rows += lines.size();
        }
      }
    }
  }
  CHECK(known_rows > rows / 5);  // some of them are known
}

TEST_SUITE_END();

}  // namespace logsvc::store
