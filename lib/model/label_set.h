// Labels, and the immutable sorted set of them that identifies a stream.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace logsvc {

struct Label {
  std::string name;
  std::string value;
  bool operator==(const Label&) const = default;
  auto operator<=>(const Label&) const = default;
};
using Labels = std::vector<Label>;
// Returns the value of the first label of that name; nullptr if there is none.
const std::string* find_label(const Labels& labels, std::string_view name);
// Returns an empty text if there is none.
std::string_view label_value(const Labels& labels, std::string_view name);

// A label whose bytes belong to somebody else.
struct LabelView {
  std::string_view name;
  std::string_view value;

  bool operator==(const LabelView&) const = default;
};

// Labels sorted by name, with unique names and no empty values. A value: copies share storage; safe
// to read from several threads.
class LabelSet {
 public:
  LabelSet();  // the empty set
  // Sorts; drops labels with an empty value; of equal names the last one wins.
  static LabelSet from(Labels labels);

  // Reads {name="value", …} as Prometheus and Loki write it: values are Go-quoted or in
  // backquotes, {} is the empty set, foo{…} adds __name__="foo". Errors in Loki's wording
  // ("1:3: parse error: …"); a name given twice is an error.
  static Result<LabelSet> parse(std::string_view text);

  const Labels& labels() const { return rep_->labels; }
  bool empty() const { return rep_->labels.empty(); }
  // Returns the value of the label, or an empty text if it is absent.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  // The XXH64 of `name 0xFF value 0xFF` for each label, as Loki orders streams of equal times; it
  // is stable across runs and machines.
  uint64_t hash() const { return rep_->hash; }
  // Writes {a="1", b="x"}: sorted, values Go-quoted.
  const std::string& to_string() const { return rep_->text; }

  bool operator==(const LabelSet& other) const {
    return rep_ == other.rep_ ||
           (rep_->hash == other.rep_->hash && rep_->labels == other.rep_->labels);
  }
  // Compares label strings, the order in which Loki lists streams.
  bool operator<(const LabelSet& other) const { return to_string() < other.to_string(); }

 private:
  struct Rep {
    Labels labels;
    std::string text;
    uint64_t hash = 0;
  };
  explicit LabelSet(std::shared_ptr<const Rep> rep) : rep_(std::move(rep)) {}
  std::shared_ptr<const Rep> rep_;
};

// Writes {a="1", b="x"} with the labels in the given order.
std::string format_labels(const Labels& labels);

// Quotes as Go's strconv.Quote: double quotes, escapes, invalid UTF-8 as \xNN.
std::string quote(std::string_view text);

// Matches [A-Za-z_][A-Za-z0-9_]*.
bool is_label_name(std::string_view name);

}  // namespace logsvc

template <>
struct std::hash<logsvc::LabelSet> {
  size_t operator()(const logsvc::LabelSet& l) const noexcept { return l.hash(); }
};
