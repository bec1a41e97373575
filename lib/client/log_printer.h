// Lines for a terminal, a file or the next program, as logcli writes them.
#pragma once

#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace logsvc::client {

using LabelMap = std::map<std::string, std::string>;

struct LogLine {
  Timestamp timestamp = 0;
  LabelMap labels;
  std::string text;
};

enum class OutputFormat { kDefault, kRaw, kJsonLines };
Result<OutputFormat> parse_output_format(const std::string& name);

struct PrintOptions {
  OutputFormat format = OutputFormat::kDefault;
  bool no_labels = false;
  std::vector<std::string> include_labels;  // if there are any, no others are shown
  std::vector<std::string> exclude_labels;
  size_t labels_width = 0;  // pads labels to this
  bool colour = false;      // by level
  bool nanoseconds = false;
  bool utc = false;  // else the zone of TZ
};

class LogPrinter {
 public:
  // Borrows the stream.
  LogPrinter(std::ostream& out, PrintOptions options);
  // Sets the labels that all lines have; those are left out beside each line. Call it before
  // printing lines.
  void set_common(LabelMap common) { common_ = std::move(common); }
  void print(const LogLine& line);

  // {a="b", c="d"}, quoted: no control character of ASCII is left in a value.
  static std::string format_labels(const LabelMap& labels);

 private:
  LabelMap shown_labels(const LabelMap& labels) const;
  std::string time_text(Timestamp t, bool nanoseconds) const;
  void print_default(const LogLine& line);
  void print_json(const LogLine& line);

  std::ostream& out_;
  const PrintOptions options_;
  LabelMap common_;
  size_t widest_ = 0;
};

// Returns the labels that have one value in all of the sets.
LabelMap common_labels(const std::vector<const LabelMap*>& sets);

}  // namespace logsvc::client
