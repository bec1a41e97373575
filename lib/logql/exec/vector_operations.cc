#include "logql/exec/vector_operations.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>

#include "logql/exec/range_aggregation.h"

namespace logsvc::logql {
namespace {

constexpr size_t kMostLabelBytes = 256 << 10;

bool is_comparison(BinaryOp op) { return op >= BinaryOp::kEqual && op <= BinaryOp::kLessEqual; }

// One group at one step. Its first value counts as it is: a group of one NaN has no deviation.
struct Group {
  double value = 0;
  double mean = 0;
  double count = 0;

  void add(VectorOp op, double v) {
    count += 1;
    if (count == 1) {
      mean = v;
      value = is_spread(op) ? 0 : v;
      return;
    }
    switch (op) {
      case VectorOp::kSum:
        value += v;
        break;
      case VectorOp::kMin:
        if (v < value || std::isnan(value)) value = v;
        break;
      case VectorOp::kMax:
        if (v > value || std::isnan(value)) value = v;
        break;
      default: {
        const double delta = v - mean;
        mean += delta / count;
        value += delta * (v - mean);
      }
    }
  }
  double result(VectorOp op) const {
    switch (op) {
      case VectorOp::kCount:
        return count;
      case VectorOp::kAvg:
        return mean;
      case VectorOp::kStdvar:
        return value / count;
      case VectorOp::kStddev:
        return std::sqrt(value / count);
      default:
        return value;
    }
  }

