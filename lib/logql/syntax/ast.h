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

enum class LineFilterOp { kContains, kNotContains, kRegex, kNotRegex };
struct LineFilter {
  LineFilterOp op = LineFilterOp::kContains;
  std::vector<std::string> operands;  // joined by `or`
};

enum class CompareOp { kEqual, kNotEqual, kGreater, kGreaterEqual, kLess, kLessEqual };
struct LabelFilter {
  enum class Kind { kAnd, kOr, kMatch, kNumber, kDuration, kBytes };
  Kind kind = Kind::kMatch;
  std::unique_ptr<LabelFilter> left, right;  // kAnd, kOr
  std::optional<Matcher> matcher;            // kMatch
  std::string name;                          // of the others
  CompareOp op = CompareOp::kEqual;
  double value = 0;  // number, seconds or bytes
};

struct JsonStage {};
struct LogfmtStage {
  bool strict = false;
  bool keep_empty = false;
};
struct RegexpStage {
  std::string expression;
};
struct LineFormatStage {
  std::string text;
};
struct LabelFormat {
  std::string name;
  bool rename = false;  // else a template
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

using Stage =
    std::variant<LineFilter, std::unique_ptr<LabelFilter>, JsonStage, LogfmtStage, RegexpStage,
                 LineFormatStage, LabelFormatStage, DecolorizeStage, DropStage, KeepStage>;

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
  enum class Conversion { kNumber, kBytes, kDuration };
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
  double parameter = 0;
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
  bool on = false;  // else ignoring
  bool matching_given = false;
  std::vector<std::string> matching;
  enum class Group { kNone, kLeft, kRight } group = Group::kNone;
  std::vector<std::string> include;
  ExprPtr left, right;
};

struct Literal {
  double value = 0;
};
struct VectorLiteral {
  double value = 0;
};

struct Expr {
  std::variant<LogExpr, RangeAggregation, VectorAggregation, BinaryOperation, Literal,
               VectorLiteral>
      node;
  bool is_log() const { return std::holds_alternative<LogExpr>(node); }
};

// What the operator makes of two numbers; comparisons give 1 or 0. x / 0 and x % 0 are NaN.
double apply_binary(BinaryOp op, double left, double right);

}  // namespace logsvc::logql
