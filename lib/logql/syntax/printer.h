// Prints queries in Loki's canonical form: as messages show them, and as format_query lays them
// out.
#pragma once

#include <string>

#include "logql/syntax/ast.h"

namespace logsvc::logql {

// Prints on one line; the text parses to the same query.
std::string print(const Expr& expr);
// Prints the same, broken into indented lines where it is longer than 100 bytes.
std::string pretty_print(const Expr& expr);

// Prints | json a="b",c="d".
std::string print_stage(const Stage& stage);
std::string print_label_filter(const LabelFilter& filter);

// These are pieces that both forms are made of.
std::string print_selector(const LogExpr& log);  // without its stages
std::string print_log(const LogExpr& log);
std::string print_unwrap(const Unwrap& unwrap);              // without the filters after it
std::string print_log_range(const RangeAggregation& range);  // what stands in the parentheses
std::string print_prometheus_duration(Duration d);           // 1d12h
std::string print_names(const std::vector<std::string>& names, const char* separator);
std::string print_number(double v);  // as Go's %v
bool takes_count(VectorOp op);       // topk(5, …)

}  // namespace logsvc::logql
