// The labels of one entry while it goes through a pipeline: stream labels, structured metadata and
// what stages add. It follows the label builder of Loki 3.7.6.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/label_set.h"

namespace logsvc::logql {

struct ParserHints;

inline constexpr std::string_view kErrorLabel = "__error__";
inline constexpr std::string_view kErrorDetailsLabel = "__error_details__";
// Set beside an error if the query asks for errors, so that they do not fail it.
inline constexpr std::string_view kPreserveErrorLabel = "__preserve_error__";

class LabelState {
 public:
  // Begins an entry. The views must live until the next reset.
  void reset(const LabelSet& base, std::span<const LabelView> metadata);
  // Says what parsers need to find; borrowed, and to be given again after a reset.
  void use(const ParserHints& hints) { hints_ = &hints; }

  // Returns the value by precedence parsed > metadata > stream; nullptr if there is none.
  const std::string_view* find(std::string_view name) const;
  std::string_view get(std::string_view name) const {
    const auto* v = find(name);
    return v ? *v : std::string_view();
  }
  // Whether the stream has the label, and nothing took its place.
  bool is_of_stream(std::string_view name) const;
  // Sets a label, as label_format does.
  void set(std::string_view name, std::string_view value);
  // Sets what a parser found: the name of a stream label or metadata becomes name_extracted; the
  // first value of a name wins, and names that nothing needs are left out.
  struct Progress {
    bool rejected = false;  // a later label filter would drop the entry
    bool complete = false;  // everything that is needed has been found
  };
  Progress add_parsed(std::string_view name, std::string_view value);
  // Does the same for a label that is stored whatever else is needed.
  Progress set_parsed(std::string_view name, std::string_view value);
  // Whether parsers have nothing (more) to find.
  bool nothing_to_parse() const;
  bool wants(std::string_view name) const;         // a label of that name
  bool wants_inside(std::string_view name) const;  // a label whose name begins so
  bool seen(std::string_view name) const;          // set before for this entry
  // Returns false if a later label filter on that name would drop the entry.
  bool passes_early(std::string_view name);
  // Returns the name that a parser's label gets: name_extracted beside a stream label or metadata.
  std::string parsed_name(std::string_view name) const;
  void remove(std::string_view name);

  bool has_error() const { return !error_.empty(); }
  const std::string& error() const { return error_; }
  const std::string& error_details() const { return error_details_; }
  void set_error(std::string_view error, std::string_view details);
  // Sets a parser's error; the details stay as they are unless new ones are given.
  void set_parser_error(std::string_view error, const char* details);
  void clear_error() { error_.clear(); }
  void clear_error_details() { error_details_.clear(); }

  // Whether the result is the stream's labels as they are.
  bool untouched() const {
    return metadata_.empty() && parsed_.empty() && removed_.empty() && error_.empty();
  }
  // Whether the result is made of the stream's labels and the metadata alone.
  bool as_stored() const {
    return parsed_.empty() && removed_.empty() && error_.empty() && error_details_.empty();
  }
  const LabelSet& base() const { return *base_; }

  // Returns all labels, sorted by name.
  Labels result() const;
  // Returns those of the names (sorted), or all others; a label that was once removed is in no
  // group.
  Labels grouped(const std::vector<std::string>& names, bool without) const;
  // Returns the parts apart: stream labels that are left, metadata, parsed (with errors).
  void categorized(Labels& stream, Labels& metadata, Labels& parsed) const;
  // Returns the bytes of the values that stages set.
  size_t parsed_bytes() const;
  // Returns the names in effect, for drop and keep.
  std::vector<std::string> names() const;

 private:
  struct Named {
    std::string name;
    std::string value;
    mutable std::string_view view;  // of value, for find()
  };
  static const Named* in(const std::vector<Named>& list, std::string_view name);
  bool is_removed(std::string_view name) const;

  bool all_found() const;

  const LabelSet* base_ = nullptr;
  const ParserHints* hints_ = nullptr;
  std::vector<Named> metadata_;
  std::vector<Named> parsed_;
  std::vector<std::string> seen_;  // names ever parsed for this entry
  std::vector<std::string> removed_;
  std::string error_;
  std::string error_details_;
  mutable std::string_view base_view_;
};

}  // namespace logsvc::logql
