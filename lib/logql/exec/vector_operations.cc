#include "logql/exec/vector_operations.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "logql/exec/range_aggregation.h"

namespace logsvc::logql {
namespace {

constexpr size_t kMostLabelBytes = 256 << 10;

bool is_comparison(BinaryOp op) { return op >= BinaryOp::kEqual && op <= BinaryOp::kLessEqual; }

// One group at one step.
struct Group {
  double value = 0;
  double m2 = 0;
  double count = 0;

  void add(VectorOp op, double v) {
    count += 1;
    switch (op) {
      case VectorOp::kSum:
        value += v;
        break;
      case VectorOp::kCount:
        value = count;
        break;
      case VectorOp::kAvg:
        value += (v - value) / count;
        break;
      case VectorOp::kMin:
        if (count == 1 || v < value || std::isnan(value)) value = v;
        break;
      case VectorOp::kMax:
        if (count == 1 || v > value || std::isnan(value)) value = v;
        break;
      default: {
        const double delta = v - value;
        value += delta / count;
        m2 += delta * (v - value);
      }
    }
  }
  double result(VectorOp op) const {
    if (op == VectorOp::kStdvar) return m2 / count;
    if (op == VectorOp::kStddev) return std::sqrt(m2 / count);
    return value;
  }
};

Grouping effective_grouping(const Grouping& grouping) {
  Grouping out = grouping;
  if (out.without) out.names.push_back("__name__");
  return out;
}

// Keeps the k largest (smallest) of each group at each step.
StepVector pick_extremes(const VectorAggregation& a, StepVector input, size_t steps) {
  const bool largest = a.op != VectorOp::kBottomk;
  const Grouping grouping = effective_grouping(a.grouping);
  std::map<std::string, std::vector<size_t>> groups;
  for (size_t i = 0; i < input.size(); ++i) {
    groups[format_labels(group_labels(input[i].labels, grouping))].push_back(i);
  }
  const auto k = static_cast<size_t>(std::min(a.parameter, 1e15));
  for (size_t step = 0; step < steps; ++step) {
    for (const auto& [unused, members] : groups) {
      std::vector<size_t> present;
      for (const size_t m : members) {
        if (input[m].present[step]) present.push_back(m);
      }
      std::stable_sort(present.begin(), present.end(), [&](size_t x, size_t y) {
        const double vx = input[x].values[step], vy = input[y].values[step];
        if (std::isnan(vx) || std::isnan(vy)) return !std::isnan(vx) && std::isnan(vy);
        return largest ? vx > vy : vx < vy;
      });
      for (size_t i = k; i < present.size(); ++i) input[present[i]].present[step] = 0;
    }
  }
  return input;
}

std::string signature(const BinaryOperation& o, const Labels& labels) {
  Grouping g;
  g.given = true;
  g.without = !o.on;
  g.names = o.matching;
  return format_labels(group_labels(labels, g));
}

double compare_or_compute(const BinaryOperation& o, double l, double r, bool& keep) {
  const double value = apply_binary(o.op, l, r);
  keep = true;
  if (!is_comparison(o.op) || o.return_bool) return value;
  keep = value != 0;
  return l;
}

StepVector apply_set(const BinaryOperation& o, const StepVector& left, const StepVector& right,
                     size_t steps) {
  std::map<std::string, std::vector<const StepSeries*>> by_signature;
  const bool is_or = o.op == BinaryOp::kOr;
  for (const StepSeries& s : is_or ? left : right)
    by_signature[signature(o, s.labels)].push_back(&s);
  const auto partner = [&](const StepSeries& s, size_t step) {
    const auto found = by_signature.find(signature(o, s.labels));
    return found != by_signature.end() &&
           std::any_of(found->second.begin(), found->second.end(),
                       [&](const StepSeries* p) { return p->present[step]; });
  };
  StepVector out;
  if (is_or) out = left;
  for (const StepSeries& s : is_or ? right : left) {
    StepSeries kept = StepSeries::empty(s.labels, steps);
    for (size_t i = 0; i < steps; ++i) {
      if (s.present[i] && partner(s, i) == (o.op == BinaryOp::kAnd)) kept.put(i, s.values[i]);
    }
    out.push_back(std::move(kept));
  }
  return out;
}

Labels result_labels(const BinaryOperation& o, const StepSeries& many, const StepSeries& one) {
  if (o.group != BinaryOperation::Group::kNone) {
    Labels out = many.labels;
    for (const std::string& name : o.include) {
      std::erase_if(out, [&](const Label& l) { return l.name == name; });
      for (const Label& l : one.labels) {
        if (l.name == name) out.push_back(l);
      }
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  if (!o.matching_given) return many.labels;
  Grouping g{true, !o.on, o.matching};
  return group_labels(many.labels, g);
}

}  // namespace

StepVector aggregate(const VectorAggregation& a, StepVector input, size_t steps) {
  if (a.op == VectorOp::kSort || a.op == VectorOp::kSortDesc) {
    std::stable_sort(input.begin(), input.end(), [&](const StepSeries& x, const StepSeries& y) {
      const double vx = x.values.back(), vy = y.values.back();
      return a.op == VectorOp::kSort ? vx < vy : vx > vy;
    });
    return input;
  }
  std::sort(input.begin(), input.end(),
            [](const StepSeries& x, const StepSeries& y) { return x.labels < y.labels; });
  if (a.op == VectorOp::kTopk || a.op == VectorOp::kBottomk || a.op == VectorOp::kApproxTopk) {
    return pick_extremes(a, std::move(input), steps);
  }
  const Grouping grouping = effective_grouping(a.grouping);
  std::map<Labels, std::vector<const StepSeries*>> groups;
  for (const StepSeries& s : input) groups[group_labels(s.labels, grouping)].push_back(&s);
  StepVector out;
  for (const auto& [labels, members] : groups) {
    StepSeries series = StepSeries::empty(labels, steps);
    for (size_t i = 0; i < steps; ++i) {
      Group group;
      for (const StepSeries* m : members) {
        if (m->present[i]) group.add(a.op, m->values[i]);
      }
      if (group.count > 0) series.put(i, group.result(a.op));
    }
    out.push_back(std::move(series));
  }
  return out;
}

Result<StepVector> replace_labels(const LabelReplace& r, const GoRegex& regex, StepVector input) {
  GoRegex::Groups groups;
  for (StepSeries& s : input) {
    std::string source;
    for (const Label& l : s.labels) {
      if (l.name == r.source) source = l.value;
    }
    if (!regex.find(source, 0, groups)) continue;
    std::string value;
    regex.expand(r.replacement, groups, value);
    if (value.size() > kMostLabelBytes) {
      return invalid("label_replace makes a value of more than " +
                     std::to_string(kMostLabelBytes >> 10) + " KiB");
    }
    std::erase_if(s.labels, [&](const Label& l) { return l.name == r.target; });
    if (!value.empty()) s.labels.push_back({r.target, value});
    std::sort(s.labels.begin(), s.labels.end());
  }
  return input;
}

StepVector apply_scalar(const BinaryOperation& o, StepVector input, double scalar,
                        bool scalar_left) {
  for (StepSeries& s : input) {
    for (size_t i = 0; i < s.values.size(); ++i) {
      if (!s.present[i]) continue;
      const double v = s.values[i];
      const double value =
          scalar_left ? apply_binary(o.op, scalar, v) : apply_binary(o.op, v, scalar);
      if (!is_comparison(o.op) || o.return_bool) {
        s.values[i] = value;
      } else if (value == 0) {
        s.present[i] = 0;
      }
    }
  }
  return input;
}

Result<StepVector> apply_vectors(const BinaryOperation& o, const StepVector& left,
                                 const StepVector& right, size_t steps) {
  if (o.op == BinaryOp::kOr || o.op == BinaryOp::kAnd || o.op == BinaryOp::kUnless) {
    return apply_set(o, left, right, steps);
  }
  const bool swap = o.group == BinaryOperation::Group::kRight;
  const StepVector& many = swap ? right : left;
  const StepVector& ones = swap ? left : right;
  std::map<std::string, std::vector<const StepSeries*>> by_signature;
  for (const StepSeries& s : ones) by_signature[signature(o, s.labels)].push_back(&s);
  const Error many_to_many{ErrorCode::kUnprocessable,
                           std::string("found duplicate series on the ") +
                               (swap ? "left" : "right") +
                               " hand-side;many-to-many matching not allowed: matching labels must "
                               "be unique on one side"};
  std::map<Labels, StepSeries> out;
  std::map<std::string, std::vector<const StepSeries*>> used;
  for (const StepSeries& m : many) {
    const std::string key = signature(o, m.labels);
    const auto found = by_signature.find(key);
    if (found == by_signature.end()) continue;
    for (size_t i = 0; i < steps; ++i) {
      const StepSeries* one = nullptr;
      for (const StepSeries* p : found->second) {
        if (!p->present[i]) continue;
        if (one) return many_to_many;
        one = p;
      }
      if (!m.present[i] || !one) continue;
      bool keep = true;
      const double value = swap ? compare_or_compute(o, one->values[i], m.values[i], keep)
                                : compare_or_compute(o, m.values[i], one->values[i], keep);
      if (!keep) continue;
      Labels labels = result_labels(o, m, *one);
      auto [slot, fresh] = out.try_emplace(labels, StepSeries::empty(labels, steps));
      if (slot->second.present[i]) {
        return Error{
            ErrorCode::kUnprocessable,
            o.group == BinaryOperation::Group::kNone
                ? "multiple matches for labels: many-to-one matching must be explicit "
                  "(group_left/group_right)"
                : "multiple matches for labels: grouping labels must ensure unique matches"};
      }
      slot->second.put(i, value);
    }
  }
  StepVector result;
  for (auto& [labels, series] : out) result.push_back(std::move(series));
  return result;
}

}  // namespace logsvc::logql
