// LogQL as a tree. Plain data, made by the parser, read by the planner.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "model/matcher.h"

namespace logsvc::logql {

// ---- stages of a pipeline, in the order they are written ----

enum class LineFilterOp { kContains, kNotContains, kRegex, kNotRegex, kPattern, kNotPattern };
struct LineFilterOperand {
  std::string text;
  bool ip = false;  // ip("…")
};
struct LineFilter {
  LineFilterOp op = LineFilterOp::kContains;
  std::vector<LineFilterOperand> operands;  // joined by `or`
};

enum class CompareOp { kEqual, kNotEqual, kGreater, kGreaterEqual, kLess, kLessEqual };
struct LabelFilter {
  enum class Kind { kAnd, kOr, kMatch, kNumber, kDuration, kBytes, kIp };
  Kind kind = Kind::kMatch;
  std::unique_ptr<LabelFilter> left, right;  // kAnd, kOr
  std::string name;                          // for the others
  MatchType match = MatchType::kEqual;       // kMatch
  std::string text;                          // kMatch, kIp: what is compared with
  CompareOp op = CompareOp::kEqual;          // for numbers; kIp: kEqual or kNotEqual
  double value = 0;                          // number, seconds or bytes
  Duration duration = 0;                     // kDuration

  LabelFilter() = default;
  LabelFilter(LabelFilter&&) = default;
  LabelFilter& operator=(LabelFilter&&) = default;
};

// One name="expression" of json and logfmt.
struct Extraction {
  std::string name;
  std::string expression;
};
struct JsonStage {
  std::vector<Extraction> extractions;  // empty: all labels
};
struct LogfmtStage {
  bool strict = false;
  bool keep_empty = false;
  std::vector<Extraction> extractions;
};
struct RegexpStage {
  std::string expression;
};
struct PatternStage {
  std::string pattern;
};
struct UnpackStage {};
struct LineFormatStage {
  std::string text;
};
struct LabelFormat {
  std::string name;
  bool rename = false;  // otherwise it is a template
  std::string source;
};
struct LabelFormatStage {
  std::vector<LabelFormat> formats;
};
struct DecolorizeStage {};
// A label by name alone, or by name and value.
struct LabelPick {
  std::string name;
  std::optional<Matcher> matcher;
};
struct DropStage {
  std::vector<LabelPick> picks;
};
struct KeepStage {
  std::vector<LabelPick> picks;
};

using Stage = std::variant<LineFilter, std::unique_ptr<LabelFilter>, JsonStage, LogfmtStage,
                           RegexpStage, PatternStage, UnpackStage, LineFormatStage,
                           LabelFormatStage, DecolorizeStage, DropStage, KeepStage>;

struct LogExpr {
  std::vector<Matcher> matchers;
  std::vector<Stage> stages;
};

// ---- metrics ----

struct Grouping {
  bool given = false;
  bool without = false;
  std::vector<std::string> names;
};

struct Unwrap {
  enum class Conversion { kNumber, kBytes, kDuration, kDurationSeconds };
  std::string name;
  Conversion conversion = Conversion::kNumber;
  std::vector<std::unique_ptr<LabelFilter>> filters;  // after it
};

enum class RangeOp {
  kCount,
  kRate,
  kBytes,
  kBytesRate,
  kAbsent,  // of lines
  kSum,
  kAvg,
  kMin,
  kMax,
  kStddev,
  kStdvar,
  kQuantile,
  kFirst,  // of unwrapped values
  kLast,
  kRateCounter,
};
struct RangeAggregation {
  RangeOp op = RangeOp::kCount;
  std::string name;  // as written, for messages
  std::optional<double> parameter;
  LogExpr log;
  std::optional<Unwrap> unwrap;
  Duration range = 0;
  Duration offset = 0;
  Grouping grouping;
};

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

enum class VectorOp {
  kSum,
  kAvg,
  kCount,
  kMin,
  kMax,
  kStddev,
  kStdvar,
  kTopk,
  kBottomk,
  kApproxTopk,
  kSort,
  kSortDesc
};
struct VectorAggregation {
  VectorOp op = VectorOp::kSum;
  std::string name;
  double parameter = 0;
  Grouping grouping;
  ExprPtr inner;
};

enum class BinaryOp {
  kOr,
  kAnd,
  kUnless,
  kEqual,
  kNotEqual,
  kGreater,
  kGreaterEqual,
  kLess,
  kLessEqual,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kPower,
};
struct BinaryOperation {
  BinaryOp op = BinaryOp::kAdd;
  std::string name;
  bool return_bool = false;
  bool on = false;  // otherwise ignoring
  bool matching_given = false;
  std::vector<std::string> matching;
  enum class Group { kNone, kLeft, kRight } group = Group::kNone;
  bool include_given = false;
  std::vector<std::string> include;
  ExprPtr left, right;
};

struct Literal {
  double value = 0;
};
struct VectorLiteral {
  double value = 0;
};

struct LabelReplace {
  ExprPtr inner;
  std::string target, replacement, source, regex;
};
// Several metrics over one log range; parsed, but off in Loki by default and here.
struct Variants {
  std::vector<ExprPtr> metrics;
  std::unique_ptr<RangeAggregation> range;  // only its log, unwrap, range and offset are used
};

struct Expr {
  std::variant<LogExpr, RangeAggregation, VectorAggregation, BinaryOperation, Literal,
               VectorLiteral, LabelReplace, Variants>
      node;
  bool is_log() const { return std::holds_alternative<LogExpr>(node); }
};

// Applies the operator to two numbers; comparisons give 1 or 0. x / 0 and x % 0 are NaN.
double apply_binary(BinaryOp op, double left, double right);

}  // namespace logsvc::logql