 private:
  static bool is_spread(VectorOp op) { return op == VectorOp::kStdvar || op == VectorOp::kStddev; }
};

// Label sets that Loki builds anew lose labels without a value.
Labels without_empty(Labels labels) {
  std::erase_if(labels, [](const Label& l) { return l.value.empty(); });
  return labels;
}

Grouping effective_grouping(const Grouping& grouping) {
  Grouping out = grouping;
  if (out.without) out.names.push_back("__name__");
  return out;
}

// Compares values; NaN comes last.
bool comes_first(double a, double b, bool largest_first) {
  if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
  return largest_first ? a > b : a < b;
}

// Keeps the k largest (smallest) of each group at each step.
Result<StepVector> pick_extremes(const VectorAggregation& a, StepVector input, size_t steps,
                                 ExecContext& context) {
  const bool largest = a.op != VectorOp::kBottomk;
  const Grouping grouping = effective_grouping(a.grouping);
  std::map<std::string, std::vector<size_t>> groups;
  for (size_t i = 0; i < input.size(); ++i) {
    groups[format_labels(group_labels(input[i].labels, grouping))].push_back(i);
  }
  const auto k = static_cast<size_t>(std::min(a.parameter, 1e15));
  for (size_t step = 0; step < steps; ++step) {
    for (const auto& [unused, members] : groups) {
      RETURN_IF_ERROR(context.tick(members.size() * sizeof(double)));
      std::vector<size_t> present;
      for (const size_t m : members) {
        if (input[m].present[step]) present.push_back(m);
      }
      std::stable_sort(present.begin(), present.end(), [&](size_t x, size_t y) {
        return comes_first(input[x].values[step], input[y].values[step], largest);
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
  return format_labels(without_empty(group_labels(labels, g)));
}

double compare_or_compute(const BinaryOperation& o, double l, double r, bool& keep) {
  const double value = apply_binary(o.op, l, r);
  keep = true;
  if (!is_comparison(o.op) || o.return_bool) return value;
  keep = value != 0;
  return l;
}

Result<StepVector> apply_set(const BinaryOperation& o, StepVector left, const StepVector& right,
                             size_t steps, ExecContext& context) {
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
  StepVector kept_ones;
  for (const StepSeries& s : is_or ? right : left) {
    RETURN_IF_ERROR(context.tick(steps * sizeof(double)));
    ASSIGN_OR_RETURN(StepSeries kept, make_series(s.labels, steps, context));
    for (size_t i = 0; i < steps; ++i) {
      if (s.present[i] && partner(s, i) == (o.op == BinaryOp::kAnd)) kept.put(i, s.values[i]);
    }
    kept_ones.push_back(std::move(kept));
  }
  if (!is_or) return kept_ones;
  std::move(kept_ones.begin(), kept_ones.end(), std::back_inserter(left));
  return left;
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
    return without_empty(std::move(out));
  }
  if (!o.matching_given) return without_empty(many.labels);
  Grouping g{true, !o.on, o.matching};
  return without_empty(group_labels(many.labels, g));
}

// Pairs series of two vectors by their signatures, step after step; results come in the order of
// the side that may have many.
class Matching {
 public:
  Matching(const BinaryOperation& o, const StepVector& left, const StepVector& right,
           ExecContext& context)
      : o_(o),
        context_(context),
        swap_(o.group == BinaryOperation::Group::kRight),
        many_(swap_ ? right : left),
        ones_(swap_ ? left : right) {
    std::unordered_map<std::string, size_t> numbers;
    const auto number = [&](const StepSeries& s) {
      return numbers.try_emplace(signature(o, s.labels), numbers.size()).first->second;
    };
    for (const StepSeries& s : many_) signature_of_many_.push_back(number(s));
    for (const StepSeries& s : ones_) signature_of_one_.push_back(number(s));
    signatures_ = numbers.size();
  }

  Result<StepVector> run(size_t steps) {
    for (size_t i = 0; i < steps; ++i) {
      RETURN_IF_ERROR(context_.tick((many_.size() + ones_.size()) * sizeof(double)));
      RETURN_IF_ERROR(step(i, steps));
    }
    return std::move(out_);
  }

 private:
  static constexpr size_t kNone = SIZE_MAX;

  // Forbidden pairs are an error even if a comparison would leave them out.
  Status step(size_t i, size_t steps) {
    std::vector<size_t> one_of(signatures_, kNone);
    for (size_t n = 0; n < ones_.size(); ++n) {
      if (!ones_[n].present[i]) continue;
      size_t& one = one_of[signature_of_one_[n]];
      if (one != kNone) return many_to_many();
      one = n;
    }
    std::vector<bool> matched(signatures_);
    std::set<std::pair<size_t, size_t>> pairs;  // signature, number of the result
    for (size_t m = 0; m < many_.size(); ++m) {
      const size_t key = signature_of_many_[m];
      if (!many_[m].present[i] || one_of[key] == kNone) continue;
      const StepSeries& one = ones_[one_of[key]];
      ASSIGN_OR_RETURN(const size_t slot, slot_of(m, one_of[key], steps));
      if (o_.group == BinaryOperation::Group::kNone) {
        if (matched[key]) {
          return unprocessable(
              "multiple matches for labels: many-to-one matching must be explicit "
              "(group_left/group_right)");
        }
        matched[key] = true;
      } else if (!pairs.emplace(key, slot).second) {
        return unprocessable(
            "multiple matches for labels: grouping labels must ensure unique matches");
      }
      bool keep = true;
      const double value = swap_ ? compare_or_compute(o_, one.values[i], many_[m].values[i], keep)
                                 : compare_or_compute(o_, many_[m].values[i], one.values[i], keep);
      if (keep) out_[slot].put(i, value);
    }
    return {};
  }

  // Returns the series of the result that receives a pair's values.
  Result<size_t> slot_of(size_t many, size_t one, size_t steps) {
    const auto [known, fresh] = slots_.try_emplace({many, one}, 0);
    if (!fresh) return known->second;
    Labels labels = result_labels(o_, many_[many], ones_[one]);
    RETURN_IF_ERROR(context_.hold(kHashNodeBytes + memory_bytes(labels)));
    const auto [found, made] = by_labels_.try_emplace(labels, out_.size());
    if (made) {
      ASSIGN_OR_RETURN(StepSeries series, make_series(std::move(labels), steps, context_));
      out_.push_back(std::move(series));
    }
    return known->second = found->second;
  }

  static Error unprocessable(std::string text) {
    return Error{ErrorCode::kUnprocessable, std::move(text)};
  }
  Error many_to_many() const {
    return unprocessable(std::string("found duplicate series on the ") +
                         (swap_ ? "left" : "right") +
                         " hand-side;many-to-many matching not allowed: matching labels must be "
                         "unique on one side");
  }

  const BinaryOperation& o_;
  ExecContext& context_;
  const bool swap_;
  const StepVector& many_;
  const StepVector& ones_;
  std::vector<size_t> signature_of_many_, signature_of_one_;
  size_t signatures_ = 0;
  std::map<std::pair<size_t, size_t>, size_t> slots_;
  std::map<Labels, size_t> by_labels_;
  StepVector out_;
};

}  // namespace

Result<StepVector> aggregate(const VectorAggregation& a, StepVector input, size_t steps,
                             ExecContext& context) {
  if (a.op == VectorOp::kSort || a.op == VectorOp::kSortDesc) {
    std::stable_sort(input.begin(), input.end(), [&](const StepSeries& x, const StepSeries& y) {
      return comes_first(x.values.back(), y.values.back(), a.op == VectorOp::kSortDesc);
    });
    return input;
  }
  std::sort(input.begin(), input.end(),
            [](const StepSeries& x, const StepSeries& y) { return x.labels < y.labels; });
  if (a.op == VectorOp::kTopk || a.op == VectorOp::kBottomk || a.op == VectorOp::kApproxTopk) {
    return pick_extremes(a, std::move(input), steps, context);
  }
  const Grouping grouping = effective_grouping(a.grouping);
  std::map<Labels, std::vector<const StepSeries*>> groups;
  for (const StepSeries& s : input) {
    RETURN_IF_ERROR(context.tick(sizeof s));
    groups[group_labels(s.labels, grouping)].push_back(&s);
  }
  StepVector out;
  for (const auto& [labels, members] : groups) {
    RETURN_IF_ERROR(context.tick(members.size() * steps * sizeof(double)));
    ASSIGN_OR_RETURN(
        StepSeries series,
        make_series(grouping.without ? without_empty(labels) : labels, steps, context));
    for (size_t i = 0; i < steps; ++i) {
      Group group;
      for (const StepSeries* m : members) {
        if (m->present[i]) group.add(a.op, m->values[i]);
      }
      if (group.count > 0) series.put(i, group.result(a.op));
    }
    out.push_back(std::move(series));
  }
  context.release(memory_bytes(input));
  return out;
}

Result<StepVector> replace_labels(const LabelReplace& r, const GoRegex& regex, StepVector input,
                                  ExecContext& context) {
  GoRegex::Groups groups;
  for (StepSeries& s : input) {
    RETURN_IF_ERROR(context.tick(sizeof s));
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
    RETURN_IF_ERROR(context.hold(sizeof(Label) + memory_bytes(value)));
    if (!value.empty()) s.labels.push_back({r.target, value});
    s.labels = without_empty(std::move(s.labels));
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

Result<StepVector> apply_vectors(const BinaryOperation& o, StepVector left, StepVector right,
                                 size_t steps, ExecContext& context) {
  const uint64_t right_bytes = memory_bytes(right);
  if (o.op == BinaryOp::kOr || o.op == BinaryOp::kAnd || o.op == BinaryOp::kUnless) {
    const uint64_t left_bytes = o.op == BinaryOp::kOr ? 0 : memory_bytes(left);
    ASSIGN_OR_RETURN(StepVector out, apply_set(o, std::move(left), right, steps, context));
    context.release(left_bytes + right_bytes);
    return out;
  }
  ASSIGN_OR_RETURN(StepVector out, Matching(o, left, right, context).run(steps));
  context.release(memory_bytes(left) + right_bytes);
  return out;
}

}  // namespace logsvc::logql
