#include <optional>

#include "gotext/units.h"
#include "logql/regex/text_regex.h"
#include "logql/stages/condition.h"
#include "logql/stages/ip_matcher.h"
#include "logql/stages/pipeline.h"

namespace logsvc::logql {
namespace {

bool compare(CompareOp op, double a, double b) {
  switch (op) {
    case CompareOp::kEqual:
      return a == b;
    case CompareOp::kNotEqual:
      return a != b;
    case CompareOp::kGreater:
      return a > b;
    case CompareOp::kGreaterEqual:
      return a >= b;
    case CompareOp::kLess:
      return a < b;
    case CompareOp::kLessEqual:
      return a <= b;
  }
  return false;
}

class Both : public Condition {
 public:
  Both(std::unique_ptr<Condition> l, std::unique_ptr<Condition> r)
      : left_(std::move(l)), right_(std::move(r)) {}
  bool holds(LabelState& labels) override {
    // Both sides are asked, since each may leave an error.
    const bool l = left_->holds(labels);
    const bool r = right_->holds(labels);
    return l && r;
  }

 private:
  std::unique_ptr<Condition> left_, right_;
};

class Either : public Condition {
 public:
  Either(std::unique_ptr<Condition> l, std::unique_ptr<Condition> r)
      : left_(std::move(l)), right_(std::move(r)) {}
  bool holds(LabelState& labels) override { return left_->holds(labels) || right_->holds(labels); }

 private:
  std::unique_ptr<Condition> left_, right_;
};

class Match : public Condition {
 public:
  Match(const LabelFilter& f, std::optional<TextRegex> regex)
      : type_(f.match), name_(f.name), text_(f.text), regex_(std::move(regex)) {}
  bool holds(LabelState& labels) override {
    const std::string_view value = name_ == kErrorLabel          ? std::string_view(labels.error())
                                   : name_ == kErrorDetailsLabel ? std::string_view()
                                                                 : labels.get(name_);
    switch (type_) {
      case MatchType::kEqual:
        return value == text_;
      case MatchType::kNotEqual:
        return value != text_;
      case MatchType::kRegex:
        return regex_->matches(value);
      case MatchType::kNotRegex:
        return !regex_->matches(value);
    }
    return false;
  }

 private:
  const MatchType type_;
  const std::string name_;
  const std::string text_;
  const std::optional<TextRegex> regex_;
};

// An entry with an error passes; one without the label does not.
class InIpRange : public Condition {
 public:
  InIpRange(const LabelFilter& f, IpMatcher matcher)
      : name_(f.name), positive_(f.op == CompareOp::kEqual), matcher_(matcher) {}
  bool holds(LabelState& labels) override {
    if (labels.has_error()) return true;
    const std::string_view* value = labels.find(name_);
    return value && matcher_.matches(*value) == positive_;
  }

 private:
  const std::string name_;
  const bool positive_;
  const IpMatcher matcher_;
};

class Compare : public Condition {
 public:
  explicit Compare(const LabelFilter& f)
      : kind_(f.kind), name_(f.name), op_(f.op), value_(f.value) {}
  bool holds(LabelState& labels) override {
    const std::string_view* text = labels.find(name_);
    if (!text) return false;
    const Result<double> value = kind_ == LabelFilter::Kind::kNumber     ? to_number(*text)
                                 : kind_ == LabelFilter::Kind::kDuration ? to_seconds(*text)
                                                                         : to_bytes(*text);
    if (value.ok()) return compare(op_, *value, value_);
    if (!labels.has_error()) labels.set_error("LabelFilterErr", value.error().message);
    return true;
  }

 private:
  const LabelFilter::Kind kind_;
  const std::string name_;
  const CompareOp op_;
  const double value_;
};

class LabelFilterStage : public CompiledStage {
 public:
  explicit LabelFilterStage(std::unique_ptr<Condition> c) : condition_(std::move(c)) {}
  bool process(Timestamp, std::string_view&, LabelState& labels) override {
    return condition_->holds(labels);
  }

 private:
  std::unique_ptr<Condition> condition_;
};

// Never holds: an ip() that cannot be parsed, inside and / or.
class Never : public Condition {
 public:
  bool holds(LabelState&) override { return false; }
};

Result<std::unique_ptr<Condition>> compile_leg(const LabelFilter& f) {
  auto out = compile_condition(f);
  if (!out.ok() && f.kind == LabelFilter::Kind::kIp) {
    return std::unique_ptr<Condition>(new Never());
  }
  return out;
}

}  // namespace

bool always_holds(const LabelFilter& f) {
  if (f.kind != LabelFilter::Kind::kMatch || f.match != MatchType::kRegex) return false;
  const auto regex = TextRegex::compile(f.text, true);
  return regex.ok() && regex->always();
}

Result<std::unique_ptr<Condition>> compile_condition(const LabelFilter& f) {
  using Made = std::unique_ptr<Condition>;
  if (f.kind == LabelFilter::Kind::kAnd || f.kind == LabelFilter::Kind::kOr) {
    ASSIGN_OR_RETURN(auto left, compile_leg(*f.left));
    ASSIGN_OR_RETURN(auto right, compile_leg(*f.right));
    if (f.kind == LabelFilter::Kind::kAnd) {
      return Made(new Both(std::move(left), std::move(right)));
    }
    return Made(new Either(std::move(left), std::move(right)));
  }
  if (f.kind == LabelFilter::Kind::kIp) {
    ASSIGN_OR_RETURN(const IpMatcher matcher, IpMatcher::parse(f.text));
    return Made(new InIpRange(f, matcher));
  }
  if (f.kind != LabelFilter::Kind::kMatch) return Made(new Compare(f));
  std::optional<TextRegex> regex;
  if (f.match == MatchType::kRegex || f.match == MatchType::kNotRegex) {
    ASSIGN_OR_RETURN(regex, TextRegex::compile(f.text, true));
  }
  return Made(new Match(f, std::move(regex)));
}

Result<std::unique_ptr<CompiledStage>> compile_label_filter(const LabelFilter& filter) {
  ASSIGN_OR_RETURN(auto condition, compile_condition(filter));
  return std::unique_ptr<CompiledStage>(new LabelFilterStage(std::move(condition)));
}

}  // namespace logsvc::logql
