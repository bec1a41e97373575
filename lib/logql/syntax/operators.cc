#include "logql/syntax/operators.h"

#include <cmath>
#include <map>

namespace logsvc::logql {
namespace {

const std::map<std::string, RangeOp> kRangeOps = {
    {"count_over_time", RangeOp::kCount},   {"rate", RangeOp::kRate},
    {"bytes_over_time", RangeOp::kBytes},   {"bytes_rate", RangeOp::kBytesRate},
    {"absent_over_time", RangeOp::kAbsent}, {"sum_over_time", RangeOp::kSum},
    {"avg_over_time", RangeOp::kAvg},       {"min_over_time", RangeOp::kMin},
    {"max_over_time", RangeOp::kMax},       {"stddev_over_time", RangeOp::kStddev},
    {"stdvar_over_time", RangeOp::kStdvar}, {"quantile_over_time", RangeOp::kQuantile},
    {"first_over_time", RangeOp::kFirst},   {"last_over_time", RangeOp::kLast},
    {"rate_counter", RangeOp::kRateCounter}};

const std::map<std::string, VectorOp> kVectorOps = {
    {"sum", VectorOp::kSum},         {"avg", VectorOp::kAvg},
    {"count", VectorOp::kCount},     {"min", VectorOp::kMin},
    {"max", VectorOp::kMax},         {"stddev", VectorOp::kStddev},
    {"stdvar", VectorOp::kStdvar},   {"topk", VectorOp::kTopk},
    {"bottomk", VectorOp::kBottomk}, {"approx_topk", VectorOp::kApproxTopk},
    {"sort", VectorOp::kSort},       {"sort_desc", VectorOp::kSortDesc}};

const std::map<std::string, BinaryOperator> kOperators = {
    {"or", {BinaryOp::kOr, 1}},           {"and", {BinaryOp::kAnd, 2}},
    {"unless", {BinaryOp::kUnless, 2}},   {"==", {BinaryOp::kEqual, 3}},
    {"!=", {BinaryOp::kNotEqual, 3}},     {">", {BinaryOp::kGreater, 3}},
    {">=", {BinaryOp::kGreaterEqual, 3}}, {"<", {BinaryOp::kLess, 3}},
    {"<=", {BinaryOp::kLessEqual, 3}},    {"+", {BinaryOp::kAdd, 4}},
    {"-", {BinaryOp::kSubtract, 4}},      {"*", {BinaryOp::kMultiply, 5}},
    {"/", {BinaryOp::kDivide, 5}},        {"%", {BinaryOp::kModulo, 5}},
    {"^", {BinaryOp::kPower, 6}}};

template <typename T>
std::optional<T> find_in(const std::map<std::string, T>& table, const std::string& name) {
  const auto found = table.find(name);
  if (found == table.end()) return {};
  return found->second;
}

}  // namespace

std::optional<RangeOp> find_range_op(const std::string& name) { return find_in(kRangeOps, name); }
std::optional<VectorOp> find_vector_op(const std::string& name) {
  return find_in(kVectorOps, name);
}
std::optional<BinaryOperator> find_operator(const std::string& symbol) {
  return find_in(kOperators, symbol);
}

double apply_binary(BinaryOp op, double l, double r) {
  switch (op) {
    case BinaryOp::kAdd:
      return l + r;
    case BinaryOp::kSubtract:
      return l - r;
    case BinaryOp::kMultiply:
      return l * r;
    case BinaryOp::kDivide:
      return r == 0 ? std::nan("") : l / r;
    case BinaryOp::kModulo:
      return r == 0 ? std::nan("") : std::fmod(l, r);
    case BinaryOp::kPower:
      return std::pow(l, r);
    case BinaryOp::kEqual:
      return l == r;
    case BinaryOp::kNotEqual:
      return l != r;
    case BinaryOp::kGreater:
      return l > r;
    case BinaryOp::kGreaterEqual:
      return l >= r;
    case BinaryOp::kLess:
      return l < r;
    case BinaryOp::kLessEqual:
      return l <= r;
    case BinaryOp::kOr:
    case BinaryOp::kAnd:
    case BinaryOp::kUnless:
      break;
  }
  return std::nan("");
}

}  // namespace logsvc::logql
