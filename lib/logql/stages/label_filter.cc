#include <re2/re2.h>

#include "logql/stages/convert.h"
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

class Condition {
 public:
  virtual ~Condition() = default;
  virtual bool holds(LabelState& labels) = 0;
};

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
  Match(const Matcher& matcher, std::unique_ptr<re2::RE2> regex)
      : type_(matcher.type()),
        name_(matcher.name()),
        value_(matcher.value()),
        regex_(std::move(regex)) {}
  bool holds(LabelState& labels) override {
    const std::string_view value = name_ == kErrorLabel          ? std::string_view(labels.error())
                                   : name_ == kErrorDetailsLabel ? std::string_view()
                                                                 : labels.get(name_);
    switch (type_) {
      case MatchType::kEqual:
        return value == value_;
      case MatchType::kNotEqual:
        return value != value_;
      case MatchType::kRegex:
        return full(value);
      case MatchType::kNotRegex:
        return !full(value);
    }
    return false;
  }

 private:
  bool full(std::string_view value) const {
    return value_.empty() ||
           re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *regex_);
  }
  const MatchType type_;
  const std::string name_;
  const std::string value_;
  const std::unique_ptr<re2::RE2> regex_;
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

Result<std::unique_ptr<Condition>> compile(const LabelFilter& f) {
  if (f.kind == LabelFilter::Kind::kAnd || f.kind == LabelFilter::Kind::kOr) {
    ASSIGN_OR_RETURN(auto left, compile(*f.left));
    ASSIGN_OR_RETURN(auto right, compile(*f.right));
    if (f.kind == LabelFilter::Kind::kAnd) {
      return std::unique_ptr<Condition>(new Both(std::move(left), std::move(right)));
    }
    return std::unique_ptr<Condition>(new Either(std::move(left), std::move(right)));
  }
  if (f.kind != LabelFilter::Kind::kMatch) return std::unique_ptr<Condition>(new Compare(f));
  std::unique_ptr<re2::RE2> regex;
  if (f.matcher->type() == MatchType::kRegex || f.matcher->type() == MatchType::kNotRegex) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    regex = std::make_unique<re2::RE2>(f.matcher->value(), options);
    if (!regex->ok()) return invalid("parse error : " + go_regexp_error(*regex));
  }
  return std::unique_ptr<Condition>(new Match(*f.matcher, std::move(regex)));
}

class LabelFilterStage : public CompiledStage {
 public:
  explicit LabelFilterStage(std::unique_ptr<Condition> c) : condition_(std::move(c)) {}
  bool process(Timestamp, std::string_view&, LabelState& labels) override {
    return condition_->holds(labels);
  }

 private:
  std::unique_ptr<Condition> condition_;
};

}  // namespace

Result<std::unique_ptr<CompiledStage>> compile_label_filter(const LabelFilter& filter) {
  ASSIGN_OR_RETURN(auto condition, compile(filter));
  return std::unique_ptr<CompiledStage>(new LabelFilterStage(std::move(condition)));
}

}  // namespace logsvc::logql
