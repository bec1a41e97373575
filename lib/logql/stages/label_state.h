// The labels of one entry while it goes through a pipeline: stream labels, structured metadata and
// what stages add. Follows the label builder of Loki 3.7.6.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/label_set.h"

namespace logsvc::logql {

inline constexpr std::string_view kErrorLabel = "__error__";
inline constexpr std::string_view kErrorDetailsLabel = "__error_details__";

class LabelState {
 public:
  // Begins an entry. The views must live until the next reset.
  void reset(const LabelSet& base, std::span<const LabelView> metadata);

  // Value by precedence parsed > metadata > stream; nullptr if there is none.
  const std::string_view* find(std::string_view name) const;
  std::string_view get(std::string_view name) const {
    const auto* v = find(name);
    return v ? *v : std::string_view();
  }
  // Sets a label, as label_format does.
  void set(std::string_view name, std::string_view value);
  // What a parser found: a name of a stream label or metadata becomes name_extracted; the first
  // value of a name wins.
  void add_parsed(std::string_view name, std::string_view value);
  void remove(std::string_view name);

  bool has_error() const { return !error_.empty(); }
  const std::string& error() const { return error_; }
  void set_error(std::string_view error, std::string_view details);
  void clear_error() { error_.clear(); }

  // True if the result is the stream's labels as they are.
  bool untouched() const {
    return metadata_.empty() && parsed_.empty() && removed_.empty() && error_.empty();
  }
  const LabelSet& base() const { return *base_; }

  // All labels, sorted by name.
  Labels result() const;
  // The parts apart: stream labels that are left, metadata, parsed (with errors).
  void categorized(Labels& stream, Labels& metadata, Labels& parsed) const;
  // Names in effect, for drop and keep.
  std::vector<std::string> names() const;

 private:
  struct Named {
    std::string name;
    std::string value;
    mutable std::string_view view;  // of value, for find()
  };
  static const Named* in(const std::vector<Named>& list, std::string_view name);
  bool is_removed(std::string_view name) const;

  const LabelSet* base_ = nullptr;
  std::vector<Named> metadata_;
  std::vector<Named> parsed_;
  std::vector<std::string> seen_;  // names ever parsed for this entry
  std::vector<std::string> removed_;
  std::string error_;
  std::string error_details_;
  mutable std::string_view base_view_;
};

}  // namespace logsvc::logql
